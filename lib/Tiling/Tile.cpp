// attn-tile: one attn.fused becomes loops over a running state.
//
//   forall (batch.., head, query tile)
//     state = init
//     for key tile in key bounds: if not empty: state = step(state)
//     finish(state)
//
// SplitKeys.cpp makes the state in parts where there are few queries.
//
// Tested by test/Tiling/tile.mlir, tile-masks.mlir and tile-shapes.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tiler.h"
#include "attn/Tiling/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

namespace mlir::attn {
#define GEN_PASS_DEF_TILEPASS
#include "attn/Tiling/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;
using namespace mlir::attn;

AttentionShape mlir::attn::getShape(FusedOp op) {
  auto known = [](int64_t size) {
    return ShapedType::isDynamic(size) ? -1 : size;
  };
  int64_t rank = op.getRank();
  AttentionShape shape;
  shape.queries =
      op.getQuery() ? known(op.getQuery().getType().getDimSize(rank - 2)) : 1;
  shape.keys = known(op.getKey().getType().getDimSize(rank - 2));
  shape.features = known(op.getKey().getType().getDimSize(rank - 1));
  shape.valueFeatures = known(op.getValue().getType().getDimSize(rank - 1));
  shape.computeBytes = op.getComputeType().getWidth() / 8;
  shape.isDot = op.isDot();
  auto isBf16 = [](Value tensor) {
    return getElementTypeOrSelf(tensor).isBF16();
  };
  shape.hasBf16Keys =
      op.getQuery() && isBf16(op.getQuery()) && isBf16(op.getKey());
  // The sum of rounded weights would show in the lse (S5).
  shape.hasBf16Weights = op.getWeightsType().isBF16() && !op.getLse();
  return shape;
}

bool mlir::attn::canFoldLog2(FusedOp op) {
  double scale = op.getScale().convertToDouble() * llvm::numbers::log2e;
  double largest = APFloat::getLargest(op.getComputeType().getFloatSemantics())
                       .convertToDouble();
  return op.isDot() && op.getModBody().empty() && !op.getSink() &&
         std::abs(scale) <= largest;
}

void Tiler::readSizes() {
  Location loc = b.getLoc();
  int64_t rank = op.getRank();
  Value lead = op.getQuery() ? op.getQuery() : op.getKey();
  leadingSizes = tensor::getMixedSizes(b, loc, lead);
  leadingSizes.resize(numLeading);
  numQueries = op.getQuery()
                   ? tensor::getMixedSize(b, loc, op.getQuery(), rank - 2)
                   : attr(1);
  numKeys = tensor::getMixedSize(b, loc, op.getKey(), rank - 2);
  features = tensor::getMixedSize(b, loc, op.getKey(), rank - 1);
  valueFeatures = tensor::getMixedSize(b, loc, op.getValue(), rank - 1);
  if (numLeading > 0)
    for (Value tensor : {Value(op.getKey()), Value(op.getValue())})
      groups[tensor] = getGroup(tensor, leadingSizes.back());
}

double Tiler::stepScale() {
  double scale = op.getScale().convertToDouble();
  if (op.isDot() && !sizes.queryPairs)
    return 1;
  return log2 ? scale * llvm::numbers::log2e : scale;
}

Value Tiler::packQuery() {
  SmallVector<OpFoldResult> at(leading.begin(), leading.end());
  Value tile = slice(op.getQuery(), at, i0, tileQueries);
  OpFoldResult queries = attr(sizes.queries);
  double scale = op.isDot() ? op.getScale().convertToDouble() : 1;
  if (log2)
    scale *= llvm::numbers::log2e;
  Value out;
  if (sizes.queryPairs) {
    out = emptyPairs(attr(*getConstantIntValue(features) / 2), queries);
    scale = 1;
  } else if (sizes.rows) {
    out = empty({queries, features});
  } else {
    out = empty({features, queries});
  }
  return PackQueryOp::create(b, out.getType(), tile, out,
                             b.getF64FloatAttr(scale), unitRows())
      .getResults()[0];
}

/// Where a tile of keys is packed; null if steps read them in place, which they
/// do one after the other, and in the compute type unless a step widens them or
/// takes them as they are. Rows far apart would fight for few sets of the
/// cache.
Value Tiler::emptyForKeys() {
  Type element = getElementTypeOrSelf(op.getKey());
  bool anyType = sizes.rows || sizes.queryPairs;
  if (isContiguous(op.getKey()) && (anyType || element == compute))
    return Value();
  SmallVector<OpFoldResult> shape = {attr(sizes.keys), features};
  return tensor::EmptyOp::create(b, shape,
                                 sizes.queryPairs ? element : Type(compute));
}

Value Tiler::emptyForValues() {
  if (sizes.valuePairs)
    return emptyPairs(attr((sizes.keys + 1) / 2), valueFeatures);
  Type element = getElementTypeOrSelf(op.getValue());
  if (isContiguous(op.getValue()) && (sizes.rows || element == compute))
    return Value();
  return empty({attr(sizes.keys), valueFeatures});
}

void Tiler::emitPacked() {
  if (op.getQuery())
    packedQuery = packQuery();
  for (Value param : op.getParams())
    packedParams.push_back(packParam(param));
  packedKey = emptyForKeys();
  packedValue = emptyForValues();
}

SmallVector<Value> Tiler::emitInit() {
  Value sink;
  if (op.getSink()) {
    SmallVector<Value> head;
    if (numLeading > 0)
      head.push_back(leading.back());
    sink = tensor::ExtractOp::create(b, op.getSink(), head);
  }
  OpFoldResult queries = attr(sizes.queries);
  SmallVector<Value> outs = {empty({queries}), empty({queries}),
                             sizes.rows ? empty({queries, valueFeatures})
                                        : empty({valueFeatures, queries})};
  return InitOp::create(b, TypeRange(ValueRange(outs)), sink, outs, unitRows())
      .getResults();
}

SmallVector<Value> Tiler::emitKeyLoop(ValueRange state) {
  Value lo = index(0), hi = asValue(numKeys), step = index(sizes.keys);
  if (mask.hasKeyBounds()) {
    Value iHi = arith::AddIOp::create(b, i0, tileQueries);
    MaskAnalysis::KeyBounds bounds =
        mask.emitKeyBounds(b, b.getLoc(), leading, i0, iHi, asValue(numKeys));
    // Tiles start at multiples of their size, so that the order of a query's
    // sums does not depend on its neighbours (S6).
    Value tile = arith::DivSIOp::create(b, bounds.lo, step);
    lo = arith::MulIOp::create(b, tile, step);
    hi = bounds.hi;
  }
  if (splitFirst) {
    lo = arith::MaxSIOp::create(b, lo, splitFirst);
    Value end = arith::AddIOp::create(b, splitFirst, index(sizes.splitKeys));
    hi = arith::MinSIOp::create(b, hi, end);
  }
  auto loop = scf::ForOp::create(
      b, lo, hi, step, state,
      [&](OpBuilder &builder, Location, Value j0, ValueRange carried) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(builder.getInsertionBlock());
        Value left = arith::SubIOp::create(b, hi, j0);
        Value count = arith::MinSIOp::create(b, left, step);
        MaskAnalysis::TileClass tile;
        if (mask.hasTileClasses()) {
          Value iHi = arith::AddIOp::create(b, i0, tileQueries);
          Value jHi = arith::AddIOp::create(b, j0, count);
          tile = mask.emitTileClass(b, b.getLoc(), leading, i0, iHi, j0, jHi);
        }
        if (!mask.canBeEmpty()) {
          scf::YieldOp::create(b, emitStep(j0, count, tile.full, carried));
          return;
        }
        auto branch = scf::IfOp::create(
            b, tile.may,
            [&](OpBuilder &then, Location) {
              OpBuilder::InsertionGuard inner(b);
              b.setInsertionPointToEnd(then.getInsertionBlock());
              scf::YieldOp::create(b, emitStep(j0, count, tile.full, carried));
            },
            [&](OpBuilder &otherwise, Location loc) {
              scf::YieldOp::create(otherwise, loc, carried);
            });
        scf::YieldOp::create(b, branch.getResults());
      });
  return loop.getResults();
}

