// dropout_scalar.h: the definition of dropout, for dropout_f32.c and attention_f32.c.

#ifndef CK_DROPOUT_SCALAR_H
#define CK_DROPOUT_SCALAR_H

#include <string.h>

#include "ckernels.h"
#include "philox.h"

static inline void ck_drop_scalar(size_t count, const ck_dropout *dropout, uint64_t offset, const float *x, float *y) {
  if (dropout->threshold == 0) {
    if (x != y) memmove(y, x, count * sizeof(float));
    return;
  }
  const uint32_t key[2] = {(uint32_t)dropout->key, (uint32_t)(dropout->key >> 32)};
  uint32_t word[4] = {0};
  for (size_t i = 0; i < count; ++i) {
    const uint64_t index = offset + i, block = index / 4;
    if (i == 0 || index % 4 == 0) {
      const uint32_t counter[4] = {(uint32_t)block, (uint32_t)(block >> 32), (uint32_t)dropout->stream,
                                   (uint32_t)(dropout->stream >> 32)};
      ck_philox_block(counter, key, word);
    }
    y[i] = word[index % 4] < dropout->threshold ? 0.0f : dropout->scale * x[i];
  }
}

#endif  // CK_DROPOUT_SCALAR_H
