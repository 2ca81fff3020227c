// gemm_f32_lanes.h: the vector version of gemm_f32.c, which see. Included within a region (see lanes.h), with MR, NR,
// ROW_BLOCK and CK_GEMM_EACH_HEIGHT set.

#include "gemm_epilogue_lanes.h"
#include "interleave_lanes.h"

#define PANEL_VECTORS (NR / CK_LANES)

// ---- Packing

size_t CK_NAME(ck_f32_gemm_packed_count)(size_t n, size_t k) { return (n + NR - 1) / NR * NR * k; }

// The block of a, 8 floats that the packing may write beyond it, and an F16 panel's depth block as floats.
size_t CK_NAME(ck_f32_gemm_scratch_count)(size_t k) {
  size_t depth = k < CK_GEMM_DEPTH ? k : CK_GEMM_DEPTH;
  return ROW_BLOCK * depth + 16 + NR * depth;
}

// `columns` columns of b, 8 or 16, that lie in rows of their own (k_stride 1) into a panel, `width` floats a step of depth.
CK_INLINE void CK_NAME(ck_pack_transposed)(const float *b, size_t stride, size_t k, size_t width, const size_t columns,
                                           float *out) {
  size_t p = 0;
  // Two transposes at a time, so that each cache line is read once: rows may lie a multiple of 4096 bytes apart.
  for (; p + 16 <= k; p += 16) {
    for (size_t j = 0; j < columns; ++j) __builtin_prefetch(b + j * stride + p + CK_PACK_AHEAD);
    for (size_t group = 0; group < columns; group += 8) {
      __m256 in[2][8], turned[8];
      for (size_t j = 0; j < 8; ++j) {
        in[0][j] = _mm256_loadu_ps(b + (group + j) * stride + p);
        in[1][j] = _mm256_loadu_ps(b + (group + j) * stride + p + 8);
      }
      for (size_t part = 0; part < 2; ++part) {
        ck_transpose_8x8(in[part], turned);
        for (size_t i = 0; i < 8; ++i) _mm256_storeu_ps(out + (p + 8 * part + i) * width + group, turned[i]);
      }
    }
  }
  for (; p < k; ++p) {
    for (size_t j = 0; j < columns; ++j) out[p * width + j] = b[j * stride + p];
  }
}

void CK_NAME(ck_f32_gemm_pack_b)(size_t n, size_t k, const float *b, size_t n_stride, size_t k_stride,
                                 size_t panel_begin, size_t panel_end, float *packed) {
  for (size_t panel = panel_begin; panel < panel_end; ++panel) {
    float *out = packed + panel * NR * k;
    size_t first = panel * NR, columns = n - first < NR ? n - first : NR;
    if (n_stride == 1) {
      for (size_t p = 0; p < k; ++p) {
        const float *row = b + p * k_stride + first;
        // Into L2: L1 has too few fill buffers for what these rows take.
        for (size_t j = 0; j < NR; j += 16) __builtin_prefetch(row + CK_PACK_ROWS_AHEAD * k_stride + j, 0, 2);
        for (size_t j = 0; j < NR; j += CK_LANES) {
          size_t left = columns > j ? columns - j : 0;
          vstore(out + p * NR + j, vload_n(row + (left ? j : 0), left < CK_LANES ? left : CK_LANES));
        }
      }
      continue;
    }
    size_t j = 0;
    if (k_stride == 1) {
      // A line of the panel at a time, while lines are whole.
      for (; j + 16 <= columns; j += 16) {
        CK_NAME(ck_pack_transposed)(b + (first + j) * n_stride, n_stride, k, NR, 16, out + j);
      }
      for (; j + 8 <= columns; j += 8) {
        CK_NAME(ck_pack_transposed)(b + (first + j) * n_stride, n_stride, k, NR, 8, out + j);
      }
    }
    for (; j < NR; ++j) {
      const float *column = b + (first + j) * n_stride;
      for (size_t p = 0; p < k; ++p) out[p * NR + j] = j < columns ? column[p * k_stride] : 0.0f;
    }
  }
}

