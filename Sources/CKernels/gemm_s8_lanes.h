// gemm_s8_lanes.h: the vector version of gemm_s8.c, which see. Included within a region (see lanes.h), with MR, NR,
// ROW_BLOCK, STEP, UNROLL, CK_GEMM_EACH_HEIGHT, CK_S8_NAME, and the ck_s8_ operations on vectors of 32-bit words set;
// S4_STEP, if weights of four bits aren't unpacked but have a product of their own; HAS_PAIRS, if the set
// has the product of S8_PAIRS; IS_PAIRS, if it is this one, of which gemm alone is made.

#include "gemm_epilogue_lanes.h"
#include "interleave_lanes.h"
#if !defined(S4_STEP) && !defined(IS_PAIRS)
#define S4_STEP STEP
#define S4_UNPACKS
#endif

#define PANEL_VECTORS (NR / CK_LANES)
#define VECTOR_BYTES (CK_LANES * STEP)

// ---- Packing

#ifndef IS_PAIRS

#ifdef HAS_PAIRS
#define STEP_OF(type) ((type) == CK_TYPE_S8_PAIRS ? CK_S8_PAIRS_STEP : STEP)
#else
#define STEP_OF(type) ((void)(type), STEP)
#endif

ck_type CK_S8_NAME(ck_s8_gemm_type)(size_t n, size_t k, const int8_t *w) {
#ifdef HAS_PAIRS
  if (ck_s8_pairs_fit(n, k, w)) return CK_TYPE_S8_PAIRS;
#endif
  (void)n, (void)k, (void)w;
  return CK_TYPE_S8;
}

size_t CK_S8_NAME(ck_s8_gemm_packed_bytes)(size_t n, size_t k, ck_type type) {
  return (n + NR - 1) / NR * ck_s8_panel_bytes(k, NR, STEP_OF(type));
}

void CK_S8_NAME(ck_s8_gemm_pack_b)(size_t n, size_t k, ck_type type, const int8_t *w, const float *scales,
                                   size_t panel_begin, size_t panel_end, int8_t *packed) {
  for (size_t panel = panel_begin; panel < panel_end; ++panel) {
    ck_s8_pack_panel(n, k, w, scales, panel, NR, STEP_OF(type), packed);
  }
}

size_t CK_S8_NAME(ck_s4_gemm_packed_bytes)(size_t n, size_t k, size_t group) {
  return (n + NR - 1) / NR * ck_s4_panel_bytes(k, NR, group);
}

void CK_S8_NAME(ck_s4_gemm_pack_b)(const ck_weights_s4 *weights, size_t panel_begin, size_t panel_end,
                                   int8_t *packed) {
  for (size_t panel = panel_begin; panel < panel_end; ++panel) {
    ck_s4_pack_panel(weights, panel, NR, S4_STEP, sizeof(vi), packed);
  }
}

#undef STEP_OF

#endif  // IS_PAIRS

// ---- Quantising

static ck_s8_scale CK_S8_NAME(ck_s8_row_scale)(const float *a, size_t k, float a_scale) {
  if (a_scale != 0.0f) return (ck_s8_scale){a_scale, 1.0f / a_scale};
  vi best[4];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < 4; ++i) best[i] = CK_S8_NAME(ck_s8_set)(0);
  size_t p = 0;
  for (; p + 4 * CK_LANES <= k; p += 4 * CK_LANES) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 4; ++i) {
      best[i] = CK_S8_NAME(ck_s8_larger_magnitude)(best[i], vload(a + p + i * CK_LANES));
    }
  }
  for (; p < k; p += CK_LANES) {
    best[0] = CK_S8_NAME(ck_s8_larger_magnitude)(best[0], vload_n(a + p, k - p < CK_LANES ? k - p : CK_LANES));
  }
  uint32_t largest = 0;