SmallVector<Value> Tiler::emitStep(Value j0, Value count, Value full,
                                   ValueRange state) {
  auto pack = [&](Value tensor, Value out) -> Value {
    Value tile = slice(tensor, leadingIndices(tensor), j0, count);
    if (!out)
      return tile;
    return PackKeyOp::create(b, out.getType(), tile, out).getResults()[0];
  };
  SmallVector<Value> at(leading);
  at.append({i0, j0});
  // A constant would tell nothing.
  bool tellsFull = !op.getMaskBody().empty() && mask.canBeFull();
  auto step = StepOp::create(
      b, state.getTypes(), packedQuery, pack(op.getKey(), packedKey),
      pack(op.getValue(), packedValue), packedParams, count, tileQueries, at,
      tellsFull ? full : Value(), state, b.getI64IntegerAttr(sizes.keys),
      b.getF64FloatAttr(stepScale()), unitLog2(), unitRows());
  IRMapping mapping;
  op.getScoreBody().cloneInto(&step.getScoreBody(), mapping);
  op.getModBody().cloneInto(&step.getModBody(), mapping);
  op.getMaskBody().cloneInto(&step.getMaskBody(), mapping);
  return step.getResults();
}

void Tiler::emitFinish(ValueRange state, scf::ForallOp loop) {
  SmallVector<OpFoldResult> offsets(leading.begin(), leading.end());
  offsets.push_back(i0);
  SmallVector<OpFoldResult> shape(numLeading, attr(1));
  shape.push_back(tileQueries);
  SmallVector<Value> outs = {slice(loop.getRegionIterArgs()[0],
                                   ArrayRef(offsets).drop_back(), i0,
                                   tileQueries)};
  SmallVector<OpFoldResult> strides(numLeading + 1, attr(1));
  if (op.getLse()) {
    auto type = RankedTensorType::get(
        {cast<RankedTensorType>(outs[0].getType()).getDimSize(0)}, compute);
    outs.push_back(tensor::ExtractSliceOp::create(
        b, type, loop.getRegionIterArgs()[1], offsets, shape, strides));
  }
  auto finish = FinishOp::create(b, TypeRange(ValueRange(outs)), state, outs,
                                 unitLog2(), unitRows());
  b.setInsertionPointToStart(loop.getTerminator().getBody());
  for (auto [k, result] : llvm::enumerate(finish.getResults())) {
    Value whole = loop.getRegionIterArgs()[k];
    if (k == 0 && hasEmptyRows(cast<RankedTensorType>(whole.getType())))
      continue; // nothing to insert
    SmallVector<OpFoldResult> at(offsets), extent(shape), step(strides);
    if (k == 0) {
      at.push_back(attr(0));
      extent.push_back(valueFeatures);
      step.push_back(attr(1));
    }
    tensor::ParallelInsertSliceOp::create(b, result, whole, at, extent, step);
  }
}

