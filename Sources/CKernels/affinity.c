// affinity.c: how many processors this process may run on. In C, because Swift doesn't see cpu_set_t's GNU interface.

#define _GNU_SOURCE
#include "ckernels.h"

#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#endif

int ck_affinity_count(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  return (int)sysconf(_SC_NPROCESSORS_ONLN);
}