#pragma clang loop unroll(full)
  for (size_t i = 0; i < 4; ++i) {
    const uint32_t other = CK_S8_NAME(ck_s8_largest)(best[i]);
    largest = other > largest ? other : largest;
  }
  return ck_s8_scale_of(largest);
}

// One row of k floats as words. Gives its scale.
static float CK_S8_NAME(ck_s8_quantize_row)(const float *a, size_t k, float a_scale, int32_t zero_point,
                                            uint32_t *words) {
  const ck_s8_scale scale = CK_S8_NAME(ck_s8_row_scale)(a, k, a_scale);
  const vf inverse = vset(scale.inverse);
  const vf most = vset((float)(127 - zero_point)), least = vset((float)(-128 - zero_point));
  const int32_t offset = CK_S8_OFFSET + zero_point;
  size_t p = 0;
  for (; p + CK_LANES <= k; p += CK_LANES) {
    const vf t = vmax(vmin(vmul(vload(a + p), inverse), most), least);
    CK_S8_NAME(ck_s8_words)(CK_S8_NAME(ck_s8_round)(t), offset, words + p / STEP);
  }
  if (p < k) {
    const vf t = vmax(vmin(vmul(vload_n(a + p, k - p), inverse), most), least);
    uint32_t part[CK_LANES / STEP];
    CK_S8_NAME(ck_s8_words)(CK_S8_NAME(ck_s8_round)(t), offset, part);
    memcpy(words + p / STEP, part, (k - p + STEP - 1) / STEP * sizeof *part);
  }
  return scale.scale;
}

// Some rows of a, those of a tile, side by side in `words`, which may be written 8 words beyond. `apart` has room for them one
// after the other.
static void CK_S8_NAME(ck_s8_quantize_tile)(const ck_gemm_args *args, size_t row, size_t rows, float *scales,
                                            uint32_t *words, uint32_t *apart) {
  const size_t steps = (args->k + STEP - 1) / STEP;
  for (size_t r = 0; r < rows; ++r) {
    scales[r] = CK_S8_NAME(ck_s8_quantize_row)(args->a + (row + r) * args->a_row_stride, args->k, args->a_scale,
                                               args->a_zero_point, rows == 1 ? words : apart + r * steps);
  }
  if (rows > 1) {
    CK_NAME(ck_interleave)((const float *)(const void *)apart, steps, rows, steps, 0, (float *)(void *)words);
  }
}

// ---- Micro-kernel

typedef struct CK_S8_NAME(ck_s8_tile) {
  size_t steps;
  const uint32_t *a;      // word (s, r) at s * rows + r
  const float *a_scales;  // [rows]
  int32_t a_offset;       // with which the activations are stored, by instruction sets that need one
  const int8_t *b;        // the first panel
  size_t panel_bytes;
  const int8_t *next;  // what is read after these panels, and is fetched from memory while these are multiplied
  size_t next_step;    // its bytes a step
  ck_gemm_rows out;
  size_t columns;     // that are to be stored
  const float *bias;  // of the first column, or NULL
} CK_S8_NAME(ck_s8_tile);

// Where a tile stands, and what it keeps in registers.
typedef struct CK_S8_NAME(ck_s8_sums) {
  vi sum[MR][4 * PANEL_VECTORS];
  const uint32_t *a;
  const int8_t *b;
  const char *next;
} CK_S8_NAME(ck_s8_sums);

