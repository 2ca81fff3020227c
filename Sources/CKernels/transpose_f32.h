// transpose_f32.h: 8x8 transpose in registers, for packing. AVX, used by both vector versions.

#ifndef CK_TRANSPOSE_F32_H
#define CK_TRANSPOSE_F32_H

#include "lanes.h"

// How far ahead of what is packed its rows are asked for: in floats where several rows are read side by side, each of them a
// stream of its own, and in rows where a line or two of each is read. Processors follow fewer streams by themselves, none of
// them beyond a page of 4 kB. From L3 or memory that gains 1 to 2 % of a product of 768 x 768 weights and 1024 rows (one thread
// of an Emerald Rapids Xeon). Of a product whose rows are at most CK_PACK_NEAR floats, 1 MB, none are asked for: it would lose
// half a percent.
enum { CK_PACK_AHEAD = 48, CK_PACK_ROWS_AHEAD = 16, CK_PACK_NEAR = 1 << 18 };

#if defined(__x86_64__)

// out[p][i] = in[i][p].
__attribute__((target("avx2"), always_inline)) static inline void ck_transpose_8x8(const __m256 in[8],
                                                                                  __m256 out[8]) {
  __m256 pair[8], quad[8];
  for (int i = 0; i < 4; ++i) {
    pair[2 * i] = _mm256_unpacklo_ps(in[2 * i], in[2 * i + 1]);
    pair[2 * i + 1] = _mm256_unpackhi_ps(in[2 * i], in[2 * i + 1]);
  }
  for (int half = 0; half < 2; ++half) {
    __m256 a = pair[4 * half], b = pair[4 * half + 1], c = pair[4 * half + 2], d = pair[4 * half + 3];
    quad[4 * half] = _mm256_shuffle_ps(a, c, _MM_SHUFFLE(1, 0, 1, 0));
    quad[4 * half + 1] = _mm256_shuffle_ps(a, c, _MM_SHUFFLE(3, 2, 3, 2));
    quad[4 * half + 2] = _mm256_shuffle_ps(b, d, _MM_SHUFFLE(1, 0, 1, 0));
    quad[4 * half + 3] = _mm256_shuffle_ps(b, d, _MM_SHUFFLE(3, 2, 3, 2));
  }
  for (int p = 0; p < 4; ++p) {
    out[p] = _mm256_permute2f128_ps(quad[p], quad[p + 4], 0x20);
    out[p + 4] = _mm256_permute2f128_ps(quad[p], quad[p + 4], 0x31);
  }
}

#endif  // __x86_64__
#endif  // CK_TRANSPOSE_F32_H
