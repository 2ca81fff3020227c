// fake_quantize_scalar.h: the step that a group of values is quantised by.

#ifndef CK_FAKE_QUANTIZE_SCALAR_H
#define CK_FAKE_QUANTIZE_SCALAR_H

#include <math.h>
#include <string.h>

#include "kernels.h"

typedef struct ck_fake_step {
  float scale;
  float inverse;
} ck_fake_step;

// The step that a row's progressive steps are multiples of: the nearest multiple of 2^-24 with a significand of 7 bits, at
// least 2^-24, for the row's largest magnitude; NaN if a group's step might not fit F16.
static inline float ck_fake_row_step(const ck_fake_quantize_args *args, float largest) {
  const float x = largest / (15.0f * (args->limit + 1.0f));
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  bits &= 0x7f800000;
  float binade;  // the power of two below x; 0 for what isn't normal
  memcpy(&binade, &bits, sizeof binade);
  const float unit = fmaxf(binade * 0x1p-6f, 0x1p-24f);
  const float step = fmaxf(nearbyintf(x / unit) * unit, 0x1p-24f);
  return isfinite(x) && 15.0f * step <= 65504.0f ? step : NAN;
}

// `largest` is the largest magnitude of the group, NaN where an element isn't finite; not used with a given step. `row_step`
// is that of progressive steps.
// Without `reciprocal` a group of zeros has the step 1, so that it can be divided by; with it 0, as in gemm_s8.
static inline ck_fake_step ck_fake_step_of(const ck_fake_quantize_args *args, float row_step, float largest) {
  if (args->scale != 0.0f) return (ck_fake_step){args->scale, 1.0f / args->scale};
  if (args->progressive) {
    if (isnan(row_step)) return (ck_fake_step){NAN, NAN};
    const float multiple = nearbyintf(largest / (row_step * (args->limit + 1.0f)));
    const float scale = fminf(fmaxf(multiple, 1.0f), 15.0f) * row_step;
    return (ck_fake_step){scale, 1.0f / scale};
  }
  if (isnan(largest)) return (ck_fake_step){NAN, NAN};
  if (largest < 1e-30f) return (ck_fake_step){args->reciprocal ? 0.0f : 1.0f, 0.0f};
  return (ck_fake_step){largest / args->limit, args->limit / largest};
}

#endif  // CK_FAKE_QUANTIZE_SCALAR_H
