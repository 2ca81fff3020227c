// embedding_f32_lanes.h: the vector version of embedding_f32.c, which see. Included within a region (see lanes.h).

void CK_NAME(ck_f32_embedding)(size_t rows, size_t columns, const int32_t *ids, const int32_t *positions,
                               const int32_t *types, const float *word, const float *position, const float *type,
                               float *y) {
  for (size_t t = 0; t < rows; ++t) {
    const float *a = word + (size_t)ids[t] * columns, *b = position + (size_t)positions[t] * columns;
    const float *c = type + (size_t)types[t] * columns;
    for (size_t j = 0; j < columns; j += CK_LANES) {
      const size_t n = columns - j < CK_LANES ? columns - j : CK_LANES;
      vstore_n(y + t * columns + j, vadd(vadd(vload_n(a + j, n), vload_n(b + j, n)), vload_n(c + j, n)), n);
    }
  }
}

void CK_NAME(ck_f16_embedding)(size_t rows, size_t columns, const int32_t *ids, const int32_t *positions,
                               const int32_t *types, const uint16_t *word, const uint16_t *position,
                               const uint16_t *type, float *y) {
  for (size_t t = 0; t < rows; ++t) {
    const uint16_t *a = word + (size_t)ids[t] * columns, *b = position + (size_t)positions[t] * columns;
    const uint16_t *c = type + (size_t)types[t] * columns;
    for (size_t j = 0; j < columns; j += CK_LANES) {
      const size_t n = columns - j < CK_LANES ? columns - j : CK_LANES;
      vf sum = vadd(vadd(vload_f16_n(a + j, n), vload_f16_n(b + j, n)), vload_f16_n(c + j, n));
      vstore_n(y + t * columns + j, sum, n);
    }
  }
}

void CK_NAME(ck_f32_embedding_vjp)(size_t rows, size_t columns, size_t column_begin, size_t column_end,
                                   const int32_t *ids, const float *dy, float *table) {
  for (size_t t = 0; t < rows; ++t) {
    float *row = table + (size_t)ids[t] * columns;
    for (size_t j = column_begin; j < column_end; j += CK_LANES) {
      const size_t n = column_end - j < CK_LANES ? column_end - j : CK_LANES;
      vstore_n(row + j, vadd(vload_n(row + j, n), vload_n(dy + t * columns + j, n)), n);
    }
  }
}
