// lanes_avx512_u8.h: what the integer products of AVX-512 have in common that store activations as u8 with an offset, four a
// word: with VNNI, and of pairs. Included within a region (see lanes.h), with CK_S8_NAME and vi set.

CK_INLINE vi CK_S8_NAME(ck_s8_weights)(const int8_t *p) { return _mm512_loadu_si512(p); }
// Takes the offset out of the sum again.
CK_INLINE vi CK_S8_NAME(ck_s8_start)(const int32_t *negated_sums, int32_t offset) {
  return _mm512_mullo_epi32(_mm512_loadu_si512(negated_sums), _mm512_set1_epi32(offset));
}
CK_INLINE void CK_S8_NAME(ck_s8_words)(vi q, int32_t offset, uint32_t *words) {
  _mm_storeu_si128((__m128i *)words, _mm512_cvtepi32_epi8(_mm512_add_epi32(q, _mm512_set1_epi32(offset))));
}
