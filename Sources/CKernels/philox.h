// philox.h: Philox4x32-10, a counter-based random generator: 128 bits of counter and 64 of key to 4 words of 32 bits.
//
//   a round   (c0, c1, c2, c3) <- (hi(M1 c2) ^ c1 ^ k0, lo(M1 c2), hi(M0 c0) ^ c3 ^ k1, lo(M0 c0))
//   between   k0 += W0, k1 += W1                                    10 rounds
//
// A block here has the counter (block, stream), 64 bits each, low word first.
// Scalar  the definition; the vector versions equal it bit for bit.
// Vector  each word in the low half of a 64-bit lane, a lane a block, as the 32 x 32 -> 64 bit product has it; what the
//         upper halves hold is ignored until the end.
// Source  Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

#ifndef CK_PHILOX_H
#define CK_PHILOX_H

#include <stdint.h>

#include "lanes.h"

#define CK_PHILOX_M0 0xD2511F53u
#define CK_PHILOX_M1 0xCD9E8D57u
#define CK_PHILOX_W0 0x9E3779B9u
#define CK_PHILOX_W1 0xBB67AE85u

enum { CK_PHILOX_ROUNDS = 10 };

// Words that a call of ck_philox_words_* makes: two vectors' worth, so that two chains of products overlap.
enum { ck_philox_count_avx2 = 32, ck_philox_count_avx512 = 64 };

static inline void ck_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t word[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
  for (int round = 0; round < CK_PHILOX_ROUNDS; ++round) {
    uint64_t p0 = (uint64_t)CK_PHILOX_M0 * c0, p1 = (uint64_t)CK_PHILOX_M1 * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)p1;
    c3 = (uint32_t)p0;
    k0 += CK_PHILOX_W0;
    k1 += CK_PHILOX_W1;
  }
  word[0] = c0;
  word[1] = c1;
  word[2] = c2;
  word[3] = c3;
}

#if defined(__x86_64__)

// The words of the blocks from `block` on.
CK_TARGET_AVX2 static inline void ck_philox_words_avx2(uint64_t key, uint64_t stream, uint64_t block,
                                                       uint32_t words[ck_philox_count_avx2]) {
  const __m256i m0 = _mm256_set1_epi64x(CK_PHILOX_M0), m1 = _mm256_set1_epi64x(CK_PHILOX_M1);
  __m256i c0[2], c1[2], c2[2], c3[2];
  for (int half = 0; half < 2; ++half) {
    c0[half] = _mm256_add_epi64(_mm256_set1_epi64x((long long)(block + 4 * (uint64_t)half)),
                                _mm256_setr_epi64x(0, 1, 2, 3));
    c1[half] = _mm256_srli_epi64(c0[half], 32);
    c2[half] = _mm256_set1_epi64x((long long)(stream & 0xffffffff));
    c3[half] = _mm256_set1_epi64x((long long)(stream >> 32));
  }
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < CK_PHILOX_ROUNDS; ++round) {
    const __m256i key0 = _mm256_set1_epi64x(k0), key1 = _mm256_set1_epi64x(k1);
    for (int half = 0; half < 2; ++half) {
      __m256i p0 = _mm256_mul_epu32(c0[half], m0), p1 = _mm256_mul_epu32(c2[half], m1);
      c0[half] = _mm256_xor_si256(_mm256_srli_epi64(p1, 32), _mm256_xor_si256(c1[half], key0));
      c2[half] = _mm256_xor_si256(_mm256_srli_epi64(p0, 32), _mm256_xor_si256(c3[half], key1));
      c1[half] = p1;
      c3[half] = p0;
    }
    k0 += CK_PHILOX_W0;
    k1 += CK_PHILOX_W1;
  }
  for (int half = 0; half < 2; ++half) {
    __m256i w01 = _mm256_blend_epi32(c0[half], _mm256_slli_epi64(c1[half], 32), 0xaa);
    __m256i w23 = _mm256_blend_epi32(c2[half], _mm256_slli_epi64(c3[half], 32), 0xaa);
    __m256i even = _mm256_unpacklo_epi64(w01, w23), odd = _mm256_unpackhi_epi64(w01, w23);
    _mm256_storeu_si256((__m256i *)(words + 16 * half), _mm256_permute2x128_si256(even, odd, 0x20));
    _mm256_storeu_si256((__m256i *)(words + 16 * half + 8), _mm256_permute2x128_si256(even, odd, 0x31));
  }
}

CK_TARGET_AVX512 static inline void ck_philox_words_avx512(uint64_t key, uint64_t stream, uint64_t block,
                                                           uint32_t words[ck_philox_count_avx512]) {
  const __m512i m0 = _mm512_set1_epi64(CK_PHILOX_M0), m1 = _mm512_set1_epi64(CK_PHILOX_M1);
  __m512i c0[2], c1[2], c2[2], c3[2];
  for (int half = 0; half < 2; ++half) {
    c0[half] = _mm512_add_epi64(_mm512_set1_epi64((long long)(block + 8 * (uint64_t)half)),
                                _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7));
    c1[half] = _mm512_srli_epi64(c0[half], 32);
    c2[half] = _mm512_set1_epi64((long long)(stream & 0xffffffff));
    c3[half] = _mm512_set1_epi64((long long)(stream >> 32));
  }
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < CK_PHILOX_ROUNDS; ++round) {
    const __m512i key0 = _mm512_set1_epi64(k0), key1 = _mm512_set1_epi64(k1);
    for (int half = 0; half < 2; ++half) {
      __m512i p0 = _mm512_mul_epu32(c0[half], m0), p1 = _mm512_mul_epu32(c2[half], m1);
      c0[half] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), c1[half], key0, 0x96);  // xor of three
      c2[half] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), c3[half], key1, 0x96);
      c1[half] = p1;
      c3[half] = p0;
    }
    k0 += CK_PHILOX_W0;
    k1 += CK_PHILOX_W1;
  }
  const __m512i low = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), high = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
  for (int half = 0; half < 2; ++half) {
    __m512i w01 = _mm512_mask_blend_epi32(0xaaaa, c0[half], _mm512_slli_epi64(c1[half], 32));
    __m512i w23 = _mm512_mask_blend_epi32(0xaaaa, c2[half], _mm512_slli_epi64(c3[half], 32));
    __m512i even = _mm512_unpacklo_epi64(w01, w23), odd = _mm512_unpackhi_epi64(w01, w23);  // blocks 0 2 4 6, 1 3 5 7
    _mm512_storeu_si512(words + 32 * half, _mm512_permutex2var_epi64(even, low, odd));
    _mm512_storeu_si512(words + 32 * half + 16, _mm512_permutex2var_epi64(even, high, odd));
  }
}

#endif  // __x86_64__
#endif  // CK_PHILOX_H
