// gemm_s8: product of quantised activations and quantised weights, exact in integers, with a fused epilogue.
//
//   s[i] = max_p |a[i, p]| / 127, or the given a_scale
//   q[i, p] = clamp(round(a[i, p] / s[i]), -128 - o, 127 - o)        o = 0, or the given a_zero_point: q + o is an s8
//   z[i, j] = (sum_p q[i, p] * w[j, p]) * (s[i] * scale[j]) + bias[j]
//   c[i, j] = activation(z[i, j]) + residual[i, j]             preactivation[i, j] = z[i, j] where asked for
//
// Rounding is to nearest even, of a[i, p] times the rounded 127 / max |a[i, p]|. The sum is of integers: 32 bits hold it
// for k up to 65793 (255 * 128 * k < 2^31), so it is exact in any order, and an element has the same bits on every
// instruction set. The sum becomes a float once,
// rounded to nearest even; products and sums of the epilogue are rounded each, never fused.
//
// Why nothing saturates: AVX2's instruction for bytes (vpmaddubsw) adds two products of u8 and s8 in 16 bits, which
// 2 * 255 * 127 = 64770 overflows. Here bytes are widened to 16 bits and vpmaddwd adds two products of s16 and s16 in 32
// bits, which also has room for the -255...255 of a zero point. AVX-512 VNNI (vpdpbusd) adds four products of u8 and s8 in
// 32 bits without saturation: activations are stored as q + o + 128, and the sum starts at -(o + 128) * sum_p w[j, p], which
// takes that out again. Weights whose pairs fit 16 bits are multiplied as bytes on AVX2 and AVX-512 too: see
// gemm_s8_pairs.c.
//
// Layout  a: rows of k contiguous floats. w: s8 rows of k, packed as gemm_s8_panel.h says. c, preactivation, residual:
//         rows of n contiguous floats. A block of rows is quantised into scratch, a tile's rows side by side: step s of
//         row r is the 32-bit word s * rows + r, two s16 or four u8, which one instruction broadcasts.
// Scalar  the definition.
// S4      weights of four bits are s8 of few values, which the first tile of a block unpacks while it multiplies: that costs
//         some instructions a vector of weights, once a block of rows: see gemm_s4_lanes.h. With AVX2 they have a
//         product of their own, faster than that of eight bits: see gemm_s4_avx2.h.
// Blocking as in gemm_f32.c, but over the whole depth: the integer sums stay in registers until they are done, and a
//         panel is a quarter of the bytes. Rows a block: 48 with AVX2, where a row takes 2 bytes an element, 140 with
//         AVX-512, so that a block of depth 3072 stays within L2.

#include "activation_scalar.h"
#include "gemm_s4_panel.h"
#include "gemm_tile.h"
#include "kernels.h"
#include "lanes.h"
#include "transpose_f32.h"

#pragma STDC FP_CONTRACT OFF

// ---- Scalar

#define NR CK_GEMM_NR_SCALAR

ck_type ck_s8_gemm_type_scalar(size_t n, size_t k, const int8_t *w) {
  (void)n, (void)k, (void)w;
  return CK_TYPE_S8;
}

size_t ck_s8_gemm_packed_bytes_scalar(size_t n, size_t k, ck_type type) {
  (void)type;
  return (n + NR - 1) / NR * ck_s8_panel_bytes(k, NR, 1);
}

// A quantised row of s16, and a column of weights.
size_t ck_s8_gemm_scratch_count_scalar(size_t k, ck_type type) {
  (void)type;
  return 3 * k / sizeof(float) + 1;
}

void ck_s8_gemm_pack_b_scalar(size_t n, size_t k, ck_type type, const int8_t *w, const float *scales,
                              size_t panel_begin, size_t panel_end, int8_t *packed) {
  (void)type;
  for (size_t panel = panel_begin; panel < panel_end; ++panel) {
    ck_s8_pack_panel(n, k, w, scales, panel, NR, 1, packed);
  }
}

size_t ck_s4_gemm_packed_bytes_scalar(size_t n, size_t k, size_t group) {
  return (n + NR - 1) / NR * ck_s4_panel_bytes(k, NR, group);
}

// One value a vector: a byte holds two that follow each other in a panel.
void ck_s4_gemm_pack_b_scalar(const ck_weights_s4 *weights, size_t panel_begin, size_t panel_end, int8_t *packed) {
  for (size_t panel = panel_begin; panel < panel_end; ++panel) {
    ck_s4_pack_panel(weights, panel, NR, 1, 1, packed);
  }
}

// The weights of a column of a panel, k of them.
static void ck_s8_column_scalar(const ck_gemm_args *args, const int8_t *panel, size_t column, int8_t *weights) {
  const uint8_t *start = (const uint8_t *)panel + NR * (sizeof(float) + sizeof(int32_t));
  for (size_t p = 0; p < args->k; ++p) {
    if (args->b_type == CK_TYPE_S4) {
      const uint8_t *group = start + p / args->b_group * ck_s4_group_bytes(NR, args->b_group);
      const uint8_t value = ck_s4_value(group + 2 * NR, p % args->b_group * NR + column);
      weights[p] = (int8_t)(value * group[column] - group[NR + column]);
    } else {
      weights[p] = (int8_t)start[p * NR + column];
    }
  }
}

