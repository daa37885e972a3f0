// attn.weighted_sum as linalg: a reduction over j that skips zero weights.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Expand.h"
#include "attn/Conversion/AttnToLinalg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::attn;

Value mlir::attn::buildWeightedSum(ImplicitLocOpBuilder &b, const Read &weights,
                                   const Read &value, Value out,
                                   ArrayRef<int64_t> outLoops) {
  // acc = p == 0 ? acc : acc + p * v. A select, for 0 * NaN is NaN (S3).
  return buildGeneric(
      b, {weights, value}, out, outLoops,
      [](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value acc) -> Value {
        Value product = arith::MulFOp::create(b, in[0], in[1]);
        Value sum = arith::AddFOp::create(b, acc, product);
        return arith::SelectOp::create(b, isEqual(b, in[0], 0), acc, sum);
      });
}

Value mlir::attn::buildWeightedSum(ImplicitLocOpBuilder &b, Value weights,
                                   Value value, RankedTensorType type) {
  int64_t rank = type.getRank(), i = rank - 2, e = rank - 1, j = rank;
  // p[.., i, j]
  SmallVector<int64_t> weightLoops = loopRange(0, i);
  weightLoops.append({i, j});
  // v[.., j, e]
  SmallVector<OpFoldResult> sizes = sizesOf(b, weights);
  Read valueRead{value, {}};
  for (int64_t axis = 0; axis < i; ++axis)
    valueRead.axes.push_back(sharedAxis(b, value, axis, axis, sizes[axis]));
  valueRead.axes.append({{j, Value()}, {e, Value()}});

  // o[.., i, e] = sum over j of p * v, in the compute type
  sizes.back() = sizesOf(b, value).back();
  RankedTensorType sumType =
      type.clone(attn::getComputeType(getElementTypeOrSelf(weights)));
  SmallVector<int64_t> axes = loopRange(0, rank);
  Value zero = buildFill(b, 0, buildEmpty(b, sumType, sizes));
  Value sum =
      buildWeightedSum(b, readAt(weights, weightLoops), valueRead, zero, axes);
  if (sumType == type)
    return sum;
  // rounded once, at the end (S5)
  return buildElementwise(
      b, {readAt(sum, axes)}, type, sizes,
      [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) {
        return roundTo(b, in[0], type.getElementType());
      });
}

FailureOr<Value> mlir::attn::lowerWeightedSum(RewriterBase &rewriter,
                                              WeightedSumOp op) {
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  Value sum = buildWeightedSum(b, op.getWeights(), op.getValue(), op.getType());
  rewriter.replaceOp(op, sum);
  return sum;
}
