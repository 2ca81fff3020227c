// convert_f16_lanes.h: the vector version of convert_f16.c, which see. Included within a region (see lanes.h).

void CK_NAME(ck_f32_f16_convert)(size_t count, const float *x, uint16_t *y) {
  for (size_t i = 0; i < count; i += CK_LANES) {
    const size_t n = count - i < CK_LANES ? count - i : CK_LANES;
    vstore_f16_n(y + i, vload_n(x + i, n), n);
  }
}

void CK_NAME(ck_f16_f32_convert)(size_t count, const uint16_t *x, float *y) {
  for (size_t i = 0; i < count; i += CK_LANES) {
    const size_t n = count - i < CK_LANES ? count - i : CK_LANES;
    vstore_n(y + i, vload_f16_n(x + i, n), n);
  }
}

void CK_NAME(ck_bf16_f32_convert)(size_t count, const uint16_t *x, float *y) {
  for (size_t i = 0; i < count; i += CK_LANES) {
    const size_t n = count - i < CK_LANES ? count - i : CK_LANES;
    vstore_n(y + i, vload_bf16_n(x + i, n), n);
  }
}
