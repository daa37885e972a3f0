// A sign of life during long work.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Progress.h"

#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir::attn;
using namespace std::chrono_literals;

Progress::Progress(std::string what)
    : what(std::move(what)), reporter([this] { report(); }) {}

Progress::~Progress() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    isDone = true;
  }
  condition.notify_one();
  reporter.join();
}

void Progress::report() {
  bool isTerminal = llvm::sys::Process::StandardErrIsDisplayed();
  auto start = std::chrono::steady_clock::now();
  auto next = start + 2s;
  bool hasReported = false;
  std::unique_lock<std::mutex> lock(mutex);
  while (!condition.wait_until(lock, next, [this] { return isDone; })) {
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::steady_clock::now() - start);
    llvm::errs() << (isTerminal ? "\r" : "") << what << ": " << seconds.count()
                 << " s" << (isTerminal ? "" : "\n");
    hasReported = true;
    next += isTerminal ? 1s : 10s;
  }
  if (hasReported && isTerminal)
    llvm::errs() << "\n";
}
