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

// `largest` is the largest magnitude of the group, NaN where an element isn't finite; not used with a given step.
// Without `reciprocal` a group of zeros has the step 1, so that it can be divided by; with it 0, as in gemm_s8.
static inline ck_fake_step ck_fake_step_of(const ck_fake_quantize_args *args, float largest) {
  if (args->scale != 0.0f) return (ck_fake_step){args->scale, 1.0f / args->scale};
  if (isnan(largest)) return (ck_fake_step){NAN, NAN};
  const ck_fake_step zeros = {args->reciprocal ? 0.0f : 1.0f, 0.0f};
  if (largest < 1e-30f) return zeros;
  float scale = largest / args->limit;
  if (args->half_scales) {
    uint16_t half;
    ck_f32_f16_convert_scalar(1, &scale, &half);
    ck_f16_f32_convert_scalar(1, &half, &scale);
    if (scale == 0.0f) return zeros;
  }
  return (ck_fake_step){scale, args->limit / largest};
}

#endif  // CK_FAKE_QUANTIZE_SCALAR_H
