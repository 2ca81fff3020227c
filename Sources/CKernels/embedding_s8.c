// embedding_s8: sum of three rows a token from quantised tables, each row with a scale of its own.
//
//   y[t] = word[ids[t]] * word_scale[ids[t]] + position[..] * position_scale[..] + type[..] * type_scale[..]
//
// Layout  tables: rows of `columns` contiguous s8, a scale a row. Indices are not checked here: they must be in range.
// Scalar  the definition: products and sums are rounded each, in this order. The vector versions equal it bit for bit.

#include "kernels.h"
#include "lanes.h"

#pragma STDC FP_CONTRACT OFF

void ck_s8_embedding_scalar(size_t rows, size_t columns, const int32_t *ids, const int32_t *positions,
                            const int32_t *types, const ck_table_s8 *word, const ck_table_s8 *position,
                            const ck_table_s8 *type, float *y) {
  for (size_t t = 0; t < rows; ++t) {
    const int8_t *a = word->rows + (size_t)ids[t] * columns, *b = position->rows + (size_t)positions[t] * columns;
    const int8_t *c = type->rows + (size_t)types[t] * columns;
    const float scale_a = word->scales[ids[t]], scale_b = position->scales[positions[t]];
    const float scale_c = type->scales[types[t]];
    for (size_t j = 0; j < columns; ++j) {
      const float first = (float)a[j] * scale_a, second = (float)b[j] * scale_b, third = (float)c[j] * scale_c;
      y[t * columns + j] = first + second + third;
    }
  }
}

// ---- AVX2 and AVX-512

#if defined(__x86_64__)

#include "lanes_avx2.h"
CK_INLINE vf ck_s8_widen_avx2(const int8_t *p) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)p)));
}
#include "embedding_s8_lanes.h"
#include "lanes_end.h"

#include "lanes_avx512.h"
CK_INLINE vf ck_s8_widen_avx512(const int8_t *p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p)));
}
#include "embedding_s8_lanes.h"
#include "lanes_end.h"

#endif  // __x86_64__
