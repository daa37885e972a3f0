// LLVM's passes over a module, before code is generated from it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_EXECUTIONENGINE_OPTIMIZE_H
#define ATTN_LIB_EXECUTIONENGINE_OPTIMIZE_H

#include "attn/ExecutionEngine/Compiler.h"

namespace llvm {
class Module;
}

namespace mlir::attn {

/// LLVM's default pipeline of level 0 to 3 for `machine`, without the
/// unrolling of loops and without vectors made of scalars: the kernels have
/// both, blocked by what the machine holds in registers.
void optimize(llvm::Module &module, llvm::TargetMachine &machine,
              unsigned level);

} // namespace mlir::attn

#endif // ATTN_LIB_EXECUTIONENGINE_OPTIMIZE_H
