// Rates of a function beside the peak of the core it runs on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_BENCH_MEASURE_H
#define ATTN_BENCH_MEASURE_H

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// Seconds. CPU time does not run while the thread waits for a core, so that
/// other programs on the machine disturb it little.
double threadTime();
double processTime();
double wallTime();

/// The loop of fused multiply-adds that this processor can run: "avx512",
/// "avx2" or, if there is none, empty.
std::string peakName();
/// From now on the loop has vectors of at most so many bytes.
void limitPeak(int64_t vectorBytes, bool pairs = false);

/// GFLOP/s. `best` is the best of all repetitions, `median` their median.
struct Rate {
  double best = 0, median = 0;
};

struct Measurement {
  Rate rate, peak;
  /// `best`: best rate over best peak. `median`: median over the repetitions of
  /// the rate over the peak just before and after it.
  Rate ratio;
};

/// Runs `function`, which does `flops` operations, `repetitions` times, the
/// peak loop before and after each. Demands that there is one.
Measurement measure(const std::function<void()> &function, double flops,
                    int repetitions);

/// Loads all of some memory, line by line, and nothing else; with so many
/// threads of the runtime that compiled code uses, a part each.
void readAll(const void *data, int64_t bytes, int threads = 1);

/// Runs `function` and `yardstick` in turn, `repetitions` times; CPU seconds of
/// this thread, or with `wall` those of the clock. Returns the best of each and
/// the median of their ratios, yardstick over function.
struct Comparison {
  double function = 0, yardstick = 0, ratio = 0;
};
Comparison compare(const std::function<void()> &function,
                   const std::function<void()> &yardstick, int repetitions,
                   bool wall = false);

/// Seconds of one call: on the clock, of all threads together, and of the one
/// that calls.
struct Times {
  double wall = 0, cpu = 0, own = 0;
};
/// Calls all functions in turn, `repetitions` times; [function][repetition].
std::vector<std::vector<Times>>
timeInTurn(const std::vector<std::function<void()>> &functions,
           int repetitions);

double median(std::vector<double> values);

/// Runs the loop of multiply-adds that often; a quarter of a millisecond each.
void runPeak(int times);

} // namespace bench

#endif // ATTN_BENCH_MEASURE_H
