// dropout_f32: inverted dropout by a counter-based generator.
//
//   y[i] = 0 where w[offset + i] < threshold, else scale * x[i];   y = x when threshold is 0
//   w[index] = word index % 4 of Philox4x32-10 with key = dropout.key, counter = (index / 4, dropout.stream)
//
// Layout  contiguous floats; y may be x. An element's word depends on its index alone, so a stream may be cut anywhere.
// Scalar  the definition; the vector versions equal it bit for bit.

#include <string.h>

#include "dropout_scalar.h"
#include "kernels.h"
#include "lanes.h"
#include "philox.h"

#pragma STDC FP_CONTRACT OFF

void ck_philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t word[4]) {
  ck_philox_block(counter, key, word);
}

void ck_f32_dropout_scalar(size_t count, const ck_dropout *dropout, uint64_t offset, const float *x, float *y) {
  ck_drop_scalar(count, dropout, offset, x, y);
}

// ---- AVX2 and AVX-512

#if defined(__x86_64__)

#include "lanes_avx2.h"
#include "dropout_f32_lanes.h"
#include "lanes_end.h"

#include "lanes_avx512.h"
#include "dropout_f32_lanes.h"
#include "lanes_end.h"

#endif  // __x86_64__