void CK_NAME(ck_f16_gemm_pack_b)(size_t n, size_t k, const uint16_t *b, size_t n_stride, size_t k_stride,
                                 size_t panel_begin, size_t panel_end, uint16_t *packed) {
  for (size_t panel = panel_begin; panel < panel_end; ++panel) {
    uint16_t *out = packed + panel * NR * k;
    size_t first = panel * NR, columns = n - first < NR ? n - first : NR;
    for (size_t j = 0; j < NR; ++j) {
      const uint16_t *column = b + (first + j) * n_stride;
      for (size_t p = 0; p < k; ++p) out[p * NR + j] = j < columns ? column[p * k_stride] : 0;
    }
  }
}

// Packs `rows` <= MR rows of a, `depth` columns: element (r, p) goes to p * rows + r. May write 8 floats beyond. For `ahead`
// see ck_interleave.
CK_INLINE void CK_NAME(ck_gemm_pack_a)(const float *a, size_t row_stride, size_t col_stride, size_t rows,
                                       size_t depth, size_t ahead, float *out) {
  if (col_stride == 1 && rows == 1) {
    memcpy(out, a, depth * sizeof(float));
    return;
  }
  if (col_stride == 1) {
    CK_NAME(ck_interleave)(a, row_stride, rows, depth, ahead, out);
    return;
  }
  for (size_t p = 0; p < depth; ++p) {
    for (size_t r = 0; r < rows; ++r) out[p * rows + r] = a[r * row_stride + p * col_stride];
  }
}

// Packs the tiles of a block whose rows lie side by side (row_stride 1), as those of a transposed matrix do: a step of depth at
// a time, since its floats share lines, and steps are pages apart.
CK_INLINE void CK_NAME(ck_gemm_pack_side_by_side)(const float *a, size_t col_stride, size_t rows, size_t depth,
                                                  float *out) {
  const size_t full = ck_gemm_full_tiles(rows, MR), tiles = ck_gemm_tile_count(rows, MR);
  for (size_t p = 0; p < depth; ++p) {
    const float *from = a + p * col_stride;
    if (p + CK_GEMM_AHEAD < depth) {
      for (size_t r = 0; r < rows; r += 16) __builtin_prefetch(from + CK_GEMM_AHEAD * col_stride + r);
    }
    for (size_t t = 0; t < full; ++t) memcpy(out + t * MR * depth + p * MR, from + t * MR, MR * sizeof(float));
    for (size_t t = full; t < tiles; ++t) {
      const size_t r = ck_gemm_tile_begin(rows, MR, t), height = ck_gemm_tile_begin(rows, MR, t + 1) - r;
      for (size_t i = 0; i < height; ++i) out[r * depth + p * height + i] = from[r + i];
    }
  }
}

// ---- Micro-kernel

// Where a tile stands, and what it keeps in registers.
typedef struct CK_NAME(ck_gemm_sums) {
  vf sum[MR][4 * PANEL_VECTORS];
  const float *a;
  const char *b, *next;
  float *widened;
} CK_NAME(ck_gemm_sums);

// Asks for a tile's share of the next panel, and with `fetches` for what it reads CK_GEMM_AHEAD steps later, to be in L1: once
// for UNROLL steps, since an instruction for each line would be a tenth of all.
CK_INLINE void CK_NAME(ck_gemm_fetch_ahead)(const ck_gemm_tile *tile, CK_NAME(ck_gemm_sums) * at, const size_t rows,
                                            const size_t panels, const int is_f16, const int fetches) {
  const size_t bytes = NR * (is_f16 ? sizeof(uint16_t) : sizeof(float));
  at->next = ck_gemm_fetch_next(at->next, tile->next_step, tile->b_panel_stride / NR * bytes, panels, UNROLL, bytes);
  if (!fetches) return;
  // Panel and rows come from L2, for L1 holds neither whole.
#pragma clang loop unroll(full)
  for (size_t line = 0; line < UNROLL * bytes; line += 64) {
    _mm_prefetch(at->b + CK_GEMM_AHEAD * bytes + line, _MM_HINT_T0);
  }
#pragma clang loop unroll(full)
  for (size_t line = 0; line < UNROLL * rows * sizeof(float); line += 64) {
    _mm_prefetch((const char *)(at->a + CK_GEMM_AHEAD * rows) + line, _MM_HINT_T0);
  }
}

