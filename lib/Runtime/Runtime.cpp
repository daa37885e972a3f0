// Messages of failed run-time checks, and the number of threads.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Runtime/Runtime.h"

#include <cstdio>
#include <cstdlib>

// libomp's entry points, without the compiler's omp.h.
extern "C" void omp_set_num_threads(int count);
extern "C" int omp_get_max_threads();

int attn_runtime_puts(const char *message) {
  return std::fprintf(stderr, "error: %s\n", message);
}

void attn_runtime_abort() {
  std::fflush(nullptr);
  // Not exit(): the caller may be a worker thread, and destructors that wait
  // for the workers would wait for it.
  std::_Exit(1);
}

static void *checkAllocation(void *memory, size_t size) {
  if (memory || size == 0)
    return memory;
  std::fprintf(stderr, "error: out of memory for %zu bytes\n", size);
  attn_runtime_abort();
}

void *attn_runtime_malloc(size_t size) {
  return checkAllocation(std::malloc(size), size);
}

void *attn_runtime_aligned_alloc(size_t alignment, size_t size) {
  return checkAllocation(std::aligned_alloc(alignment, size), size);
}

void attn::runtime::setNumThreads(int count) { omp_set_num_threads(count); }
int attn::runtime::getNumThreads() { return omp_get_max_threads(); }
