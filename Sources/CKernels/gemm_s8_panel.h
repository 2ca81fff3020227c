// gemm_s8_panel.h: how the weights of an integer product are packed, and the scale of a row of activations.

#ifndef CK_GEMM_S8_PANEL_H
#define CK_GEMM_S8_PANEL_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "kernels.h"

// A panel of nr columns: their nr scales (float), their nr negated sums of weights (int32), then the weights: element (p, j) at
// p / step * nr * step + j * step + p % step. Columns beyond n, and depths beyond k, hold zeros.
static inline size_t ck_s8_panel_bytes(size_t k, size_t nr, size_t step) {
  return nr * (sizeof(float) + sizeof(int32_t)) + (k + step - 1) / step * step * nr;
}

// Packs rows of w [n, k]. The negated sum of a column's weights, times the offset that activations are stored with, takes
// that offset out again.
static inline void ck_s8_pack_panel(size_t n, size_t k, const int8_t *w, const float *scales, size_t panel, size_t nr,
                                    size_t step, int8_t *packed) {
  int8_t *const out = packed + panel * ck_s8_panel_bytes(k, nr, step);
  memset(out, 0, ck_s8_panel_bytes(k, nr, step));
  int8_t *const weights = out + nr * (sizeof(float) + sizeof(int32_t));
  for (size_t j = 0; j < nr && panel * nr + j < n; ++j) {
    const int8_t *row = w + (panel * nr + j) * k;
    int32_t negated_sum = 0;
    for (size_t p = 0; p < k; ++p) {
      weights[p / step * nr * step + j * step + p % step] = row[p];
      negated_sum -= row[p];
    }
    memcpy(out + j * sizeof(float), scales + panel * nr + j, sizeof(float));
    memcpy(out + (nr + j) * sizeof(float), &negated_sum, sizeof negated_sum);
  }
}

enum { CK_S8_OFFSET = 128 };  // what makes a u8 of an s8

// The largest magnitude of w[j, p] + w[j, p + 1], p even, with which 16 bits hold u[p] * w[j, p] + u[p + 1] * w[j, p + 1]
// for all u of 0...255: where both are of one sign, that is at most 255 * 128 = 32640. Of unlike signs it is at most that
// of one alone, 255 * 128 too.
enum { CK_S8_PAIR_LIMIT = 128 };

enum { CK_S8_PAIRS_STEP = 4 };  // of panels for the product of pairs

// Whether all pairs of w [n, k] are within the limit. Ordinary weights end it after a few rows.
static inline int ck_s8_pairs_fit(size_t n, size_t k, const int8_t *w) {
  for (size_t j = 0; j < n; ++j, w += k) {
    int exceeds = 0;
    for (size_t p = 0; p + 1 < k; p += 2) {
      const int sum = w[p] + w[p + 1];
      exceeds |= sum > CK_S8_PAIR_LIMIT || sum < -CK_S8_PAIR_LIMIT;
    }
    if (exceeds) return 0;
  }
  return 1;
}

typedef struct ck_s8_scale {
  float scale;    // a step of the quantised values
  float inverse;  // what values are multiplied by
} ck_s8_scale;

// The scale of a row whose largest magnitude has the bits `largest` (magnitudes of floats are ordered as their bits, with
// NaN above infinity). Below 1e-30 the row counts as zeros: the inverse must not overflow. A row with an infinity or a
// NaN has the scale NaN, so that its results are NaN as they would be in floats.
static inline ck_s8_scale ck_s8_scale_of(uint32_t largest) {
  float magnitude;
  memcpy(&magnitude, &largest, sizeof magnitude);
  if (largest >= 0x7f800000) return (ck_s8_scale){NAN, 0.0f};
  if (magnitude < 1e-30f) return (ck_s8_scale){0.0f, 0.0f};
  return (ck_s8_scale){magnitude / 127.0f, 127.0f / magnitude};
}

#endif  // CK_GEMM_S8_PANEL_H
