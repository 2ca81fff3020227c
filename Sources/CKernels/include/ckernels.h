// ckernels.h: the numeric kernels of Espalier, one table of functions an instruction set.
//
// Kernels know pointers, sizes and row ranges. They never allocate, print, abort or start threads, and they keep no
// state: whoever calls them splits the work and owns the memory. Strides are counted in elements, not in bytes.
// The result for an output element depends on its inputs alone: not on the range that it is computed in, and so not on
// the number of threads or on what shares its batch.

#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ck_isa {
  CK_ISA_SCALAR = 0,  // portable C, the definition of each kernel
  CK_ISA_AVX2 = 1,    // AVX2, FMA and F16C
  CK_ISA_AVX512 = 2,  // AVX-512 F, BW, DQ, VL
  CK_ISA_AVX512VNNI = 3,  // and VNNI: dot products of bytes
} ck_isa;

typedef enum ck_activation {
  CK_ACTIVATION_NONE = 0,
  CK_ACTIVATION_GELU = 1,       // x * Phi(x), by erf
  CK_ACTIVATION_GELU_TANH = 2,  // the tanh approximation: "gelu_new"
  CK_ACTIVATION_RELU = 3,
  CK_ACTIVATION_TANH = 4,
} ck_activation;

typedef enum ck_type {
  CK_TYPE_F32 = 0,
  CK_TYPE_F16 = 1,
  CK_TYPE_S8 = 2,  // of gemm_s8 alone
  CK_TYPE_S4 = 3,  // of gemm_s8 alone
  CK_TYPE_S8_PAIRS = 4,  // of gemm_s8 alone: s8 for a product of bytes, by gemm_s8_type
} ck_type;

// c[m, n] = activation(a[m, k] * b[k, n] + bias) + residual, or c += a * b.
typedef struct ck_gemm_args {
  size_t m, n, k;
  const float *a;  // element (i, p) at a[i * a_row_stride + p * a_col_stride]
  size_t a_row_stride, a_col_stride;
  const void *b;  // packed by gemm_pack_b_f32 (b_type F32), gemm_pack_b_f16 (F16), gemm_s8_pack_b (S8, S8_PAIRS), gemm_s4_pack_b (S4)
  ck_type b_type;
  size_t b_group;  // of S4: depths that share a multiplier
  float a_scale;  // of gemm_s8: a step of the quantised activations, or 0 to take each row's largest magnitude / 127
  int32_t a_zero_point;  // with a_scale and S8 weights: the s8 that stands for zero; 0 otherwise
  float *c;
  size_t c_row_stride;
  int accumulate;           // non-zero: add to c; then bias, residual, activation and preactivation must be unset
  const float *bias;        // [n] or NULL
  ck_activation activation;
  float *preactivation;     // NULL, or where a * b + bias goes for the VJP
  size_t preactivation_row_stride;
  const float *residual;    // NULL, or what is added after the activation
  size_t residual_row_stride;
} ck_gemm_args;

// Inverted dropout, from a counter-based generator (Philox4x32-10): element i of a stream is dropped when its 32-bit
// word is below `threshold`, and scaled by `scale` otherwise. threshold 0 switches it off.
typedef struct ck_dropout {
  uint64_t key;       // the run's seed
  uint64_t stream;    // which step and op this is
  uint32_t threshold; // round(p * 2^32)
  float scale;        // 1 / (1 - p)
} ck_dropout;

// One head of one sequence: context = dropout(softmax(scale * q k^T)) v, for the sequence's first `queries` tokens.
typedef struct ck_attention_args {
  size_t queries, length, head_size;
  float scale;
  const float *q;  // [queries]
  size_t q_row_stride;
  const float *k, *v;  // [length]
  size_t row_stride;   // of k, v
  float *context;      // [queries]
  size_t context_row_stride;
  float *log_sum_exp;  // [queries] or NULL; what the VJP needs to remake the probabilities
  ck_dropout dropout;
  uint64_t dropout_offset;  // index in the dropout stream of probability (0, 0); (i, j) is at offset + i * length + j
} ck_attention_args;

typedef struct ck_attention_vjp_args {
  ck_attention_args forward;  // q, k, v, context, log_sum_exp as the forward pass left them
  const float *d_context;     // rows as context's
  size_t d_context_row_stride;
  float *d_q, *d_k, *d_v;     // written, not added to
  size_t d_row_stride;        // of d_q, d_k, d_v
} ck_attention_vjp_args;

typedef struct ck_adamw_args {
  float learning_rate, beta1, beta2, epsilon, weight_decay;
  float bias_correction1, bias_correction2;  // 1 - beta^step
  float gradient_scale;                      // clipping and loss scale, applied to the gradient first
} ck_adamw_args;

