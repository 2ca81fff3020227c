// attention_f32_lanes.h: the vector version of attention_f32.c, which see. Included within a region (see lanes.h).

#include "dropout_lanes.h"
#include "lanes_math.h"

// Length of a row of scores in scratch: whole vectors of 16.
#define CK_PADDED(length) (((length) + 15) / 16 * 16)

size_t CK_NAME(ck_f32_attention_scratch_count)(size_t length, size_t head_size) {
  return CK_PADDED(length) * (2 * head_size + CK_ATTENTION_ROWS);
}

size_t CK_NAME(ck_f32_attention_vjp_scratch_count)(size_t length, size_t head_size) {
  return CK_PADDED(length) * (2 * head_size + 2 * CK_ATTENTION_ROWS + 1);
}

// ---- A product of unpacked matrices: c[m, n] (+)= a[m, k] b[k, n], for depths of tens.

typedef struct CK_NAME(ck_product) {
  size_t m, n, k;
  const float *a;
  size_t a_row_stride, a_col_stride;  // one of them is 1
  const float *b;  // rows of n contiguous floats
  size_t b_row_stride;
  float *c;
  size_t c_row_stride;
  int add;
} CK_NAME(ck_product);

// `steps` of depth. The rows of a are contiguous (`along`, a_col_stride 1), or its columns are (a_row_stride 1); which it is, is
// a constant, and steps are taken four at a time, or the address of each row would be computed at every step.
CK_INLINE void CK_NAME(ck_product_steps)(const CK_NAME(ck_product) *x, const float *a, const float *b,
                                         vf sum[CK_PRODUCT_ROWS][2], const size_t rows, const size_t vectors,
                                         const size_t n, const int along, const size_t steps) {
  const size_t row_stride = along ? x->a_row_stride : 1, col_stride = along ? 1 : x->a_col_stride;
#pragma clang loop unroll(full)
  for (size_t p = 0; p < steps; ++p) {
    vf b_vector[2];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; ++v) b_vector[v] = vload_n(b + p * x->b_row_stride + v * CK_LANES, n);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; ++r) {
      vf broadcast = vset(a[r * row_stride + p * col_stride]);
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; ++v) sum[r][v] = vfma(broadcast, b_vector[v], sum[r][v]);
    }
  }
}

// `rows`, `vectors` and `along` are constants where this is expanded; the last vector has n columns.
CK_INLINE void CK_NAME(ck_product_tile)(const CK_NAME(ck_product) *x, size_t row, size_t column, const size_t rows,
                                        const size_t vectors, const size_t n, const int along) {
  vf sum[CK_PRODUCT_ROWS][2];
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; ++r) {
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; ++v) sum[r][v] = vzero();
  }
  const float *a = x->a + row * x->a_row_stride, *b = x->b + column;
  size_t left = x->k;
  for (; left >= 4; left -= 4) {
    CK_NAME(ck_product_steps)(x, a, b, sum, rows, vectors, n, along, 4);
    a += 4 * x->a_col_stride;
    b += 4 * x->b_row_stride;
  }
#pragma clang loop unroll(disable)
  for (; left > 0; --left) {
    CK_NAME(ck_product_steps)(x, a, b, sum, rows, vectors, n, along, 1);
    a += x->a_col_stride;
    b += x->b_row_stride;
  }
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; ++r) {
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; ++v) {
      float *c = x->c + (row + r) * x->c_row_stride + column + v * CK_LANES;
      vstore_n(c, x->add ? vadd(vload_n(c, n), sum[r][v]) : sum[r][v], n);
    }
  }
}

// The last eight rows are two tiles of four where a tile has six: the sums of two rows alone would wait for each other.
CK_INLINE void CK_NAME(ck_product_columns)(const CK_NAME(ck_product) *x, size_t column, const size_t vectors,
                                           const size_t n, const int along) {
  size_t row = 0;
  for (; row + CK_PRODUCT_ROWS <= x->m && (CK_PRODUCT_ROWS == 8 || x->m - row != 8); row += CK_PRODUCT_ROWS) {
    CK_NAME(ck_product_tile)(x, row, column, CK_PRODUCT_ROWS, vectors, n, along);
  }
  for (; row + 4 <= x->m; row += 4) CK_NAME(ck_product_tile)(x, row, column, 4, vectors, n, along);
  if (row + 2 <= x->m) {
    CK_NAME(ck_product_tile)(x, row, column, 2, vectors, n, along);
    row += 2;
  }
  if (row < x->m) CK_NAME(ck_product_tile)(x, row, column, 1, vectors, n, along);
}