CK_INLINE void CK_S8_NAME(ck_s8_step)(const CK_S8_NAME(ck_s8_tile) * tile, CK_S8_NAME(ck_s8_sums) * at,
                                      const size_t rows, const size_t panels) {
  size_t offset[4 * PANEL_VECTORS];
#pragma clang loop unroll(full)
  for (size_t v = 0; v < panels * PANEL_VECTORS; ++v) {
    offset[v] = v / PANEL_VECTORS * tile->panel_bytes + v % PANEL_VECTORS * VECTOR_BYTES;
  }
#ifndef IS_PAIRS
  vi weights[4 * PANEL_VECTORS];
#pragma clang loop unroll(full)
  for (size_t v = 0; v < panels * PANEL_VECTORS; ++v) weights[v] = CK_S8_NAME(ck_s8_weights)(at->b + offset[v]);
#endif
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; ++r) {
    const vi broadcast = CK_S8_NAME(ck_s8_set)(at->a[r]);
#ifdef IS_PAIRS
    // Weights are read anew for each row, as a product's second operand: registers are for sums. The compiler, which would
    // keep them, isn't told that the address stays the same.
    __asm__("" : "+r"(at->b));
#endif
#pragma clang loop unroll(full)
    for (size_t v = 0; v < panels * PANEL_VECTORS; ++v) {
#ifdef IS_PAIRS
      const vi weights = CK_S8_NAME(ck_s8_weights)(at->b + offset[v]);
      at->sum[r][v] = CK_S8_NAME(ck_s8_dot)(at->sum[r][v], broadcast, weights);
#else
      at->sum[r][v] = CK_S8_NAME(ck_s8_dot)(at->sum[r][v], broadcast, weights[v]);
#endif
    }
  }
  at->a += rows;
  at->b += NR * STEP;
}

// UNROLL steps, and this tile's share of what is read after its panels.
CK_INLINE void CK_S8_NAME(ck_s8_steps)(const CK_S8_NAME(ck_s8_tile) * tile, CK_S8_NAME(ck_s8_sums) * at,
                                       const size_t rows, const size_t panels) {
  at->next = ck_gemm_fetch_next(at->next, tile->next_step, tile->panel_bytes, panels, UNROLL, NR * STEP);
#pragma clang loop unroll(full)
  for (size_t i = 0; i < UNROLL; ++i) CK_S8_NAME(ck_s8_step)(tile, at, rows, panels);
}

// Sums at the start of a tile.
CK_INLINE void CK_S8_NAME(ck_s8_begin)(const CK_S8_NAME(ck_s8_tile) * tile, CK_S8_NAME(ck_s8_sums) * at,
                                       const size_t rows, const size_t panels) {
#pragma clang loop unroll(full)
  for (size_t v = 0; v < panels * PANEL_VECTORS; ++v) {
    const int8_t *panel = tile->b + v / PANEL_VECTORS * tile->panel_bytes;
    const int32_t *negated_sums = (const int32_t *)(const void *)panel + NR + v % PANEL_VECTORS * CK_LANES;
    const vi start = CK_S8_NAME(ck_s8_start)(negated_sums, tile->a_offset);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; ++r) at->sum[r][v] = start;
  }
}

// Sums at the end of it, stored as floats.
CK_INLINE void CK_S8_NAME(ck_s8_end)(const CK_S8_NAME(ck_s8_tile) * tile, const CK_S8_NAME(ck_s8_sums) * at,
                                     const size_t rows, const size_t panels) {
#pragma clang loop unroll(full)
  for (size_t v = 0; v < panels * PANEL_VECTORS; ++v) {
    const size_t column = v * CK_LANES;
    if (column >= tile->columns) break;
    const size_t n = tile->columns - column < CK_LANES ? tile->columns - column : CK_LANES;
    const int8_t *panel = tile->b + v / PANEL_VECTORS * tile->panel_bytes;
    const vf scale = vload((const float *)(const void *)panel + v % PANEL_VECTORS * CK_LANES);
    const vf bias = tile->bias ? vload_n(tile->bias + column, n) : vzero();
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; ++r) {
      vf z = vmul(CK_S8_NAME(ck_s8_float)(at->sum[r][v]), vmul(vset(tile->a_scales[r]), scale));
      if (tile->bias) z = vadd(z, bias);
      vstore_n(tile->out.c + r * tile->out.c_row_stride + column, z, n);
    }
  }
}

