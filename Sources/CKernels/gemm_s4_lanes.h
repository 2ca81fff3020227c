// gemm_s4_lanes.h: unpacks a panel of gemm_s4_panel.h into one of gemm_s8. Included within a region (see lanes.h) by
// gemm_s8_lanes.h, with NR, STEP, CK_S8_NAME and the ck_s4_ operations on vectors of bytes set.
//
// The product of u and multiplier fits a byte, so one multiplication of 16-bit words does two: nothing carries from the
// low byte into the high one. A word is one column's, or half of one's word of 32 bits (STEP 4).

#define VECTOR ((size_t)sizeof(vi))
#define FACTORS (STEP == 4 ? 2 : 1)  // vectors of multipliers: with STEP 4 the two vectors of a step are other columns

// The panel at `b`, of k depths, as one of gemm_s8 at `panel`: the header is the same.
static void CK_S8_NAME(ck_s4_unpack)(const int8_t *b, size_t k, size_t group, int8_t *panel) {
  const size_t header = NR * (sizeof(float) + sizeof(int32_t));
  memcpy(panel, b, header);
  const uint8_t *source = (const uint8_t *)b + header;
  int8_t *values = panel + header;
  const vi low = CK_S8_NAME(ck_s8_set)(0x0f0f0f0f);
  for (size_t g = 0; g < k / group; ++g) {
    vi factor[FACTORS], offset[FACTORS];
#pragma clang loop unroll(full)
    for (size_t f = 0; f < FACTORS; ++f) {
      factor[f] = CK_S8_NAME(ck_s4_words)(source + f * NR / FACTORS);
      const vi o = CK_S8_NAME(ck_s4_words)(source + NR + f * NR / FACTORS);
      offset[f] = CK_S8_NAME(ck_s4_or)(o, CK_S8_NAME(ck_s4_shift_left)(o));
    }
    source += 2 * NR;
    for (size_t i = 0; i < group * NR / 2; i += VECTOR, source += VECTOR, values += 2 * VECTOR) {
      const vi both = CK_S8_NAME(ck_s4_load)(source);
      const vi first = CK_S8_NAME(ck_s4_and)(both, low);
      const vi second = CK_S8_NAME(ck_s4_and)(CK_S8_NAME(ck_s4_shift_right)(both), low);
      const size_t other = FACTORS - 1;
      CK_S8_NAME(ck_s4_store)(
          values, CK_S8_NAME(ck_s4_subtract)(CK_S8_NAME(ck_s4_multiply)(first, factor[0]), offset[0]));
      CK_S8_NAME(ck_s4_store)(
          values + VECTOR, CK_S8_NAME(ck_s4_subtract)(CK_S8_NAME(ck_s4_multiply)(second, factor[other]), offset[other]));
    }
  }
}

#undef VECTOR
#undef FACTORS
