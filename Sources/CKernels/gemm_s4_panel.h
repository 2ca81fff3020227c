// gemm_s4_panel.h: how weights of four bits are packed, and what they stand for.
//
//   w[j, p] = u[j, p] * multiplier[j, p / group] - offset[j, p / group]        an s8, -128...127
//
// u is unsigned, 0...15; multiplier is 0...15 and offset = zero point * multiplier. A weight's value is scale[j] * w[j, p]:
// a group's step is a whole multiple of its row's (progressive groups: Lin et al., QServe, 2024), so that a panel becomes
// one of gemm_s8 by a multiplication and a subtraction of bytes, and all that follows is exact in integers.

#ifndef CK_GEMM_S4_PANEL_H
#define CK_GEMM_S4_PANEL_H

#include "gemm_s8_panel.h"

// A panel of nr columns: the header of gemm_s8_panel.h; then for each group of depths its nr multipliers, its nr offsets
// (u8 each), and its values, two a byte. Values are in the order of gemm_s8's panels, by blocks of 2 * vector: the low
// half of byte i of a block is its value i, the high half its value vector + i, so that two masks unpack two vectors.
// Within a group, the values are a whole number of blocks: group * nr is a multiple of 2 * vector.
static inline size_t ck_s4_group_bytes(size_t nr, size_t group) { return 2 * nr + group * nr / 2; }

static inline size_t ck_s4_panel_bytes(size_t k, size_t nr, size_t group) {
  return nr * (sizeof(float) + sizeof(int32_t)) + k / group * ck_s4_group_bytes(nr, group);
}

static inline uint8_t ck_s4_value(const uint8_t *values, size_t index) {
  return index % 2 ? values[index / 2] >> 4 : values[index / 2] & 15;
}

static inline void ck_s4_pack_panel(const ck_weights_s4 *w, size_t panel, size_t nr, size_t step, size_t vector,
                                    int8_t *packed) {
  const size_t k = w->k, groups = k / w->group, bytes = ck_s4_panel_bytes(k, nr, w->group);
  int8_t *const out = packed + panel * bytes;
  memset(out, 0, bytes);
  for (size_t j = 0; j < nr && panel * nr + j < w->n; ++j) {
    const size_t row = panel * nr + j;
    int32_t negated_sum = 0;
    for (size_t g = 0; g < groups; ++g) {
      uint8_t *const start = (uint8_t *)out + nr * (sizeof(float) + sizeof(int32_t)) + g * ck_s4_group_bytes(nr, w->group);
      const uint8_t multiplier = w->multipliers[row * groups + g], offset = w->offsets[row * groups + g];
      start[j] = multiplier;
      start[nr + j] = offset;
      for (size_t p = 0; p < w->group; ++p) {
        const uint8_t value = ck_s4_value(w->values, row * k + g * w->group + p);
        const size_t place = p / step * nr * step + j * step + p % step;
        const size_t within = place % (2 * vector), byte = place / (2 * vector) * vector + within % vector;
        start[2 * nr + byte] |= (uint8_t)(within < vector ? value : value << 4);
        negated_sum += offset - value * multiplier;
      }
    }
    memcpy(out + j * sizeof(float), w->scales + row, sizeof(float));
    memcpy(out + (nr + j) * sizeof(float), &negated_sum, sizeof negated_sum);
  }
}

#endif  // CK_GEMM_S4_PANEL_H
