// Passes of the room Pipelines.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_PIPELINES_PASSES_H
#define ATTN_PIPELINES_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::attn {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "attn/Pipelines/Passes.h.inc"
} // namespace mlir::attn

#endif // ATTN_PIPELINES_PASSES_H
