// kernels.h: what each file of kernels offers to dispatch.c: the entries of the table, once an instruction set.

#ifndef CK_KERNELS_H
#define CK_KERNELS_H

#include "ckernels.h"

#define CK_DECLARE(isa)                                                                                               \
  size_t ck_f32_gemm_packed_count_##isa(size_t n, size_t k);                                                          \
  size_t ck_f32_gemm_scratch_count_##isa(size_t k);                                                                   \
  void ck_f32_gemm_pack_b_##isa(size_t n, size_t k, const float *b, size_t n_stride, size_t k_stride,                 \
                                size_t panel_begin, size_t panel_end, float *packed);                                 \
  void ck_f16_gemm_pack_b_##isa(size_t n, size_t k, const uint16_t *b, size_t n_stride, size_t k_stride,              \
                                size_t panel_begin, size_t panel_end, uint16_t *packed);                              \
  void ck_f32_gemm_##isa(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin,              \
                         size_t panel_end, float *scratch);                                                           \
  void ck_f32_layernorm_##isa(size_t rows, size_t columns, const float *x, const float *residual,                     \
                              const float *scale, const float *shift, float epsilon, float *y, float *sum,            \
                              float *mean, float *inverse_deviation);                                                 \
  void ck_f32_layernorm_vjp_##isa(size_t rows, size_t columns, const float *dy, const float *x, const float *scale,   \
                                  const float *mean, const float *inverse_deviation, float *dx);                      \
  void ck_f32_layernorm_vjp_parameters_##isa(size_t rows, size_t columns, size_t column_begin, size_t column_end,     \
                                             const float *dy, const float *x, const float *mean,                      \
                                             const float *inverse_deviation, float *d_scale, float *d_shift);         \
  void ck_f32_activation_##isa(size_t count, ck_activation activation, const float *x, float *y);                     \
  void ck_f32_activation_vjp_##isa(size_t count, ck_activation activation, const float *dy, const float *x,           \
                                   float *dx);                                                                        \
  void ck_f32_sum_rows_##isa(size_t rows, size_t columns, size_t column_begin, size_t column_end, const float *x,     \
                             float *y);                                                                               \
  void ck_f32_softmax_##isa(size_t rows, size_t columns, const float *x, float *y);                                   \
  size_t ck_f32_attention_scratch_count_##isa(size_t length, size_t head_size);                                       \
  size_t ck_f32_attention_vjp_scratch_count_##isa(size_t length, size_t head_size);                                   \
  void ck_f32_attention_##isa(const ck_attention_args *args, float *scratch);                                         \
  void ck_f32_attention_vjp_##isa(const ck_attention_vjp_args *args, float *scratch);                                 \
  void ck_f32_embedding_##isa(size_t rows, size_t columns, const int32_t *ids, const int32_t *positions,              \
                              const int32_t *types, const float *word, const float *position, const float *type,      \
                              float *y);                                                                              \
  void ck_f16_embedding_##isa(size_t rows, size_t columns, const int32_t *ids, const int32_t *positions,              \
                              const int32_t *types, const uint16_t *word, const uint16_t *position,                   \
                              const uint16_t *type, float *y);                                                        \
  void ck_s8_embedding_##isa(size_t rows, size_t columns, const int32_t *ids, const int32_t *positions,               \
                             const int32_t *types, const ck_table_s8 *word, const ck_table_s8 *position,              \
                             const ck_table_s8 *type, float *y);                                                      \
  void ck_s4_embedding_##isa(size_t rows, const int32_t *ids, const int32_t *positions, const int32_t *types,         \
                             const ck_weights_s4 *word, const ck_weights_s4 *position, const ck_weights_s4 *type,     \
                             float *y);                                                                               \
  void ck_f32_embedding_vjp_##isa(size_t rows, size_t columns, size_t column_begin, size_t column_end,                \
                                  const int32_t *ids, const float *dy, float *table);                                 \
  void ck_f32_dropout_##isa(size_t count, const ck_dropout *dropout, uint64_t offset, const float *x, float *y);      \
  void ck_f32_add_##isa(size_t count, const float *a, const float *b, float *y);                                      \
  void ck_f32_axpy_##isa(size_t count, float alpha, const float *x, float *y);                                        \
  void ck_f32_scale_##isa(size_t count, float alpha, const float *x, float *y);                                       \
  double ck_f32_sum_of_squares_##isa(size_t count, const float *x);                                                   \
  int ck_f32_all_finite_##isa(size_t count, const float *x);                                                          \
  void ck_f32_fake_quantize_##isa(size_t rows, size_t columns, const ck_fake_quantize_args *args, const float *x,     \
                                  float *y, float *scales);                                                           \
  void ck_f32_fake_quantize_vjp_##isa(size_t count, const ck_fake_quantize_args *args, const float *dy,               \
                                      const float *x, float *dx);                                                     \
  float ck_f32_largest_magnitude_##isa(size_t count, const float *x);                                                 \
  void ck_f32_adamw_##isa(size_t count, const ck_adamw_args *args, const float *gradient, float *weight, float *m,    \
                          float *v);                                                                                  \
  void ck_f32_f16_convert_##isa(size_t count, const float *x, uint16_t *y);                                           \
  void ck_f16_f32_convert_##isa(size_t count, const uint16_t *x, float *y);                                           \
  void ck_bf16_f32_convert_##isa(size_t count, const uint16_t *x, float *y);