CK_INLINE void CK_NAME(ck_multiply_all)(const CK_NAME(ck_product) *x, const int along) {
  size_t column = 0;
  for (; column + 2 * CK_LANES <= x->n; column += 2 * CK_LANES) {
    CK_NAME(ck_product_columns)(x, column, 2, CK_LANES, along);
  }
  if (column + CK_LANES <= x->n) {
    CK_NAME(ck_product_columns)(x, column, 1, CK_LANES, along);
    column += CK_LANES;
  }
  if (column < x->n) CK_NAME(ck_product_columns)(x, column, 1, x->n - column, along);
}

static void CK_NAME(ck_multiply)(const CK_NAME(ck_product) *x) {
  if (x->a_col_stride == 1) {
    CK_NAME(ck_multiply_all)(x, 1);
  } else {
    CK_NAME(ck_multiply_all)(x, 0);
  }
}

// turned[d, t] = x[t, d], rows of CK_PADDED(length), zeros beyond length.
static void CK_NAME(ck_turn)(size_t length, size_t size, const float *x, size_t stride, float *turned) {
  const size_t padded = CK_PADDED(length);
  size_t t = 0;
  for (; t + 8 <= length; t += 8) {
    size_t d = 0;
    for (; d + 8 <= size; d += 8) {
      __m256 in[8], out[8];
      for (size_t i = 0; i < 8; ++i) in[i] = _mm256_loadu_ps(x + (t + i) * stride + d);
      ck_transpose_8x8(in, out);
      for (size_t i = 0; i < 8; ++i) _mm256_storeu_ps(turned + (d + i) * padded + t, out[i]);
    }
    for (; d < size; ++d) {
      for (size_t i = 0; i < 8; ++i) turned[d * padded + t + i] = x[(t + i) * stride + d];
    }
  }
  for (; t < padded; ++t) {
    for (size_t d = 0; d < size; ++d) turned[d * padded + t] = t < length ? x[t * stride + d] : 0.0f;
  }
}

// copy[t, d] = x[t, d], rows of `size`.
static void CK_NAME(ck_gather)(size_t length, size_t size, const float *x, size_t stride, float *copy) {
  for (size_t t = 0; t < length; ++t) {
    for (size_t d = 0; d < size; d += CK_LANES) {
      const size_t n = size - d < CK_LANES ? size - d : CK_LANES;
      vstore_n(copy + t * size + d, vload_n(x + t * stride + d, n), n);
    }
  }
}

// ---- Forward

// e^(scale x - shift) of a row of `length` floats in place, zeros up to its padded end; their CK_SUM_LANES partial sums.
CK_INLINE void CK_NAME(ck_exponentials_of_row)(size_t length, float *row, vf scale, vf shift, vf sum[CK_PARTS]) {
  vf e[CK_TOGETHER];
#pragma clang loop unroll(full)
  for (size_t part = 0; part < CK_PARTS; ++part) sum[part] = vzero();
  size_t j = 0;
  for (; j + CK_TOGETHER * CK_LANES <= length; j += CK_TOGETHER * CK_LANES) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < CK_TOGETHER; ++i) e[i] = vsub(vmul(scale, vload(row + j + i * CK_LANES)), shift);
    vexp_all(CK_TOGETHER, e);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < CK_TOGETHER; ++i) {
      vstore(row + j + i * CK_LANES, e[i]);
      sum[i % CK_PARTS] = vadd(sum[i % CK_PARTS], e[i]);
    }
  }
  for (; j < length; j += CK_SUM_LANES) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < CK_PARTS; ++i) e[i] = vsub(vmul(scale, vload(row + j + i * CK_LANES)), shift);
    vexp_all(CK_PARTS, e);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < CK_PARTS; ++i) {
      const size_t begin = j + i * CK_LANES, left = length > begin ? length - begin : 0;
      if (left < CK_LANES) e[i] = vselect(vfirst(left), e[i], vzero());
      vstore(row + begin, e[i]);
      sum[i] = vadd(sum[i], e[i]);
    }
  }
}

