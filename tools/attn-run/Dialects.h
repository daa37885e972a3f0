// The dialects that attn-run reads and lowers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TOOLS_ATTN_RUN_DIALECTS_H
#define ATTN_TOOLS_ATTN_RUN_DIALECTS_H

#include "mlir/IR/DialectRegistry.h"

namespace mlir::attn {

/// Not all of MLIR: only what a program around attention is written in and
/// what it is lowered through, because each dialect costs start-up time.
void registerDialects(DialectRegistry &registry);

} // namespace mlir::attn

#endif // ATTN_TOOLS_ATTN_RUN_DIALECTS_H
