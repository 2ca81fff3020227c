// Opens a region of functions for AVX-512 with VNNI; see lanes.h. Vectors are those of AVX-512, so names made by CK_NAME
// are too: give functions that differ a name of their own.
#define CK_ISA avx512
#pragma clang attribute push(CK_TARGET_AVX512VNNI, apply_to = function)
