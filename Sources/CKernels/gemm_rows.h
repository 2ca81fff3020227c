// gemm_rows.h: how the rows of a block are divided into tiles: full ones, but for the last two, which share what is left.
// Sixteen rows are two tiles of 8 rather than one of 14 and one of 2, whose few sums would wait for each other; to divide
// all rows evenly is slower, for it is in full tiles that a vector of weights meets most rows.

#ifndef CK_GEMM_ROWS_H
#define CK_GEMM_ROWS_H

#include "kernels.h"

CK_INLINE size_t ck_gemm_tile_count(size_t rows, size_t most) { return (rows + most - 1) / most; }

// The first row of a tile; for the count of tiles, the number of rows.
CK_INLINE size_t ck_gemm_tile_begin(size_t rows, size_t most, size_t tile) {
  const size_t begin = tile * most;
  if (begin >= rows) return rows;
  if (tile == 0 || begin + most < rows) return begin;
  return begin - most + (rows - begin + most + 1) / 2;
}

#endif  // CK_GEMM_ROWS_H
