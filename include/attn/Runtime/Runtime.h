// What compiled code calls, and the threads it runs on. Plain C++.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_RUNTIME_RUNTIME_H
#define ATTN_RUNTIME_RUNTIME_H

#include <cstddef>

extern "C" {

/// Stands for `puts` in compiled code, which calls it only to say which
/// run-time check failed. It writes to stderr: stdout holds results.
int attn_runtime_puts(const char *message);

/// Stands for `abort` in compiled code, which calls it only after a failed
/// run-time check. The process ends with status 1 and without a core dump: the
/// input is wrong, not the program.
[[noreturn]] void attn_runtime_abort();

/// Stand for `malloc` and `aligned_alloc` in compiled code, which does not look
/// at what they return: without memory the process ends with a message.
void *attn_runtime_malloc(size_t size);
void *attn_runtime_aligned_alloc(size_t alignment, size_t size);
}

namespace attn::runtime {

/// The threads of parallel regions started from now on by this thread.
void setNumThreads(int count);
/// The number of threads the next parallel region gets.
int getNumThreads();

} // namespace attn::runtime

#endif // ATTN_RUNTIME_RUNTIME_H
