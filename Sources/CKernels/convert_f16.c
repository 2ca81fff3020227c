// convert_f16: conversions between IEEE binary32 and binary16 ("half"), and from bfloat16.
//
//   f32 -> f16   round to nearest, ties to even; |x| >= 65520 becomes infinity; below 2^-14 gradual underflow
//   f16 -> f32   exact        bf16 -> f32  exact: the upper 16 bits of a binary32
//   all_finite   1 unless a half is infinite or NaN: its exponent is all ones
//
// Layout  contiguous, any alignment.
// Scalar  the definition. NaN stays NaN, made quiet, with the upper bits of its payload.
// Vector  F16C or AVX-512 instructions; equal bit for bit.

#include <string.h>

#include "kernels.h"
#include "lanes.h"

static float ck_float_of_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static uint32_t ck_bits_of_float(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

void ck_f32_f16_convert_scalar(size_t count, const float *x, uint16_t *y) {
  for (size_t i = 0; i < count; ++i) {
    uint32_t bits = ck_bits_of_float(x[i]), sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
    uint32_t half;
    if (magnitude > 0x7f800000) {  // NaN
      half = 0x7e00 | (magnitude >> 13 & 0x1ff);
    } else if (magnitude >= 0x477ff000) {  // 65520 and more
      half = 0x7c00;
    } else if (magnitude >= 0x38800000) {  // 2^-14: normal in binary16
      // Exponent bias 127 -> 15; adding just less than half of the last place, and it when odd, rounds ties to even.
      half = (magnitude - (112u << 23) + 0xfff + (magnitude >> 13 & 1)) >> 13;
    } else if (magnitude >= 0x33000000) {  // 2^-25 and more, a multiple of 2^-24 after rounding
      uint32_t significand = (magnitude & 0x7fffff) | 0x800000, shift = 126 - (magnitude >> 23);
      uint32_t odd = significand >> shift & 1;
      half = (significand + (1u << (shift - 1)) - 1 + odd) >> shift;
    } else {
      half = 0;
    }
    y[i] = (uint16_t)(sign | half);
  }
}

void ck_f16_f32_convert_scalar(size_t count, const uint16_t *x, float *y) {
  for (size_t i = 0; i < count; ++i) {
    uint32_t sign = (uint32_t)(x[i] & 0x8000) << 16, exponent = x[i] >> 10 & 0x1f, fraction = x[i] & 0x3ff;
    if (exponent == 0x1f) {
      y[i] = ck_float_of_bits(sign | 0x7f800000 | fraction << 13 | (fraction ? 0x400000u : 0u));
    } else if (exponent == 0) {
      float magnitude = (float)fraction * 0x1p-24f;
      y[i] = ck_float_of_bits(sign | ck_bits_of_float(magnitude));
    } else {
      y[i] = ck_float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
    }
  }
}

void ck_bf16_f32_convert_scalar(size_t count, const uint16_t *x, float *y) {
  for (size_t i = 0; i < count; ++i) y[i] = ck_float_of_bits((uint32_t)x[i] << 16);
}

// In blocks without a branch, of which compilers make vectors for any instruction set.
int ck_f16_all_finite(size_t count, const uint16_t *x) {
  enum { BLOCK = 512 };
  for (size_t begin = 0; begin < count; begin += BLOCK) {
    const size_t end = count - begin < BLOCK ? count : begin + BLOCK;
    unsigned found = 0;
    for (size_t i = begin; i < end; ++i) found |= (x[i] & 0x7c00) == 0x7c00;
    if (found) return 0;
  }
  return 1;
}

// ---- AVX2 and AVX-512

#if defined(__x86_64__)

#include "lanes_avx2.h"
#include "convert_f16_lanes.h"
#include "lanes_end.h"

#include "lanes_avx512.h"
#include "convert_f16_lanes.h"
#include "lanes_end.h"

#endif  // __x86_64__
