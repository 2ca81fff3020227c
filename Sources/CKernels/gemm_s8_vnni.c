// gemm_s8 for AVX-512 with VNNI: see gemm_s8.c for formula, layout and blocking.
//
// vpdpbusd adds four products of u8 and s8 to a 32-bit sum: 64 products an instruction, where vpmaddwd has 32 and needs an
// addition besides.

#include "gemm_s4_panel.h"
#include "gemm_tile.h"
#include "kernels.h"
#include "lanes.h"
#include "transpose_f32.h"

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__)

#define STEP 4

#define MR CK_GEMM_MR_AVX512
#define NR CK_GEMM_NR_AVX512
#define ROW_BLOCK CK_GEMM_S8_ROW_BLOCK_AVX512
#define UNROLL 1
#define CK_GEMM_EACH_HEIGHT(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#define CK_S8_NAME(base) CK_PASTE(base, avx512vnni)
#include "lanes_avx512vnni.h"

typedef __m512i vi_avx512vnni;
#define vi vi_avx512vnni
CK_INLINE vi ck_s8_dot_avx512vnni(vi sum, vi a, vi b) { return _mm512_dpbusd_epi32(sum, a, b); }
CK_INLINE vi ck_s4_words_avx512vnni(const uint8_t *p) {
  const vi word = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p));
  return _mm512_or_si512(word, _mm512_slli_epi32(word, 16));
}
// Of unpacked values, those of a step: its first columns, its last ones.
CK_INLINE vi ck_s4_weights_avx512vnni(const vi *values, const size_t step, const size_t v) {
  (void)step;
  return values[v];
}
#include "lanes_avx512_s8.h"
#include "lanes_avx512_u8.h"
#include "gemm_s8_lanes.h"
#undef vi
#include "lanes_end.h"

#endif  // __x86_64__
