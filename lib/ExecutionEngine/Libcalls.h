// Functions that LLVM's code generator calls and that not every system has.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_EXECUTIONENGINE_LIBCALLS_H
#define ATTN_LIB_EXECUTIONENGINE_LIBCALLS_H

namespace llvm {
class Module;
}

namespace mlir::attn {

/// Defines __truncsfbf2 in a module that uses bf16: without the bf16
/// instructions, rounding to it is a call, and libgcc has the function only
/// from 13 on.
void addLibcalls(llvm::Module &module);

} // namespace mlir::attn

#endif // ATTN_LIB_EXECUTIONENGINE_LIBCALLS_H
