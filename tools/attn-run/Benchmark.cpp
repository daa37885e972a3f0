// Measuring with Google Benchmark.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Benchmark.h"

#include <benchmark/benchmark.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

using namespace mlir;

/// Results are allocated and freed by each call. By default glibc gives large
/// blocks back to the system at once, and then the page faults of the next call
/// are measured, not the function. Programs that call a function often do not
/// pay for that.
static void keepFreedMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

llvm::Error attn::initializeBenchmark(ArrayRef<std::string> arguments) {
  std::vector<char *> argv; // the library moves the pointers, not the text
  for (const std::string &argument : arguments)
    argv.push_back(const_cast<char *>(argument.c_str()));
  int argc = argv.size();
  argv.push_back(nullptr);
  benchmark::Initialize(&argc, argv.data());
  if (argc > 1)
    return llvm::createStringError("Google Benchmark does not know %s",
                                   argv[1]);
  return llvm::Error::success();
}

void attn::runBenchmark(StringRef name, Invocation &invocation) {
  keepFreedMemory();
  invocation.run(); // pages and caches
  benchmark::RegisterBenchmark(("BM_" + name.str()).c_str(),
                               [&](benchmark::State &state) {
                                 for (auto _ : state)
                                   invocation.run();
                               })
      ->MeasureProcessCPUTime()
      ->UseRealTime()
      ->Unit(benchmark::kMicrosecond);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
