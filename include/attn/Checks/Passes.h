// Passes of the room Checks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_CHECKS_PASSES_H
#define ATTN_CHECKS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::attn {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "attn/Checks/Passes.h.inc"
} // namespace mlir::attn

#endif // ATTN_CHECKS_PASSES_H
