// LLVM's passes over a module, before code is generated from it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_EXECUTIONENGINE_OPTIMIZE_H
#define ATTN_LIB_EXECUTIONENGINE_OPTIMIZE_H

#include "attn/ExecutionEngine/Compiler.h"

namespace llvm {
class Module;
}

namespace mlir::attn {

/// The passes that kernels gain from, at every `level` but 0: few beside LLVM's
/// default pipelines (docs/decisions/0013-passes-of-llvm.md).
void optimize(llvm::Module &module, llvm::TargetMachine &machine,
              unsigned level);

} // namespace mlir::attn

#endif // ATTN_LIB_EXECUTIONENGINE_OPTIMIZE_H
