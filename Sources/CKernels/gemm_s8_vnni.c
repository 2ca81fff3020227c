// gemm_s8 for AVX-512 with VNNI: see gemm_s8.c for formula, layout and blocking.
//
// vpdpbusd adds four products of u8 and s8 to a 32-bit sum: 64 products an instruction, where vpmaddwd has 32 and needs an
// addition besides.

#include "gemm_s4_panel.h"
#include "kernels.h"
#include "lanes.h"

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__)

#define STEP 4

#define MR CK_GEMM_MR_AVX512
#define NR CK_GEMM_NR_AVX512
#define ROW_BLOCK CK_GEMM_S8_ROW_BLOCK_AVX512
#define CK_GEMM_EACH_HEIGHT(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#define CK_S8_NAME(base) CK_PASTE(base, avx512vnni)
#include "lanes_avx512vnni.h"

typedef __m512i vi_avx512vnni;
#define vi vi_avx512vnni
CK_INLINE vi ck_s8_weights_avx512vnni(const int8_t *p) { return _mm512_loadu_si512(p); }
CK_INLINE vi ck_s8_dot_avx512vnni(vi sum, vi a, vi b) { return _mm512_dpbusd_epi32(sum, a, b); }
CK_INLINE vi ck_s4_words_avx512vnni(const uint8_t *p) {
  const vi word = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p));
  return _mm512_or_si512(word, _mm512_slli_epi32(word, 16));
}
CK_INLINE vi ck_s8_start_avx512vnni(const int32_t *negated_sums, int32_t offset) {
  return _mm512_mullo_epi32(_mm512_loadu_si512(negated_sums), _mm512_set1_epi32(offset));
}
// 16 whole numbers as u8 with an offset, four a word.
CK_INLINE void ck_s8_words_avx512vnni(vi q, int32_t offset, uint32_t *words) {
  _mm_storeu_si128((__m128i *)words, _mm512_cvtepi32_epi8(_mm512_add_epi32(q, _mm512_set1_epi32(offset))));
}
#include "lanes_avx512_s8.h"
#include "gemm_s8_lanes.h"
#undef vi
#include "lanes_end.h"

#endif  // __x86_64__
