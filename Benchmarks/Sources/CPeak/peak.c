// peak: the limits that kernels are held against.
//
//   FMA    C independent chains a[i] = a[i] * x + y, nothing but registers. A chain gives a result each `latency` cycles
//          (4 or 5 on the cores at hand) and there are two units, so C = 12 chains keep both busy, and leave registers.
//          The compiler doesn't know x and y: 1 is a fixed point of 0.999 a + 0.001, and a chain that begins there would be
//          folded away, and counted.
//   Reads  four sums over 64-byte lines, in order: as kind to the prefetchers as memory use can be. At least
//          CP_READ_BYTES between two looks at the clock, which take longer than reading all of L1.
//
// All threads start together; the rate counts the work of all over the time until the last has ended.

#define _GNU_SOURCE
#include "cpeak.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { CP_CHAINS = 12, CP_FMA_STEPS = 1 << 16, CP_READ_BYTES = 1 << 20, CP_MAX_THREADS = 64 };

static double cp_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

typedef struct cp_job {
  int kind;  // a cp_width, or CP_READ
  double seconds;
  size_t bytes;
  atomic_int waiting;  // threads that are not ready yet
} cp_job;

enum { CP_READ = 2 };

typedef struct cp_worker {
  cp_job *job;
  double work;  // operations or bytes
  double begin, end;
  float kept;  // keeps the work alive
  int failed;
} cp_worker;

#if defined(__x86_64__)

static volatile const float cp_factor = 0.999f, cp_summand = 0.001f;

#define CP_FMA_BURST(NAME, TARGET, VECTOR, SET, FMA, STORE, LANES)                  \
  __attribute__((target(TARGET))) static float NAME(void) {                         \
    VECTOR a[CP_CHAINS];                                                            \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CP_CHAINS; ++i) {        \
      a[i] = SET(1.0f + (float)i);                                                  \
    }                                                                               \
    VECTOR x = SET(cp_factor), y = SET(cp_summand);                                 \
    for (int step = 0; step < CP_FMA_STEPS; ++step) {                               \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < CP_CHAINS; ++i) {      \
        a[i] = FMA(a[i], x, y);                                                     \
      }                                                                             \
    }                                                                               \
    float sum = 0, lanes[LANES];                                                    \
    for (int i = 0; i < CP_CHAINS; ++i) {                                           \
      STORE(lanes, a[i]);                                                           \
      for (int j = 0; j < LANES; ++j) sum += lanes[j];                              \
    }                                                                               \
    return sum;                                                                     \
  }

CP_FMA_BURST(cp_fma_burst_avx2, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_storeu_ps, 8)
CP_FMA_BURST(cp_fma_burst_avx512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_storeu_ps, 16)

__attribute__((target("avx2"))) static float cp_read_burst(const char *memory, size_t bytes, size_t passes) {
  __m256i sum[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
  for (size_t pass = 0; pass < passes; ++pass) {
    for (size_t at = 0; at + 128 <= bytes; at += 128) {
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; ++i) {
        sum[i] = _mm256_add_epi32(sum[i], _mm256_load_si256((const __m256i *)(memory + at + 32 * i)));
      }
    }
    __asm__ volatile("" ::: "memory");  // or one pass would do for all
  }
  int32_t lanes[8];
  _mm256_storeu_si256((__m256i *)lanes, _mm256_add_epi32(_mm256_add_epi32(sum[0], sum[1]), _mm256_add_epi32(sum[2], sum[3])));
  return (float)lanes[0] + (float)lanes[7];
}

int cp_has(cp_width width) {
  __builtin_cpu_init();
  if (width == CP_AVX512) return __builtin_cpu_supports("avx512f") ? 1 : 0;
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 0;
}

static void *cp_work(void *pointer) {
  cp_worker *worker = pointer;
  cp_job *job = worker->job;
  char *memory = NULL;
  const size_t passes = 1 + CP_READ_BYTES / (job->bytes + 1);
  if (job->kind == CP_READ) {
    memory = aligned_alloc(4096, (job->bytes + 4095) / 4096 * 4096);
    worker->failed = memory == NULL;
    // Written first, so that each page is its own.
    for (size_t i = 0; memory && i < job->bytes; ++i) memory[i] = (char)(i * 7);
  }
  atomic_fetch_sub(&job->waiting, 1);
  while (atomic_load(&job->waiting) > 0) _mm_pause();
  worker->begin = cp_now();
  do {
    if (worker->failed) break;
    switch (job->kind) {
      case CP_AVX2:
        worker->kept += cp_fma_burst_avx2();
        worker->work += 2.0 * 8 * CP_CHAINS * CP_FMA_STEPS;
        break;
      case CP_AVX512:
        worker->kept += cp_fma_burst_avx512();
        worker->work += 2.0 * 16 * CP_CHAINS * CP_FMA_STEPS;
        break;
      default:
        worker->kept += cp_read_burst(memory, job->bytes, passes);
        worker->work += (double)(passes * (job->bytes / 128 * 128));
    }
    worker->end = cp_now();
  } while (worker->end - worker->begin < job->seconds);
  free(memory);
  return NULL;
}

static double cp_rate(int kind, size_t bytes, int threads, double seconds) {
  if (threads < 1 || threads > CP_MAX_THREADS) return 0;
  cp_job job = {.kind = kind, .seconds = seconds, .bytes = bytes};
  atomic_init(&job.waiting, threads);
  cp_worker workers[CP_MAX_THREADS] = {0};
  pthread_t handles[CP_MAX_THREADS];
  int started = 1;
  for (int i = 0; i < threads; ++i) workers[i].job = &job;
  while (started < threads && pthread_create(&handles[started], NULL, cp_work, &workers[started]) == 0) ++started;
  // Whoever could not be started is not waited for.
  atomic_fetch_sub(&job.waiting, threads - started);
  cp_work(&workers[0]);
  for (int i = 1; i < started; ++i) pthread_join(handles[i], NULL);
  double work = 0, begin = workers[0].begin, end = workers[0].end;
  for (int i = 0; i < started; ++i) {
    if (workers[i].failed) return 0;
    work += workers[i].work;
    if (workers[i].begin < begin) begin = workers[i].begin;
    if (workers[i].end > end) end = workers[i].end;
  }
  return started == threads && end > begin ? work / (end - begin) : 0;
}

double cp_fma_rate(cp_width width, int threads, double seconds) {
  return cp_has(width) ? cp_rate((int)width, 0, threads, seconds) : 0;
}

double cp_read_rate(size_t bytes, int threads, double seconds) {
  return cp_has(CP_AVX2) ? cp_rate(CP_READ, bytes, threads, seconds) : 0;
}

#else

int cp_has(cp_width width) {
  (void)width;
  return 0;
}

double cp_fma_rate(cp_width width, int threads, double seconds) {
  (void)width, (void)threads, (void)seconds;
  return 0;
}

double cp_read_rate(size_t bytes, int threads, double seconds) {
  (void)bytes, (void)threads, (void)seconds;
  return 0;
}

#endif
