// Measuring with Google Benchmark.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TOOLS_ATTN_RUN_BENCHMARK_H
#define ATTN_TOOLS_ATTN_RUN_BENCHMARK_H

#include "attn/ExecutionEngine/Callable.h"

namespace mlir::attn {

/// `arguments` are the program's name, of which the library keeps a pointer
/// until the benchmarks have run, and Google Benchmark's flags.
llvm::Error initializeBenchmark(ArrayRef<std::string> arguments);

/// Measures `invocation` as BM_<name>: time on the clock, and CPU time of all
/// threads.
void runBenchmark(StringRef name, Invocation &invocation);

} // namespace mlir::attn

#endif // ATTN_TOOLS_ATTN_RUN_BENCHMARK_H
