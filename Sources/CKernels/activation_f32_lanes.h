// activation_f32_lanes.h: the vector version of activation_f32.c, which see. Included within a region (see lanes.h).

#include "activation_lanes.h"

// `activation` is a constant where these are expanded.
CK_INLINE void CK_NAME(ck_activate_all)(size_t count, const ck_activation activation, const float *x, float *y) {
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) vstore(y + i, vactivate(activation, vload(x + i)));
  if (i < count) vstore_n(y + i, vactivate(activation, vload_n(x + i, count - i)), count - i);
}

CK_INLINE void CK_NAME(ck_activation_vjp_all)(size_t count, const ck_activation activation, const float *dy,
                                              const float *x, float *dx) {
  size_t i = 0;
  for (; i + CK_LANES <= count; i += CK_LANES) {
    vstore(dx + i, vmul(vload(dy + i), vactivation_derivative(activation, vload(x + i))));
  }
  if (i < count) {
    size_t n = count - i;
    vstore_n(dx + i, vmul(vload_n(dy + i, n), vactivation_derivative(activation, vload_n(x + i, n))), n);
  }
}

void CK_NAME(ck_f32_activation)(size_t count, ck_activation activation, const float *x, float *y) {
  switch (activation) {
    case CK_ACTIVATION_NONE: CK_NAME(ck_activate_all)(count, CK_ACTIVATION_NONE, x, y); break;
    case CK_ACTIVATION_GELU: CK_NAME(ck_activate_all)(count, CK_ACTIVATION_GELU, x, y); break;
    case CK_ACTIVATION_GELU_TANH: CK_NAME(ck_activate_all)(count, CK_ACTIVATION_GELU_TANH, x, y); break;
    case CK_ACTIVATION_RELU: CK_NAME(ck_activate_all)(count, CK_ACTIVATION_RELU, x, y); break;
    case CK_ACTIVATION_TANH: CK_NAME(ck_activate_all)(count, CK_ACTIVATION_TANH, x, y); break;
  }
}

void CK_NAME(ck_f32_activation_vjp)(size_t count, ck_activation activation, const float *dy, const float *x,
                                    float *dx) {
  switch (activation) {
    case CK_ACTIVATION_NONE: CK_NAME(ck_activation_vjp_all)(count, CK_ACTIVATION_NONE, dy, x, dx); break;
    case CK_ACTIVATION_GELU: CK_NAME(ck_activation_vjp_all)(count, CK_ACTIVATION_GELU, dy, x, dx); break;
    case CK_ACTIVATION_GELU_TANH: CK_NAME(ck_activation_vjp_all)(count, CK_ACTIVATION_GELU_TANH, dy, x, dx); break;
    case CK_ACTIVATION_RELU: CK_NAME(ck_activation_vjp_all)(count, CK_ACTIVATION_RELU, dy, x, dx); break;
    case CK_ACTIVATION_TANH: CK_NAME(ck_activation_vjp_all)(count, CK_ACTIVATION_TANH, dy, x, dx); break;
  }
}
