// layernorm_f32_lanes.h: the vector version of layernorm_f32.c, which see. Included within a region (see lanes.h).

// A row in vectors: BODY sees the column j, the count n of its vector and `part`, which of the 2 x CK_PARTS vectors of
// partial sums is its own.
#define CK_EACH_VECTOR(columns, BODY)                                                 \
  do {                                                                                \
    size_t j = 0;                                                                     \
    while (j + 2 * CK_SUM_LANES <= (columns)) {                                       \
      _Pragma("clang loop unroll(full)")                                              \
      for (size_t part = 0; part < 2 * CK_PARTS; ++part, j += CK_LANES) {             \
        const size_t n = CK_LANES;                                                    \
        BODY                                                                          \
      }                                                                               \
    }                                                                                 \
    for (size_t part = 0; j < (columns); j += CK_LANES, ++part) {                     \
      const size_t n = (columns) - j < CK_LANES ? (columns) - j : CK_LANES;           \
      BODY                                                                            \
    }                                                                                 \
  } while (0)

// The sum of 2 x CK_PARTS vectors.
CK_INLINE float CK_NAME(ck_row_sum)(vf *parts) {
  for (size_t part = 0; part < CK_PARTS; ++part) parts[part] = vadd(parts[part], parts[part + CK_PARTS]);
  return vsum_parts(parts);
}

void CK_NAME(ck_f32_layernorm)(size_t rows, size_t columns, const float *x, const float *residual, const float *scale,
                               const float *shift, float epsilon, float *y, float *sum, float *mean,
                               float *inverse_deviation) {
  for (size_t i = 0; i < rows; ++i) {
    const float *in = x + i * columns, *other = residual ? residual + i * columns : NULL;
    float *out = y + i * columns, *kept = sum ? sum + i * columns : NULL;
    vf total[2 * CK_PARTS], squares[2 * CK_PARTS];
    for (size_t part = 0; part < 2 * CK_PARTS; ++part) total[part] = squares[part] = vzero();
    CK_EACH_VECTOR(columns, {
      vf s = vload_n(in + j, n);
      if (other) s = vadd(s, vload_n(other + j, n));
      if (kept) vstore_n(kept + j, s, n);
      vstore_n(out + j, s, n);  // read again below
      total[part] = vadd(total[part], s);
    });
    const float m = CK_NAME(ck_row_sum)(total) / (float)columns;
    const vf mean_all = vset(m);
    CK_EACH_VECTOR(columns, {
      vf d = vsub(vload_n(out + j, n), mean_all);
      if (n < CK_LANES) d = vselect(vfirst(n), d, vzero());
      squares[part] = vfma(d, d, squares[part]);
    });
    const float r = 1.0f / sqrtf(CK_NAME(ck_row_sum)(squares) / (float)columns + epsilon);
    const vf r_all = vset(r);
    CK_EACH_VECTOR(columns, {
      (void)part;
      vf h = vmul(vsub(vload_n(out + j, n), mean_all), r_all);
      vstore_n(out + j, vfma(vload_n(scale + j, n), h, vload_n(shift + j, n)), n);
    });
    if (mean) mean[i] = m;
    if (inverse_deviation) inverse_deviation[i] = r;
  }
}

void CK_NAME(ck_f32_layernorm_vjp)(size_t rows, size_t columns, const float *dy, const float *x, const float *scale,
                                   const float *mean, const float *inverse_deviation, float *dx) {
  for (size_t i = 0; i < rows; ++i) {
    const float *grad = dy + i * columns, *in = x + i * columns;
    float *out = dx + i * columns;
    const vf m = vset(mean[i]), r = vset(inverse_deviation[i]);
    vf sum_g[2 * CK_PARTS], sum_gh[2 * CK_PARTS];
    for (size_t part = 0; part < 2 * CK_PARTS; ++part) sum_g[part] = sum_gh[part] = vzero();
    CK_EACH_VECTOR(columns, {
      vf g = vmul(vload_n(grad + j, n), vload_n(scale + j, n));  // zeros beyond n
      vf h = vmul(vsub(vload_n(in + j, n), m), r);
      sum_g[part] = vadd(sum_g[part], g);
      sum_gh[part] = vfma(g, h, sum_gh[part]);
    });
    const vf mean_g = vset(CK_NAME(ck_row_sum)(sum_g) / (float)columns);
    const vf mean_gh = vset(CK_NAME(ck_row_sum)(sum_gh) / (float)columns);
    CK_EACH_VECTOR(columns, {
      (void)part;
      vf g = vmul(vload_n(grad + j, n), vload_n(scale + j, n));
      vf h = vmul(vsub(vload_n(in + j, n), m), r);
      vstore_n(out + j, vmul(r, vfnma(h, mean_gh, vsub(g, mean_g))), n);
    });
  }
}

// `vectors` vectors of columns from j on, the last of n columns, down all rows.
CK_INLINE void CK_NAME(ck_layernorm_vjp_columns)(size_t rows, size_t columns, size_t j, const size_t vectors,
                                                 const size_t n, const float *dy, const float *x, const float *mean,
                                                 const float *inverse_deviation, float *d_scale, float *d_shift) {
  vf gain[4], offset[4];
  for (size_t v = 0; v < vectors; ++v) gain[v] = offset[v] = vzero();
  for (size_t i = 0; i < rows; ++i) {
    const vf m = vset(mean[i]), r = vset(inverse_deviation[i]);
    for (size_t v = 0; v < vectors; ++v) {
      const size_t at = i * columns + j + v * CK_LANES;
      vf g = vload_n(dy + at, n), h = vmul(vsub(vload_n(x + at, n), m), r);
      gain[v] = vfma(g, h, gain[v]);
      offset[v] = vadd(offset[v], g);
    }
  }
  for (size_t v = 0; v < vectors; ++v) {
    vstore_n(d_scale + j + v * CK_LANES, gain[v], n);
    vstore_n(d_shift + j + v * CK_LANES, offset[v], n);
  }
}

void CK_NAME(ck_f32_layernorm_vjp_parameters)(size_t rows, size_t columns, size_t column_begin, size_t column_end,
                                              const float *dy, const float *x, const float *mean,
                                              const float *inverse_deviation, float *d_scale, float *d_shift) {
  size_t j = column_begin;
  for (; j + 4 * CK_LANES <= column_end; j += 4 * CK_LANES) {
    CK_NAME(ck_layernorm_vjp_columns)(rows, columns, j, 4, CK_LANES, dy, x, mean, inverse_deviation, d_scale, d_shift);
  }
  for (; j < column_end; j += CK_LANES) {
    size_t n = column_end - j < CK_LANES ? column_end - j : CK_LANES;
    CK_NAME(ck_layernorm_vjp_columns)(rows, columns, j, 1, n, dy, x, mean, inverse_deviation, d_scale, d_shift);
  }
}

#undef CK_EACH_VECTOR
