// lanes_avx512_s8.h: what integer products of AVX-512 have in common, with and without VNNI. Included within a region
// (see lanes.h), with CK_S8_NAME and vi set.

CK_INLINE vi CK_S8_NAME(ck_s8_set)(uint32_t x) { return _mm512_set1_epi32((int)x); }
CK_INLINE vf CK_S8_NAME(ck_s8_float)(vi x) { return _mm512_cvtepi32_ps(x); }
CK_INLINE vi CK_S8_NAME(ck_s8_round)(vf x) { return _mm512_cvtps_epi32(x); }
CK_INLINE vi CK_S8_NAME(ck_s8_larger_magnitude)(vi best, vf x) {
  return _mm512_max_epu32(best, _mm512_castps_si512(vabs(x)));
}
CK_INLINE uint32_t CK_S8_NAME(ck_s8_largest)(vi x) { return _mm512_reduce_max_epu32(x); }
CK_INLINE vi CK_S8_NAME(ck_s4_load)(const uint8_t *p) { return _mm512_loadu_si512(p); }
CK_INLINE void CK_S8_NAME(ck_s4_store)(int8_t *p, vi x) { _mm512_storeu_si512(p, x); }
CK_INLINE vi CK_S8_NAME(ck_s4_and)(vi a, vi b) { return _mm512_and_si512(a, b); }
CK_INLINE vi CK_S8_NAME(ck_s4_or)(vi a, vi b) { return _mm512_or_si512(a, b); }
CK_INLINE vi CK_S8_NAME(ck_s4_shift_left)(vi a, const int bits) { return _mm512_slli_epi16(a, bits); }
CK_INLINE vi CK_S8_NAME(ck_s4_multiply)(vi a, vi b) { return _mm512_mullo_epi16(a, b); }
CK_INLINE vi CK_S8_NAME(ck_s4_multiply_high)(vi a, vi b) { return _mm512_mulhi_epu16(a, b); }
CK_INLINE vi CK_S8_NAME(ck_s4_subtract)(vi a, vi b) { return _mm512_sub_epi8(a, b); }
