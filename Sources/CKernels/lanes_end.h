// Closes the region that lanes_avx2.h or lanes_avx512.h opened.
#pragma clang attribute pop
#undef CK_ISA