// `rows` and `panels` are constants where this is expanded, so that the sums stay in registers.
CK_INLINE void CK_S8_NAME(ck_s8_multiply)(const CK_S8_NAME(ck_s8_tile) * tile, const size_t rows,
                                          const size_t panels) {
  CK_S8_NAME(ck_s8_sums) at = {
      .a = tile->a, .b = tile->b + NR * (sizeof(float) + sizeof(int32_t)), .next = (const char *)tile->next};
  CK_S8_NAME(ck_s8_begin)(tile, &at, rows, panels);
  size_t left = tile->steps / UNROLL;
  for (size_t row = 0; row < rows && left > 0; ++row, --left) {
    ck_gemm_fetch_row(&tile->out, row, panels * NR);
    CK_S8_NAME(ck_s8_steps)(tile, &at, rows, panels);
  }
  for (; left > 0; --left) CK_S8_NAME(ck_s8_steps)(tile, &at, rows, panels);
#pragma clang loop unroll(disable)
  for (left = tile->steps % UNROLL; left > 0; --left) CK_S8_NAME(ck_s8_step)(tile, &at, rows, panels);
  CK_S8_NAME(ck_s8_end)(tile, &at, rows, panels);
}

// Panels that a tile of so many rows takes at once, so that enough sums are in flight.
#define CK_S8_PANELS(rows) ((rows) == 1 ? 4 : (rows) <= 3 ? 2 : 1)

#define CK_S8_TILES(rows)                                                                             \
  static void CK_S8_NAME(ck_s8_tile_##rows)(const CK_S8_NAME(ck_s8_tile) * tile) {                    \
    CK_S8_NAME(ck_s8_multiply)(tile, rows, 1);                                                        \
  }                                                                                                   \
  static void CK_S8_NAME(ck_s8_tiles_##rows)(const CK_S8_NAME(ck_s8_tile) * tile) {                   \
    CK_S8_NAME(ck_s8_multiply)(tile, rows, CK_S8_PANELS(rows));                                       \
  }
CK_GEMM_EACH_HEIGHT(CK_S8_TILES)

// By rows - 1, then by whether it takes several panels.
#define CK_S8_ROW(rows) {CK_S8_NAME(ck_s8_tile_##rows), CK_S8_NAME(ck_s8_tiles_##rows)},
static void (*const CK_S8_NAME(ck_s8_tile_functions)[MR][2])(const CK_S8_NAME(ck_s8_tile) *) = {
    CK_GEMM_EACH_HEIGHT(CK_S8_ROW)};

#ifndef IS_PAIRS

#ifdef S4_UNPACKS
#include "gemm_s4_lanes.h"
#else
#include "gemm_s4_avx2.h"
#endif

// The scales of a block's rows, and its quantised values, of which S8_PAIRS has fewer words, with 8 to spare; those of a tile
// once more; then an unpacked panel, from a line's start on.
size_t CK_S8_NAME(ck_s8_gemm_scratch_count)(size_t k, ck_type type) {
  const size_t activations = ROW_BLOCK + (ROW_BLOCK + MR) * ((k + STEP - 1) / STEP) + 8;
  if (type != CK_TYPE_S4) return activations;
#ifdef S4_UNPACKS
  return activations + (ck_s8_panel_bytes(k, NR, STEP) + 60) / sizeof(float);
#else
  return CK_S8_NAME(ck_s4_scratch_count)(k);
#endif
}

#endif  // IS_PAIRS

