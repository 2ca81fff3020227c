// embedding_s8_lanes.h: the vector version of embedding_s8.c, which see. Included within a region (see lanes.h).

// The first n values of a row, times its scale.
CK_INLINE vf CK_NAME(ck_s8_scaled)(const int8_t *row, size_t n, float scale) {
  if (n == CK_LANES) return vmul(CK_NAME(ck_s8_widen)(row), vset(scale));
  int8_t part[CK_LANES] = {0};
  for (size_t i = 0; i < n; ++i) part[i] = row[i];
  return vmul(CK_NAME(ck_s8_widen)(part), vset(scale));
}

void CK_NAME(ck_s8_embedding)(size_t rows, size_t columns, const int32_t *ids, const int32_t *positions,
                              const int32_t *types, const ck_table_s8 *word, const ck_table_s8 *position,
                              const ck_table_s8 *type, float *y) {
  for (size_t t = 0; t < rows; ++t) {
    const int8_t *a = word->rows + (size_t)ids[t] * columns, *b = position->rows + (size_t)positions[t] * columns;
    const int8_t *c = type->rows + (size_t)types[t] * columns;
    const float scale_a = word->scales[ids[t]], scale_b = position->scales[positions[t]];
    const float scale_c = type->scales[types[t]];
    for (size_t j = 0; j < columns; j += CK_LANES) {
      const size_t n = columns - j < CK_LANES ? columns - j : CK_LANES;
      vf sum = vadd(CK_NAME(ck_s8_scaled)(a + j, n, scale_a), CK_NAME(ck_s8_scaled)(b + j, n, scale_b));
      vstore_n(y + t * columns + j, vadd(sum, CK_NAME(ck_s8_scaled)(c + j, n, scale_c)), n);
    }
  }
}