OpFoldResult Tiler::ceilDiv(OpFoldResult size, int64_t by) {
  return affine::makeComposedFoldedAffineApply(
      b, b.getLoc(), b.getAffineDimExpr(0).ceilDiv(by), {size});
}

/// From now on the code is that of one tile of queries: (leading.., tile).
void Tiler::enterTile(ValueRange indices) {
  leading.assign(indices.begin(), indices.end());
  Value tile = leading.pop_back_val();
  i0 = arith::MulIOp::create(b, tile, index(sizes.queries));
  Value left = arith::SubIOp::create(b, asValue(numQueries), i0);
  tileQueries = arith::MinSIOp::create(b, left, index(sizes.queries));
}

scf::ForallOp Tiler::run() {
  readSizes();
  // Output tensors: [.., M, E] and [.., M].
  SmallVector<OpFoldResult> rowShape(leadingSizes);
  rowShape.push_back(numQueries);
  SmallVector<OpFoldResult> outShape(rowShape);
  outShape.push_back(valueFeatures);
  SmallVector<Value> outs = {tensor::EmptyOp::create(
      b, outShape, op.getResult().getType().getElementType())};
  if (op.getLse())
    outs.push_back(empty(rowShape));

  SmallVector<Value> parts;
  if (sizes.splitKeys > 0)
    parts = emitParts();
  OpFoldResult numTiles = ceilDiv(numQueries, sizes.queries);
  SmallVector<OpFoldResult> bounds(leadingSizes);
  bounds.push_back(numTiles);
  auto loop = scf::ForallOp::create(b, bounds, outs, /*mapping=*/std::nullopt);

  b.setInsertionPoint(loop.getTerminator());
  enterTile(loop.getInductionVars());
  SmallVector<Value> state;
  if (parts.empty()) {
    emitPacked();
    state = emitKeyLoop(emitInit());
  } else {
    state = emitMerges(parts, emitInit());
  }
  emitFinish(state, loop);
  return loop;
}

