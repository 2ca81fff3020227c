// activation_lanes.h: the activations and their derivatives over vectors. Included within a region (see lanes.h), also
// that of one float.

#include "lanes_math.h"

#define CK_SQRT_2_OVER_PI 0.797884560802865356f
#define CK_GELU_TANH_CUBIC 0.044715f

#define vactivate CK_NAME(vactivate)
#define vactivation_derivative CK_NAME(vactivation_derivative)

CK_INLINE vf vactivate(ck_activation activation, vf x) {
  switch (activation) {
    case CK_ACTIVATION_GELU: return vmul(x, vphi(x));
    case CK_ACTIVATION_GELU_TANH: {  // x (1 + tanh u) / 2 = x / (1 + e^-2u), which does not cancel for u < 0
      vf cubic = vmul(vset(CK_GELU_TANH_CUBIC), vmul(x, x));
      vf complement;
      return vmul(x, vsigmoid(vmul(vset(2.0f * CK_SQRT_2_OVER_PI), vfma(cubic, x, x)), &complement));
    }
    case CK_ACTIVATION_RELU: return vmax(vzero(), x);
    case CK_ACTIVATION_TANH: return vtanh(x);
    case CK_ACTIVATION_NONE: break;
  }
  return x;
}

CK_INLINE vf vactivation_derivative(ck_activation activation, vf x) {
  switch (activation) {
    case CK_ACTIVATION_GELU: {
      vf c = vmax(vset(-12.9f), vmin(vset(12.9f), x));  // beyond, the density is 0
      vf density = vmul(vexp(vmul(vmul(c, c), vset(-0.5f))), vset(0.398942280401432678f));
      return vfma(c, density, vphi(x));
    }
    case CK_ACTIVATION_GELU_TANH: {
      vf c = vmax(vset(-30.0f), vmin(vset(30.0f), x));  // beyond, the derivative is 0 or 1
      vf square = vmul(c, c);
      vf u2 = vmul(vset(2.0f * CK_SQRT_2_OVER_PI), vfma(vmul(vset(CK_GELU_TANH_CUBIC), square), c, c));
      vf du2 = vmul(vset(2.0f * CK_SQRT_2_OVER_PI),
                    vfma(vset(3.0f * CK_GELU_TANH_CUBIC), square, vset(1.0f)));
      vf complement, s = vsigmoid(u2, &complement);
      return vfma(vmul(c, vmul(s, complement)), du2, s);
    }
    case CK_ACTIVATION_RELU: return vselect(vless(vzero(), x), vset(1.0f), vzero());
    case CK_ACTIVATION_TANH: {
      vf t = vtanh(x);
      return vfnma(t, t, vset(1.0f));
    }
    case CK_ACTIVATION_NONE: break;
  }
  return vset(1.0f);
}
