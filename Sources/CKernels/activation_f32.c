// activation_f32: activation functions and their derivatives.
//
//   GELU       y = x Phi(x), Phi(x) = erfc(-x / sqrt 2) / 2        y' = Phi(x) + x phi(x), phi(x) = Phi'(x)
//   GELU_TANH  y = x (1 + tanh u) / 2, u = sqrt(2 / pi) (x + 0.044715 x^3)
//   RELU       y = max(x, 0)                                       y' = 1 where x > 0, else 0
//   TANH       y = tanh x                                          y' = 1 - y^2
//   forward    y = activation(x)                                   VJP  dx = dy * activation'(x)
//
// Layout  x, y, dy, dx: count contiguous floats, any alignment; the result may be an input.
// Scalar  the formulas of the vectors for one float; all instruction sets give the same bits. GELU_TANH is computed as
//         x / (1 + e^-2u), which is the same.
// Vector  lanes_math.h. GELU is within 4 ulp of max(|y|, |x| / 2), which PyTorch's is too, and 0 below x = -5.6, where
//         |y| < 6.1e-8; TANH within 3 ulp; GELU_TANH within 4 ulp of max(|y|, 2^-5 |x|), the argument of the exponential being
//         rounded. Derivatives are within 4 ulp of 1.
// Source  Hendrycks and Gimpel, "Gaussian error linear units", 2016, arXiv:1606.08415.

#include "activation_scalar.h"
#include "kernels.h"
#include "lanes.h"

#pragma STDC FP_CONTRACT OFF

CK_SCALAR void ck_f32_activation_scalar(size_t count, ck_activation activation, const float *x, float *y) {
  for (size_t i = 0; i < count; ++i) y[i] = vactivate_scalar(activation, x[i]);
}

CK_SCALAR void ck_f32_activation_vjp_scalar(size_t count, ck_activation activation, const float *dy, const float *x,
                                            float *dx) {
  for (size_t i = 0; i < count; ++i) dx[i] = dy[i] * vactivation_derivative_scalar(activation, x[i]);
}

// ---- AVX2 and AVX-512

#if defined(__x86_64__)

#include "lanes_avx2.h"
#include "activation_f32_lanes.h"
#include "lanes_end.h"

#include "lanes_avx512.h"
#include "activation_f32_lanes.h"
#include "lanes_end.h"

#endif  // __x86_64__
