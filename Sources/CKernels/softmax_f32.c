// softmax_f32: softmax of each row.
//
//   y[j] = e^(x[j] - max x) / sum_l e^(x[l] - max x)
//
// Layout  rows of contiguous floats; y may be x.
// Scalar  the definition: CK_SUM_LANES partial sums a row; the exponential as in lanes_math.h.
// Vector  the same arithmetic.

#include "activation_scalar.h"
#include "kernels.h"
#include "lanes.h"

#pragma STDC FP_CONTRACT OFF

CK_SCALAR void ck_f32_softmax_scalar(size_t rows, size_t columns, const float *x, float *y) {
  for (size_t i = 0; i < rows; ++i) {
    const float *in = x + i * columns;
    float *out = y + i * columns;
    float largest = -INFINITY, partial[CK_SUM_LANES] = {0};
    for (size_t j = 0; j < columns; ++j) largest = in[j] > largest ? in[j] : largest;
    for (size_t j = 0; j < columns; ++j) {
      out[j] = vexp_scalar(in[j] - largest);
      partial[j % CK_SUM_LANES] += out[j];
    }
    const float sum = ck_sum_halves(partial, CK_SUM_LANES);
    for (size_t j = 0; j < columns; ++j) out[j] = out[j] / sum;
  }
}

// ---- AVX2 and AVX-512

#if defined(__x86_64__)

#include "lanes_avx2.h"
#include "softmax_f32_lanes.h"
#include "lanes_end.h"

#include "lanes_avx512.h"
#include "softmax_f32_lanes.h"
#include "lanes_end.h"

#endif  // __x86_64__
