// What happens when the process cannot go on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TOOLS_ATTN_RUN_GUARDS_H
#define ATTN_TOOLS_ATTN_RUN_GUARDS_H

namespace mlir::attn {

/// Fatal errors of LLVM and lack of memory end the process with one message
/// and status 1, not with a signal.
void installGuards();

/// The same for a process that runs too long or allocates too much; 0 is no
/// limit.
void setLimits(unsigned seconds, unsigned mebibytes);

/// While one lives, a division of integers that has no result, which the
/// processor answers with a signal, ends the process in the same way.
class ArithmeticGuard {
public:
  ArithmeticGuard();
  ~ArithmeticGuard();

private:
  void (*previous)(int);
};

} // namespace mlir::attn

#endif // ATTN_TOOLS_ATTN_RUN_GUARDS_H
