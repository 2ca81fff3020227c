// elementwise_f32_lanes.h: the vector version of elementwise_f32.c, which see. Included within a region (see lanes.h).

void CK_NAME(ck_f32_add)(size_t count, const float *a, const float *b, float *y) {
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) vstore(y + i, vadd(vload(a + i), vload(b + i)));
  if (i < count) vstore_n(y + i, vadd(vload_n(a + i, count - i), vload_n(b + i, count - i)), count - i);
}

void CK_NAME(ck_f32_axpy)(size_t count, float alpha, const float *x, float *y) {
  const vf all = vset(alpha);
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) vstore(y + i, vfma(all, vload(x + i), vload(y + i)));
  if (i < count) vstore_n(y + i, vfma(all, vload_n(x + i, count - i), vload_n(y + i, count - i)), count - i);
}

void CK_NAME(ck_f32_scale)(size_t count, float alpha, const float *x, float *y) {
  const vf all = vset(alpha);
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) {
    ck_fetch_stream(x + i);
    vstore(y + i, vmul(all, vload(x + i)));
  }
  if (i < count) vstore_n(y + i, vmul(all, vload_n(x + i, count - i)), count - i);
}

// `vectors` vectors of columns from j on, the last of n columns, down all rows.
CK_INLINE void CK_NAME(ck_sum_columns)(size_t rows, size_t columns, size_t j, const size_t vectors, const size_t n,
                                       const float *x, float *y) {
  vf sum[4];
  for (size_t v = 0; v < vectors; ++v) sum[v] = vzero();
  for (size_t i = 0; i < rows; ++i) {
    for (size_t v = 0; v < vectors; ++v) sum[v] = vadd(sum[v], vload_n(x + i * columns + j + v * CK_LANES, n));
  }
  for (size_t v = 0; v < vectors; ++v) vstore_n(y + j + v * CK_LANES, sum[v], n);
}

void CK_NAME(ck_f32_sum_rows)(size_t rows, size_t columns, size_t column_begin, size_t column_end, const float *x,
                              float *y) {
  size_t j = column_begin;
  for (; j + 4 * CK_LANES <= column_end; j += 4 * CK_LANES) {
    CK_NAME(ck_sum_columns)(rows, columns, j, 4, CK_LANES, x, y);
  }
  for (; j < column_end; j += CK_LANES) {
    CK_NAME(ck_sum_columns)(rows, columns, j, 1, column_end - j < CK_LANES ? column_end - j : CK_LANES, x, y);
  }
}

double CK_NAME(ck_f32_sum_of_squares)(size_t count, const float *x) { return vsum_squares(count, x); }

int CK_NAME(ck_f32_all_finite)(size_t count, const float *x) {
  for (size_t i = 0; i < count; i += CK_LANES) {
    if (vany_not_finite(vload_n(x + i, count - i < CK_LANES ? count - i : CK_LANES))) return 0;
  }
  return 1;
}