FailureOr<scf::ForallOp> mlir::attn::tileAttention(RewriterBase &rewriter,
                                                   FusedOp op,
                                                   const TileSizes &sizes) {
  if (sizes.queries <= 0 || sizes.keys <= 0)
    return rewriter.notifyMatchFailure(op, "tile sizes are not positive");
  if (sizes.splitKeys % sizes.keys != 0)
    return rewriter.notifyMatchFailure(op, "a split is not whole tiles");
  rewriter.setInsertionPoint(op);
  scf::ForallOp loop = Tiler(rewriter, op, sizes).run();
  SmallVector<Value> results;
  for (auto [from, to] : llvm::zip(op.getResults(), loop.getResults())) {
    // The loop knows the shape at least as well as the op's type says.
    Value result = to;
    if (from.getType() != to.getType()) {
      rewriter.setInsertionPointAfter(loop);
      result =
          tensor::CastOp::create(rewriter, op.getLoc(), from.getType(), to);
    }
    results.push_back(result);
  }
  rewriter.replaceOp(op, results);
  return loop;
}

namespace {

struct TilePass : mlir::attn::impl::TilePassBase<TilePass> {
  using TilePassBase::TilePassBase;

  void runOnOperation() override {
    Machine machine;
    machine.vectorBytes = vectorBytes;
    machine.numVectorRegisters = numVectorRegisters;
    machine.l2Bytes = l2Bytes;
    machine.hasBf16Dot = bf16Dot;
    IRRewriter rewriter(&getContext());
    SmallVector<FusedOp> ops;
    getOperation()->walk([&](FusedOp op) { ops.push_back(op); });
    for (FusedOp op : ops) {
      explainMask(op);
      TileSizes sizes = chooseTileSizes(getShape(op), machine);
      if (queryTile)
        sizes.queries = queryTile;
      if (keyTile)
        sizes.keys = keyTile;
      if (splitKeys)
        sizes.splitKeys = splitKeys;
      if (failed(tileAttention(rewriter, op, sizes)))
        return op.emitError("expected positive tile sizes, and splits of whole "
                            "tiles"),
               signalPassFailure();
      ++numTiled;
    }
  }

  /// Says which parts of the mask cost time without saving any.
  static void explainMask(FusedOp op) {
    MaskAnalysis mask = MaskAnalysis::analyze(op.getMaskBody());
    for (const auto &[culprit, why] : mask.unknowns())
      remark::missed(
          culprit->getLoc(),
          remark::RemarkOpts::name("MaskNotAnalysed").category("attn-tile"))
          << remark::reason("{0}; tiles that this part of the mask empties "
                            "are computed all the same",
                            why);
  }
};

} // namespace
