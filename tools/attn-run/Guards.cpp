// What happens when the process cannot go on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Guards.h"

#include "llvm/Support/ErrorHandling.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

// No destructors: they would run in the middle of whatever failed.
[[noreturn]] static void stop(const char *message) {
  std::fflush(stdout);
  std::fprintf(stderr, "attn-run: error: %s\n", message);
  std::_Exit(1);
}

/// Only what is allowed in a signal handler.
[[noreturn]] static void stopInHandler(std::string_view message) {
  for (std::string_view text :
       {std::string_view("attn-run: error: "), message, std::string_view("\n")})
    (void)!write(STDERR_FILENO, text.data(), text.size());
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
    std::signal(SIGALRM, [](int) { stopInHandler("out of time"); });
    alarm(seconds);
  }
  if (mebibytes != 0) {
    rlim_t bytes = static_cast<rlim_t>(mebibytes) << 20;
    rlimit limit = {bytes, bytes};
    setrlimit(RLIMIT_DATA, &limit);
  }
}

mlir::attn::ArithmeticGuard::ArithmeticGuard()
    : previous(std::signal(SIGFPE, [](int) {
        stopInHandler("the program divides by zero, or the most negative "
                      "integer by -1");
      })) {}

mlir::attn::ArithmeticGuard::~ArithmeticGuard() {
  std::signal(SIGFPE, previous);
}
