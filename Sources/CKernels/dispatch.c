// dispatch: constant tables of each instruction set, and the questions whether this processor has it and which one suits it.

#include "kernels.h"

#define CK_TABLE(suffix, s8_suffix, gemm_function, set, mr, nr, block, s8_block)          \
  {                                                                                       \
      .isa = set,                                                                         \
      .gemm_mr = mr,                                                                      \
      .gemm_nr = nr,                                                                      \
      .gemm_row_block = block,                                                            \
      .gemm_packed_count = ck_f32_gemm_packed_count_##suffix,                             \
      .gemm_scratch_count = ck_f32_gemm_scratch_count_##suffix,                           \
      .gemm_pack_b_f32 = ck_f32_gemm_pack_b_##suffix,                                     \
      .gemm_pack_b_f16 = ck_f16_gemm_pack_b_##suffix,                                     \
      .gemm = gemm_function,                                                              \
      .gemm_s8_mr = mr,                                                                   \
      .gemm_s8_nr = nr,                                                                   \
      .gemm_s8_row_block = s8_block,                                                      \
      .gemm_s8_type = ck_s8_gemm_type_##s8_suffix,                                        \
      .gemm_s8_packed_bytes = ck_s8_gemm_packed_bytes_##s8_suffix,                        \
      .gemm_s8_scratch_count = ck_s8_gemm_scratch_count_##s8_suffix,                      \
      .gemm_s8_pack_b = ck_s8_gemm_pack_b_##s8_suffix,                                    \
      .gemm_s8 = ck_s8_gemm_##s8_suffix,                                                  \
      .gemm_s4_packed_bytes = ck_s4_gemm_packed_bytes_##s8_suffix,                        \
      .gemm_s4_pack_b = ck_s4_gemm_pack_b_##s8_suffix,                                    \
      .layernorm_f32 = ck_f32_layernorm_##suffix,                                         \
      .layernorm_vjp_f32 = ck_f32_layernorm_vjp_##suffix,                                 \
      .layernorm_vjp_parameters_f32 = ck_f32_layernorm_vjp_parameters_##suffix,           \
      .activation_f32 = ck_f32_activation_##suffix,                                       \
      .activation_vjp_f32 = ck_f32_activation_vjp_##suffix,                               \
      .sum_rows_f32 = ck_f32_sum_rows_##suffix,                                           \
      .softmax_f32 = ck_f32_softmax_##suffix,                                             \
      .attention_scratch_count = ck_f32_attention_scratch_count_##suffix,                 \
      .attention_vjp_scratch_count = ck_f32_attention_vjp_scratch_count_##suffix,         \
      .attention_f32 = ck_f32_attention_##suffix,                                         \
      .attention_vjp_f32 = ck_f32_attention_vjp_##suffix,                                 \
      .embedding_f32 = ck_f32_embedding_##suffix,                                         \
      .embedding_f16 = ck_f16_embedding_##suffix,                                         \
      .embedding_s8 = ck_s8_embedding_##suffix,                                           \
      .embedding_s4 = ck_s4_embedding_##suffix,                                           \
      .embedding_vjp_f32 = ck_f32_embedding_vjp_##suffix,                                 \
      .dropout_f32 = ck_f32_dropout_##suffix,                                             \
      .add_f32 = ck_f32_add_##suffix,                                                     \
      .axpy_f32 = ck_f32_axpy_##suffix,                                                   \
      .scale_f32 = ck_f32_scale_##suffix,                                                 \
      .sum_of_squares_f32 = ck_f32_sum_of_squares_##suffix,                               \
      .all_finite_f32 = ck_f32_all_finite_##suffix,                                       \
      .all_finite_f16 = ck_f16_all_finite,                                                \
      .fake_quantize_f32 = ck_f32_fake_quantize_##suffix,                                 \
      .fake_quantize_vjp_f32 = ck_f32_fake_quantize_vjp_##suffix,                         \
      .largest_magnitude_f32 = ck_f32_largest_magnitude_##suffix,                         \
      .adamw_f32 = ck_f32_adamw_##suffix,                                                 \
      .convert_f32_f16 = ck_f32_f16_convert_##suffix,                                     \
      .convert_f16_f32 = ck_f16_f32_convert_##suffix,                                     \
      .convert_bf16_f32 = ck_bf16_f32_convert_##suffix,                                   \
  }

