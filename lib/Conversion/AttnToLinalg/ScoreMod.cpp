// attn.score_mod as linalg: the region on every score that is not removed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Expand.h"
#include "attn/Conversion/AttnToLinalg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::attn;

Value mlir::attn::buildScoreMod(ImplicitLocOpBuilder &b, Value scores,
                                Region &body, ValueRange at) {
  auto type = cast<RankedTensorType>(scores.getType());
  // r[.., i, j] = s == -inf ? -inf : region(s, .., i, j)
  return buildElementwise(
      b, {readAt(scores, loopRange(0, type.getRank()))}, type,
      sizesOf(b, scores),
      [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) -> Value {
        SmallVector<Value> args{in[0]};
        llvm::append_range(args, scoreIndices(b, type.getRank(), at));
        Value changed = inlineRegion(b, body, args);
        return arith::SelectOp::create(b, isRemoved(b, in[0]), in[0], changed);
      });
}

FailureOr<Value> mlir::attn::lowerScoreMod(RewriterBase &rewriter,
                                           ScoreModOp op) {
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  Value scores = buildScoreMod(b, op.getScores(), op.getBody());
  rewriter.replaceOp(op, scores);
  return scores;
}
