// gemm_epilogue_lanes.h: what follows a product over a tile that was just stored: preactivation, activation, residual.
// Included within a region (see lanes.h), by the products of floats and of integers.

#include "activation_lanes.h"

// `activation` and `n` are constants where this is expanded, the latter but for the last columns.
CK_INLINE void CK_NAME(ck_gemm_epilogue_vector)(const ck_activation activation, float *c, float *z,
                                                const float *residual, const size_t n) {
  vf y = vload_n(c, n);
  if (z) vstore_n(z, y, n);
  y = vactivate(activation, y);
  if (residual) y = vadd(y, vload_n(residual, n));
  vstore_n(c, y, n);
}

CK_INLINE void CK_NAME(ck_gemm_epilogue_of)(const ck_gemm_args *args, const ck_activation activation, size_t row,
                                            size_t rows, size_t column, size_t columns) {
  for (size_t r = 0; r < rows; ++r) {
    float *c = args->c + (row + r) * args->c_row_stride + column;
    float *z = args->preactivation ? args->preactivation + (row + r) * args->preactivation_row_stride + column : NULL;
    const float *residual = args->residual ? args->residual + (row + r) * args->residual_row_stride + column : NULL;
    size_t j = 0;
    // Two at a time, a panel at least, so that one doesn't wait for the other's division.
    for (; j + 2 * CK_LANES <= columns; j += 2 * CK_LANES) {
#pragma clang loop unroll(full)
      for (size_t v = 0; v < 2 * CK_LANES; v += CK_LANES) {
        CK_NAME(ck_gemm_epilogue_vector)(activation, c + j + v, z ? z + j + v : NULL,
                                         residual ? residual + j + v : NULL, CK_LANES);
      }
    }
    for (; j < columns; j += CK_LANES) {
      size_t n = columns - j < CK_LANES ? columns - j : CK_LANES;
      CK_NAME(ck_gemm_epilogue_vector)(activation, c + j, z ? z + j : NULL, residual ? residual + j : NULL, n);
    }
  }
}

static void CK_NAME(ck_gemm_epilogue)(const ck_gemm_args *args, size_t row, size_t rows, size_t column,
                                      size_t columns) {
#define CK_GEMM_EPILOGUE(activation) \
  case activation: CK_NAME(ck_gemm_epilogue_of)(args, activation, row, rows, column, columns); break;
  switch (args->activation) {
    CK_GEMM_EPILOGUE(CK_ACTIVATION_NONE)
    CK_GEMM_EPILOGUE(CK_ACTIVATION_GELU)
    CK_GEMM_EPILOGUE(CK_ACTIVATION_GELU_TANH)
    CK_GEMM_EPILOGUE(CK_ACTIVATION_RELU)
    CK_GEMM_EPILOGUE(CK_ACTIVATION_TANH)
  }
#undef CK_GEMM_EPILOGUE
}
