// What happens when the process cannot go on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Guards.h"

#include "llvm/Support/ErrorHandling.h"

#include <cstdio>
#include <cstdlib>
#include <new>

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
}
