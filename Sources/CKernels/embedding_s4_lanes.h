// embedding_s4_lanes.h: the vector version of embedding_s4.c, which see. Included within a region (see lanes.h).

// CK_LANES columns of a row, from column j on.
CK_INLINE vf CK_NAME(ck_s4_columns)(const ck_weights_s4 *table, size_t row, size_t j) {
  const size_t group = row * (table->k / table->group) + j / table->group;
  vf u = CK_NAME(ck_s4_widen)(table->values + (row * table->k + j) / 2);
  u = vsub(vmul(u, vset((float)table->multipliers[group])), vset((float)table->offsets[group]));
  return vmul(u, vset(table->scales[row]));
}

void CK_NAME(ck_s4_embedding)(size_t rows, const int32_t *ids, const int32_t *positions, const int32_t *types,
                              const ck_weights_s4 *word, const ck_weights_s4 *position, const ck_weights_s4 *type,
                              float *y) {
  const size_t columns = word->k;
  for (size_t t = 0; t < rows; ++t) {
    for (size_t j = 0; j < columns; j += CK_LANES) {
      vf sum = vadd(CK_NAME(ck_s4_columns)(word, (size_t)ids[t], j),
                    CK_NAME(ck_s4_columns)(position, (size_t)positions[t], j));
      vstore(y + t * columns + j, vadd(sum, CK_NAME(ck_s4_columns)(type, (size_t)types[t], j)));
    }
  }
}
