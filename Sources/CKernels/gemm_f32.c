// gemm_f32: matrix product with a fused epilogue.
//
//   z[i, j] = sum_p a[i, p] * b[p, j] + bias[j]
//   c[i, j] = activation(z[i, j]) + residual[i, j]          preactivation[i, j] = z[i, j] where asked for
//   or, with `accumulate`, c[i, j] += sum_p a[i, p] * b[p, j]
//
// Layout  a: any strides. c, preactivation, residual: rows of n contiguous floats, c apart from all else, since partial
//         sums are kept in it. b: packed into panels of nr columns, panel q at q * nr * k, element (p, j) of it at
//         p * nr + j; columns beyond n hold zeros. F16 panels have the same layout.
// Scalar  the definition: p runs in blocks of CK_GEMM_DEPTH; within a block a chain of fused multiply-adds from 0, the
//         blocks added in order.
// Vector  the same arithmetic in tiles of every height, so an element is the same bits whatever the tile, the row
//         range, m or the instruction set are.
//
// Blocking (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008): for each block of rows
// and of depth, a is packed into scratch, and each panel of b meets all row tiles of the block. Both come from L2 for each
// tile: blocks of depth that L1 would hold (128) are slower, since each of them reads and writes the sums once more. What
// a tile will need is fetched into L1 some steps before, but not on AMD's cores: their own prefetchers are in time, and the
// fetches, seven of some ninety instructions with AVX2, only hold up a core whose other thread works for somebody else. On a
// Zen 3 EPYC with such neighbours, without them: 1.02 to 1.07 on one thread, 1.05 to 1.12 on two (AVX2, old and new in turns,
// ten processes); among quiet ones 0.99 to 1.03. Zen 5 ran at 94 to 98 % of its peak before there were any.
//   AVX2     6 x 16: 12 accumulators, 2 vectors of b and 1 broadcast are 15 of 16 registers. A core that takes four
//            instructions a cycle has 24 places in the 6 cycles of a step, 20 of which its products and loads need: four steps
//            share what fetches, counts and advances (UNROLL), or it would be 27.
//   AVX-512 14 x 32: 28 accumulators, 2 + 1 are 31 of 32 registers. A step has 56 places and needs 51 with all of that; more
//            steps together gain nothing there.
// While a panel is multiplied, the next one is fetched into L2: tiles after the first read caches alone, so that the
// prefetchers of the processor see no stream, and memory would rest. Each tile of the block fetches its share of the panel:
// asked for at once, lines would hold all fill buffers of the core, which the panel at hand needs to come from L2.
// Measured on one thread of a Zen 4 EPYC (peak of fused multiply-adds 118 GFLOP/s), with a depth of 384: 512x384x1536 (m n k)
// 110 GFLOP/s with AVX2 and 112 with AVX-512, 512x768x3072 108 and 109, 16x384x1536 108 and 112. On a Cascade Lake Xeon 768
// and the fetches into L1 gained up to 7 % with AVX-512 and 12 % with AVX2, at 512x768x3072 1 to 4 % and nothing.

#include <string.h>

#include "activation_scalar.h"
#include "gemm_tile.h"
#include "kernels.h"
#include "lanes.h"
#include "transpose_f32.h"

#pragma STDC FP_CONTRACT OFF

// Depth block: BERT-base's width, whose products then write their sums once. The block of rows of that depth (288 kB with AVX2,
// 420 kB with AVX-512) and a panel of it (48 kB, 96 kB) fit in the smallest L2 of the processors that have the set: 512 kB,
// and 1 MB on servers with AVX-512. There a part of a batch, up to 128 tokens, is one block, and reads all weights once; with
// at most 112 rows it was two. On an Emerald Rapids Xeon that gained 2 to 4 % of MiniLM at 8x128 and 32x64, and nothing at
// 1x128 (one thread, old and new program in turns, fifth percentile); with AVX2, 132 rows lost 2 %.
// Ahead: steps of depth, of at least 6 cycles each, that a fetch from L2 into L1 has.
enum { CK_GEMM_DEPTH = 768, CK_GEMM_AHEAD = 8 };

// ---- Scalar

#define NR CK_GEMM_NR_SCALAR

size_t ck_f32_gemm_packed_count_scalar(size_t n, size_t k) { return (n + NR - 1) / NR * NR * k; }

size_t ck_f32_gemm_scratch_count_scalar(size_t k) {
  (void)k;
  return 1;
}

void ck_f32_gemm_pack_b_scalar(size_t n, size_t k, const float *b, size_t n_stride, size_t k_stride,
                               size_t panel_begin, size_t panel_end, float *packed) {
  for (size_t panel = panel_begin; panel < panel_end; ++panel) {
    float *out = packed + panel * NR * k;
    for (size_t p = 0; p < k; ++p) {
      for (size_t j = 0; j < NR; ++j) {
        size_t column = panel * NR + j;
        out[p * NR + j] = column < n ? b[p * k_stride + column * n_stride] : 0.0f;
      }
    }
  }
}

