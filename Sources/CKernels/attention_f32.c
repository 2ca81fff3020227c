// attention_f32: scaled dot-product attention of one head of one sequence, and its VJP.
//
//   s[i, j] = scale * sum_d q[i, d] k[j, d],  l[i] = log sum_j e^s[i, j],  p[i, j] = e^(s[i, j] - l[i])
//   f[i, j] = 0 or 1 / (1 - rate), dropout's factor at index offset + i T + j
//   context[i, d] = sum_j f[i, j] p[i, j] v[j, d]
//
//   VJP, with g = d_context:  D[i] = sum_d g[i, d] context[i, d]
//   dp[i, j] = f[i, j] sum_d g[i, d] v[j, d],  ds[i, j] = scale * p[i, j] (dp[i, j] - D[i])
//   d_q[i] = sum_j ds[i, j] k[j],  d_k[j] = sum_i ds[i, j] q[i],  d_v[j] = sum_i f[i, j] p[i, j] g[i]
//
// Layout  rows of D contiguous floats at their strides: T of k and v, and of q and context as many as there are queries, the
//         first of the T tokens; log_sum_exp (l) of the scaled scores. Outputs lie apart from inputs and from each other.
// Scalar  the definition, a row of probabilities at a time: scores and context are chains of fused multiply-adds, the
//         exponentials have CK_SUM_LANES partial sums, by which the context is divided in the end. The VJP's sums are
//         in order.
// Vector  k (and v for the VJP) is turned into scratch once, so that scores are vectors over j, and v is copied; scores
//         are made CK_ATTENTION_ROWS rows at a time, so scratch is O(T (2 D + 2 CK_ATTENTION_ROWS)), never T^2. The
//         context has the bits of the definition. The VJP remakes the probabilities from l and the dropout factors
//         from their index.
// Source  Vaswani et al., "Attention is all you need", 2017, arXiv:1706.03762, section 3.2.1; D as in Dao et al.,
//         "FlashAttention", 2022, arXiv:2205.14135, appendix B.

#include <string.h>

#include "activation_scalar.h"
#include "dropout_scalar.h"
#include "kernels.h"
#include "lanes.h"
#include "philox.h"
#include "transpose_f32.h"

#pragma STDC FP_CONTRACT OFF

// Rows of scores at a time: enough that d_k and d_v are loaded and stored once for 32 products, few enough that scores
// of 512 tokens (64 kB) stay in L2.
enum { CK_ATTENTION_ROWS = 32 };

// ---- Scalar

size_t ck_f32_attention_scratch_count_scalar(size_t length, size_t head_size) {
  (void)head_size;
  return length;
}

size_t ck_f32_attention_vjp_scratch_count_scalar(size_t length, size_t head_size) {
  (void)head_size;
  return 2 * length;
}

CK_INLINE float ck_dot_scalar(size_t count, const float *a, const float *b) {
  float sum = 0.0f;
  for (size_t d = 0; d < count; ++d) sum = fmaf(a[d], b[d], sum);
  return sum;
}

CK_SCALAR void ck_f32_attention_scalar(const ck_attention_args *args, float *scratch) {
  const size_t length = args->length, size = args->head_size;
  float *p = scratch;
  for (size_t i = 0; i < args->queries; ++i) {
    const float *q = args->q + i * args->q_row_stride;
    float largest = -INFINITY, partial[CK_SUM_LANES] = {0};
    for (size_t j = 0; j < length; ++j) {
      p[j] = args->scale * ck_dot_scalar(size, q, args->k + j * args->row_stride);
      largest = p[j] > largest ? p[j] : largest;
    }
    for (size_t j = 0; j < length; ++j) {
      p[j] = vexp_scalar(p[j] - largest);
      partial[j % CK_SUM_LANES] += p[j];
    }
    const float sum = ck_sum_halves(partial, CK_SUM_LANES), inverse_sum = 1.0f / sum;
    if (args->log_sum_exp) args->log_sum_exp[i] = largest + logf(sum);
    ck_drop_scalar(length, &args->dropout, args->dropout_offset + (uint64_t)i * length, p, p);
    float *context = args->context + i * args->context_row_stride;
    for (size_t d = 0; d < size; ++d) context[d] = 0.0f;
    for (size_t j = 0; j < length; ++j) {
      for (size_t d = 0; d < size; ++d) context[d] = fmaf(p[j], args->v[j * args->row_stride + d], context[d]);
    }
    for (size_t d = 0; d < size; ++d) context[d] *= inverse_sum;
  }
}

CK_SCALAR void ck_f32_attention_vjp_scalar(const ck_attention_vjp_args *args, float *scratch) {
  const ck_attention_args *forward = &args->forward;
  const size_t length = forward->length, size = forward->head_size, stride = forward->row_stride;
  float *p = scratch, *factor = scratch + length;
  for (size_t i = 0; i < forward->queries; ++i) {
    for (size_t d = 0; d < size; ++d) args->d_q[i * args->d_row_stride + d] = 0.0f;
  }
  for (size_t j = 0; j < length; ++j) {
    for (size_t d = 0; d < size; ++d) {
      args->d_k[j * args->d_row_stride + d] = 0.0f;
      args->d_v[j * args->d_row_stride + d] = 0.0f;
    }
  }
  for (size_t i = 0; i < forward->queries; ++i) {
    const float *q = forward->q + i * forward->q_row_stride, *g = args->d_context + i * args->d_context_row_stride;
    const float delta = ck_dot_scalar(size, g, forward->context + i * forward->context_row_stride);
    for (size_t j = 0; j < length; ++j) {
      p[j] = vexp_scalar(forward->scale * ck_dot_scalar(size, q, forward->k + j * stride) - forward->log_sum_exp[i]);
      factor[j] = 1.0f;
    }
    ck_drop_scalar(length, &forward->dropout, forward->dropout_offset + (uint64_t)i * length, factor, factor);
    for (size_t j = 0; j < length; ++j) {
      const float *k = forward->k + j * stride;
      const float dp = factor[j] * ck_dot_scalar(size, g, forward->v + j * stride);
      const float ds = forward->scale * (p[j] * (dp - delta)), kept = factor[j] * p[j];
      for (size_t d = 0; d < size; ++d) {
        args->d_q[i * args->d_row_stride + d] += ds * k[d];
        args->d_k[j * args->d_row_stride + d] += ds * q[d];
        args->d_v[j * args->d_row_stride + d] += kept * g[d];
      }
    }
  }
}

// ---- AVX2 and AVX-512

#if defined(__x86_64__)

// Rows of a tile of two vectors. AVX-512 has registers for more, but a block of 32 rows is four tiles of 8, and none is left over.
#define CK_PRODUCT_ROWS 6
#include "lanes_avx2.h"
#include "attention_f32_lanes.h"
#include "lanes_end.h"
#undef CK_PRODUCT_ROWS

#define CK_PRODUCT_ROWS 8
#include "lanes_avx512.h"
#include "attention_f32_lanes.h"
#include "lanes_end.h"
#undef CK_PRODUCT_ROWS

#endif  // __x86_64__
