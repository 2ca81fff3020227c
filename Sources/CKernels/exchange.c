// exchange.c: two names of one file system change places in one step. In C, because what does it differs from system to
// system, and Swift doesn't see Linux's.

#define _GNU_SOURCE
#include "ckernels.h"

#include <errno.h>
#include <stdio.h>
#if defined(__linux__)
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif
#endif

int ck_exchange(const char *a, const char *b) {
#if defined(__linux__)
  return syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) == 0 ? 0 : errno;
#elif defined(__APPLE__)
  return renamex_np(a, b, RENAME_SWAP) == 0 ? 0 : errno;
#else
  (void)a, (void)b;
  return ENOSYS;
#endif
}