void CK_S8_NAME(ck_s8_gemm)(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin,
                            size_t panel_end, float *scratch) {
#ifdef HAS_PAIRS
  if (args->b_type == CK_TYPE_S8_PAIRS) {
    CK_NAME(ck_s8_gemm_pairs)(args, row_begin, row_end, panel_begin, panel_end, scratch);
    return;
  }
#endif
#if !defined(S4_UNPACKS) && !defined(IS_PAIRS)
  if (args->b_type == CK_TYPE_S4) {
    CK_S8_NAME(ck_s4_gemm)(args, row_begin, row_end, panel_begin, panel_end, scratch);
    return;
  }
#endif
  const size_t k = args->k, n = args->n, steps = (k + STEP - 1) / STEP;
  const size_t panel_bytes = ck_s8_panel_bytes(k, NR, STEP);
  const int is_packed_s4 = args->b_type == CK_TYPE_S4;
  const size_t stored_bytes = is_packed_s4 ? ck_s4_panel_bytes(k, NR, args->b_group) : panel_bytes;
  const int epilogue = args->preactivation || args->residual || args->activation != CK_ACTIVATION_NONE;
  float *const scales = scratch;
  uint32_t *const words = (uint32_t *)(void *)(scratch + ROW_BLOCK), *const apart = words + ROW_BLOCK * steps + 8;
#ifdef S4_UNPACKS
  // At a line's start: no vector of it lies on two.
  int8_t *const unpacked = (int8_t *)(((uintptr_t)(apart + MR * steps) + 63) / 64 * 64);
#endif
  for (size_t block = row_begin; block < row_end; block += ROW_BLOCK) {
    const size_t rows = row_end - block < ROW_BLOCK ? row_end - block : ROW_BLOCK;
    const size_t tiles = ck_gemm_tile_count(rows, MR);
    for (size_t t = 0; t < tiles; ++t) {
      const size_t r = ck_gemm_tile_begin(rows, MR, t), height = ck_gemm_tile_begin(rows, MR, t + 1) - r;
      CK_S8_NAME(ck_s8_quantize_tile)(args, block + r, height, scales + r, words + r * steps, apart);
    }
    const size_t together = tiles == 1 && !is_packed_s4 ? CK_S8_PANELS(rows) : 1;
    for (size_t panel = panel_begin; panel < panel_end;) {
      const size_t panels = panel_end - panel >= together ? together : 1;
      const size_t column = panel * NR, left = n - column;
      const size_t columns = left < panels * NR ? left : panels * NR;
      const int8_t *b = (const int8_t *)args->b + panel * stored_bytes;
      const int8_t *const next = panel + panels < panel_end ? b + panels * stored_bytes : b;
      const size_t next_bytes = is_packed_s4 ? NR * STEP / 2 : NR * STEP;
      for (size_t t = 0; t < tiles; ++t) {
        const size_t r = ck_gemm_tile_begin(rows, MR, t), height = ck_gemm_tile_begin(rows, MR, t + 1) - r;
        const CK_S8_NAME(ck_s8_tile) tile = {
            .steps = steps,
            .a = words + r * steps,
            .a_scales = scales + r,
            .a_offset = CK_S8_OFFSET + args->a_zero_point,
            .b = b,
            .panel_bytes = panel_bytes,
            // Each tile fetches its share.
            .next = next + t * (steps * (next_bytes / tiles)),
            .next_step = next_bytes / tiles,
            .out = ck_gemm_rows_of(args, block + r, column, 1),
            .columns = columns,
            .bias = args->bias ? args->bias + column : NULL,
        };
#ifdef S4_UNPACKS
        if (is_packed_s4 && t == 0) {
          CK_S8_NAME(ck_s4_tile_functions)[height - 1][tiles > 1](&tile, args->b_group, unpacked);
          b = unpacked;
        } else
#endif
          CK_S8_NAME(ck_s8_tile_functions)[height - 1][panels > 1](&tile);
        if (epilogue) CK_NAME(ck_gemm_epilogue)(args, block + r, height, column, columns);
      }
      panel += panels;
    }
  }
}

#undef PANEL_VECTORS
#undef VECTOR_BYTES
#undef CK_S8_PANELS
#undef CK_S8_TILES
#undef CK_S8_ROW
#undef S4_STEP
#undef S4_UNPACKS