// One step of depth.
CK_INLINE void CK_NAME(ck_gemm_step)(const ck_gemm_tile *tile, CK_NAME(ck_gemm_sums) * at, const size_t rows,
                                     const size_t panels, const int is_f16, const int keeps) {
  const size_t size = is_f16 ? sizeof(uint16_t) : sizeof(float);
  vf b[4 * PANEL_VECTORS];
#pragma clang loop unroll(full)
  for (size_t v = 0; v < panels * PANEL_VECTORS; ++v) {
    const char *from = at->b + (v / PANEL_VECTORS * tile->b_panel_stride + v % PANEL_VECTORS * CK_LANES) * size;
    b[v] = is_f16 ? vload_f16((const uint16_t *)(const void *)from) : vload((const float *)(const void *)from);
    if (keeps) vstore(at->widened + v * CK_LANES, b[v]);
  }
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; ++r) {
    vf broadcast = vset(at->a[r]);
#pragma clang loop unroll(full)
    for (size_t v = 0; v < panels * PANEL_VECTORS; ++v) at->sum[r][v] = vfma(broadcast, b[v], at->sum[r][v]);
  }
  at->a += rows;
  at->b += NR * size;
  if (keeps) at->widened += NR;
}

// UNROLL steps.
CK_INLINE void CK_NAME(ck_gemm_steps)(const ck_gemm_tile *tile, CK_NAME(ck_gemm_sums) * at, const size_t rows,
                                      const size_t panels, const int is_f16, const int keeps, const int fetches) {
  CK_NAME(ck_gemm_fetch_ahead)(tile, at, rows, panels, is_f16, fetches);
#pragma clang loop unroll(full)
  for (size_t i = 0; i < UNROLL; ++i) CK_NAME(ck_gemm_step)(tile, at, rows, panels, is_f16, keeps);
}

// `rows`, `panels` and the choices are constants where this is expanded, so that the sums stay in registers. With `keeps`, F16
// weights are stored as floats for the tiles to come: beside the multiply-adds that costs next to nothing.
CK_INLINE void CK_NAME(ck_gemm_tile)(const ck_gemm_tile *tile, const size_t rows, const size_t panels,
                                     const int is_f16, const int keeps, const int fetches) {
  CK_NAME(ck_gemm_sums) at = {.a = tile->a, .b = (const char *)tile->b, .next = tile->next, .widened = tile->widened};
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; ++r) {
#pragma clang loop unroll(full)
    for (size_t v = 0; v < panels * PANEL_VECTORS; ++v) at.sum[r][v] = vzero();
  }
  size_t left = tile->depth / UNROLL;
  for (size_t row = 0; row < rows && left > 0; ++row, --left) {
    ck_gemm_fetch_row(&tile->out, row, panels * NR);
    CK_NAME(ck_gemm_steps)(tile, &at, rows, panels, is_f16, keeps, fetches);
  }
  for (; left > 0; --left) CK_NAME(ck_gemm_steps)(tile, &at, rows, panels, is_f16, keeps, fetches);
#pragma clang loop unroll(disable)
  for (left = tile->depth % UNROLL; left > 0; --left) CK_NAME(ck_gemm_step)(tile, &at, rows, panels, is_f16, keeps);
#pragma clang loop unroll(full)
  for (size_t v = 0; v < panels * PANEL_VECTORS; ++v) {
    size_t column = v * CK_LANES;
    if (column >= tile->columns) break;
    size_t n = tile->columns - column < CK_LANES ? tile->columns - column : CK_LANES;
    vf bias = tile->bias ? vload_n(tile->bias + column, n) : vzero();
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; ++r) {
      float *c = tile->out.c + r * tile->out.c_row_stride + column;
      vf z = at.sum[r][v];
      if (tile->add) z = vadd(vload_n(c, n), z);
      if (tile->bias) z = vadd(z, bias);
      vstore_n(c, z, n);
    }
  }
}

