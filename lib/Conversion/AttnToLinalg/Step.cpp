// attn.step as linalg: one tile of keys joins the running state.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Expand.h"
#include "attn/Conversion/AttnToLinalg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <limits>

using namespace mlir;
using namespace mlir::attn;

/// The first `count` rows of a packed tile.
static Value firstRows(ImplicitLocOpBuilder &b, Value tile, Value count) {
  SmallVector<OpFoldResult> sizes{count, sizesOf(b, tile)[1]};
  SmallVector<OpFoldResult> offsets(2, b.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(2, b.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(b, tile, offsets, sizes, strides);
}

/// `tile` [n / 2, size, 2] as `[n, size]` in the compute type.
static Value unpaired(ImplicitLocOpBuilder &b, Value tile) {
  SmallVector<OpFoldResult> sizes = sizesOf(b, tile);
  std::swap(sizes[1], sizes[2]);
  Value halves = buildElementwise(
      b, {readAt(tile, {0, 2, 1})}, typeOf(sizes, b.getF32Type()), sizes,
      [](ImplicitLocOpBuilder &, ArrayRef<Value> in, Value) { return in[0]; });
  SmallVector<ReassociationIndices> join = {{0, 1}, {2}};
  return tensor::CollapseShapeOp::create(b, halves, join);
}

/// The scores [T, count] of the tile, after mod and mask.
static Value buildTileScores(ImplicitLocOpBuilder &b, StepOp op, Value key) {
  // r[i, j] = scale * sum over d of f(q[d, i], k[j, d], w[d], ..)
  enum { i, j, d };
  SmallVector<Read> reads;
  if (op.hasQueryPairs())
    reads.push_back(readAt(unpaired(b, op.getQuery()), {d, i}));
  else if (op.getQuery() && op.getRows())
    reads.push_back(readAt(op.getQuery(), {i, d}));
  else if (op.getQuery())
    reads.push_back(readAt(op.getQuery(), {d, i}));
  reads.push_back(readAt(key, {j, d}));
  for (Value param : op.getParams())
    reads.push_back(readAt(param, {d}));
  SmallVector<OpFoldResult> sizes{sizesOf(b, op.getOuts()[0])[0],
                                  sizesOf(b, key)[0]};
  Value s = buildScore(b, reads, typeOf(sizes, op.getComputeType()), sizes,
                       op.getScoreBody(), op.getScale().convertToDouble());
  // s[i, j] = r[i, j] == -inf ? -inf : mod(r[i, j], .., i0 + i, j0 + j)
  if (!op.getModBody().empty())
    s = buildScoreMod(b, s, op.getModBody(), op.getAt());
  // s[i, j] = mask(.., i0 + i, j0 + j) ? s[i, j] : -inf. `full` only promises
  // what the mask says anyway, so the mask is asked in every case.
  if (!op.getMaskBody().empty())
    s = buildRegionMask(b, s, op.getMaskBody(), op.getAt());
  return s;
}

FailureOr<SmallVector<Value>> mlir::attn::lowerStep(RewriterBase &rewriter,
                                                    StepOp op) {
  if (op.getResults().empty())
    return rewriter.notifyMatchFailure(op, "the state is in buffers");
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  bool log2 = op.getLog2();
  Value max = op.getOuts()[0], sum = op.getOuts()[1], acc = op.getOuts()[2];
  Value key = firstRows(b, op.getKey(), op.getCount());
  bool pairs = op.hasValuePairs(), rows = op.getRows();
  Value value =
      firstRows(b, pairs ? unpaired(b, op.getValue()) : Value(op.getValue()),
                op.getCount());
  Value scores = buildTileScores(b, op, key);

  // t[i] = max over j of s[i, j]
  Value tileMax = buildGeneric(
      b, {readAt(scores, {0, 1})},
      buildFill(b, -std::numeric_limits<double>::infinity(),
                buildEmpty(b, cast<RankedTensorType>(max.getType()),
                           sizesOf(b, max))),
      {0}, [](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value out) -> Value {
        return arith::MaximumFOp::create(b, out, in[0]);
      });
  // c[i] = exp(max[i] - max'[i])
  Value correction = buildCorrection(b, max, tileMax, log2);
  // max'[i] = max(max[i], t[i])
  Value newMax = buildJoinedMax(b, max, tileMax);

  // p[i, j] = exp(s[i, j] - max'[i]), beside pairs rounded to their type
  auto scoreType = cast<RankedTensorType>(scores.getType());
  Value weights = buildElementwise(
      b, {readAt(scores, {0, 1}), readAt(newMax, {0})}, scoreType,
      sizesOf(b, scores),
      [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) -> Value {
        Value p = expOf(b, in[0], in[1], log2);
        if (!pairs)
          return p;
        Value rounded = roundTo(b, p, b.getBF16Type());
        return arith::ExtFOp::create(b, p.getType(), rounded);
      });

  // sum'[i] = c[i] * sum[i] + sum over j of p[i, j]
  Value scaledSum = buildCorrected(b, correction, sum, rows);
  Value newSum = buildGeneric(
      b, {readAt(weights, {0, 1})}, scaledSum, {0},
      [](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value out) -> Value {
        return arith::AddFOp::create(b, out, in[0]);
      });

  // acc'[e, i] = c[i] * acc[e, i] + sum over j of p[i, j] * v[j, e]
  enum { e, i, j };
  Value scaledAcc = buildCorrected(b, correction, acc, rows);
  Value newAcc = buildWeightedSum(
      b, readAt(weights, {i, j}), readAt(value, {j, e}), scaledAcc,
      rows ? ArrayRef<int64_t>{i, e} : ArrayRef<int64_t>{e, i});

  SmallVector<Value> results{newMax, newSum, newAcc};
  rewriter.replaceOp(op, results);
  return results;
}
