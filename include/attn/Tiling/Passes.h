// Passes of the room Tiling.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TILING_PASSES_H
#define ATTN_TILING_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::attn {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "attn/Tiling/Passes.h.inc"
} // namespace mlir::attn

#endif // ATTN_TILING_PASSES_H