// Panels that a tile of so many rows takes at once: few rows alone have too few sums in flight to hide the latency of
// a fused multiply-add (4 cycles, two a cycle).
#define CK_GEMM_PANELS(rows) ((rows) == 1 ? 4 : (rows) <= 3 ? 2 : 1)

#define CK_GEMM_TILES(rows)                                                      \
  static void CK_NAME(ck_gemm_tile_f32_##rows)(const ck_gemm_tile *tile) {       \
    CK_NAME(ck_gemm_tile)(tile, rows, 1, 0, 0, 0);                               \
  }                                                                              \
  static void CK_NAME(ck_gemm_tile_fetching_##rows)(const ck_gemm_tile *tile) {  \
    CK_NAME(ck_gemm_tile)(tile, rows, 1, 0, 0, 1);                               \
  }                                                                              \
  static void CK_NAME(ck_gemm_tile_f16_##rows)(const ck_gemm_tile *tile) {       \
    CK_NAME(ck_gemm_tile)(tile, rows, 1, 1, 0, 0);                               \
  }                                                                              \
  static void CK_NAME(ck_gemm_tiles_f32_##rows)(const ck_gemm_tile *tile) {      \
    CK_NAME(ck_gemm_tile)(tile, rows, CK_GEMM_PANELS(rows), 0, 0, 0);            \
  }                                                                              \
  static void CK_NAME(ck_gemm_tiles_f16_##rows)(const ck_gemm_tile *tile) {      \
    CK_NAME(ck_gemm_tile)(tile, rows, CK_GEMM_PANELS(rows), 1, 0, 0);            \
  }                                                                              \
  /* The first of several tiles that a panel of F16 weights meets. */            \
  static void CK_NAME(ck_gemm_tile_widening_##rows)(const ck_gemm_tile *tile) {  \
    CK_NAME(ck_gemm_tile)(tile, rows, 1, 1, 1, 0);                               \
  }
CK_GEMM_EACH_HEIGHT(CK_GEMM_TILES)

typedef void (*CK_NAME(ck_gemm_tile_function))(const ck_gemm_tile *);

