// lanes_math.h: exp, tanh, sigmoid and the normal distribution's Phi over vectors. Included within a region (see lanes.h),
// also that of one float.
//
// Largest errors found by comparing every 97th float with double; all instruction sets give the same bits:
//   vexp        1 ulp; underflows gradually to 0, overflows to infinity; NaN stays NaN
//   vtanh       1.4 ulp
//   vsigmoid    3 ulp (down to the normal range's end)
//   vphi        4 ulp of 1/2; below x = -5.6, where Phi < 1.1e-8, 0

#define vexp CK_NAME(vexp)
#define vexp_all CK_NAME(vexp_all)
#define vtanh CK_NAME(vtanh)
#define vsigmoid CK_NAME(vsigmoid)
#define vphi CK_NAME(vphi)

// e^x = 2^n e^r, n = round(x / ln 2), |r| <= ln 2 / 2, of `count` <= CK_TOGETHER vectors in place. The polynomial is expf's of
// the Cephes library. Each step waits for the one before, some 50 cycles in all, and one vector after the other is more
// instructions than a core looks ahead; so each step is taken for all before the next.
CK_INLINE void vexp_all(const size_t count, vf x[]) {
  vf n[CK_TOGETHER], r[CK_TOGETHER], p[CK_TOGETHER];
#define CK_EACH _Pragma("clang loop unroll(full)") for (size_t i = 0; i < count; ++i)
  CK_EACH x[i] = vmax(vset(-110.0f), vmin(vset(90.0f), x[i]));
  CK_EACH n[i] = vround(vmul(x[i], vset(1.44269504088896341f)));
  // ln 2 in two parts: the first has 10 bits, so that n times it is exact
  CK_EACH r[i] = vfnma(n[i], vset(0.693359375f), x[i]);
  CK_EACH r[i] = vfnma(n[i], vset(-2.12194440e-4f), r[i]);
  CK_EACH p[i] = vfma(vset(1.9875691500e-4f), r[i], vset(1.3981999507e-3f));
  CK_EACH p[i] = vfma(p[i], r[i], vset(8.3334519073e-3f));
  CK_EACH p[i] = vfma(p[i], r[i], vset(4.1665795894e-2f));
  CK_EACH p[i] = vfma(p[i], r[i], vset(1.6666665459e-1f));
  CK_EACH p[i] = vfma(p[i], r[i], vset(5.0000001201e-1f));
  CK_EACH p[i] = vmul(p[i], r[i]);
  CK_EACH p[i] = vfma(p[i], r[i], r[i]);
  CK_EACH x[i] = vscale2(vadd(p[i], vset(1.0f)), n[i]);
#undef CK_EACH
}

CK_INLINE vf vexp(vf x) {
  vexp_all(1, &x);
  return x;
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

// Phi(x), the normal distribution function, as 1/2 + x P(x^2) / Q(x^2), without an exponential. P and Q of degree 5 are a
// minimax fit to (Phi(x) - 1/2) / x over |x| <= 5.6, relative error 2.2e-8; beyond, the function is that of 5.6.
CK_INLINE vf vphi(vf x) {
  vf a = vmax(vset(-5.6f), vmin(vset(5.6f), x)), s = vmul(a, a);
  vf p = vset(2.2297262702863918e-8f), q = vset(1.179652144855936e-6f);
  p = vfma(p, s, vset(6.289772954914952e-6f));
  q = vfma(q, s, vset(7.334446127060801e-5f));
  p = vfma(p, s, vset(1.689302735030651e-4f));
  q = vfma(q, s, vset(1.8854978261515498e-3f));
  p = vfma(p, s, vset(4.6773566864430904e-3f));
  q = vfma(q, s, vset(2.8677619993686676e-2f));
  p = vfma(p, s, vset(3.3929143100976944e-2f));
  q = vfma(q, s, vset(2.517140805721283e-1f));
  p = vfma(p, s, vset(3.989422619342804e-1f));
  q = vfma(q, s, vset(1.0f));
  return vmax(vzero(), vfma(a, vdiv(p, q), vset(0.5f)));
}
