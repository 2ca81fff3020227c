// cpuid_mask: shows a process a processor without AVX-512, VNNI and AMX, so that engines without a switch can be measured
// as they are on a machine with AVX2 alone.
//
// Preloaded into the process (LD_PRELOAD). Linux makes CPUID fault on processors that can (flag cpuid_fault: Intel); the
// handler of the fault runs the instruction itself, clears the bits of those extensions, and goes on behind it.
// Build: cc -O2 -shared -fPIC cpuid_mask.c -o cpuid_mask.so

#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { SET_CPUID = 0x1012, CPUID_FAULTS = 0, CPUID_WORKS = 1 };

typedef struct registers {
  uint32_t eax, ebx, ecx, edx;
} registers;

static struct sigaction previous;

static uint32_t bit(int n) { return (uint32_t)1 << n; }

// By hand: a library's wrapper might touch errno in the midst of anything.
static long set_cpuid(long mode) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"((long)SYS_arch_prctl), "D"((long)SET_CPUID), "S"(mode)
                   : "rcx", "r11", "memory");
  return result;
}

// Intel's manual, volume 2A, CPUID: leaf 7.
static void hide(uint32_t leaf, uint32_t subleaf, registers *r) {
  if (leaf != 7) return;
  if (subleaf == 0) {
    r->ebx &= ~(bit(16) | bit(17) | bit(21) | bit(26) | bit(27) | bit(28) | bit(30) | bit(31));  // F DQ IFMA PF ER CD BW VL
    r->ecx &= ~(bit(1) | bit(6) | bit(11) | bit(12) | bit(14));    // VBMI VBMI2 VNNI BITALG VPOPCNTDQ
    r->edx &= ~(bit(2) | bit(3) | bit(8) | bit(22) | bit(23) | bit(24) | bit(25));  // 4VNNIW 4FMAPS VP2INTERSECT AMX FP16
  } else if (subleaf == 1) {
    r->eax &= ~(bit(4) | bit(5) | bit(21) | bit(23));  // AVX-VNNI AVX512-BF16 AMX-FP16 AVX-IFMA
    r->edx &= ~(bit(4) | bit(5) | bit(10) | bit(19));  // AVX-VNNI-INT8 AVX-NE-CONVERT AVX-VNNI-INT16 AVX10
  }
}

static void on_fault(int signal, siginfo_t *info, void *context) {
  (void)signal;
  greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
  const uint8_t *at = (const uint8_t *)g[REG_RIP];
  if (info->si_code != SI_KERNEL || at[0] != 0x0F || at[1] != 0xA2) {
    // Not ours: faults again at once, into whatever was there before.
    sigaction(SIGSEGV, &previous, NULL);
    return;
  }
  uint32_t leaf = (uint32_t)g[REG_RAX], subleaf = (uint32_t)g[REG_RCX];
  registers r;
  set_cpuid(CPUID_WORKS);
  __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
  set_cpuid(CPUID_FAULTS);
  hide(leaf, subleaf, &r);
  g[REG_RAX] = r.eax;
  g[REG_RBX] = r.ebx;
  g[REG_RCX] = r.ecx;
  g[REG_RDX] = r.edx;
  g[REG_RIP] += 2;
}

// As early as can be: libraries ask when they are loaded.
__attribute__((constructor(101))) static void start(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART;
  sigaction(SIGSEGV, &action, &previous);
  if (set_cpuid(CPUID_FAULTS) != 0) {
    sigaction(SIGSEGV, &previous, NULL);
    static const char words[] = "cpuid_mask: this processor or kernel cannot make CPUID fault\n";
    ssize_t written = write(2, words, sizeof words - 1);
    (void)written;
    _exit(70);
  }
}
