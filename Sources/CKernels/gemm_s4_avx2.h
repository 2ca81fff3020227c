// gemm_s4_avx2.h: the product of gemm_s8.c with weights of four bits, for AVX2 without unpacking them to s8. Included within
// the region of AVX2 by gemm_s8_lanes.h.
//
//   sum_p q[i, p] w[j, p] = sum_g (multiplier[j, g] sum_{p in g} u[j, p] q[i, p] - offset[j, g] sum_{p in g} q[i, p])
//
// with u, multiplier, offset and groups of gemm_s4_panel.h.
//
// Why vpmaddubsw, which saturates at 16 bits, is exact here: u is at most 15, so a lane of 16 bits holds the products of 32
// depths, 16 * 15 * 128 = 30720. Only then they are widened, and multiplied by their group's multiplier, by one vpmaddwd. So
// 32 products take two instructions, where s8 weights, widened to 16 bits, take four: with AVX2 four bits are faster than
// eight.
//
// Layout  a panel is that of gemm_s4_panel.h with steps of four depths: a vector of 32 bytes is a step of 16 columns, 8 in
//         its low halves, 8 in its high ones. Quantised rows as in gemm_s8.c, four s8 a word; beside them the sum of each
//         row's 32 depths.
// Blocking as in gemm_s8.c. The sums of 32 bits lie in L1: they are touched once in 32 depths, and all registers hold sums
//         of 16 bits.

#define S4_DEPTH 32  // depths whose products 16 bits hold
#define S4_STEPS (S4_DEPTH / 4)
#define S4_STEP_BYTES 32

// The scales of a block's rows, their quantised values, and the sums of each 32 of them.
static size_t ck_s4_scratch_count_avx2(size_t k) { return ROW_BLOCK * (1 + k / 4 + k / S4_DEPTH); }

// One row of k floats, k a multiple of 32: its words go to every `rows`-th place of `words`, its sums of 32 likewise.
static float ck_s4_quantize_row_avx2(const float *a, size_t k, float a_scale, size_t rows, uint32_t *words,
                                     int32_t *sums) {
  const ck_s8_scale scale = ck_s8_row_scale_avx2(a, k, a_scale);
  const vf inverse = vset(scale.inverse);
  for (size_t p = 0; p < k; p += S4_DEPTH, words += S4_STEPS * rows, sums += rows) {
    __m256i whole[4];
    for (size_t v = 0; v < 4; ++v) {
      const vf t = vmul(vload(a + p + v * CK_LANES), inverse);
      whole[v] = ck_s8_round_avx2(vmax(vmin(t, vset(127.0f)), vset(-128.0f)));
    }
    // Packing works within halves of a register; the permutation puts the words in order.
    const __m256i bytes = _mm256_permutevar8x32_epi32(
        _mm256_packs_epi16(_mm256_packs_epi32(whole[0], whole[1]), _mm256_packs_epi32(whole[2], whole[3])),
        _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    uint32_t word[S4_STEPS];
    _mm256_storeu_si256((__m256i *)word, bytes);
    for (size_t s = 0; s < S4_STEPS; ++s) words[s * rows] = word[s];
    const __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(1), bytes);
    int32_t part[CK_LANES];
    _mm256_storeu_si256((__m256i *)part, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    int32_t sum = 0;
    for (size_t i = 0; i < CK_LANES; ++i) sum += part[i];
    *sums = sum;
  }
  return scale.scale;
}

// ---- Micro-kernel

typedef struct ck_s4_tile {
  size_t k, group;
  const uint32_t *a;      // word (s, r) at s * rows + r
  const int32_t *sums;    // those of 32 depths: (p / 32, r) at p / 32 * rows + r
  const float *a_scales;  // [rows]
  const uint8_t *b;       // the panel
  const uint8_t *next;    // what is read after this panel, and is fetched from memory while this one is multiplied
  size_t next_step;       // its bytes a step
  ck_gemm_rows out;
  size_t columns;     // that are to be stored
  const float *bias;  // of the first column, or NULL
} ck_s4_tile;

// `rows` is a constant where this is expanded, so that the sums of 16 bits stay in registers.
CK_INLINE void ck_s4_multiply_avx2(const ck_s4_tile *tile, const size_t rows) {
  vi total[MR][2];
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; ++r) total[r][0] = total[r][1] = _mm256_setzero_si256();
  const uint32_t *a = tile->a;
  const int32_t *sums = tile->sums;
  const uint8_t *b = tile->b + NR * (sizeof(float) + sizeof(int32_t)), *next = tile->next;
  const vi low = _mm256_set1_epi8(15);
  for (size_t group = 0; group < tile->k; group += tile->group) {
    vi multiplier[2], offset[2];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < 2; ++v) {
      const vi m = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(b + v * CK_LANES)));
      multiplier[v] = _mm256_or_si256(m, _mm256_slli_epi32(m, 16));
      offset[v] = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(b + NR + v * CK_LANES)));
    }
    b += 2 * NR;
    for (size_t p = 0; p < tile->group; p += S4_DEPTH) {
      vi sum[MR][2];
#pragma clang loop unroll(full)
      for (size_t r = 0; r < rows; ++r) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
#pragma clang loop unroll(disable)
      for (size_t s = 0; s < S4_STEPS; ++s) {
        const vi both = _mm256_loadu_si256((const __m256i *)b);
        const vi first = _mm256_and_si256(both, low), second = _mm256_and_si256(_mm256_srli_epi16(both, 4), low);
        _mm_prefetch((const char *)next, _MM_HINT_T1);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; ++r) {
          const vi q = ck_s8_set_avx2(a[r]);
          sum[r][0] = _mm256_add_epi16(sum[r][0], _mm256_maddubs_epi16(first, q));
          sum[r][1] = _mm256_add_epi16(sum[r][1], _mm256_maddubs_epi16(second, q));
        }
        a += rows;
        b += S4_STEP_BYTES;
        next += tile->next_step;
      }
