// Checks that the verifiers of graph and tiled ops share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_IR_VERIFY_H
#define ATTN_LIB_IR_VERIFY_H

#include "attn/IR/Attn.h"

#include "mlir/IR/TypeUtilities.h"

namespace mlir::attn {

/// Two sizes agree unless both are known and differ.
bool agree(int64_t a, int64_t b);
bool agree(ArrayRef<int64_t> a, ArrayRef<int64_t> b);

ArrayRef<int64_t> shapeOf(Value value);
Type elementOf(Value value);

/// score_c7: `numInputs` scalars of the compute type to one.
LogicalResult verifyScoreRegion(Operation *op, Region &region,
                                FloatType compute, int64_t numInputs);
/// score_mod_c1: a score and `numIndices` indices to a score.
LogicalResult verifyModRegion(Operation *op, Region &region, FloatType compute,
                              int64_t numIndices);
/// mask_c5: `numIndices` indices to an i1.
LogicalResult verifyMaskRegion(Operation *op, Region &region,
                               int64_t numIndices);

} // namespace mlir::attn

#endif // ATTN_LIB_IR_VERIFY_H