// How floats are rounded to the numbers of a quantised format: see fake_quantize_f32.c.
typedef struct ck_fake_quantize_args {
  size_t group;     // consecutive values of a row that share a step; at least 1
  float limit;      // quantised values are whole numbers from `lowest` to `limit`
  float lowest;
  float scale;      // the step of all values, or 0: each group's own, its largest magnitude / limit
  int progressive;  // non-zero: a group's own step is a whole multiple, 1 to 15, of its row's
  int reciprocal;   // non-zero: values are multiplied by the inverse of the step, as in gemm_s8
} ck_fake_quantize_args;

// A table of quantised rows: value (i, j) is rows[i * columns + j] * scales[i].
typedef struct ck_table_s8 {
  const int8_t *rows;
  const float *scales;
} ck_table_s8;

// Weights [n, k] of four bits: row j, depth p stands for (u * multiplier - offset) * scales[j], where u, 0...15, is the low
// half of byte (j * k + p) / 2 of `values` for an even j * k + p, the high half for an odd one, and multiplier (0...15) and
// offset are those of group p / group of the row, at j * k / group + p / group. u * multiplier - offset must fit an s8.
typedef struct ck_weights_s4 {
  size_t n, k, group;  // group: a multiple of 32 that divides k
  const uint8_t *values;
  const uint8_t *multipliers, *offsets;
  const float *scales;
} ck_weights_s4;

