// Everything an embedding compiler registers to have attention.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_INITALL_H
#define ATTN_INITALL_H

#include "mlir/IR/DialectRegistry.h"

namespace mlir::attn {

/// The attn dialect and the external models of its interfaces.
void registerAllDialects(DialectRegistry &registry);
/// The attn passes and the pipelines `attn-to-<stage>`.
void registerAllPasses();

} // namespace mlir::attn

#endif // ATTN_INITALL_H
