// What happens when the process cannot go on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Guards.h"

#include "llvm/Support/ErrorHandling.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <sys/resource.h>
#include <unistd.h>

// No destructors: they would run in the middle of whatever failed.
[[noreturn]] static void stop(const char *message) {
  std::fflush(stdout);
  std::fprintf(stderr, "attn-run: error: %s\n", message);
  std::_Exit(1);
}

void mlir::attn::installGuards() {
  llvm::install_fatal_error_handler(
      [](void *, const char *reason, bool) { stop(reason); });
  llvm::install_bad_alloc_error_handler(
      [](void *, const char *, bool) { stop("out of memory"); });
  std::set_new_handler([] { stop("out of memory"); });
  // LLVM is built without exceptions, but the standard library is not.
  std::set_terminate([] { stop("internal error: uncaught exception"); });
}

void mlir::attn::setLimits(unsigned seconds, unsigned mebibytes) {
  if (seconds != 0) {
    std::signal(SIGALRM, [](int) {
      static constexpr char kMessage[] = "attn-run: error: out of time\n";
      (void)!write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
      std::_Exit(1);
    });
    alarm(seconds);
  }
  if (mebibytes != 0) {
    rlim_t bytes = static_cast<rlim_t>(mebibytes) << 20;
    rlimit limit = {bytes, bytes};
    setrlimit(RLIMIT_DATA, &limit);
  }
}
