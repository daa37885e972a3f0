// Clocks, and the loop of fused multiply-adds that everything is divided by.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Measure.h"

#include <algorithm>
#include <ctime>

static double now(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

double bench::threadTime() { return now(CLOCK_THREAD_CPUTIME_ID); }
double bench::processTime() { return now(CLOCK_PROCESS_CPUTIME_ID); }
double bench::wallTime() { return now(CLOCK_MONOTONIC); }

//===----------------------------------------------------------------------===//
// The peak
//===----------------------------------------------------------------------===//

// Assembly, because a compiler that sees `a = a * x + y` may find out what some
// of it comes to. Two units with a latency of four cycles need eight
// independent sums; sixteen, or twelve of the sixteen registers of AVX2, leave
// room for units that are slower to answer. All operands are zero: what a
// multiply-add costs does not depend on them, but the clock may, and in favour
// of the loop.

#if defined(__x86_64__)
static constexpr long kLoops = 1 << 17;

#define FMA256(n) "vfmadd231ps %%ymm12, %%ymm13, %%ymm" #n "\n"
#define ZERO(n) "vxorps %%xmm" #n ", %%xmm" #n ", %%xmm" #n "\n"
#define ZEROS12                                                                \
  ZERO(0)                                                                      \
  ZERO(1)                                                                      \
  ZERO(2)                                                                      \
  ZERO(3) ZERO(4) ZERO(5) ZERO(6) ZERO(7) ZERO(8) ZERO(9) ZERO(10) ZERO(11)

/// A function that returns the operations done: `flops` for each of the sixteen
/// sums of an instruction.
#define PEAK512(name, features, op, flops)                                     \
  __attribute__((target(features), noinline)) static double name() {           \
    long n = kLoops;                                                           \
    asm volatile(ZEROS12 ZERO(12) ZERO(13) ZERO(14)                            \
                     ZERO(15) "vpxord %%zmm16, %%zmm16, %%zmm16\n"             \
                              "vpxord %%zmm17, %%zmm17, %%zmm17\n"             \
                              ".p2align 6\n"                                   \
                              "1:\n" OP4(op, 0, 1, 2, 3) OP4(op, 4, 5, 6, 7)   \
                                  OP4(op, 8, 9, 10, 11)                        \
                                      OP4(op, 12, 13, 14, 15) "dec %0\n"       \
                                                              "jnz 1b\n"       \
                                                              "vzeroupper\n"   \
                 : "+r"(n)                                                     \
                 :                                                             \
                 : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5",       \
                   "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",  \
                   "xmm13", "xmm14", "xmm15", "xmm16", "xmm17");               \
    return double(kLoops) * 16 * 16 * flops;                                   \
  }
#define OP512(op, n) op " %%zmm16, %%zmm17, %%zmm" #n "\n"
#define OP4(op, a, b, c, d) OP512(op, a) OP512(op, b) OP512(op, c) OP512(op, d)

PEAK512(peak512, "avx512f", "vfmadd231ps", 2)
/// Two products for each of 16 sums in an instruction.
PEAK512(peakPairs, "avx512f,avx512bf16", "vdpbf16ps", 4)

__attribute__((target("avx2,fma"), noinline)) static double peak256() {
  long n = kLoops;
  asm volatile(ZEROS12 ZERO(12)
                   ZERO(13) ".p2align 6\n"
                            "1:\n" FMA256(0) FMA256(1) FMA256(2) FMA256(3)
                                FMA256(4) FMA256(5) FMA256(6) FMA256(7)
                                    FMA256(8) FMA256(9) FMA256(10)
                                        FMA256(11) "dec %0\n"
                                                   "jnz 1b\n"
                                                   "vzeroupper\n"
               : "+r"(n)
               :
               : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
                 "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13");
  return double(kLoops) * 12 * 8 * 2;
}

static int64_t maxVectorBytes = 64;
static bool usesPairs = false;
void bench::limitPeak(int64_t vectorBytes, bool pairs) {
  maxVectorBytes = vectorBytes;
  usesPairs = pairs;
}

std::string bench::peakName() {
  if (__builtin_cpu_supports("avx512bf16") && maxVectorBytes >= 64 && usesPairs)
    return "avx512bf16";
  if (__builtin_cpu_supports("avx512f") && maxVectorBytes >= 64)
    return "avx512";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return "avx2";
  return "";
}

static double runPeak() {
  std::string name = bench::peakName();
  return name == "avx512bf16" ? peakPairs()
         : name == "avx512"   ? peak512()
                              : peak256();
}
#else
void bench::limitPeak(int64_t, bool) {}
std::string bench::peakName() { return ""; }
static double runPeak() { return 0; }
#endif

//===----------------------------------------------------------------------===//
// Repetitions
//===----------------------------------------------------------------------===//

double bench::median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

static double best(const std::vector<double> &values) {
  return *std::max_element(values.begin(), values.end());
}

static double peakRate() {
  double start = bench::threadTime();
  double flops = runPeak();
  return flops / (bench::threadTime() - start) * 1e-9;
}

bench::Measurement bench::measure(const std::function<void()> &function,
                                  double flops, int repetitions) {
  function(); // pages and caches
  peakRate(); // wide units may need a while to wake up
  std::vector<double> rates, peaks, ratios;
  for (int i = 0; i < repetitions; ++i) {
    double before = peakRate();
    double start = threadTime();
    function();
    double rate = flops / (threadTime() - start) * 1e-9;
    double after = peakRate();
    rates.push_back(rate);
    peaks.push_back(before);
    peaks.push_back(after);
    ratios.push_back(2 * rate / (before + after));
  }
  Measurement result;
  result.rate = {best(rates), median(rates)};
  result.peak = {best(peaks), median(peaks)};
  result.ratio = {result.rate.best / result.peak.best, median(ratios)};
  return result;
}

void bench::readAll(const void *data, int64_t bytes, int threads) {
  if (threads > 1) {
    int64_t part = bytes / 64 / threads * 64;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < threads; ++i)
      readAll(static_cast<const char *>(data) + i * part, part);
    return;
  }
  // One load brings the whole line.
  const auto *p = static_cast<const char *>(data);
  for (int64_t line = 0; line + 64 <= bytes; line += 64) {
#if defined(__x86_64__)
    asm volatile("movups (%0), %%xmm0" : : "r"(p + line) : "xmm0", "memory");
#else
    (void)*reinterpret_cast<const volatile int64_t *>(p + line);
#endif
  }
}

bench::Comparison bench::compare(const std::function<void()> &function,
                                 const std::function<void()> &yardstick,
                                 int repetitions, bool wall) {
  function(); // pages and threads
  yardstick();
  std::vector<double> functions, yardsticks, ratios;
  auto clock = wall ? wallTime : threadTime;
  auto time = [clock](const std::function<void()> &run) {
    double start = clock();
    run();
    return clock() - start;
  };
  for (int i = 0; i < repetitions; ++i) {
    yardsticks.push_back(time(yardstick));
    functions.push_back(time(function));
    ratios.push_back(yardsticks.back() / functions.back());
  }
  return {*std::min_element(functions.begin(), functions.end()),
          *std::min_element(yardsticks.begin(), yardsticks.end()),
          median(ratios)};
}

std::vector<std::vector<bench::Times>>
bench::timeInTurn(const std::vector<std::function<void()>> &functions,
                  int repetitions) {
  std::vector<std::vector<Times>> times(functions.size());
  for (const auto &function : functions)
    function(); // pages, caches and threads
  for (int i = 0; i < repetitions; ++i)
    for (size_t f = 0; f < functions.size(); ++f) {
      double wall = wallTime(), cpu = processTime(), own = threadTime();
      functions[f]();
      times[f].push_back(
          {wallTime() - wall, processTime() - cpu, threadTime() - own});
    }
  return times;
}

void bench::runPeak(int times) {
  for (int i = 0; i < times; ++i)
    ::runPeak();
}
