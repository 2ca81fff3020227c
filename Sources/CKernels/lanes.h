// lanes.h: the vector types and operations that the kernels are written in, for AVX2 and AVX-512, and what of them
// formulas need for one float.
//
// A vector body is written once, in `<op>_<format>_lanes.h`, with the names below, and compiled twice by
//
//   #include "lanes_avx2.h"       // opens a region: sets CK_ISA and the target of the functions in it
//   #include "<op>_lanes.h"
//   #include "lanes_end.h"        // closes it
//
// Within a region CK_NAME(ck_f32_add) is ck_f32_add_avx2, `vf` is a vector of CK_LANES floats, `vm` a mask.
// The `_n` forms touch the first n <= CK_LANES elements only and read zeros for the others, so that a tail runs through
// the same arithmetic as whole vectors do. vmin and vmax return their second operand when either is NaN.
//
// So that a number doesn't depend on the instruction set, a sum over a row is CK_SUM_LANES partial sums, of every
// CK_SUM_LANES-th element, or twice as many; CK_PARTS vectors hold CK_SUM_LANES of them, and vsum_parts adds halves to
// halves until one is left. The scalar versions do the same (scalar.h).

#ifndef CK_LANES_H
#define CK_LANES_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#pragma STDC FP_CONTRACT OFF

#define CK_PASTE_EXPANDED(base, isa) base##_##isa
#define CK_PASTE(base, isa) CK_PASTE_EXPANDED(base, isa)
#define CK_NAME(base) CK_PASTE(base, CK_ISA)
#define CK_INLINE static inline __attribute__((always_inline, unused))

// Partial sums of a row; vectors that are taken side by side (vexp_all).
enum { CK_SUM_LANES = 16, CK_TOGETHER = 4 };

#define CK_LANES CK_NAME(ck_lanes)
#define CK_PARTS (CK_SUM_LANES / CK_LANES)
#define vf CK_NAME(vf)
#define vm CK_NAME(vm)
#define vzero CK_NAME(vzero)
#define vset CK_NAME(vset)
#define vload CK_NAME(vload)
#define vstore CK_NAME(vstore)
#define vload_n CK_NAME(vload_n)
#define vstore_n CK_NAME(vstore_n)
#define vload_f16 CK_NAME(vload_f16)
#define vload_f16_n CK_NAME(vload_f16_n)
#define vstore_f16_n CK_NAME(vstore_f16_n)
#define vload_bf16_n CK_NAME(vload_bf16_n)
#define vadd CK_NAME(vadd)
#define vsub CK_NAME(vsub)
#define vmul CK_NAME(vmul)
#define vdiv CK_NAME(vdiv)
#define vsqrt CK_NAME(vsqrt)
#define vfma CK_NAME(vfma)
#define vfnma CK_NAME(vfnma)
#define vmin CK_NAME(vmin)
#define vmax CK_NAME(vmax)
#define vabs CK_NAME(vabs)
#define vcopysign CK_NAME(vcopysign)
#define vround CK_NAME(vround)
#define vscale2 CK_NAME(vscale2)
#define vless CK_NAME(vless)
#define vselect CK_NAME(vselect)
#define vfirst CK_NAME(vfirst)
#define vbelow CK_NAME(vbelow)
#define vsum CK_NAME(vsum)
#define vsum_parts CK_NAME(vsum_parts)
#define vlargest CK_NAME(vlargest)
#define vsum_squares CK_NAME(vsum_squares)
#define vany_not_finite CK_NAME(vany_not_finite)

// ---- One float: what lanes_math.h and activation_lanes.h are written in.
#define CK_ISA scalar

typedef float vf;
typedef int vm;

