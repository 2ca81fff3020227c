// Opens a region of functions for AVX-512; see lanes.h. No include guard: a file may open several.
#define CK_ISA avx512
#pragma clang attribute push(CK_TARGET_AVX512, apply_to = function)
