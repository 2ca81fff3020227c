// lanes_math.h: exp, tanh, sigmoid and the normal distribution over vectors. Included within a region (see lanes.h),
// also that of one float.
//
// Largest errors found by comparing every 97th float with double; all instruction sets give the same bits:
//   vexp        1 ulp; underflows gradually to 0, overflows to infinity; NaN stays NaN
//   vtanh       1.4 ulp
//   vsigmoid    3 ulp (down to the normal range's end)
//   vnormal     Phi: 5.5 ulp down to x = -12.9, then 0; density: 3 ulp

#define vexp CK_NAME(vexp)
#define vtanh CK_NAME(vtanh)
#define vsigmoid CK_NAME(vsigmoid)
#define vnormal CK_NAME(vnormal)

// e^x = 2^n e^r, n = round(x / ln 2), |r| <= ln 2 / 2. The polynomial is expf's of the Cephes library.
CK_INLINE vf vexp(vf x) {
  x = vmax(vset(-110.0f), vmin(vset(90.0f), x));
  vf n = vround(vmul(x, vset(1.44269504088896341f)));
  vf r = vfnma(n, vset(0.693359375f), x);  // ln 2 in two parts: the first has 10 bits, so that n times it is exact
  r = vfnma(n, vset(-2.12194440e-4f), r);
  vf p = vset(1.9875691500e-4f);
  p = vfma(p, r, vset(1.3981999507e-3f));
  p = vfma(p, r, vset(8.3334519073e-3f));
  p = vfma(p, r, vset(4.1665795894e-2f));
  p = vfma(p, r, vset(1.6666665459e-1f));
  p = vfma(p, r, vset(5.0000001201e-1f));
  p = vfma(vmul(p, r), r, r);
  return vscale2(vadd(p, vset(1.0f)), n);
}

// x + x^3 P(x^2) near 0 (Cephes), 1 - 2 / (e^2|x| + 1) with the sign of x beyond.
CK_INLINE vf vtanh(vf x) {
  vf a = vabs(x), s = vmul(x, x);
  vf p = vset(-5.70498872745e-3f);
  p = vfma(p, s, vset(2.06390887954e-2f));
  p = vfma(p, s, vset(-5.37397155531e-2f));
  p = vfma(p, s, vset(1.33314422036e-1f));
  p = vfma(p, s, vset(-3.33332819422e-1f));
  vf near = vfma(vmul(p, s), x, x);
  vf far = vsub(vset(1.0f), vdiv(vset(2.0f), vadd(vexp(vadd(a, a)), vset(1.0f))));
  return vselect(vless(a, vset(0.625f)), near, vcopysign(far, x));
}

// 1 / (1 + e^-x); *complement gets 1 / (1 + e^x).
CK_INLINE vf vsigmoid(vf x, vf *complement) {
  vf e = vexp(vsub(vzero(), x));  // may be infinite
  vf s = vdiv(vset(1.0f), vadd(vset(1.0f), e));
  *complement = vselect(vless(x, vzero()), vsub(vset(1.0f), s), vmul(e, s));
  return s;
}

// Phi(x), the normal distribution function, and *density = phi(x) = e^(-x^2 / 2) / sqrt(2 pi).
//
// Phi(-a) = e^(-a^2 / 2) P(t) / (a + 4), t = (a - 4) / (a + 4), for a >= 0: P is a minimax fit of degree 9 to
// (a + 4) e^(a^2 / 2) erfc(a / sqrt 2) / 2 over 0 <= a <= 14.5, relative error 9e-9. The rounding error of a^2 is
// carried along, as it would be multiplied by a^2 / 2 otherwise. Beyond a = 12.9, where Phi(-a) < 2.3e-38 leaves the
// normal range, it is 0: arithmetic on subnormal numbers is many times slower on some processors.
CK_INLINE vf vnormal(vf x, vf *density) {
  vf far = vset(12.9f), a = vmin(far, vabs(x));
  vf inverse = vdiv(vset(1.0f), vadd(a, vset(4.0f)));
  vf t = vmul(vsub(a, vset(4.0f)), inverse);
  vf p = vset(-1.3197444673642753e-4f);
  p = vfma(p, t, vset(1.7934930236543635e-4f));
  p = vfma(p, t, vset(1.5699230416704726e-3f));
  p = vfma(p, t, vset(-3.5125506970505530e-3f));
  p = vfma(p, t, vset(-7.5252703846446590e-3f));
  p = vfma(p, t, vset(6.0403830371590000e-2f));
  p = vfma(p, t, vset(-1.8652344166475310e-1f));
  p = vfma(p, t, vset(3.8713690116463450e-1f));
  p = vfma(p, t, vset(-6.0789658826065340e-1f));
  p = vfma(p, t, vset(7.5528513533831590e-1f));
  vf square = vmul(a, a);
  vf lost = vfma(a, a, vsub(vzero(), square));  // a^2 = square + lost
  vf e = vexp(vmul(square, vset(-0.5f)));
  e = vfma(vmul(e, vset(-0.5f)), lost, e);
  vm beyond = vless(far, vabs(x));
  e = vselect(beyond, vzero(), e);
  vf tail = vmul(e, vmul(p, inverse));
  *density = vmul(e, vset(0.398942280401432678f));
  return vselect(vless(x, vzero()), tail, vsub(vset(1.0f), tail));
}