CK_INLINE vf vzero(void) { return 0.0f; }
CK_INLINE vf vset(float x) { return x; }
CK_INLINE vf vadd(vf a, vf b) { return a + b; }
CK_INLINE vf vsub(vf a, vf b) { return a - b; }
CK_INLINE vf vmul(vf a, vf b) { return a * b; }
CK_INLINE vf vdiv(vf a, vf b) { return a / b; }
CK_INLINE vf vfma(vf a, vf b, vf c) { return fmaf(a, b, c); }
CK_INLINE vf vfnma(vf a, vf b, vf c) { return fmaf(-a, b, c); }
CK_INLINE vf vmin(vf a, vf b) { return a < b ? a : b; }
CK_INLINE vf vmax(vf a, vf b) { return a > b ? a : b; }
CK_INLINE vf vabs(vf a) { return fabsf(a); }
CK_INLINE vf vcopysign(vf a, vf sign) { return copysignf(a, sign); }
CK_INLINE vf vround(vf a) { return nearbyintf(a); }
CK_INLINE vf vscale2(vf a, vf n) { return n == n ? ldexpf(a, (int)n) : n; }
CK_INLINE vm vless(vf a, vf b) { return a < b; }
CK_INLINE vf vselect(vm mask, vf yes, vf no) { return mask ? yes : no; }

#undef CK_ISA

#if defined(__x86_64__)

#include <immintrin.h>

#define CK_TARGET_AVX2 __attribute__((target("avx2,fma,f16c")))
#define CK_TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")))
#define CK_TARGET_AVX512VNNI \
  __attribute__((target("avx512vnni,avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")))

enum { ck_lanes_avx2 = 8, ck_lanes_avx512 = 16 };

// Asks for what a pass through memory will read, to be in L2: a core's own prefetchers stay too near to keep memory busy, and
// stop where a page of 4 kB ends. A single stream is read at 8 GB/s without it and at 12 with it (Emerald Rapids, one thread);
// twice that distance gains no more.
enum { CK_STREAM_AHEAD = 1024 };
CK_INLINE void ck_fetch_stream(const float *at) { __builtin_prefetch(at + CK_STREAM_AHEAD, 0, 2); }

// ---- AVX2: 8 lanes; a mask is a vector of all-ones or all-zeros lanes.
#define CK_ISA avx2
#pragma clang attribute push(CK_TARGET_AVX2, apply_to = function)

typedef __m256 vf;
typedef __m256 vm;