void ck_f16_gemm_pack_b_scalar(size_t n, size_t k, const uint16_t *b, size_t n_stride, size_t k_stride,
                               size_t panel_begin, size_t panel_end, uint16_t *packed) {
  for (size_t panel = panel_begin; panel < panel_end; ++panel) {
    uint16_t *out = packed + panel * NR * k;
    for (size_t p = 0; p < k; ++p) {
      for (size_t j = 0; j < NR; ++j) {
        size_t column = panel * NR + j;
        out[p * NR + j] = column < n ? b[p * k_stride + column * n_stride] : 0;
      }
    }
  }
}

// Sums of up to CK_GEMM_MR_SCALAR rows by one panel over a block of depth.
CK_INLINE void ck_f32_gemm_tile_scalar(const ck_gemm_args *args, size_t row, size_t rows, size_t panel, size_t begin,
                                       size_t end, float sum[CK_GEMM_MR_SCALAR][NR]) {
  memset(sum, 0, sizeof(float) * CK_GEMM_MR_SCALAR * NR);
  const float *b_f32 = (const float *)args->b + panel * NR * args->k;
  const uint16_t *b_f16 = (const uint16_t *)args->b + panel * NR * args->k;
  for (size_t p = begin; p < end; ++p) {
    float b[NR];
    if (args->b_type == CK_TYPE_F16) {
      ck_f16_f32_convert_scalar(NR, b_f16 + p * NR, b);
    } else {
      memcpy(b, b_f32 + p * NR, sizeof b);
    }
    for (size_t r = 0; r < rows; ++r) {
      float a = args->a[(row + r) * args->a_row_stride + p * args->a_col_stride];
      for (size_t j = 0; j < NR; ++j) sum[r][j] = fmaf(a, b[j], sum[r][j]);
    }
  }
}

CK_SCALAR void ck_f32_gemm_scalar(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin,
                                  size_t panel_end, float *scratch) {
  (void)scratch;
  float sum[CK_GEMM_MR_SCALAR][NR];
  for (size_t panel = panel_begin; panel < panel_end; ++panel) {
    for (size_t row = row_begin; row < row_end; row += CK_GEMM_MR_SCALAR) {
      const size_t rows = row_end - row < CK_GEMM_MR_SCALAR ? row_end - row : CK_GEMM_MR_SCALAR;
      size_t p = 0;
      do {  // once for k = 0 too: the epilogue is still due
        const size_t end = args->k - p < CK_GEMM_DEPTH ? args->k : p + CK_GEMM_DEPTH;
        ck_f32_gemm_tile_scalar(args, row, rows, panel, p, end, sum);
        for (size_t r = 0; r < rows; ++r) {
          const size_t i = row + r;
          for (size_t j = panel * NR; j < panel * NR + NR && j < args->n; ++j) {
            float *c = args->c + i * args->c_row_stride + j;
            float z = sum[r][j - panel * NR];
            if (p > 0 || args->accumulate) z = *c + z;
            if (end == args->k && !args->accumulate) {
              if (args->bias) z += args->bias[j];
              if (args->preactivation) args->preactivation[i * args->preactivation_row_stride + j] = z;
              z = vactivate_scalar(args->activation, z);
              if (args->residual) z += args->residual[i * args->residual_row_stride + j];
            }
            *c = z;
          }
        }
        p = end;
      } while (p < args->k);
    }
  }
}

#undef NR

// ---- AVX2 and AVX-512

#if defined(__x86_64__)

// One tile: up to mr rows by one panel or a few, a depth block.
typedef struct ck_gemm_tile {
  size_t depth;
  const float *a;         // packed: element (r, p) at p * rows + r
  const void *b;          // the depth block of the first panel
  size_t b_panel_stride;  // elements from a panel to the next
  // What is read after these panels, and is fetched from memory while these are multiplied. Its step of depth in bytes is
  // not that of b where b holds widened floats.
  const char *next;
  size_t next_step;
  float *widened;         // room for an F16 depth block as floats
  ck_gemm_rows out;
  size_t columns;     // that are to be stored
  const float *bias;  // of the first column, or NULL
  int add;            // whether c holds the sum so far
} ck_gemm_tile;

// What a tile takes: floats, floats that it fetches into L1, halves, or halves that it widens for the tiles after it.
enum { CK_TILE_F32, CK_TILE_FETCHING, CK_TILE_F16, CK_TILE_WIDENING };

#define MR CK_GEMM_MR_AVX2
#define NR CK_GEMM_NR_AVX2
#define ROW_BLOCK CK_GEMM_ROW_BLOCK_AVX2
#define UNROLL 4
#define CK_GEMM_EACH_HEIGHT(X) X(1) X(2) X(3) X(4) X(5) X(6)
#include "lanes_avx2.h"
#include "gemm_f32_lanes.h"
#include "lanes_end.h"
#undef MR
#undef NR
#undef ROW_BLOCK
#undef UNROLL
#undef CK_GEMM_EACH_HEIGHT

#define MR CK_GEMM_MR_AVX512
#define NR CK_GEMM_NR_AVX512
#define ROW_BLOCK CK_GEMM_ROW_BLOCK_AVX512
#define UNROLL 1
#define CK_GEMM_EACH_HEIGHT(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#include "lanes_avx512.h"
#include "gemm_f32_lanes.h"
#include "lanes_end.h"

#endif  // __x86_64__
