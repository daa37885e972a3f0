// A sign of life during long work.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TOOLS_ATTN_RUN_PROGRESS_H
#define ATTN_TOOLS_ATTN_RUN_PROGRESS_H

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace mlir::attn {

/// While it lives, says on stderr what is going on and for how long, from two
/// seconds on: in place on a terminal, else every ten seconds.
class Progress {
public:
  explicit Progress(std::string what);
  ~Progress();

private:
  void report();

  std::string what;
  std::mutex mutex;
  std::condition_variable condition;
  bool isDone = false;
  std::thread reporter;
};

} // namespace mlir::attn

#endif // ATTN_TOOLS_ATTN_RUN_PROGRESS_H