#pragma clang loop unroll(full)
      for (size_t r = 0; r < rows; ++r) {
        // The offsets' upper halves are zeros, so only the lower half of the sum counts: it has 16 bits.
        const vi of_row = ck_s8_set_avx2((uint32_t)sums[r]);
#pragma clang loop unroll(full)
        for (size_t v = 0; v < 2; ++v) {
          const vi products = _mm256_madd_epi16(sum[r][v], multiplier[v]);
          total[r][v] = _mm256_add_epi32(
              total[r][v], _mm256_sub_epi32(products, _mm256_madd_epi16(offset[v], of_row)));
        }
      }
      sums += rows;
    }
  }
#pragma clang loop unroll(full)
  for (size_t v = 0; v < 2; ++v) {
    const size_t column = v * CK_LANES;
    if (column >= tile->columns) break;
    const size_t n = tile->columns - column < CK_LANES ? tile->columns - column : CK_LANES;
    const vf scale = vload((const float *)(const void *)tile->b + column);
    const vf bias = tile->bias ? vload_n(tile->bias + column, n) : vzero();
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; ++r) {
      vf z = vmul(ck_s8_float_avx2(total[r][v]), vmul(vset(tile->a_scales[r]), scale));
      if (tile->bias) z = vadd(z, bias);
      vstore_n(tile->out.c + r * tile->out.c_row_stride + column, z, n);
    }
  }
}

#define CK_S4_TILE(rows) \
  static void ck_s4_tile_##rows##_avx2(const ck_s4_tile *tile) { ck_s4_multiply_avx2(tile, rows); }
CK_GEMM_EACH_HEIGHT(CK_S4_TILE)

// By rows - 1.
#define CK_S4_ROW(rows) ck_s4_tile_##rows##_avx2,
static void (*const ck_s4_tile_functions_avx2[MR])(const ck_s4_tile *) = {CK_GEMM_EACH_HEIGHT(CK_S4_ROW)};

static void ck_s4_gemm_avx2(const ck_gemm_args *args, size_t row_begin, size_t row_end, size_t panel_begin,
                            size_t panel_end, float *scratch) {
  const size_t k = args->k, n = args->n, panel_bytes = ck_s4_panel_bytes(k, NR, args->b_group);
  const int epilogue = args->preactivation || args->residual || args->activation != CK_ACTIVATION_NONE;
  float *const scales = scratch;
  uint32_t *const words = (uint32_t *)(void *)(scratch + ROW_BLOCK);
  int32_t *const sums = (int32_t *)(words + ROW_BLOCK * (k / 4));
  for (size_t block = row_begin; block < row_end; block += ROW_BLOCK) {
    const size_t rows = row_end - block < ROW_BLOCK ? row_end - block : ROW_BLOCK;
    const size_t tiles = ck_gemm_tile_count(rows, MR);
    for (size_t t = 0; t < tiles; ++t) {
      const size_t begin = ck_gemm_tile_begin(rows, MR, t), end = ck_gemm_tile_begin(rows, MR, t + 1);
      for (size_t r = begin; r < end; ++r) {
        scales[r] = ck_s4_quantize_row_avx2(
            args->a + (block + r) * args->a_row_stride, k, args->a_scale, end - begin,
            words + begin * (k / 4) + r - begin, sums + begin * (k / S4_DEPTH) + r - begin);
      }
    }
    for (size_t panel = panel_begin; panel < panel_end; ++panel) {
      const size_t column = panel * NR, columns = n - column < NR ? n - column : NR;
      const uint8_t *const b = (const uint8_t *)args->b + panel * panel_bytes;
      const uint8_t *const next = panel + 1 < panel_end ? b + panel_bytes : b;
      for (size_t t = 0; t < tiles; ++t) {
        const size_t r = ck_gemm_tile_begin(rows, MR, t), height = ck_gemm_tile_begin(rows, MR, t + 1) - r;
        const ck_s4_tile tile = {
            .k = k,
            .group = args->b_group,
            .a = words + r * (k / 4),
            .sums = sums + r * (k / S4_DEPTH),
            .a_scales = scales + r,
            .b = b,
            // Each tile fetches its share.
            .next = next + t * (k / 4 * (S4_STEP_BYTES / tiles)),
            .next_step = S4_STEP_BYTES / tiles,
            .out = ck_gemm_rows_of(args, block + r, column, 1),
            .columns = columns,
            .bias = args->bias ? args->bias + column : NULL,
        };
        for (size_t row = 0; row < height; ++row) ck_gemm_fetch_row(&tile.out, row, NR);
        ck_s4_tile_functions_avx2[height - 1](&tile);
        if (epilogue) CK_NAME(ck_gemm_epilogue)(args, block + r, height, column, columns);
      }
    }
  }
}

#undef S4_DEPTH
#undef S4_STEPS
#undef S4_STEP_BYTES
#undef CK_S4_TILE
#undef CK_S4_ROW
