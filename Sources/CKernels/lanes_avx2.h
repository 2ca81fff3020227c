// Opens a region of functions for AVX2; see lanes.h. No include guard: a file may open several.
#define CK_ISA avx2
#pragma clang attribute push(CK_TARGET_AVX2, apply_to = function)