// The integer product has a version more than the others: AVX-512 with and without VNNI.
#define CK_DECLARE_S8(isa)                                                                                            \
  ck_type ck_s8_gemm_type_##isa(size_t n, size_t k, const int8_t *w);                                                 \
  size_t ck_s8_gemm_packed_bytes_##isa(size_t n, size_t k, ck_type type);                                             \
  size_t ck_s8_gemm_scratch_count_##isa(size_t k, ck_type type);                                                      \
  void ck_s8_gemm_pack_b_##isa(size_t n, size_t k, ck_type type, const int8_t *w, const float *scales,                \
                               size_t panel_begin, size_t panel_end, int8_t *packed);                                 \
  void ck_s8_gemm_##isa(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin,               \
                        size_t panel_end, float *scratch);                                                            \
  size_t ck_s4_gemm_packed_bytes_##isa(size_t n, size_t k, size_t group);                                             \
  void ck_s4_gemm_pack_b_##isa(const ck_weights_s4 *weights, size_t panel_begin, size_t panel_end, int8_t *packed);

CK_DECLARE(scalar)
CK_DECLARE_S8(scalar)
int ck_f16_all_finite(size_t count, const uint16_t *x);
#if defined(__x86_64__)
CK_DECLARE(avx2)
CK_DECLARE(avx512)
CK_DECLARE_S8(avx2)
CK_DECLARE_S8(avx512)
CK_DECLARE_S8(avx512vnni)

// The product of floats for cores that gain by fetches into L1; see gemm_f32.c.
void ck_f32_gemm_fetching_avx2(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin,
                               size_t panel_end, float *scratch);
void ck_f32_gemm_fetching_avx512(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin,
                                 size_t panel_end, float *scratch);

// The product of S8_PAIRS, to which gemm_s8 goes.
void ck_s8_gemm_pairs_avx2(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin,
                           size_t panel_end, float *scratch);
void ck_s8_gemm_pairs_avx512(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin,
                             size_t panel_end, float *scratch);
#endif

// Micro-tile of gemm, rows by columns; see gemm_f32.c for why.
enum {
  CK_GEMM_MR_SCALAR = 4,
  CK_GEMM_NR_SCALAR = 8,
  CK_GEMM_MR_AVX2 = 6,
  CK_GEMM_NR_AVX2 = 16,
  CK_GEMM_MR_AVX512 = 14,
  CK_GEMM_NR_AVX512 = 32,
  CK_GEMM_ROW_BLOCK_SCALAR = 64,
  CK_GEMM_ROW_BLOCK_AVX2 = 96,
  CK_GEMM_ROW_BLOCK_AVX512 = 140,
  CK_GEMM_S8_ROW_BLOCK_AVX2 = 48,  // see gemm_s8.c
  CK_GEMM_S8_ROW_BLOCK_AVX512 = 140,
};

#endif  // CK_KERNELS_H
