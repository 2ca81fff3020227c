// fake_quantize_f32: floats rounded to the numbers that a quantised format has, its VJP, and the range of values.
//
//   y = q * s      q = clamp(round(x / s), lowest, limit)      s: given, or max |x| / limit over a group
//   progressive    lowest = -limit - 1                         s = m * r, r of the row and m of the group:
//                  r = short(max |row| / (15 * (limit + 1)))   m = clamp(round(max |group| / (r * (limit + 1))), 1, 15)
//   VJP with a given s: dx = dy where lowest <= round(x / s) <= limit, else 0: straight through, but not
//                  where it was clipped
//   largest_magnitude = max |x|; NaN where an element is infinite or NaN
//
// Rounding is to nearest even. With `reciprocal` x is multiplied by the rounded 1 / s (for a group's own s: limit / max |x|)
// instead, as gemm_s8 does with activations; so y is q * s of the very q and s of gemm_s8. A group below 1e-30 counts as
// zeros. One with an infinity or a NaN gives NaN.
//
// Progressive steps are those of weights of four bits (limit 7; see ck_weights_s4): q * m is the s8 of the integer product,
// and as r, rounded by `short`, is a multiple of 2^-24 with a significand of 7 bits, s is exact in F16, and y in F32. The
// largest magnitude of a group is about limit + 1 steps: a negative one is met, a positive one becomes `limit` of them, which
// over whole groups costs less than wider steps for all would. A row that isn't finite, or has steps beyond F16, gives NaN.
//
// Layout  rows of `columns` contiguous floats, cut into groups from the left, the last of which may be shorter; y may be
//         x. scales: [rows, groups], or NULL.
// Scalar  the definition; the vector versions equal it bit for bit.

#include "kernels.h"
#include "fake_quantize_scalar.h"
#include "lanes.h"

#pragma STDC FP_CONTRACT OFF

float ck_f32_largest_magnitude_scalar(size_t count, const float *x) {
  uint32_t largest = 0;  // magnitudes of floats are ordered as their bits, with NaN above infinity
  for (size_t i = 0; i < count; ++i) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    bits &= 0x7fffffff;
    largest = bits > largest ? bits : largest;
  }
  if (largest >= 0x7f800000) return NAN;
  float magnitude;
  memcpy(&magnitude, &largest, sizeof magnitude);
  return magnitude;
}

void ck_f32_fake_quantize_scalar(size_t rows, size_t columns, const ck_fake_quantize_args *args, const float *x,
                                 float *y, float *scales) {
  const float limit = args->limit, lowest = args->lowest;
  for (size_t i = 0; i < rows; ++i) {
    const float row_step =
        args->progressive ? ck_fake_row_step(args, ck_f32_largest_magnitude_scalar(columns, x + i * columns)) : 0.0f;
    for (size_t begin = 0; begin < columns; begin += args->group) {
      const size_t count = columns - begin < args->group ? columns - begin : args->group;
      const float *in = x + i * columns + begin;
      float *out = y + i * columns + begin;
      const float largest = args->scale == 0.0f ? ck_f32_largest_magnitude_scalar(count, in) : 0.0f;
      const ck_fake_step step = ck_fake_step_of(args, row_step, largest);
      for (size_t j = 0; j < count; ++j) {
        float t = args->reciprocal ? in[j] * step.inverse : in[j] / step.scale;
        t = t < limit ? t : limit;
        t = t > lowest ? t : lowest;
        out[j] = nearbyintf(t) * step.scale;
      }
      if (scales) *scales++ = step.scale;
    }
  }
}

void ck_f32_fake_quantize_vjp_scalar(size_t count, const ck_fake_quantize_args *args, const float *dy, const float *x,
                                     float *dx) {
  const float inverse = 1.0f / args->scale;
  for (size_t i = 0; i < count; ++i) {
    const float q = nearbyintf(args->reciprocal ? x[i] * inverse : x[i] / args->scale);
    dx[i] = args->limit < q || q < args->lowest ? 0.0f : dy[i];
  }
}

// ---- AVX2 and AVX-512

#if defined(__x86_64__)

#include "lanes_avx2.h"
#include "fake_quantize_f32_lanes.h"
#include "lanes_end.h"

#include "lanes_avx512.h"
#include "fake_quantize_f32_lanes.h"
#include "lanes_end.h"

#endif  // __x86_64__