// Quantises a row; gives its scale.
static float ck_s8_quantize_row_scalar(const float *a, size_t k, float a_scale, int32_t zero_point, int16_t *q) {
  ck_s8_scale scale = {a_scale, 1.0f / a_scale};
  if (a_scale == 0.0f) {
    uint32_t largest = 0;
    for (size_t p = 0; p < k; ++p) {
      uint32_t bits;
      memcpy(&bits, a + p, sizeof bits);
      bits &= 0x7fffffff;
      largest = bits > largest ? bits : largest;
    }
    scale = ck_s8_scale_of(largest);
  }
  const float most = (float)(127 - zero_point), least = (float)(-128 - zero_point);
  for (size_t p = 0; p < k; ++p) {
    float t = a[p] * scale.inverse;
    t = t < most ? t : most;  // NaN too
    t = t > least ? t : least;
    q[p] = (int16_t)nearbyintf(t);
  }
  return scale.scale;
}

CK_SCALAR void ck_s8_gemm_scalar(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin,
                                 size_t panel_end, float *scratch) {
  const size_t k = args->k;
  const size_t bytes = args->b_type == CK_TYPE_S4 ? ck_s4_panel_bytes(k, NR, args->b_group) : ck_s8_panel_bytes(k, NR, 1);
  int16_t *const q = (int16_t *)(void *)scratch;
  int8_t *const weights = (int8_t *)(q + k);
  for (size_t i = row_begin; i < row_end; ++i) {
    const float a_scale =
        ck_s8_quantize_row_scalar(args->a + i * args->a_row_stride, k, args->a_scale, args->a_zero_point, q);
    for (size_t panel = panel_begin; panel < panel_end; ++panel) {
      const int8_t *b = (const int8_t *)args->b + panel * bytes;
      for (size_t j = panel * NR; j < panel * NR + NR && j < args->n; ++j) {
        const size_t column = j - panel * NR;
        ck_s8_column_scalar(args, b, column, weights);
        int32_t sum = 0;
        for (size_t p = 0; p < k; ++p) sum += (int32_t)q[p] * weights[p];
        float scale;
        memcpy(&scale, b + column * sizeof(float), sizeof scale);
        float z = (float)sum * (a_scale * scale);
        if (args->bias) z += args->bias[j];
        if (args->preactivation) args->preactivation[i * args->preactivation_row_stride + j] = z;
        z = vactivate_scalar(args->activation, z);
        if (args->residual) z += args->residual[i * args->residual_row_stride + j];
        args->c[i * args->c_row_stride + j] = z;
      }
    }
  }
}

#undef NR

// ---- AVX2 and AVX-512; with VNNI in gemm_s8_vnni.c

#if defined(__x86_64__)

#define STEP 2
#define HAS_PAIRS

#define MR CK_GEMM_MR_AVX2
#define NR CK_GEMM_NR_AVX2
#define ROW_BLOCK CK_GEMM_S8_ROW_BLOCK_AVX2
#define UNROLL 2
#define CK_GEMM_EACH_HEIGHT(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define CK_S8_NAME(base) CK_PASTE(base, avx2)
#include "lanes_avx2.h"

typedef __m256i vi_avx2;
#define vi vi_avx2
CK_INLINE vi ck_s8_weights_avx2(const int8_t *p) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)p));
}
CK_INLINE vi ck_s8_dot_avx2(vi sum, vi a, vi b) { return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b)); }
CK_INLINE vi ck_s8_start_avx2(const int32_t *negated_sums, int32_t offset) {
  (void)negated_sums, (void)offset;
  return _mm256_setzero_si256();
}
// 8 whole numbers as s16, two a word.
CK_INLINE void ck_s8_words_avx2(vi q, int32_t offset, uint32_t *words) {
  (void)offset;
  __m128i low = _mm256_castsi256_si128(q), high = _mm256_extracti128_si256(q, 1);
  _mm_storeu_si128((__m128i *)words, _mm_packs_epi32(low, high));
}
#define S4_STEP 4
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
#define CK_S8_NAME(base) CK_PASTE(base, avx512)
#include "lanes_avx512.h"

typedef __m512i vi_avx512;
#define vi vi_avx512
CK_INLINE vi ck_s8_weights_avx512(const int8_t *p) {
  return _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)p));
}
CK_INLINE vi ck_s8_dot_avx512(vi sum, vi a, vi b) { return _mm512_add_epi32(sum, _mm512_madd_epi16(a, b)); }
CK_INLINE vi ck_s4_words_avx512(const uint8_t *p) {
  return _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)p));
}
// Of unpacked values, those of a step, widened: its first columns, its last ones.
CK_INLINE vi ck_s4_weights_avx512(const vi *values, const size_t step, const size_t v) {
  return _mm512_cvtepi8_epi16(v ? _mm512_extracti64x4_epi64(values[step], 1) : _mm512_castsi512_si256(values[step]));
}
CK_INLINE vi ck_s8_start_avx512(const int32_t *negated_sums, int32_t offset) {
  (void)negated_sums, (void)offset;
  return _mm512_setzero_si512();
}
// 16 whole numbers as s16, two a word.
CK_INLINE void ck_s8_words_avx512(vi q, int32_t offset, uint32_t *words) {
  (void)offset;
  _mm256_storeu_si256((__m256i *)words, _mm512_cvtepi32_epi16(q));
}
#include "lanes_avx512_s8.h"
#include "gemm_s8_lanes.h"
#undef vi
#include "lanes_end.h"

#endif  // __x86_64__
