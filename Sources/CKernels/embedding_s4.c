// embedding_s4: sum of three rows a token from tables of four bits a value, each row with a scale, each group of columns
// with a multiplier and an offset (see ck_weights_s4).
//
//   row[j] = (u[j] * multiplier[j / group] - offset[j / group]) * scale
//   y[t]   = word row + position row + type row
//
// Layout  tables: rows of k columns, two a byte. Indices are not checked here: they must be in range.
// Scalar  the definition: the parenthesis is a whole number below 2^8, so exact; its product and the sums are rounded each,
//         in this order. The vector versions equal it bit for bit. A group, 32 columns or more, is whole vectors.

#include "gemm_s4_panel.h"
#include "kernels.h"
#include "lanes.h"

#pragma STDC FP_CONTRACT OFF

static float ck_s4_at(const ck_weights_s4 *table, size_t row, size_t j) {
  const size_t group = row * (table->k / table->group) + j / table->group;
  const int whole = ck_s4_value(table->values, row * table->k + j) * table->multipliers[group] - table->offsets[group];
  return (float)whole * table->scales[row];
}

void ck_s4_embedding_scalar(size_t rows, const int32_t *ids, const int32_t *positions, const int32_t *types,
                            const ck_weights_s4 *word, const ck_weights_s4 *position, const ck_weights_s4 *type,
                            float *y) {
  for (size_t t = 0; t < rows; ++t) {
    for (size_t j = 0; j < word->k; ++j) {
      const float first = ck_s4_at(word, (size_t)ids[t], j), second = ck_s4_at(position, (size_t)positions[t], j);
      y[t * word->k + j] = first + second + ck_s4_at(type, (size_t)types[t], j);
    }
  }
}

// ---- AVX2 and AVX-512

#if defined(__x86_64__)

#include "lanes_avx2.h"
// 8 values from 4 bytes.
CK_INLINE vf ck_s4_widen_avx2(const uint8_t *p) {
  uint32_t word;
  memcpy(&word, p, sizeof word);
  const __m256i shifts = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
  const __m256i nibbles = _mm256_srlv_epi32(_mm256_set1_epi32((int)word), shifts);
  return _mm256_cvtepi32_ps(_mm256_and_si256(nibbles, _mm256_set1_epi32(15)));
}
#include "embedding_s4_lanes.h"
#include "lanes_end.h"

#include "lanes_avx512.h"
// 16 values from 8 bytes.
CK_INLINE vf ck_s4_widen_avx512(const uint8_t *p) {
  uint32_t word[2];
  memcpy(word, p, sizeof word);
  const __m512i both = _mm512_mask_set1_epi32(_mm512_set1_epi32((int)word[0]), 0xff00, (int)word[1]);
  const __m512i shifts = _mm512_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28);
  return _mm512_cvtepi32_ps(_mm512_and_si512(_mm512_srlv_epi32(both, shifts), _mm512_set1_epi32(15)));
}
#include "embedding_s4_lanes.h"
#include "lanes_end.h"

#endif  // __x86_64__
