// activation_scalar.h: the definitions of the activations and their derivatives, for one value.

#ifndef CK_ACTIVATION_SCALAR_H
#define CK_ACTIVATION_SCALAR_H

#include <math.h>

#include "ckernels.h"

#pragma STDC FP_CONTRACT OFF

#define CK_SQRT_HALF 0.707106781186547524f
#define CK_SQRT_2_OVER_PI 0.797884560802865356f
#define CK_INVERSE_SQRT_2PI 0.398942280401432678f
#define CK_GELU_TANH_CUBIC 0.044715f

static inline float ck_activate(ck_activation activation, float x) {
  switch (activation) {
    case CK_ACTIVATION_GELU: return x * (0.5f * erfcf(-x * CK_SQRT_HALF));
    case CK_ACTIVATION_GELU_TANH: {
      float u = CK_SQRT_2_OVER_PI * (x + CK_GELU_TANH_CUBIC * x * x * x);
      return x / (1.0f + expf(-2.0f * u));  // = x (1 + tanh u) / 2, and does not cancel for u < 0
    }
    case CK_ACTIVATION_RELU: return x < 0.0f ? 0.0f : x;
    case CK_ACTIVATION_TANH: return tanhf(x);
    case CK_ACTIVATION_NONE: break;
  }
  return x;
}

static inline float ck_activation_derivative(ck_activation activation, float x) {
  switch (activation) {
    case CK_ACTIVATION_GELU: {
      float distribution = 0.5f * erfcf(-x * CK_SQRT_HALF);
      float a = fminf(fabsf(x), 14.5f);  // beyond, the density is 0
      return distribution + copysignf(a, x) * (CK_INVERSE_SQRT_2PI * expf(-0.5f * a * a));
    }
    case CK_ACTIVATION_GELU_TANH: {
      float c = fmaxf(-30.0f, fminf(30.0f, x));  // beyond, the derivative is 0 or 1
      float u = CK_SQRT_2_OVER_PI * (c + CK_GELU_TANH_CUBIC * c * c * c);
      float du = CK_SQRT_2_OVER_PI * (1.0f + 3.0f * CK_GELU_TANH_CUBIC * c * c);
      float e = expf(-2.0f * fabsf(u)), s = 1.0f / (1.0f + e), complement = e * s;  // swapped for u < 0
      return (u < 0.0f ? complement : s) + c * (s * complement) * (2.0f * du);
    }
    case CK_ACTIVATION_RELU: return x > 0.0f ? 1.0f : 0.0f;
    case CK_ACTIVATION_TANH: {
      float t = tanhf(x);
      return 1.0f - t * t;
    }
    case CK_ACTIVATION_NONE: break;
  }
  return 1.0f;
}

#endif  // CK_ACTIVATION_SCALAR_H