static const ck_kernels ck_table_scalar =
    CK_TABLE(scalar, scalar, ck_f32_gemm_scalar, CK_ISA_SCALAR, CK_GEMM_MR_SCALAR, CK_GEMM_NR_SCALAR,
             CK_GEMM_ROW_BLOCK_SCALAR, CK_GEMM_ROW_BLOCK_SCALAR);

#if defined(__x86_64__)

#include <cpuid.h>

#define CK_TABLE_AVX2(gemm_function)                                                                         \
  CK_TABLE(avx2, avx2, gemm_function, CK_ISA_AVX2, CK_GEMM_MR_AVX2, CK_GEMM_NR_AVX2, CK_GEMM_ROW_BLOCK_AVX2, \
           CK_GEMM_S8_ROW_BLOCK_AVX2)
#define CK_TABLE_AVX512(s8_suffix, gemm_function, set)                                                       \
  CK_TABLE(avx512, s8_suffix, gemm_function, set, CK_GEMM_MR_AVX512, CK_GEMM_NR_AVX512,                      \
           CK_GEMM_ROW_BLOCK_AVX512, CK_GEMM_S8_ROW_BLOCK_AVX512)

// By whether tiles of floats fetch into L1.
static const ck_kernels ck_tables_avx2[2] = {CK_TABLE_AVX2(ck_f32_gemm_avx2),
                                             CK_TABLE_AVX2(ck_f32_gemm_fetching_avx2)};
static const ck_kernels ck_tables_avx512[2] = {
    CK_TABLE_AVX512(avx512, ck_f32_gemm_avx512, CK_ISA_AVX512),
    CK_TABLE_AVX512(avx512, ck_f32_gemm_fetching_avx512, CK_ISA_AVX512)};
static const ck_kernels ck_tables_avx512vnni[2] = {
    CK_TABLE_AVX512(avx512vnni, ck_f32_gemm_avx512, CK_ISA_AVX512VNNI),
    CK_TABLE_AVX512(avx512vnni, ck_f32_gemm_fetching_avx512, CK_ISA_AVX512VNNI)};

// Which register states the operating system saves (XCR0): bit 1 SSE, 2 AVX, 5 to 7 AVX-512.
static uint64_t ck_saved_states(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

static int ck_has(ck_isa isa) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  const unsigned fma = 1u << 12, osxsave = 1u << 27, avx = 1u << 28, f16c = 1u << 29;
  const unsigned base = fma | osxsave | avx | f16c;
  if ((c & base) != base) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  const unsigned avx2 = 1u << 5, avx512f = 1u << 16, avx512dq = 1u << 17, avx512bw = 1u << 30, avx512vl = 1u << 31;
  const unsigned avx512 = avx2 | avx512f | avx512dq | avx512bw | avx512vl;
  const unsigned vnni = 1u << 11;
  if (isa == CK_ISA_AVX512VNNI && !(c & vnni)) return 0;
  const unsigned needed = isa >= CK_ISA_AVX512 ? avx512 : avx2;
  const uint64_t states = isa >= CK_ISA_AVX512 ? 0xe6 : 0x06;
  return (b & needed) == needed && (ck_saved_states() & states) == states;
}

// Whether this core's own prefetchers bring into L1 in time what a tile reads; see gemm_f32.c.
static int ck_is_amd(void) {
  unsigned a, b, c, d;
  return __get_cpuid(0, &a, &b, &c, &d) && b == signature_AMD_ebx && c == signature_AMD_ecx && d == signature_AMD_edx;
}

#endif  // __x86_64__

const ck_kernels *ck_kernels_for(ck_isa isa) {
#if defined(__x86_64__)
  return ck_kernels_fetching(isa, !ck_is_amd());
#else
  return ck_kernels_fetching(isa, 0);
#endif
}

const ck_kernels *ck_kernels_fetching(ck_isa isa, int fetches) {
  switch (isa) {
    case CK_ISA_SCALAR: return &ck_table_scalar;
#if defined(__x86_64__)
    case CK_ISA_AVX2: return ck_has(isa) ? &ck_tables_avx2[fetches != 0] : NULL;
    case CK_ISA_AVX512: return ck_has(isa) ? &ck_tables_avx512[fetches != 0] : NULL;
    case CK_ISA_AVX512VNNI: return ck_has(isa) ? &ck_tables_avx512vnni[fetches != 0] : NULL;
#else
    case CK_ISA_AVX2:
    case CK_ISA_AVX512:
    case CK_ISA_AVX512VNNI: (void)fetches; break;
#endif
  }
  return NULL;
}
