// attn.init, attn.merge and attn.finish as linalg: the ends of the algebra of
// the running state (max[T], sum[T], acc[E, T], or acc[T, E] with `rows`).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Expand.h"
#include "attn/Conversion/AttnToLinalg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;
using namespace mlir::attn;

Value mlir::attn::buildCorrection(ImplicitLocOpBuilder &b, Value max,
                                  Value other, bool log2) {
  // c[i] = exp(max[i] - max'[i]), where max'[i] = max(max[i], other[i])
  return buildElementwise(
      b, {readAt(max, {0}), readAt(other, {0})},
      cast<RankedTensorType>(max.getType()), sizesOf(b, max),
      [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) {
        Value newMax = arith::MaximumFOp::create(b, in[0], in[1]);
        return expOf(b, in[0], newMax, log2);
      });
}

Value mlir::attn::buildJoinedMax(ImplicitLocOpBuilder &b, Value max,
                                 Value other) {
  // max'[i] = max(max[i], other[i])
  return buildGeneric(
      b, {readAt(other, {0})}, max, {0},
      [](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value out) -> Value {
        return arith::MaximumFOp::create(b, out, in[0]);
      });
}

Value mlir::attn::correctedBy(ImplicitLocOpBuilder &b, Value c, Value x) {
  // c == 0 ? 0 : c * x
  Value product = arith::MulFOp::create(b, c, x);
  return arith::SelectOp::create(b, isEqual(b, c, 0), c, product);
}

int64_t mlir::attn::queryAxis(Value part, bool rows) {
  return rows ? 0 : cast<RankedTensorType>(part.getType()).getRank() - 1;
}

Value mlir::attn::buildCorrected(ImplicitLocOpBuilder &b, Value correction,
                                 Value part, bool rows) {
  int64_t rank = cast<RankedTensorType>(part.getType()).getRank();
  // x'[.., i] = c[i] * x[.., i], with `rows` x'[i, ..] = c[i] * x[i, ..]
  return buildGeneric(b, {readAt(correction, {queryAxis(part, rows)})}, part,
                      loopRange(0, rank),
                      [](ImplicitLocOpBuilder &b, ArrayRef<Value> in,
                         Value out) { return correctedBy(b, in[0], out); });
}

FailureOr<SmallVector<Value>> mlir::attn::lowerInit(RewriterBase &rewriter,
                                                    InitOp op) {
  if (op.getResults().empty())
    return rewriter.notifyMatchFailure(op, "the state is in buffers");
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  Value max = op.getOuts()[0], sum = op.getOuts()[1], acc = op.getOuts()[2];
  auto fill = [&](Value scalar, Value out) {
    return linalg::FillOp::create(b, ValueRange{scalar}, ValueRange{out})
        .getResult(0);
  };
  SmallVector<Value> results;
  if (Value sink = op.getSink()) {
    // max[i] = sink, sum[i] = sink == -inf ? 0 : 1
    Type type = sink.getType();
    Value one = expOf(b, sink, sink, /*log2=*/false);
    Value start = arith::SelectOp::create(b, isRemoved(b, sink),
                                          floatConstant(b, type, 0), one);
    results = {fill(sink, max), fill(start, sum)};
  } else {
    // max[i] = -inf, sum[i] = 0
    results = {buildFill(b, -std::numeric_limits<double>::infinity(), max),
               buildFill(b, 0, sum)};
  }
  // acc[e, i] = 0
  results.push_back(buildFill(b, 0, acc));
  rewriter.replaceOp(op, results);
  return results;
}

FailureOr<SmallVector<Value>> mlir::attn::lowerMerge(RewriterBase &rewriter,
                                                     MergeOp op) {
  if (op.getResults().empty())
    return rewriter.notifyMatchFailure(op, "the states are in buffers");
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  Value max = op.getOuts()[0], max2 = op.getIns()[0];

  // c[i] = exp(max[i] - max'[i]), c2[i] = exp(max2[i] - max'[i])
  Value c = buildCorrection(b, max, max2, op.getLog2());
  Value c2 = buildCorrection(b, max2, max, op.getLog2());
  // max'[i] = max(max[i], max2[i])
  SmallVector<Value> results{buildJoinedMax(b, max, max2)};
  // sum'[i]    = c[i] * sum[i]    + c2[i] * sum2[i]
  // acc'[e, i] = c[i] * acc[e, i] + c2[i] * acc2[e, i]
  for (int64_t number : {1, 2}) {
    Value part = buildCorrected(b, c, op.getOuts()[number], op.getRows());
    int64_t rank = cast<RankedTensorType>(part.getType()).getRank();
    SmallVector<int64_t> axes = loopRange(0, rank);
    results.push_back(buildGeneric(
        b,
        {readAt(c2, {queryAxis(part, op.getRows())}),
         readAt(op.getIns()[number], axes)},
        part, axes,
        [](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value out) -> Value {
          return arith::AddFOp::create(b, out, correctedBy(b, in[0], in[1]));
        }));
  }
  rewriter.replaceOp(op, results);
  return results;
}

/// The first `size` queries of `part`.
static Value firstQueries(ImplicitLocOpBuilder &b, Value part,
                          OpFoldResult size, bool rows) {
  SmallVector<OpFoldResult> sizes = sizesOf(b, part);
  sizes[queryAxis(part, rows)] = size;
  SmallVector<OpFoldResult> offsets(sizes.size(), b.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(sizes.size(), b.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(b, part, offsets, sizes, strides);
}

FailureOr<SmallVector<Value>> mlir::attn::lowerFinish(RewriterBase &rewriter,
                                                      FinishOp op) {
  if (op.getResults().empty())
    return rewriter.notifyMatchFailure(op, "the state is in buffers");
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  // Of the T queries of the state only the m rows of the output are wanted.
  OpFoldResult m = sizesOf(b, op.getOuts()[0])[0];
  Value max = firstQueries(b, op.getIns()[0], m, op.getRows());
  Value sum = firstQueries(b, op.getIns()[1], m, op.getRows());
  Value acc = firstQueries(b, op.getIns()[2], m, op.getRows());

  // out[i, e] = sum[i] == 0 ? 0 : acc[e, i] / sum[i]
  enum { i, e };
  Value out = op.getOuts()[0];
  Read sums = op.getRows() ? readAt(acc, {i, e}) : readAt(acc, {e, i});
  SmallVector<Value> results{buildGeneric(
      b, {sums, readAt(sum, {i})}, out, {i, e},
      [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) {
        Value quotient = arith::DivFOp::create(b, in[0], in[1]);
        Value zero = floatConstant(b, quotient.getType(), 0);
        Value row =
            arith::SelectOp::create(b, isEqual(b, in[1], 0), zero, quotient);
        return roundTo(b, row, getElementTypeOrSelf(out));
      })};
  if (op.getOuts().size() == 2) {
    // lse[i] = max[i] + log(sum[i]), with log2 max[i] * ln(2) + log(sum[i])
    results.push_back(buildGeneric(
        b, {readAt(max, {i}), readAt(sum, {i})}, op.getOuts()[1], {i},
        [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) -> Value {
          Value natural = in[0];
          if (op.getLog2())
            natural = arith::MulFOp::create(
                b, natural,
                floatConstant(b, natural.getType(), llvm::numbers::ln2));
          return arith::AddFOp::create(b, natural,
                                       math::LogOp::create(b, in[1]));
        }));
  }
  rewriter.replaceOp(op, results);
  return results;
}
