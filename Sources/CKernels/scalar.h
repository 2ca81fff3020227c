// scalar.h: what the scalar versions share.

#ifndef CK_SCALAR_H
#define CK_SCALAR_H

#include <math.h>
#include <stddef.h>

#include "lanes.h"

// A scalar version that has fused multiply-adds is compiled twice, for any processor and for one that has the
// instruction: without it each is a call of a function of many instructions. The results are the same. Not for the thread
// sanitizer, which would have the function that chooses call into it before it is there.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CK_SCALAR
#endif
#endif
#if defined(CK_SCALAR)
#elif defined(__x86_64__) && defined(__GLIBC__)
#define CK_SCALAR __attribute__((target_clones("default", "arch=haswell")))
#else
#define CK_SCALAR
#endif

// The sum of 2^n partial sums: halves are added to halves until one is left. Overwrites them.
CK_INLINE float ck_sum_halves(float *partial, size_t count) {
  for (size_t half = count / 2; half > 0; half /= 2) {
    for (size_t i = 0; i < half; ++i) partial[i] += partial[i + half];
  }
  return partial[0];
}

#endif  // CK_SCALAR_H
