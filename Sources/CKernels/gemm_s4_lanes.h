// gemm_s4_lanes.h: a tile of gemm_s8 whose weights have four bits, packed as gemm_s4_panel.h says, and become s8 where they
// are multiplied. Included within a region (see lanes.h) by gemm_s8_lanes.h, with the ck_s4_ operations on vectors of bytes
// set.
//
// The product of u and multiplier fits a byte, so one multiplication of 16-bit words does two: nothing carries from the
// low byte into the high one. A word is one column's, or half of one's word of 32 bits (STEP 4). The upper half of a byte
// isn't shifted down: 16 u times 2^12 multiplier has u multiplier above its lower 16 bits.
//
// Blocking: unpacking takes 6 instructions for 128 weights, which with VNNI meet up to 14 rows, 28 instructions, at once.
// Where a block has more rows, its first tile stores what it unpacked for the others. So a panel is read once from memory,
// as it is stored, and nothing waits between unpacking and multiplying: there is room for both beside each other.

#define S4_FACTORS (STEP == 4 ? 2 : 1)  // vectors of multipliers: with STEP 4 the two vectors of a step are other columns
#define S4_BLOCK_STEPS (4 / STEP)        // of the values that a vector of halves holds

// What a group's values are multiplied by, and what is then subtracted: first vectors', second vectors'.
typedef struct CK_S8_NAME(ck_s4_group) {
  vi first_factor, second_factor, first_offset, second_offset;
} CK_S8_NAME(ck_s4_group);

CK_INLINE CK_S8_NAME(ck_s4_group) CK_S8_NAME(ck_s4_group_at)(const uint8_t *start) {
  const size_t second = (S4_FACTORS - 1) * (NR / S4_FACTORS);
  const vi first_offset = CK_S8_NAME(ck_s4_words)(start + NR);
  const vi second_offset = CK_S8_NAME(ck_s4_words)(start + NR + second);
  return (CK_S8_NAME(ck_s4_group)){
      .first_factor = CK_S8_NAME(ck_s4_words)(start),
      .second_factor = CK_S8_NAME(ck_s4_shift_left)(CK_S8_NAME(ck_s4_words)(start + second), 12),
      .first_offset = CK_S8_NAME(ck_s4_or)(first_offset, CK_S8_NAME(ck_s4_shift_left)(first_offset, 8)),
      .second_offset = CK_S8_NAME(ck_s4_or)(second_offset, CK_S8_NAME(ck_s4_shift_left)(second_offset, 8)),
  };
}

CK_INLINE vi CK_S8_NAME(ck_s4_first)(const CK_S8_NAME(ck_s4_group) * group, vi both) {
  const vi u = CK_S8_NAME(ck_s4_and)(both, CK_S8_NAME(ck_s8_set)(0x0f0f0f0f));
  return CK_S8_NAME(ck_s4_subtract)(CK_S8_NAME(ck_s4_multiply)(u, group->first_factor), group->first_offset);
}

CK_INLINE vi CK_S8_NAME(ck_s4_second)(const CK_S8_NAME(ck_s4_group) * group, vi both) {
  const vi u = CK_S8_NAME(ck_s4_and)(both, CK_S8_NAME(ck_s8_set)(0xf0f0f0f0));
  return CK_S8_NAME(ck_s4_subtract)(CK_S8_NAME(ck_s4_multiply_high)(u, group->second_factor), group->second_offset);
}

// `rows` and `stores` are constants where this is expanded. `unpacked`: a panel of gemm_s8, written if other tiles follow.
CK_INLINE void CK_S8_NAME(ck_s4_multiply_tile)(const CK_S8_NAME(ck_s8_tile) * tile, size_t group, int8_t *unpacked,
                                               const size_t rows, const int stores) {
  const size_t header = NR * (sizeof(float) + sizeof(int32_t));
  CK_S8_NAME(ck_s8_sums) at = {.a = tile->a, .b = tile->b + header, .next = (const char *)tile->next};
  CK_S8_NAME(ck_s8_begin)(tile, &at, rows, 1);
  if (stores) {
    memcpy(unpacked, tile->b, header);
    unpacked += header;
  }
  size_t row = 0;
  for (size_t step = 0; step < tile->steps;) {
    const CK_S8_NAME(ck_s4_group) of_group = CK_S8_NAME(ck_s4_group_at)((const uint8_t *)at.b);
    at.b += 2 * NR;
    for (const size_t end = step + group / STEP; step < end; step += S4_BLOCK_STEPS) {
      if (row < rows) ck_gemm_fetch_row(&tile->out, row++, NR);
      at.next = ck_gemm_fetch_next(at.next, tile->next_step, tile->panel_bytes, 1, S4_BLOCK_STEPS, NR * STEP / 2);
      const vi both = CK_S8_NAME(ck_s4_load)((const uint8_t *)at.b);
      const vi values[2] = {CK_S8_NAME(ck_s4_first)(&of_group, both), CK_S8_NAME(ck_s4_second)(&of_group, both)};
      if (stores) {
        CK_S8_NAME(ck_s4_store)(unpacked, values[0]);
        CK_S8_NAME(ck_s4_store)(unpacked + sizeof(vi), values[1]);
        unpacked += 2 * sizeof(vi);
      }
#pragma clang loop unroll(full)
      for (size_t s = 0; s < S4_BLOCK_STEPS; ++s, at.a += rows) {
        const vi left = CK_S8_NAME(ck_s4_weights)(values, s, 0), right = CK_S8_NAME(ck_s4_weights)(values, s, 1);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; ++r) {
          const vi broadcast = CK_S8_NAME(ck_s8_set)(at.a[r]);
          at.sum[r][0] = CK_S8_NAME(ck_s8_dot)(at.sum[r][0], broadcast, left);
          at.sum[r][1] = CK_S8_NAME(ck_s8_dot)(at.sum[r][1], broadcast, right);
        }
      }
      at.b += sizeof(vi);
    }
  }
  CK_S8_NAME(ck_s8_end)(tile, &at, rows, 1);
}

#define CK_S4_TILES(rows)                                                                                          \
  static void CK_S8_NAME(ck_s4_tile_##rows)(const CK_S8_NAME(ck_s8_tile) * tile, size_t group, int8_t *unpacked) { \
    CK_S8_NAME(ck_s4_multiply_tile)(tile, group, unpacked, rows, 0);                                               \
  }                                                                                                                \
  static void CK_S8_NAME(ck_s4_first_tile_##rows)(const CK_S8_NAME(ck_s8_tile) * tile, size_t group,               \
                                                  int8_t *unpacked) {                                              \
    CK_S8_NAME(ck_s4_multiply_tile)(tile, group, unpacked, rows, 1);                                               \
  }
CK_GEMM_EACH_HEIGHT(CK_S4_TILES)

// By rows - 1, then by whether other tiles follow.
#define CK_S4_ROW(rows) {CK_S8_NAME(ck_s4_tile_##rows), CK_S8_NAME(ck_s4_first_tile_##rows)},
static void (*const CK_S8_NAME(ck_s4_tile_functions)[MR][2])(const CK_S8_NAME(ck_s8_tile) *, size_t, int8_t *) = {
    CK_GEMM_EACH_HEIGHT(CK_S4_ROW)};

#undef S4_FACTORS
#undef S4_BLOCK_STEPS
#undef CK_S4_TILES
#undef CK_S4_ROW
