// lanes_avx2_s8.h: what integer products of AVX2 have in common. Included within a region (see lanes.h), with CK_S8_NAME and
// vi set.

CK_INLINE vi CK_S8_NAME(ck_s8_set)(uint32_t x) { return _mm256_set1_epi32((int)x); }
CK_INLINE vf CK_S8_NAME(ck_s8_float)(vi x) { return _mm256_cvtepi32_ps(x); }
CK_INLINE vi CK_S8_NAME(ck_s8_round)(vf x) { return _mm256_cvtps_epi32(x); }
CK_INLINE vi CK_S8_NAME(ck_s8_larger_magnitude)(vi best, vf x) {
  return _mm256_max_epu32(best, _mm256_castps_si256(vabs(x)));
}
CK_INLINE uint32_t CK_S8_NAME(ck_s8_largest)(vi x) {
  uint32_t lane[CK_LANES], largest = 0;
  _mm256_storeu_si256((__m256i *)lane, x);
  for (size_t i = 0; i < CK_LANES; ++i) largest = lane[i] > largest ? lane[i] : largest;
  return largest;
}