// The exponentials of rows of scaled scores less each row's largest, in place, zeros behind them. One pass over all rows
// finds the largest, another does the rest: a row needn't wait for the steps that bring 16 numbers down to one.
static void CK_NAME(ck_exponentials)(const ck_attention_args *args, size_t first, size_t rows, float *scores,
                                     float *inverse_sums) {
  const size_t length = args->length, padded = CK_PADDED(length);
  const vf scale = vset(args->scale);
  float most[CK_ATTENTION_ROWS];
  for (size_t r = 0; r < rows; ++r) {
    const float *row = scores + r * padded;
    vf largest = vset(-INFINITY);
    size_t j = 0;
    for (; j + CK_LANES <= length; j += CK_LANES) largest = vmax(vmul(scale, vload(row + j)), largest);
    if (j < length) {
      largest = vmax(vselect(vfirst(length - j), vmul(scale, vload(row + j)), vset(-INFINITY)), largest);
    }
    most[r] = vlargest(largest);
  }
  for (size_t r = 0; r < rows; ++r) {
    float *row = scores + r * padded;
    vf sum[CK_PARTS];
    CK_NAME(ck_exponentials_of_row)(length, row, scale, vset(most[r]), sum);
    const float total = vsum_parts(sum);
    inverse_sums[r] = 1.0f / total;
    if (args->log_sum_exp) args->log_sum_exp[first + r] = most[r] + logf(total);
    const uint64_t offset = args->dropout_offset + (uint64_t)(first + r) * length;
    if (args->dropout.threshold) CK_NAME(ck_drop)(length, &args->dropout, offset, row, row);
  }
}

void CK_NAME(ck_f32_attention)(const ck_attention_args *args, float *scratch) {
  const size_t length = args->length, size = args->head_size, padded = CK_PADDED(length);
  float *k_turned = scratch, *values = k_turned + padded * size;
  float *scores = values + padded * size;
  float inverse_sums[CK_ATTENTION_ROWS];
  CK_NAME(ck_turn)(length, size, args->k, args->row_stride, k_turned);
  // Rows of v that are thousands of bytes apart share few sets of L1 and drive each other out: worth a copy where there
  // is a second block of rows to read them again.
  const int copies = args->queries > CK_ATTENTION_ROWS;
  if (copies) CK_NAME(ck_gather)(length, size, args->v, args->row_stride, values);
  for (size_t begin = 0; begin < args->queries; begin += CK_ATTENTION_ROWS) {
    const size_t rows = args->queries - begin < CK_ATTENTION_ROWS ? args->queries - begin : CK_ATTENTION_ROWS;
    const CK_NAME(ck_product) score = {
        .m = rows, .n = padded, .k = size, .a = args->q + begin * args->q_row_stride,
        .a_row_stride = args->q_row_stride, .a_col_stride = 1, .b = k_turned, .b_row_stride = padded, .c = scores,
        .c_row_stride = padded};
    CK_NAME(ck_multiply)(&score);
    CK_NAME(ck_exponentials)(args, begin, rows, scores, inverse_sums);
    float *context = args->context + begin * args->context_row_stride;
    const CK_NAME(ck_product) mix = {
        .m = rows, .n = size, .k = length, .a = scores, .a_row_stride = padded, .a_col_stride = 1, .b = copies ? values : args->v,
        .b_row_stride = copies ? size : args->row_stride, .c = context, .c_row_stride = args->context_row_stride};
    CK_NAME(ck_multiply)(&mix);
    for (size_t r = 0; r < rows; ++r) {
      float *row = context + r * args->context_row_stride;
      for (size_t d = 0; d < size; d += CK_LANES) {
        const size_t n = size - d < CK_LANES ? size - d : CK_LANES;
        vstore_n(row + d, vmul(vload_n(row + d, n), vset(inverse_sums[r])), n);
      }
    }
  }
}

// ---- VJP

