// lifetime.c: ends this process when the one that started it ends, even if this one stands still. In C, because Swift
// doesn't see functions of variable arguments such as prctl.

#include "ckernels.h"

#if defined(__linux__)
#include <signal.h>
#include <sys/prctl.h>
#endif

int ck_end_with_parent(void) {
#if defined(__linux__)
  return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
#else
  return 0;
#endif
}