// The first n lanes set.
CK_INLINE __m256i CK_NAME(ck_lane_mask)(size_t n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
CK_INLINE vf vzero(void) { return _mm256_setzero_ps(); }
CK_INLINE vf vset(float x) { return _mm256_set1_ps(x); }
CK_INLINE vf vload(const float *p) { return _mm256_loadu_ps(p); }
CK_INLINE void vstore(float *p, vf v) { _mm256_storeu_ps(p, v); }
CK_INLINE vf vload_n(const float *p, size_t n) {
  return n == CK_LANES ? vload(p) : _mm256_maskload_ps(p, CK_NAME(ck_lane_mask)(n));
}
CK_INLINE void vstore_n(float *p, vf v, size_t n) {
  if (n == CK_LANES) {
    vstore(p, v);
  } else {
    _mm256_maskstore_ps(p, CK_NAME(ck_lane_mask)(n), v);
  }
}
CK_INLINE __m128i CK_NAME(ck_load_u16_n)(const uint16_t *p, size_t n) {
  if (n == CK_LANES) return _mm_loadu_si128((const __m128i *)p);
  uint16_t part[CK_LANES] = {0};
  for (size_t i = 0; i < n; ++i) part[i] = p[i];
  return _mm_loadu_si128((const __m128i *)part);
}
CK_INLINE vf vload_f16(const uint16_t *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }
CK_INLINE vf vload_f16_n(const uint16_t *p, size_t n) { return _mm256_cvtph_ps(CK_NAME(ck_load_u16_n)(p, n)); }
CK_INLINE void vstore_f16_n(uint16_t *p, vf v, size_t n) {
  __m128i half = _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  if (n == CK_LANES) {
    _mm_storeu_si128((__m128i *)p, half);
  } else {
    uint16_t part[CK_LANES];
    _mm_storeu_si128((__m128i *)part, half);
    for (size_t i = 0; i < n; ++i) p[i] = part[i];
  }
}
CK_INLINE vf vload_bf16_n(const uint16_t *p, size_t n) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(CK_NAME(ck_load_u16_n)(p, n)), 16));
}
CK_INLINE vf vadd(vf a, vf b) { return _mm256_add_ps(a, b); }
CK_INLINE vf vsub(vf a, vf b) { return _mm256_sub_ps(a, b); }
CK_INLINE vf vmul(vf a, vf b) { return _mm256_mul_ps(a, b); }
CK_INLINE vf vdiv(vf a, vf b) { return _mm256_div_ps(a, b); }
CK_INLINE vf vsqrt(vf a) { return _mm256_sqrt_ps(a); }
CK_INLINE vf vfma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }    // a * b + c
CK_INLINE vf vfnma(vf a, vf b, vf c) { return _mm256_fnmadd_ps(a, b, c); }  // c - a * b
CK_INLINE vf vmin(vf a, vf b) { return _mm256_min_ps(a, b); }
CK_INLINE vf vmax(vf a, vf b) { return _mm256_max_ps(a, b); }
CK_INLINE vf vabs(vf a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
CK_INLINE vf vcopysign(vf a, vf sign) {  // a >= 0
  return _mm256_or_ps(a, _mm256_and_ps(_mm256_set1_ps(-0.0f), sign));
}
CK_INLINE vf vround(vf a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
// a * 2^n for whole n in -250..250, in two factors, so that results below the normal range round once.
CK_INLINE vf vscale2(vf a, vf n) {
  __m256i whole = _mm256_cvtps_epi32(n);
  __m256i half = _mm256_srai_epi32(whole, 1), rest = _mm256_sub_epi32(whole, half);
  __m256i one = _mm256_set1_epi32(127);
  __m256 first = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(half, one), 23));
  __m256 second = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(rest, one), 23));
  return _mm256_mul_ps(_mm256_mul_ps(a, first), second);
}
CK_INLINE vm vless(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
CK_INLINE vf vselect(vm mask, vf yes, vf no) { return _mm256_blendv_ps(no, yes, mask); }
CK_INLINE vm vfirst(size_t n) { return _mm256_castsi256_ps(CK_NAME(ck_lane_mask)(n)); }
// Which of the words are below the threshold, unsigned.
CK_INLINE vm vbelow(const uint32_t *words, uint32_t threshold) {
  __m256i flip = _mm256_set1_epi32(INT32_MIN);
  __m256i w = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)words), flip);
  return _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_xor_si256(_mm256_set1_epi32((int)threshold), flip), w));
}
CK_INLINE float vsum(vf v) {
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
CK_INLINE float vsum_parts(const vf *parts) { return vsum(vadd(parts[0], parts[1])); }
CK_INLINE float vlargest(vf v) {
  __m128 four = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}
CK_INLINE double vsum_squares(size_t count, const float *x) {
  __m256d sum[4] = {_mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd()};
  for (size_t i = 0; i < count; i += 16) {
    ck_fetch_stream(x + i);
    for (int part = 0; part < 2; ++part) {
      size_t begin = i + 8 * (size_t)part;
      if (begin >= count) break;
      __m256 v = vload_n(x + begin, count - begin < 8 ? count - begin : 8);
      __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(v));
      __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1));
      sum[2 * part] = _mm256_fmadd_pd(low, low, sum[2 * part]);
      sum[2 * part + 1] = _mm256_fmadd_pd(high, high, sum[2 * part + 1]);
    }
  }
  __m256d all = _mm256_add_pd(_mm256_add_pd(sum[0], sum[1]), _mm256_add_pd(sum[2], sum[3]));
  __m128d two = _mm_add_pd(_mm256_castpd256_pd128(all), _mm256_extractf128_pd(all, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}
CK_INLINE int vany_not_finite(vf v) {
  __m256i exponent = _mm256_set1_epi32(0x7f800000);
  __m256i bad = _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_castps_si256(v), exponent), exponent);
  return !_mm256_testz_si256(bad, bad);
}

#pragma clang attribute pop
#undef CK_ISA

// ---- AVX-512: 16 lanes; a mask is a bit a lane.
#define CK_ISA avx512
#pragma clang attribute push(CK_TARGET_AVX512, apply_to = function)

typedef __m512 vf;
typedef __mmask16 vm;