void CK_NAME(ck_f32_attention_vjp)(const ck_attention_vjp_args *args, float *scratch) {
  const ck_attention_args *forward = &args->forward;
  const size_t length = forward->length, size = forward->head_size, stride = forward->row_stride;
  const size_t padded = CK_PADDED(length);
  float *k_turned = scratch, *v_turned = k_turned + padded * size;
  float *kept = v_turned + padded * size;               // scores, then f p
  float *change = kept + padded * CK_ATTENTION_ROWS;    // sum_d g v, then ds
  float *factor = change + padded * CK_ATTENTION_ROWS;  // f of a row
  const vf scale = vset(forward->scale);
  CK_NAME(ck_turn)(length, size, forward->k, stride, k_turned);
  CK_NAME(ck_turn)(length, size, forward->v, stride, v_turned);
  size_t begin = 0;
  do {  // once without queries too: the gradients of k and v are zeros then
    const size_t left = forward->queries - begin, rows = left < CK_ATTENTION_ROWS ? left : CK_ATTENTION_ROWS;
    const float *q = forward->q + begin * forward->q_row_stride;
    const float *g = args->d_context + begin * args->d_context_row_stride;
    const CK_NAME(ck_product) score = {
        .m = rows, .n = padded, .k = size, .a = q, .a_row_stride = forward->q_row_stride, .a_col_stride = 1,
        .b = k_turned, .b_row_stride = padded, .c = kept, .c_row_stride = padded};
    CK_NAME(ck_multiply)(&score);
    const CK_NAME(ck_product) d_probability = {
        .m = rows, .n = padded, .k = size, .a = g, .a_row_stride = args->d_context_row_stride, .a_col_stride = 1,
        .b = v_turned, .b_row_stride = padded, .c = change, .c_row_stride = padded};
    CK_NAME(ck_multiply)(&d_probability);
    for (size_t r = 0; r < rows; ++r) {
      const float *g_row = g + r * args->d_context_row_stride;
      const float *context = forward->context + (begin + r) * forward->context_row_stride;
      vf dot = vzero();
      for (size_t d = 0; d < size; d += CK_LANES) {
        const size_t n = size - d < CK_LANES ? size - d : CK_LANES;
        dot = vfma(vload_n(g_row + d, n), vload_n(context + d, n), dot);
      }
      const vf delta = vset(vsum(dot));
      float *kept_row = kept + r * padded, *change_row = change + r * padded;
      for (size_t j = 0; j < padded; j += CK_LANES) vstore(factor + j, vset(1.0f));
      if (forward->dropout.threshold) {
        const uint64_t offset = forward->dropout_offset + (uint64_t)(begin + r) * length;
        CK_NAME(ck_drop)(length, &forward->dropout, offset, factor, factor);
      }
      vf sum[CK_PARTS];
      CK_NAME(ck_exponentials_of_row)(length, kept_row, scale, vset(forward->log_sum_exp[begin + r]), sum);
      for (size_t j = 0; j < length; j += CK_LANES) {
        vf f = vload(factor + j), p = vload(kept_row + j);
        vf ds = vmul(scale, vmul(p, vsub(vmul(f, vload(change_row + j)), delta)));
        vstore(kept_row + j, vmul(f, p));
        vstore(change_row + j, ds);
      }
    }
    const CK_NAME(ck_product) d_query = {
        .m = rows, .n = size, .k = length, .a = change, .a_row_stride = padded, .a_col_stride = 1, .b = forward->k,
        .b_row_stride = stride, .c = args->d_q + begin * args->d_row_stride, .c_row_stride = args->d_row_stride};
    CK_NAME(ck_multiply)(&d_query);
    const CK_NAME(ck_product) d_key = {
        .m = length, .n = size, .k = rows, .a = change, .a_row_stride = 1, .a_col_stride = padded, .b = q,
        .b_row_stride = forward->q_row_stride, .c = args->d_k, .c_row_stride = args->d_row_stride, .add = begin > 0};
    CK_NAME(ck_multiply)(&d_key);
    const CK_NAME(ck_product) d_value = {
        .m = length, .n = size, .k = rows, .a = kept, .a_row_stride = 1, .a_col_stride = padded, .b = g,
        .b_row_stride = args->d_context_row_stride, .c = args->d_v, .c_row_stride = args->d_row_stride,
        .add = begin > 0};
    CK_NAME(ck_multiply)(&d_value);
    begin += CK_ATTENTION_ROWS;
  } while (begin < forward->queries);
}

#undef CK_PADDED
