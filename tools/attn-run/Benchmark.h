// Measuring with Google Benchmark.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TOOLS_ATTN_RUN_BENCHMARK_H
#define ATTN_TOOLS_ATTN_RUN_BENCHMARK_H

#include "attn/ExecutionEngine/Callable.h"

namespace mlir::attn {

/// Measures `invocation` as BM_<name>: time on the clock, and CPU time of all
/// threads. `arguments` are the program's name and Google Benchmark's flags.
llvm::Error runBenchmark(StringRef name, Invocation &invocation,
                         std::vector<std::string> arguments);

} // namespace mlir::attn

#endif // ATTN_TOOLS_ATTN_RUN_BENCHMARK_H
