// layernorm_f32: layer normalisation of each row, with an optional residual before it, and its VJP.
//
//   s = x + residual,  mean = sum_j s[j] / C,  variance = sum_j (s[j] - mean)^2 / C,  r = 1 / sqrt(variance + epsilon)
//   y[j] = scale[j] * (s[j] - mean) * r + shift[j]
//
//   h[j] = (s[j] - mean) * r,  g[j] = dy[j] * scale[j]
//   ds[j] = r * (g[j] - sum g / C - h[j] * sum(g h) / C)         (of x and of the residual alike)
//   d_scale[j] = sum_rows dy[j] h[j],  d_shift[j] = sum_rows dy[j]
//
// Layout  rows of C contiguous floats; mean and r: one float a row. The VJP's x is s. y may be x, dx may be dy.
// Scalar  the definition: two passes over a row, 2 x CK_SUM_LANES partial sums; in the VJP sums in order.
// Vector  the same passes and partial sums, so that a row's result depends neither on its place nor, but for the VJP,
//         on the instruction set.
// Source  Ba, Kiros and Hinton, "Layer normalization", 2016, arXiv:1607.06450, section 3.

#include "kernels.h"
#include "lanes.h"
#include "scalar.h"

#pragma STDC FP_CONTRACT OFF

CK_SCALAR void ck_f32_layernorm_scalar(size_t rows, size_t columns, const float *x, const float *residual,
                                       const float *scale, const float *shift, float epsilon, float *y, float *sum,
                                       float *mean, float *inverse_deviation) {
  for (size_t i = 0; i < rows; ++i) {
    size_t row = i * columns;
    float total[2 * CK_SUM_LANES] = {0}, squares[2 * CK_SUM_LANES] = {0};
    for (size_t j = 0; j < columns; ++j) {
      float s = residual ? x[row + j] + residual[row + j] : x[row + j];
      if (sum) sum[row + j] = s;
      y[row + j] = s;  // read again below
      total[j % (2 * CK_SUM_LANES)] += s;
    }
    float m = ck_sum_halves(total, 2 * CK_SUM_LANES) / (float)columns;
    for (size_t j = 0; j < columns; ++j) {
      float d = y[row + j] - m;
      squares[j % (2 * CK_SUM_LANES)] = fmaf(d, d, squares[j % (2 * CK_SUM_LANES)]);
    }
    float r = 1.0f / sqrtf(ck_sum_halves(squares, 2 * CK_SUM_LANES) / (float)columns + epsilon);
    for (size_t j = 0; j < columns; ++j) y[row + j] = fmaf(scale[j], (y[row + j] - m) * r, shift[j]);
    if (mean) mean[i] = m;
    if (inverse_deviation) inverse_deviation[i] = r;
  }
}

void ck_f32_layernorm_vjp_scalar(size_t rows, size_t columns, const float *dy, const float *x, const float *scale,
                                 const float *mean, const float *inverse_deviation, float *dx) {
  for (size_t i = 0; i < rows; ++i) {
    size_t row = i * columns;
    float m = mean[i], r = inverse_deviation[i], sum_g = 0.0f, sum_gh = 0.0f;
    for (size_t j = 0; j < columns; ++j) {
      float g = dy[row + j] * scale[j];
      sum_g += g;
      sum_gh += g * ((x[row + j] - m) * r);
    }
    float mean_g = sum_g / (float)columns, mean_gh = sum_gh / (float)columns;
    for (size_t j = 0; j < columns; ++j) {
      float h = (x[row + j] - m) * r;
      dx[row + j] = r * (dy[row + j] * scale[j] - mean_g - h * mean_gh);
    }
  }
}

void ck_f32_layernorm_vjp_parameters_scalar(size_t rows, size_t columns, size_t column_begin, size_t column_end,
                                            const float *dy, const float *x, const float *mean,
                                            const float *inverse_deviation, float *d_scale, float *d_shift) {
  for (size_t j = column_begin; j < column_end; ++j) d_scale[j] = d_shift[j] = 0.0f;
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = column_begin; j < column_end; ++j) {
      float g = dy[i * columns + j];
      d_scale[j] += g * ((x[i * columns + j] - mean[i]) * inverse_deviation[i]);
      d_shift[j] += g;
    }
  }
}

// ---- AVX2 and AVX-512

#if defined(__x86_64__)

#include "lanes_avx2.h"
#include "layernorm_f32_lanes.h"
#include "lanes_end.h"

#include "lanes_avx512.h"
#include "layernorm_f32_lanes.h"
#include "lanes_end.h"

#endif  // __x86_64__
