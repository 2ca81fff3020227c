// gemm_tile.h: what the register tiles of all products share: which rows they take, where their sums go, what they fetch.

#ifndef CK_GEMM_TILE_H
#define CK_GEMM_TILE_H

#include "ckernels.h"
#include "lanes.h"

// ---- Which rows: full tiles, but for the last two of a block, which share what is left. Sixteen rows are two tiles of 8
// rather than one of 14 and one of 2, whose few sums would wait for each other; to divide all rows evenly is slower, for it
// is in full tiles that a vector of weights meets most rows.

CK_INLINE size_t ck_gemm_tile_count(size_t rows, size_t most) { return (rows + most - 1) / most; }

// How many tiles from the first on have `most` rows; at most two follow them.
CK_INLINE size_t ck_gemm_full_tiles(size_t rows, size_t most) {
  return rows % most == 0 ? rows / most : rows / most - (rows >= most);
}

// The first row of a tile; for the count of tiles, the number of rows.
CK_INLINE size_t ck_gemm_tile_begin(size_t rows, size_t most, size_t tile) {
  const size_t begin = tile * most;
  if (begin >= rows) return rows;
  if (tile == 0 || begin + most < rows) return begin;
  return begin - most + (rows - begin + most + 1) / 2;
}

// ---- Where the sums go, and what will be added to them.

typedef struct ck_gemm_rows {
  float *c;
  size_t c_row_stride;
  const float *residual;  // or NULL
  size_t residual_row_stride;
} ck_gemm_rows;

CK_INLINE ck_gemm_rows ck_gemm_rows_of(const ck_gemm_args *args, size_t row, size_t column, int adds_residual) {
  return (ck_gemm_rows){
      .c = args->c + row * args->c_row_stride + column,
      .c_row_stride = args->c_row_stride,
      .residual = adds_residual && args->residual ? args->residual + row * args->residual_row_stride + column : NULL,
      .residual_row_stride = args->residual_row_stride,
  };
}

// ---- What is fetched. Counts of columns, panels, steps and bytes are constants where these are expanded.

// Asks for the lines (16 floats) of one row of a tile while it is multiplied: a store to a line that isn't at hand waits for
// it, and the rows of a tile are too far apart for the processor's prefetchers. A row a step, since all lines asked for at
// once would hold the core's fill buffers, and the tile wait for them.
CK_INLINE void ck_gemm_fetch_row(const ck_gemm_rows *rows, size_t row, const size_t columns) {
#pragma clang loop unroll(full)
  for (size_t j = 0; j < columns; j += 16) {
    __builtin_prefetch(rows->c + row * rows->c_row_stride + j, 1);
    if (rows->residual) __builtin_prefetch(rows->residual + row * rows->residual_row_stride + j);
  }
}

// Asks for a tile's share of the panels that come after its own, to be in L2: `next_step` bytes a step, once for `steps`
// steps of `step_bytes` of a panel. Where the share is no more than a line, one instruction does for all of them: another
// one for a line that is under way already would hold a fill buffer, which what comes from L2 waits for (with it BERT-base in
// F32 takes 5 % more at 1x16 and 2 % at 1x32, on one thread of an Emerald Rapids Xeon and on two). Gives where the next share
// begins.
CK_INLINE const char *ck_gemm_fetch_next(const char *next, size_t next_step, size_t panel_stride, const size_t panels,
                                         const size_t steps, const size_t step_bytes) {
  if (panels == 1 && steps * next_step <= 64) {
    __builtin_prefetch(next, 0, 2);
  } else {
#pragma clang loop unroll(full)
    for (size_t q = 0; q < panels; ++q) {
#pragma clang loop unroll(full)
      for (size_t line = 0; line < steps * step_bytes; line += 64) {
        __builtin_prefetch(next + q * panel_stride + line, 0, 2);
      }
    }
  }
  return next + steps * next_step;
}

#endif  // CK_GEMM_TILE_H
