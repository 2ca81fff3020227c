// embedding_f32: sum of three table rows a token, from F32 or F16 tables, and the VJP of one table.
//
//   y[t] = word[ids[t]] + position[positions[t]] + type[types[t]]        added in this order
//   VJP: table[ids[t]] += dy[t], over t in order
//
// Layout  tables and y: rows of `columns` contiguous elements. Indices are not checked here: they must be in range.
// Scalar  the definition; the vector versions equal it bit for bit.

#include "kernels.h"
#include "lanes.h"

#pragma STDC FP_CONTRACT OFF

void ck_f32_embedding_scalar(size_t rows, size_t columns, const int32_t *ids, const int32_t *positions,
                             const int32_t *types, const float *word, const float *position, const float *type,
                             float *y) {
  for (size_t t = 0; t < rows; ++t) {
    const float *a = word + (size_t)ids[t] * columns, *b = position + (size_t)positions[t] * columns;
    const float *c = type + (size_t)types[t] * columns;
    for (size_t j = 0; j < columns; ++j) y[t * columns + j] = a[j] + b[j] + c[j];
  }
}

void ck_f16_embedding_scalar(size_t rows, size_t columns, const int32_t *ids, const int32_t *positions,
                             const int32_t *types, const uint16_t *word, const uint16_t *position,
                             const uint16_t *type, float *y) {
  for (size_t t = 0; t < rows; ++t) {
    const uint16_t *a = word + (size_t)ids[t] * columns, *b = position + (size_t)positions[t] * columns;
    const uint16_t *c = type + (size_t)types[t] * columns;
    for (size_t j = 0; j < columns; ++j) {
      float value[3];
      const uint16_t half[3] = {a[j], b[j], c[j]};
      ck_f16_f32_convert_scalar(3, half, value);
      y[t * columns + j] = value[0] + value[1] + value[2];
    }
  }
}

void ck_f32_embedding_vjp_scalar(size_t rows, size_t columns, size_t column_begin, size_t column_end,
                                 const int32_t *ids, const float *dy, float *table) {
  for (size_t t = 0; t < rows; ++t) {
    float *row = table + (size_t)ids[t] * columns;
    for (size_t j = column_begin; j < column_end; ++j) row[j] += dy[t * columns + j];
  }
}

// ---- AVX2 and AVX-512

#if defined(__x86_64__)

#include "lanes_avx2.h"
#include "embedding_f32_lanes.h"
#include "lanes_end.h"

#include "lanes_avx512.h"
#include "embedding_f32_lanes.h"
#include "lanes_end.h"

#endif  // __x86_64__
