// attn.score as linalg: a reduction over d, then the scale.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Expand.h"
#include "attn/Conversion/AttnToLinalg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::attn;

Value mlir::attn::buildScore(ImplicitLocOpBuilder &b, ArrayRef<Read> reads,
                             RankedTensorType type,
                             ArrayRef<OpFoldResult> sizes, Region &body,
                             double scale) {
  SmallVector<int64_t> axes = loopRange(0, type.getRank());
  // sum[.., i, j] = sum over d of f(q[.., i, d], k[.., j, d], w[.., d], ..)
  Value sum = buildGeneric(
      b, reads, buildFill(b, 0, buildEmpty(b, type, sizes)), axes,
      [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value acc) -> Value {
        Value f = body.empty() ? arith::MulFOp::create(b, in[0], in[1])
                               : inlineRegion(b, body, in);
        return arith::AddFOp::create(b, acc, f);
      });
  if (scale == 1.0)
    return sum;
  // s[.., i, j] = scale * sum[.., i, j]
  return buildElementwise(
      b, {readAt(sum, axes)}, type, sizes,
      [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) -> Value {
        Value factor = floatConstant(b, type.getElementType(), scale);
        return arith::MulFOp::create(b, factor, in[0]);
      });
}

SmallVector<Read> mlir::attn::scoreReads(ImplicitLocOpBuilder &b, Value query,
                                         Value key, ValueRange params,
                                         ArrayRef<OpFoldResult> sizes) {
  int64_t rank = sizes.size(), i = rank - 2, j = rank - 1, d = rank;
  SmallVector<Read> reads;
  // q[.., i, d]
  if (query) {
    SmallVector<int64_t> loops = loopRange(0, i);
    loops.append({i, d});
    reads.push_back(readAt(query, loops));
  }
  // k[.., j, d]; without a query its leading axes are those of the scores.
  Read keyRead{key, {}};
  for (int64_t axis = 0; axis < i; ++axis)
    keyRead.axes.push_back(query ? sharedAxis(b, key, axis, axis, sizes[axis])
                                 : AxisIndex{axis, Value()});
  keyRead.axes.append({{j, Value()}, {d, Value()}});
  reads.push_back(keyRead);
  // w[.., d]; its leading axes fall on the last ones of the scores.
  for (Value param : params) {
    Read paramRead{param, {}};
    int64_t numLeading = cast<RankedTensorType>(param.getType()).getRank() - 1;
    for (int64_t axis = 0; axis < numLeading; ++axis) {
      int64_t loop = i - numLeading + axis;
      paramRead.axes.push_back(sharedAxis(b, param, axis, loop, sizes[loop]));
    }
    paramRead.axes.push_back({d, Value()});
    reads.push_back(paramRead);
  }
  return reads;
}

FailureOr<Value> mlir::attn::lowerScore(RewriterBase &rewriter, ScoreOp op) {
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  ReifiedRankedShapedTypeDims sizes;
  if (failed(op.reifyResultShapes(b, sizes)))
    return rewriter.notifyMatchFailure(op, "the shape of the scores is open");
  SmallVector<Read> reads =
      scoreReads(b, op.getQuery(), op.getKey(), op.getParams(), sizes[0]);
  Value scores = buildScore(b, reads, op.getType(), sizes[0], op.getBody(),
                            op.getScale().convertToDouble());
  rewriter.replaceOp(op, scores);
  return scores;
}
