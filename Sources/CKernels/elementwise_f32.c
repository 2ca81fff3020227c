// elementwise_f32: sums and products of vectors, sums over rows, and two reductions.
//
//   add  y = a + b        axpy  y += alpha * x        scale  y = alpha * x
//   sum_rows        y[j] = sum_i x[i, j], i in order
//   sum_of_squares  sum_i x[i]^2, in double
//   all_finite      1 unless an element is infinite or NaN
//
// Layout  contiguous floats, any alignment; outputs may be inputs.
// Scalar  the definition. Vector versions equal it bit for bit, but for axpy, which rounds once (fused), and
//         sum_of_squares, which has 16 partial sums in double, taken in a fixed order.

#include "kernels.h"
#include "lanes.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

void ck_f32_add_scalar(size_t count, const float *a, const float *b, float *y) {
  for (size_t i = 0; i < count; ++i) y[i] = a[i] + b[i];
}

void ck_f32_axpy_scalar(size_t count, float alpha, const float *x, float *y) {
  for (size_t i = 0; i < count; ++i) y[i] += alpha * x[i];
}

void ck_f32_scale_scalar(size_t count, float alpha, const float *x, float *y) {
  for (size_t i = 0; i < count; ++i) y[i] = alpha * x[i];
}

void ck_f32_sum_rows_scalar(size_t rows, size_t columns, size_t column_begin, size_t column_end, const float *x,
                            float *y) {
  for (size_t j = column_begin; j < column_end; ++j) y[j] = 0.0f;
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = column_begin; j < column_end; ++j) y[j] += x[i * columns + j];
  }
}

double ck_f32_sum_of_squares_scalar(size_t count, const float *x) {
  double sum = 0.0;
  for (size_t i = 0; i < count; ++i) sum += (double)x[i] * (double)x[i];
  return sum;
}

int ck_f32_all_finite_scalar(size_t count, const float *x) {
  for (size_t i = 0; i < count; ++i) {
    if (!isfinite(x[i])) return 0;
  }
  return 1;
}

// ---- AVX2 and AVX-512

#if defined(__x86_64__)

#include "lanes_avx2.h"
#include "elementwise_f32_lanes.h"
#include "lanes_end.h"

#include "lanes_avx512.h"
#include "elementwise_f32_lanes.h"
#include "lanes_end.h"

#endif  // __x86_64__
