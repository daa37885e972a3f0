// graph <-> fused, as functions and patterns for other compilers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_FUSION_FUSION_H
#define ATTN_FUSION_FUSION_H

#include "attn/IR/Attn.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::attn {

/// Replaces `op` and, where they have no other use, the softmax, masks, mods
/// and score it reads by one `attn.fused`. Fails, with a reason given to the
/// rewriter and as a missed-optimisation remark, if the weights have another
/// origin.
FailureOr<FusedOp> fuseAttention(RewriterBase &rewriter, WeightedSumOp op);

/// Replaces `op` by score, score_mod, mask, softmax and weighted_sum.
LogicalResult unfuseAttention(RewriterBase &rewriter, FusedOp op);

/// Makes query heads of one query each that share a key head the queries of that
/// head, so that they read each key once. Fails with the reason if there are
/// none.
FailureOr<FusedOp> groupHeads(RewriterBase &rewriter, FusedOp op);

void populateFusePatterns(RewritePatternSet &patterns);
void populateUnfusePatterns(RewritePatternSet &patterns);
void populateGroupHeadsPatterns(RewritePatternSet &patterns);

/// What named masks need from outside the region they are expanded in.
struct MaskContext {
  /// Number of keys minus number of queries: `t = i + offset`.
  Value offset;
};

/// The formula of a mask as a scalar: true if the key `indices.back()` is kept
/// for the query before it. `indices` has one index for each axis of the
/// scores; `outer` is a point that dominates `inner` where sizes are read.
Value emitMaskKeep(OpBuilder &outer, OpBuilder &inner, MaskOp op,
                   ValueRange indices, const MaskContext &context);

} // namespace mlir::attn

#endif // ATTN_FUSION_FUSION_H