CK_INLINE vm vfirst(size_t n) { return (vm)((1u << n) - 1u); }
CK_INLINE vf vzero(void) { return _mm512_setzero_ps(); }
CK_INLINE vf vset(float x) { return _mm512_set1_ps(x); }
CK_INLINE vf vload(const float *p) { return _mm512_loadu_ps(p); }
CK_INLINE void vstore(float *p, vf v) { _mm512_storeu_ps(p, v); }
CK_INLINE vf vload_n(const float *p, size_t n) {
  return n == CK_LANES ? vload(p) : _mm512_maskz_loadu_ps(vfirst(n), p);
}
CK_INLINE void vstore_n(float *p, vf v, size_t n) {
  if (n == CK_LANES) {
    vstore(p, v);
  } else {
    _mm512_mask_storeu_ps(p, vfirst(n), v);
  }
}
CK_INLINE __m256i CK_NAME(ck_load_u16_n)(const uint16_t *p, size_t n) {
  return n == CK_LANES ? _mm256_loadu_si256((const __m256i *)p) : _mm256_maskz_loadu_epi16(vfirst(n), p);
}
CK_INLINE vf vload_f16(const uint16_t *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }
CK_INLINE vf vload_f16_n(const uint16_t *p, size_t n) { return _mm512_cvtph_ps(CK_NAME(ck_load_u16_n)(p, n)); }
CK_INLINE void vstore_f16_n(uint16_t *p, vf v, size_t n) {
  __m256i half = _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  if (n == CK_LANES) {
    _mm256_storeu_si256((__m256i *)p, half);
  } else {
    _mm256_mask_storeu_epi16(p, vfirst(n), half);
  }
}
CK_INLINE vf vload_bf16_n(const uint16_t *p, size_t n) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(CK_NAME(ck_load_u16_n)(p, n)), 16));
}
CK_INLINE vf vadd(vf a, vf b) { return _mm512_add_ps(a, b); }
CK_INLINE vf vsub(vf a, vf b) { return _mm512_sub_ps(a, b); }
CK_INLINE vf vmul(vf a, vf b) { return _mm512_mul_ps(a, b); }
CK_INLINE vf vdiv(vf a, vf b) { return _mm512_div_ps(a, b); }
CK_INLINE vf vsqrt(vf a) { return _mm512_sqrt_ps(a); }
CK_INLINE vf vfma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }    // a * b + c
CK_INLINE vf vfnma(vf a, vf b, vf c) { return _mm512_fnmadd_ps(a, b, c); }  // c - a * b
CK_INLINE vf vmin(vf a, vf b) { return _mm512_min_ps(a, b); }
CK_INLINE vf vmax(vf a, vf b) { return _mm512_max_ps(a, b); }
CK_INLINE vf vabs(vf a) { return _mm512_abs_ps(a); }
CK_INLINE vf vcopysign(vf a, vf sign) {  // a >= 0
  return _mm512_or_ps(a, _mm512_and_ps(_mm512_set1_ps(-0.0f), sign));
}
CK_INLINE vf vround(vf a) {
  return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
CK_INLINE vf vscale2(vf a, vf n) { return _mm512_scalef_ps(a, n); }
CK_INLINE vm vless(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
CK_INLINE vf vselect(vm mask, vf yes, vf no) { return _mm512_mask_blend_ps(mask, no, yes); }
CK_INLINE vm vbelow(const uint32_t *words, uint32_t threshold) {
  return _mm512_cmplt_epu32_mask(_mm512_loadu_si512(words), _mm512_set1_epi32((int)threshold));
}
CK_INLINE float vsum(vf v) {
  __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
CK_INLINE float vsum_parts(const vf *parts) { return vsum(parts[0]); }
CK_INLINE float vlargest(vf v) {
  __m256 eight = _mm256_max_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}
CK_INLINE double vsum_squares(size_t count, const float *x) {
  __m512d low_sum = _mm512_setzero_pd(), high_sum = _mm512_setzero_pd();
  for (size_t i = 0; i < count; i += 16) {
    ck_fetch_stream(x + i);
    __m512 v = vload_n(x + i, count - i < 16 ? count - i : 16);
    __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(v));
    __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1));
    low_sum = _mm512_fmadd_pd(low, low, low_sum);
    high_sum = _mm512_fmadd_pd(high, high, high_sum);
  }
  __m512d sum = _mm512_add_pd(low_sum, high_sum);
  __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(sum), _mm512_extractf64x4_pd(sum, 1));
  __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}
CK_INLINE int vany_not_finite(vf v) {
  return _mm512_fpclass_ps_mask(v, 0x99) != 0;  // quiet NaN, +infinity, -infinity, signalling NaN
}

#pragma clang attribute pop
#undef CK_ISA

#endif  // __x86_64__
#endif  // CK_LANES_H