// By rows - 1, then by what it takes and by whether it takes several panels.
#define CK_GEMM_ROW(rows)                                                        \
  {{CK_NAME(ck_gemm_tile_f32_##rows), CK_NAME(ck_gemm_tiles_f32_##rows)},        \
   {CK_NAME(ck_gemm_tile_fetching_##rows), CK_NAME(ck_gemm_tiles_f32_##rows)},   \
   {CK_NAME(ck_gemm_tile_f16_##rows), CK_NAME(ck_gemm_tiles_f16_##rows)},        \
   {CK_NAME(ck_gemm_tile_widening_##rows), NULL}},
static const CK_NAME(ck_gemm_tile_function) CK_NAME(ck_gemm_tiles)[MR][4][2] = {CK_GEMM_EACH_HEIGHT(CK_GEMM_ROW)};

// `floats` is the kind of tile for floats, by whether this core gains by fetches into L1.
static void CK_NAME(ck_gemm_blocks)(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin,
                                    size_t panel_end, int floats, float *scratch) {
  const size_t k = args->k, n = args->n;
  const int is_f16 = args->b_type == CK_TYPE_F16;
  const size_t size = is_f16 ? sizeof(uint16_t) : sizeof(float);
  const int epilogue =
      !args->accumulate && (args->preactivation || args->residual || args->activation != CK_ACTIVATION_NONE);
  const size_t most = k < CK_GEMM_DEPTH ? k : CK_GEMM_DEPTH;
  float *const widened = scratch + ROW_BLOCK * most + 16;
  // What L2 holds is there: whoever made these rows has just written them.
  const size_t ahead = args->m * k > CK_PACK_NEAR ? CK_PACK_AHEAD : 0;
  for (size_t block = row_begin; block < row_end; block += ROW_BLOCK) {
    const size_t rows = row_end - block < ROW_BLOCK ? row_end - block : ROW_BLOCK;
    const size_t tiles = ck_gemm_tile_count(rows, MR);
    size_t p = 0;
    do {  // once for k = 0 too: the epilogue is still due
      const size_t depth = k - p < CK_GEMM_DEPTH ? k - p : CK_GEMM_DEPTH;
      const int last = p + depth == k;
      const float *const a = args->a + block * args->a_row_stride + p * args->a_col_stride;
      if (args->a_row_stride == 1 && rows > 1) {
        CK_NAME(ck_gemm_pack_side_by_side)(a, args->a_col_stride, rows, depth, scratch);
      } else {
        for (size_t t = 0; t < tiles; ++t) {
          const size_t r = ck_gemm_tile_begin(rows, MR, t), height = ck_gemm_tile_begin(rows, MR, t + 1) - r;
          CK_NAME(ck_gemm_pack_a)(a + r * args->a_row_stride, args->a_row_stride, args->a_col_stride, height, depth,
                                  ahead, scratch + r * depth);
        }
      }
      // F16 panels that meet several tiles are widened by the first of them for the others.
      const int widen = is_f16 && tiles > 1;
      const size_t together = tiles == 1 ? CK_GEMM_PANELS(rows) : 1;
      for (size_t panel = panel_begin; panel < panel_end;) {
        const size_t panels = panel_end - panel >= together ? together : 1;
        const size_t column = panel * NR, left = n - column;
        const size_t columns = left < panels * NR ? left : panels * NR;
        const size_t b_offset = column * k + p * NR;
        const char *b = (const char *)args->b + b_offset * size;
        // The panels after these, or the first ones of the next depth block.
        const char *next = b;
        if (panel + panels < panel_end) {
          next += panels * NR * k * size;
        } else if (!last) {
          next = (const char *)args->b + (panel_begin * k + p + depth) * NR * size;
        }
        for (size_t t = 0; t < tiles; ++t) {
          const size_t r = ck_gemm_tile_begin(rows, MR, t), height = ck_gemm_tile_begin(rows, MR, t + 1) - r;
          const int takes = !is_f16 || (widen && t > 0) ? floats : widen ? CK_TILE_WIDENING : CK_TILE_F16;
          const ck_gemm_tile tile = {
              .depth = depth,
              .a = scratch + r * depth,
              .b = widen && t > 0 ? (const void *)widened : b,
              // Each tile fetches its share.
              .next = next + t * (depth * (NR * size / tiles)),
              .next_step = NR * size / tiles,
              .widened = widened,
              .b_panel_stride = NR * k,
              .out = ck_gemm_rows_of(args, block + r, column, epilogue && last),
              .columns = columns,
              .bias = last && args->bias && !args->accumulate ? args->bias + column : NULL,
              .add = p > 0 || args->accumulate,
          };
          CK_NAME(ck_gemm_tiles)[height - 1][takes][panels > 1](&tile);
          if (epilogue && last) CK_NAME(ck_gemm_epilogue)(args, block + r, height, column, columns);
        }
        panel += panels;
      }
      p += depth;
    } while (p < k);
  }
}

void CK_NAME(ck_f32_gemm)(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin,
                          size_t panel_end, float *scratch) {
  CK_NAME(ck_gemm_blocks)(args, row_begin, row_end, panel_begin, panel_end, CK_TILE_F32, scratch);
}

void CK_NAME(ck_f32_gemm_fetching)(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin,
                                   size_t panel_end, float *scratch) {
  CK_NAME(ck_gemm_blocks)(args, row_begin, row_end, panel_begin, panel_end, CK_TILE_FETCHING, scratch);
}

#undef PANEL_VECTORS
#undef CK_GEMM_PANELS
#undef CK_GEMM_TILES
#undef CK_GEMM_ROW
