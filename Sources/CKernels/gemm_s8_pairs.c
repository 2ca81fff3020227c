// gemm_s8 for AVX2 and AVX-512 of weights whose pairs fit 16 bits: see gemm_s8.c for formula, layout and blocking.
//
// vpmaddubsw multiplies u8 by s8 and adds two products in 16 bits. Activations are stored as u = q + o + 128, 0...255, as
// VNNI has them, and the sum starts at -(o + 128) * sum_p w[j, p]. Where |w[j, p] + w[j, p + 1]| <= 128 for each even p, the
// two products are within 255 * 128 = 32640 and nothing saturates: see CK_S8_PAIR_LIMIT. Weights within -64...64 are such,
// whatever they are.
//
// So 32 products (AVX2; 64 with AVX-512) take three instructions: vpmaddubsw, vpmaddwd with ones, vpaddd. With both widened
// to 16 bits they take four, and one to widen weights, once for the rows of a tile.
//
// Registers: 12 sums of 16 with AVX2, 28 of 32 with AVX-512; the ones, a broadcast and its products are three more. So
//         weights stay in memory, from where vpmaddubsw takes them.

#include "gemm_s4_panel.h"
#include "gemm_tile.h"
#include "kernels.h"
#include "lanes.h"
#include "transpose_f32.h"

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__)

#define STEP CK_S8_PAIRS_STEP
#define IS_PAIRS

#define MR CK_GEMM_MR_AVX2
#define NR CK_GEMM_NR_AVX2
#define ROW_BLOCK CK_GEMM_S8_ROW_BLOCK_AVX2
#define UNROLL 2
#define CK_GEMM_EACH_HEIGHT(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define CK_S8_NAME(base) CK_PASTE(base, pairs_avx2)
#include "lanes_avx2.h"

typedef __m256i vi_pairs_avx2;
#define vi vi_pairs_avx2
CK_INLINE vi ck_s8_weights_pairs_avx2(const int8_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
CK_INLINE vi ck_s8_dot_pairs_avx2(vi sum, vi a, vi b) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), _mm256_set1_epi16(1)));
}
CK_INLINE vi ck_s8_start_pairs_avx2(const int32_t *negated_sums, int32_t offset) {
  return _mm256_mullo_epi32(_mm256_loadu_si256((const __m256i *)negated_sums), _mm256_set1_epi32(offset));
}
// 8 whole numbers as u8 with an offset, four a word.
CK_INLINE void ck_s8_words_pairs_avx2(vi q, int32_t offset, uint32_t *words) {
  const vi u = _mm256_add_epi32(q, _mm256_set1_epi32(offset));
  const __m128i pairs = _mm_packs_epi32(_mm256_castsi256_si128(u), _mm256_extracti128_si256(u, 1));
  _mm_storel_epi64((__m128i *)words, _mm_packus_epi16(pairs, pairs));
}
#include "lanes_avx2_s8.h"
#include "gemm_s8_lanes.h"
#undef vi
#include "lanes_end.h"
#undef CK_S8_NAME
#undef MR
#undef NR
#undef ROW_BLOCK
#undef UNROLL
#undef CK_GEMM_EACH_HEIGHT

#define MR CK_GEMM_MR_AVX512
#define NR CK_GEMM_NR_AVX512
#define ROW_BLOCK CK_GEMM_S8_ROW_BLOCK_AVX512
#define UNROLL 1
#define CK_GEMM_EACH_HEIGHT(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#define CK_S8_NAME(base) CK_PASTE(base, pairs_avx512)
#include "lanes_avx512.h"

typedef __m512i vi_pairs_avx512;
#define vi vi_pairs_avx512
CK_INLINE vi ck_s8_dot_pairs_avx512(vi sum, vi a, vi b) {
  return _mm512_add_epi32(sum, _mm512_madd_epi16(_mm512_maddubs_epi16(a, b), _mm512_set1_epi16(1)));
}
#include "lanes_avx512_s8.h"
#include "lanes_avx512_u8.h"
#include "gemm_s8_lanes.h"
#undef vi
#include "lanes_end.h"

#endif  // __x86_64__