typedef struct ck_kernels {
  ck_isa isa;

  // GEMM. B is stored in panels of gemm_nr columns; a block of A is packed into `scratch` by gemm itself.
  size_t gemm_mr, gemm_nr;
  size_t gemm_row_block;  // rows that a task should take when there are many (a multiple of gemm_mr)
  size_t (*gemm_packed_count)(size_t n, size_t k);                // elements of packed b
  size_t (*gemm_scratch_count)(size_t k);                         // floats of scratch for one call of gemm
  // Element (p, j) of b is at b[p * k_stride + j * n_stride]. Packs the panels panel_begin..<panel_end.
  void (*gemm_pack_b_f32)(size_t n, size_t k, const float *b, size_t n_stride, size_t k_stride,
                          size_t panel_begin, size_t panel_end, float *packed);
  void (*gemm_pack_b_f16)(size_t n, size_t k, const uint16_t *b, size_t n_stride, size_t k_stride,
                          size_t panel_begin, size_t panel_end, uint16_t *packed);
  // Computes the rows row_begin..<row_end and the column panels panel_begin..<panel_end of c.
  void (*gemm)(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin, size_t panel_end,
               float *scratch);

  // GEMM of quantised weights s8 [n, k] with a scale a row, and activations (a_col_stride 1) that it quantises itself,
  // exact in integers: see gemm_s8.c. Packed weights and scratch are aligned to 4 bytes at least. Scratch in floats.
  size_t gemm_s8_mr, gemm_s8_nr;
  size_t gemm_s8_row_block;
  // The type as which these weights are multiplied fastest: S8_PAIRS where the set has that product and it is exact for
  // them, otherwise S8. What follows takes one that this gave, for all or for a part of the rows of w.
  ck_type (*gemm_s8_type)(size_t n, size_t k, const int8_t *w);
  size_t (*gemm_s8_packed_bytes)(size_t n, size_t k, ck_type b_type);
  size_t (*gemm_s8_scratch_count)(size_t k, ck_type b_type);
  void (*gemm_s8_pack_b)(size_t n, size_t k, ck_type b_type, const int8_t *w, const float *scales, size_t panel_begin,
                         size_t panel_end, int8_t *packed);
  void (*gemm_s8)(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin, size_t panel_end,
                  float *scratch);
  // The same product of weights of four bits, which gemm_s8 unpacks a panel at a time.
  size_t (*gemm_s4_packed_bytes)(size_t n, size_t k, size_t group);
  void (*gemm_s4_pack_b)(const ck_weights_s4 *weights, size_t panel_begin, size_t panel_end, int8_t *packed);

  // Row kernels: `rows` rows of `columns` contiguous floats.
  // y = scale * (x + residual - mean) / sqrt(variance + epsilon) + shift; residual may be NULL. sum: NULL, or where
  // x + residual goes; mean, inverse_deviation: [rows] or NULL. y may be x.
  void (*layernorm_f32)(size_t rows, size_t columns, const float *x, const float *residual, const float *scale,
                        const float *shift, float epsilon, float *y, float *sum, float *mean,
                        float *inverse_deviation);
  void (*layernorm_vjp_f32)(size_t rows, size_t columns, const float *dy, const float *x, const float *scale,
                            const float *mean, const float *inverse_deviation, float *dx);
  // The columns column_begin..<column_end of d_scale and d_shift, summed over all rows in order. Written.
  void (*layernorm_vjp_parameters_f32)(size_t rows, size_t columns, size_t column_begin, size_t column_end,
                                       const float *dy, const float *x, const float *mean,
                                       const float *inverse_deviation, float *d_scale, float *d_shift);
  void (*activation_f32)(size_t count, ck_activation activation, const float *x, float *y);
  // dx = dy * activation'(x), x being the input of the activation. dx may be dy.
  void (*activation_vjp_f32)(size_t count, ck_activation activation, const float *dy, const float *x, float *dx);
  // The columns column_begin..<column_end of the sum over rows, in order. Written.
  void (*sum_rows_f32)(size_t rows, size_t columns, size_t column_begin, size_t column_end, const float *x, float *y);
  void (*softmax_f32)(size_t rows, size_t columns, const float *x, float *y);

  // Attention, one head of one sequence. Scratch in floats.
  size_t (*attention_scratch_count)(size_t length, size_t head_size);
  size_t (*attention_vjp_scratch_count)(size_t length, size_t head_size);
  void (*attention_f32)(const ck_attention_args *args, float *scratch);
  void (*attention_vjp_f32)(const ck_attention_vjp_args *args, float *scratch);

  // y[t] = word[ids[t]] + position[positions[t]] + type[types[t]], for `rows` tokens. Indices must be in range.
  void (*embedding_f32)(size_t rows, size_t columns, const int32_t *ids, const int32_t *positions,
                        const int32_t *types, const float *word, const float *position, const float *type, float *y);
  void (*embedding_f16)(size_t rows, size_t columns, const int32_t *ids, const int32_t *positions,
                        const int32_t *types, const uint16_t *word, const uint16_t *position, const uint16_t *type,
                        float *y);
  void (*embedding_s8)(size_t rows, size_t columns, const int32_t *ids, const int32_t *positions,
                       const int32_t *types, const ck_table_s8 *word, const ck_table_s8 *position,
                       const ck_table_s8 *type, float *y);
  void (*embedding_s4)(size_t rows, const int32_t *ids, const int32_t *positions, const int32_t *types,
                       const ck_weights_s4 *word, const ck_weights_s4 *position, const ck_weights_s4 *type, float *y);
  // table[ids[t]] += dy[t], the columns column_begin..<column_end, over all rows in order.
  void (*embedding_vjp_f32)(size_t rows, size_t columns, size_t column_begin, size_t column_end, const int32_t *ids,
                            const float *dy, float *table);

  // Elementwise. Aliasing of input and output is allowed.
  void (*dropout_f32)(size_t count, const ck_dropout *dropout, uint64_t offset, const float *x, float *y);
  void (*add_f32)(size_t count, const float *a, const float *b, float *y);
  void (*axpy_f32)(size_t count, float alpha, const float *x, float *y);  // y += alpha * x
  void (*scale_f32)(size_t count, float alpha, const float *x, float *y);
  double (*sum_of_squares_f32)(size_t count, const float *x);
  int (*all_finite_f32)(size_t count, const float *x);
  int (*all_finite_f16)(size_t count, const uint16_t *x);

  // Floats rounded to quantised numbers; scales: [rows, groups] or NULL. The VJP is that of a given step: a group's own
  // clips nothing. The largest magnitude is NaN where an element isn't finite.
  void (*fake_quantize_f32)(size_t rows, size_t columns, const ck_fake_quantize_args *args, const float *x, float *y,
                            float *scales);
  void (*fake_quantize_vjp_f32)(size_t count, const ck_fake_quantize_args *args, const float *dy, const float *x,
                                float *dx);
  float (*largest_magnitude_f32)(size_t count, const float *x);

  // Decoupled weight decay (Loshchilov and Hutter, 2019). m, v: first and second moment.
  void (*adamw_f32)(size_t count, const ck_adamw_args *args, const float *gradient, float *weight, float *m,
                    float *v);

  // Conversions: round to nearest even; NaN stays NaN; out of range becomes infinity.
  void (*convert_f32_f16)(size_t count, const float *x, uint16_t *y);
  void (*convert_f16_f32)(size_t count, const uint16_t *x, float *y);
  void (*convert_bf16_f32)(size_t count, const uint16_t *x, float *y);
} ck_kernels;

// The table for an instruction set on this processor, or NULL when it or its operating system lacks the set.
const ck_kernels *ck_kernels_for(ck_isa isa);

// The two of a set that ck_kernels_for chooses from: whether products of floats fetch into L1 what they read next. The numbers
// are the same.
const ck_kernels *ck_kernels_fetching(ck_isa isa, int fetches);

// Philox4x32-10 for one counter: where dropout's words come from. Known answers test it.
void ck_philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t word[4]);

// How many processors this process may run on; at least 1 where the system answers.
int ck_affinity_count(void);

// Has this process killed when the thread that started it ends. 0 where the system has no such thing.
int ck_end_with_parent(void);

// Two names, of files or directories of one file system, change places in one step. 0, or an error code: ENOSYS or EINVAL
// where the system or the file system has no such thing.
int ck_exchange(const char *a, const char *b);

// Tells the core that this is a spin loop.
static inline void ck_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#ifdef __cplusplus
}
#endif

#endif  // CKERNELS_H
