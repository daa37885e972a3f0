// attn.fused as linalg: the five parts it stands for, one after the other.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Expand.h"
#include "attn/Conversion/AttnToLinalg.h"

using namespace mlir;
using namespace mlir::attn;

FailureOr<SmallVector<Value>> mlir::attn::lowerFused(RewriterBase &rewriter,
                                                     FusedOp op) {
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  ReifiedRankedShapedTypeDims shapes;
  if (failed(op.reifyResultShapes(b, shapes)))
    return rewriter.notifyMatchFailure(op, "the shape of the result is open");

  // s = scale * score(q, k, params), of shape [.., M, N]
  SmallVector<OpFoldResult> sizes = shapes[0];
  sizes.back() = sizesOf(b, op.getKey())[op.getRank() - 2];
  SmallVector<Read> reads =
      scoreReads(b, op.getQuery(), op.getKey(), op.getParams(), sizes);
  Value s = buildScore(b, reads, typeOf(sizes, op.getComputeType()), sizes,
                       op.getScoreBody(), op.getScale().convertToDouble());
  // s = mod(s, .., i, j)
  if (!op.getModBody().empty())
    s = buildScoreMod(b, s, op.getModBody());
  // s = mask(.., i, j) ? s : -inf
  if (!op.getMaskBody().empty())
    s = buildRegionMask(b, s, op.getMaskBody());
  // p, lse = softmax(s, sink)
  RankedTensorType lseType;
  if (op.getLse())
    lseType = cast<RankedTensorType>(op.getLse().getType());
  Softmax softmax =
      buildSoftmax(b, s, op.getSink(), op.getWeightsType(), lseType);
  // o = weighted_sum(p, v)
  SmallVector<Value> results{buildWeightedSum(b, softmax.weights, op.getValue(),
                                              op.getResult().getType())};
  if (softmax.lse)
    results.push_back(softmax.lse);
  rewriter.replaceOp(op, results);
  return results;
}
