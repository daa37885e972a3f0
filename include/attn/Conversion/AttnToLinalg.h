// The naive expansion of attn ops on tensors into linalg, op by op.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_CONVERSION_ATTNTOLINALG_H
#define ATTN_CONVERSION_ATTNTOLINALG_H

#include "attn/IR/Attn.h"

#include "mlir/IR/PatternMatch.h"

namespace mlir::attn {

// Each function replaces the op and returns what replaced it. Those of graph
// ops always succeed; those of tiled ops fail on buffers.
FailureOr<Value> lowerScore(RewriterBase &rewriter, ScoreOp op);
FailureOr<Value> lowerScoreMod(RewriterBase &rewriter, ScoreModOp op);
FailureOr<Value> lowerMask(RewriterBase &rewriter, MaskOp op);
FailureOr<Value> lowerWeightedSum(RewriterBase &rewriter, WeightedSumOp op);
/// The weights and, if the op returns it, the lse.
FailureOr<SmallVector<Value>> lowerSoftmax(RewriterBase &rewriter,
                                           SoftmaxOp op);
/// The output and, if the op returns it, the lse.
FailureOr<SmallVector<Value>> lowerFused(RewriterBase &rewriter, FusedOp op);

FailureOr<Value> lowerPackQuery(RewriterBase &rewriter, PackQueryOp op);
FailureOr<Value> lowerPackKey(RewriterBase &rewriter, PackKeyOp op);
/// The three parts of a state: max, sum and acc.
FailureOr<SmallVector<Value>> lowerInit(RewriterBase &rewriter, InitOp op);
FailureOr<SmallVector<Value>> lowerStep(RewriterBase &rewriter, StepOp op);
FailureOr<SmallVector<Value>> lowerMerge(RewriterBase &rewriter, MergeOp op);
/// The rows of the output and, if the op returns it, of the lse.
FailureOr<SmallVector<Value>> lowerFinish(RewriterBase &rewriter, FinishOp op);

/// Graph ops and attn.fused only.
void populateGraphToLinalgPatterns(RewritePatternSet &patterns);
/// The same, and the tiled ops.
void populateAttnToLinalgPatterns(RewritePatternSet &patterns);

} // namespace mlir::attn

#endif // ATTN_CONVERSION_ATTNTOLINALG_H
