// interleave_lanes.h: the rows of a tile side by side, as products read them. Included within a region (see lanes.h), with MR
// set and transpose_f32.h there.

// `rows` <= MR rows of `depth` words of 32 bits, floats or not: word (r, p) goes to p * rows + r. May write 8 words beyond.
// What lies `ahead` words on is asked for, unless that is 0.
CK_INLINE void CK_NAME(ck_interleave)(const float *a, size_t row_stride, size_t rows, size_t depth, size_t ahead,
                                      float *out) {
  size_t p = 0;
  // 8 rows at a time, the last row standing in for those beyond `rows`. A store writes 8 words, of which the later ones may
  // belong to the next step of depth; they are written again in their turn.
  for (; p + 8 <= depth; p += 8) {
    if (ahead > 0 && p % 16 == 0) {
      for (size_t r = 0; r < rows; ++r) __builtin_prefetch(a + r * row_stride + p + ahead);
    }
    __m256 in[(MR + 7) / 8][8], turned[(MR + 7) / 8][8];
    for (size_t r = 0; r < rows; r += 8) {
      for (size_t i = 0; i < 8; ++i) {
        size_t row = r + i < rows ? r + i : rows - 1;
        in[r / 8][i] = _mm256_loadu_ps(a + row * row_stride + p);
      }
      ck_transpose_8x8(in[r / 8], turned[r / 8]);
    }
    for (size_t i = 0; i < 8; ++i) {
      for (size_t r = 0; r < rows; r += 8) _mm256_storeu_ps(out + (p + i) * rows + r, turned[r / 8][i]);
    }
  }
  for (; p < depth; ++p) {
    for (size_t r = 0; r < rows; ++r) memcpy(out + p * rows + r, a + r * row_stride + p, sizeof(float));
  }
}
