// dropout_lanes.h: dropout over vectors, for dropout_f32.c and attention_f32.c. Included within a region (see lanes.h).

CK_INLINE void CK_NAME(ck_drop)(size_t count, const ck_dropout *dropout, uint64_t offset, const float *x, float *y) {
  if (dropout->threshold == 0) {
    if (x != y) memmove(y, x, count * sizeof(float));
    return;
  }
  enum { made = CK_NAME(ck_philox_count) };
  uint32_t words[made + CK_LANES];  // a vector may be read from any place before the end
  memset(words + made, 0, CK_LANES * sizeof words[0]);
  const vf scale = vset(dropout->scale);
  uint64_t block = offset / 4;
  size_t begin = (size_t)(offset % 4);
  for (size_t i = 0; i < count; begin = 0, block += made / 4) {
    CK_NAME(ck_philox_words)(dropout->key, dropout->stream, block, words);
    while (begin < made && i < count) {
      size_t n = count - i < made - begin ? count - i : made - begin;
      if (n > CK_LANES) n = CK_LANES;
      vf kept = vmul(scale, vload_n(x + i, n));
      vstore_n(y + i, vselect(vbelow(words + begin, dropout->threshold), vzero(), kept), n);
      begin += n;
      i += n;
    }
  }
}
