// attn.softmax as linalg: maximum, exponentials, sum, quotient.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Expand.h"
#include "attn/Conversion/AttnToLinalg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

#include <limits>

using namespace mlir;
using namespace mlir::attn;

Softmax mlir::attn::buildSoftmax(ImplicitLocOpBuilder &b, Value scores,
                                 Value sink, Type weightType,
                                 RankedTensorType lseType) {
  auto type = cast<RankedTensorType>(scores.getType());
  int64_t rank = type.getRank();
  SmallVector<OpFoldResult> sizes = sizesOf(b, scores);
  ArrayRef<OpFoldResult> rowSizes = ArrayRef(sizes).drop_back();
  RankedTensorType rowType = typeOf(rowSizes, type.getElementType());
  SmallVector<int64_t> all = loopRange(0, rank), rows = loopRange(0, rank - 1);

  // sink[h], where h is the last leading axis; sink[] if there is none
  Read sinkRead;
  if (sink)
    sinkRead =
        readAt(sink, loopRange(std::max<int64_t>(rank - 3, 0), rank - 2));

  // m = max(sink, max over j of s). The sink takes part so that exp(sink - m)
  // cannot overflow; the weights are the same.
  Value maxInit =
      sink ? buildElementwise(b, {sinkRead}, rowType, rowSizes,
                              [](ImplicitLocOpBuilder &, ArrayRef<Value> in,
                                 Value) { return in[0]; })
           : buildFill(b, -std::numeric_limits<double>::infinity(),
                       buildEmpty(b, rowType, rowSizes));
  Value max = buildGeneric(
      b, {readAt(scores, all)}, maxInit, rows,
      [](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value acc) -> Value {
        return arith::MaximumFOp::create(b, acc, in[0]);
      });

  // e = exp(s - m), 0 if removed
  Value exps =
      buildElementwise(b, {readAt(scores, all), readAt(max, rows)}, type, sizes,
                       [](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) {
                         return expOf(b, in[0], in[1]);
                       });

  // l = exp(sink - m) + sum over j of e
  Value sumInit =
      sink ? buildElementwise(b, {sinkRead, readAt(max, rows)}, rowType,
                              rowSizes,
                              [](ImplicitLocOpBuilder &b, ArrayRef<Value> in,
                                 Value) { return expOf(b, in[0], in[1]); })
           : buildFill(b, 0, buildEmpty(b, rowType, rowSizes));
  Value sum = buildGeneric(
      b, {readAt(exps, all)}, sumInit, rows,
      [](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value acc) -> Value {
        return arith::AddFOp::create(b, acc, in[0]);
      });

  // p = e == 0 ? 0 : e / l. If l is 0 so is e; and a removed key keeps its zero
  // weight when another key has made l NaN. A program may ask for weights of 16
  // bits: rounded here, once (S5).
  Softmax result;
  result.weights = buildElementwise(
      b, {readAt(exps, all), readAt(sum, rows)}, type.clone(weightType), sizes,
      [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) -> Value {
        Value quotient = arith::DivFOp::create(b, in[0], in[1]);
        Value weight =
            arith::SelectOp::create(b, isEqual(b, in[0], 0), in[0], quotient);
        return roundTo(b, weight, weightType);
      });
  if (!lseType)
    return result;

  // lse = m + log(l): -inf + -inf for a row without keys
  result.lse = buildElementwise(
      b, {readAt(max, rows), readAt(sum, rows)}, lseType, rowSizes,
      [](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) -> Value {
        return arith::AddFOp::create(b, in[0], math::LogOp::create(b, in[1]));
      });
  return result;
}

FailureOr<SmallVector<Value>> mlir::attn::lowerSoftmax(RewriterBase &rewriter,
                                                       SoftmaxOp op) {
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  RankedTensorType lseType;
  if (op.getLse())
    lseType = cast<RankedTensorType>(op.getLse().getType());
  Softmax softmax = buildSoftmax(b, op.getScores(), op.getSink(),
                                 getElementTypeOrSelf(op.getResult()), lseType);
  SmallVector<Value> results{softmax.weights};
  if (softmax.lse)
    results.push_back(softmax.lse);
  rewriter.replaceOp(op, results);
  return results;
}
