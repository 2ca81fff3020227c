// cpeak.h: what this machine can do at most, measured: fused multiply-adds a second, and bytes read a second.

#ifndef CPEAK_H
#define CPEAK_H

#include <stddef.h>

typedef enum cp_width {
  CP_AVX2 = 0,    // 8 floats a vector
  CP_AVX512 = 1,  // 16 floats a vector
} cp_width;

// Whether this processor has FMA at this width.
int cp_has(cp_width width);

// FLOP/s of independent chains of fused multiply-adds in registers on `threads` threads, run for about `seconds`.
// 0 where the width is missing or a thread can't be had.
double cp_fma_rate(cp_width width, int threads, double seconds);

// Bytes a second of sequential reads, over and over, of `bytes` of memory of its own for each of `threads` threads.
// 0 where memory or a thread can't be had.
double cp_read_rate(size_t bytes, int threads, double seconds);

#endif  // CPEAK_H
