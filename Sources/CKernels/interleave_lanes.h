// interleave_lanes.h: the rows of a tile side by side, as products read them. Included within a region (see lanes.h), with MR
// set and transpose_f32.h there.

// The first `rows` <= 8 rows of 8 columns, turned: a column a vector. The last row stands in for those beyond.
CK_INLINE void CK_NAME(ck_turn_rows)(const float *a, size_t row_stride, const size_t rows, __m256 turned[8]) {
  __m256 in[8];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < 8; ++i) in[i] = _mm256_loadu_ps(a + (i < rows ? i : rows - 1) * row_stride);
  ck_transpose_8x8(in, turned);
}

// As many columns of a tile as are a multiple of 8; gives how many. `rows` is a constant for full tiles.
CK_INLINE size_t CK_NAME(ck_interleave_vectors)(const float *a, size_t row_stride, const size_t rows, size_t depth,
                                                size_t ahead, float *out) {
  size_t p = 0;
  for (; p + 8 <= depth; p += 8) {
    if (ahead > 0 && p % 16 == 0) {
      for (size_t r = 0; r < rows; ++r) __builtin_prefetch(a + r * row_stride + p + ahead);
    }
    // A store writes 8 words, of which the later ones may belong to the next step of depth; they are written again in their
    // turn.
    __m256 first[8], second[8];
    CK_NAME(ck_turn_rows)(a + p, row_stride, rows < 8 ? rows : 8, first);
    if (rows > 8) CK_NAME(ck_turn_rows)(a + 8 * row_stride + p, row_stride, rows - 8, second);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 8; ++i) {
      _mm256_storeu_ps(out + (p + i) * rows, first[i]);
      if (rows > 8) _mm256_storeu_ps(out + (p + i) * rows + 8, second[i]);
    }
  }
  return p;
}

// `rows` <= MR rows of `depth` words of 32 bits, floats or not: word (r, p) goes to p * rows + r. May write 8 words beyond.
// What lies `ahead` words on is asked for, unless that is 0.
CK_INLINE void CK_NAME(ck_interleave)(const float *a, size_t row_stride, size_t rows, size_t depth, size_t ahead,
                                      float *out) {
  size_t p = rows == MR ? CK_NAME(ck_interleave_vectors)(a, row_stride, MR, depth, ahead, out)
                        : CK_NAME(ck_interleave_vectors)(a, row_stride, rows, depth, ahead, out);
  for (; p < depth; ++p) {
    for (size_t r = 0; r < rows; ++r) memcpy(out + p * rows + r, a + r * row_stride + p, sizeof(float));
  }
}
