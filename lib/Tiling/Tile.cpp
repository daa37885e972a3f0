// attn-tile: one attn.fused becomes loops over a running state.
//
//   forall (batch.., head, query tile)
//     state = init
//     for key tile in key bounds: if not empty: state = step(state)
//     finish(state)
//
// Tested by test/Tiling/tile.mlir, tile-masks.mlir and tile-shapes.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Analysis/MaskAnalysis.h"
#include "attn/Tiling/Passes.h"
#include "attn/Tiling/Tiling.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
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
  shape.features = known(op.getKey().getType().getDimSize(rank - 1));
  shape.valueFeatures = known(op.getValue().getType().getDimSize(rank - 1));
  shape.computeBytes = op.getComputeType().getWidth() / 8;
  return shape;
}

namespace {

/// Whether log2(e) may go into the packed queries (S4): nothing stands between
/// the dot product and the softmax, a sink included, which times log2(e) could
/// be infinite, and the scale is still a number.
static bool canFoldLog2(FusedOp op) {
  double scale = op.getScale().convertToDouble() * llvm::numbers::log2e;
  double largest = APFloat::getLargest(op.getComputeType().getFloatSemantics())
                       .convertToDouble();
  return op.isDot() && op.getModBody().empty() && !op.getSink() &&
         std::abs(scale) <= largest;
}

/// Builds the loops for one op. Members are what the parts share; the order of
/// the methods is the order of the generated code.
class Tiler {
public:
  Tiler(RewriterBase &rewriter, FusedOp op, const TileSizes &sizes)
      : b(op.getLoc(), rewriter), op(op), sizes(sizes),
        mask(MaskAnalysis::analyze(op.getMaskBody())),
        compute(op.getComputeType()), numLeading(op.getRank() - 2),
        log2(canFoldLog2(op)) {}

  scf::ForallOp run();

private:
  void readSizes();
  Value getGroup(Value tensor, OpFoldResult querySize);
  SmallVector<OpFoldResult> leadingIndices(Value tensor);
  Value slice(Value tensor, ArrayRef<OpFoldResult> leading, OpFoldResult row,
              OpFoldResult numRows);
  bool isReadInPlace(Value tensor);
  Value packParam(Value param);
  SmallVector<Value> emitInit();
  SmallVector<Value> emitKeyLoop(ValueRange state);
  SmallVector<Value> emitStep(Value j0, Value count, Value full,
                              ValueRange state);
  void emitFinish(ValueRange state, scf::ForallOp loop);

  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value asValue(OpFoldResult size) {
    return getValueOrCreateConstantIndexOp(b, b.getLoc(), size);
  }
  Value empty(ArrayRef<OpFoldResult> shape) {
    return tensor::EmptyOp::create(b, shape, compute);
  }
  OpFoldResult attr(int64_t value) { return b.getIndexAttr(value); }
  UnitAttr unitLog2() { return log2 ? b.getUnitAttr() : UnitAttr(); }

  ImplicitLocOpBuilder b;
  FusedOp op;
  TileSizes sizes;
  MaskAnalysis mask;
  FloatType compute;
  int64_t numLeading;
  /// Scores come in units of log2(e).
  bool log2;

  SmallVector<OpFoldResult> leadingSizes;
  OpFoldResult numQueries, numKeys, features, valueFeatures;
  /// For each tensor with fewer heads: query heads for each of its heads.
  llvm::DenseMap<Value, Value> groups;

  // Inside the forall.
  SmallVector<Value> leading;
  Value i0, rows, packedQuery;
  /// Null where keys or values are read in place.
  Value packedKey, packedValue;
  SmallVector<Value> packedParams;
};

} // namespace

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

/// Query heads that share one head of `tensor`: Hq / Hkv, at least 1.
Value Tiler::getGroup(Value tensor, OpFoldResult querySize) {
  OpFoldResult size =
      tensor::getMixedSize(b, b.getLoc(), tensor, numLeading - 1);
  auto known = getConstantIntValue(size),
       knownQuery = getConstantIntValue(querySize);
  if (known && knownQuery)
    return index(
        std::max<int64_t>(1, *knownQuery / std::max<int64_t>(1, *known)));
  Value one = index(1);
  Value heads = arith::MaxSIOp::create(b, asValue(size), one);
  Value group = arith::DivSIOp::create(b, asValue(querySize), heads);
  return arith::MaxSIOp::create(b, group, one);
}

/// Where the leading axes of `tensor` are read for the current leading indices:
/// broadcast on axes of size 1, shared by a group on the last.
SmallVector<OpFoldResult> Tiler::leadingIndices(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<OpFoldResult> at;
  for (int64_t axis = 0; axis < numLeading; ++axis) {
    int64_t size = type.getDimSize(axis);
    auto group = groups.find(tensor);
    if (size == 1) {
      at.push_back(attr(0));
    } else if (axis == numLeading - 1 && group != groups.end()) {
      at.push_back(
          arith::DivSIOp::create(b, leading[axis], group->second).getResult());
    } else if (ShapedType::isDynamic(size)) {
      // min(index, size - 1): 0 for a size that turns out to be 1.
      Value dim = tensor::DimOp::create(b, tensor, axis);
      Value last = arith::SubIOp::create(b, dim, index(1));
      at.push_back(arith::MinSIOp::create(b, leading[axis], last).getResult());
    } else {
      at.push_back(leading[axis]);
    }
  }
  return at;
}

/// Whether rows of `type` are known to have no elements. They cannot be sliced:
/// offset 0 is out of bounds on an axis of size 0.
static bool hasEmptyRows(RankedTensorType type) {
  return type.getDimSize(type.getRank() - 1) == 0;
}

/// Rows [row, row + numRows) of the matrix of `tensor` at `at`.
Value Tiler::slice(Value tensor, ArrayRef<OpFoldResult> at, OpFoldResult row,
                   OpFoldResult numRows) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (hasEmptyRows(type))
    return tensor::EmptyOp::create(b, {numRows, attr(0)},
                                   type.getElementType());
  SmallVector<OpFoldResult> offsets(at), shape(at.size(), attr(1));
  offsets.append({row, attr(0)});
  shape.append({numRows, tensor::getMixedSize(b, b.getLoc(), tensor,
                                              type.getRank() - 1)});
  SmallVector<OpFoldResult> strides(type.getRank(), attr(1));
  SmallVector<int64_t> resultShape(2, ShapedType::kDynamic);
  for (int64_t d = 0; d < 2; ++d)
    if (auto known = getConstantIntValue(shape[at.size() + d]))
      resultShape[d] = *known;
  auto resultType = RankedTensorType::get(resultShape, type.getElementType());
  return tensor::ExtractSliceOp::create(b, resultType, tensor, offsets, shape,
                                        strides);
}

/// Whether the rows of a key or value tensor are what a step reads: of the
/// compute type, and one after the other in memory as far as can be told here.
/// Rows far apart are copied: they would fight for few sets of the cache.
bool Tiler::isReadInPlace(Value tensor) {
  if (getElementTypeOrSelf(tensor) != compute)
    return false;
  if (auto arg = dyn_cast<BlockArgument>(tensor))
    return isa<FunctionOpInterface>(arg.getOwner()->getParentOp());
  return isa<linalg::LinalgOp>(tensor.getDefiningOp());
}

/// A parameter `[.., D]` as the packed row `[D]` of the current head.
Value Tiler::packParam(Value param) {
  auto type = cast<RankedTensorType>(param.getType());
  int64_t numAxes = type.getRank() - 1;
  if (hasEmptyRows(type))
    return empty({attr(0)});
  SmallVector<OpFoldResult> offsets, shape(numAxes, attr(1));
  for (int64_t axis = 0; axis < numAxes; ++axis) {
    Value at = leading[numLeading - numAxes + axis];
    Value dim = tensor::DimOp::create(b, param, axis);
    Value last = arith::SubIOp::create(b, dim, index(1));
    offsets.push_back(arith::MinSIOp::create(b, at, last).getResult());
  }
  offsets.push_back(attr(0));
  shape.push_back(tensor::getMixedSize(b, b.getLoc(), param, numAxes));
  // pack_key takes a matrix: one row of it.
  SmallVector<OpFoldResult> strides(type.getRank(), attr(1));
  auto rowType =
      RankedTensorType::get({type.getDimSize(numAxes)}, type.getElementType());
  Value row = tensor::ExtractSliceOp::create(b, rowType, param, offsets, shape,
                                             strides);
  auto oneRow =
      RankedTensorType::get({1, rowType.getDimSize(0)}, type.getElementType());
  SmallVector<ReassociationIndices> split = {{0, 1}};
  Value in = tensor::ExpandShapeOp::create(
      b, oneRow, row, split, SmallVector<OpFoldResult>{attr(1), shape.back()});
  Value out = empty({attr(1), shape.back()});
  auto packed = PackKeyOp::create(b, out.getType(), in, out);
  return tensor::CollapseShapeOp::create(b, packed.getResults()[0], split);
}

SmallVector<Value> Tiler::emitInit() {
  OpFoldResult queries = attr(sizes.queries), keys = attr(sizes.keys);
  if (op.getQuery()) {
    SmallVector<OpFoldResult> at(leading.begin(), leading.end());
    Value tile = slice(op.getQuery(), at, i0, rows);
    Value out = empty({features, queries});
    double scale = op.isDot() ? op.getScale().convertToDouble() : 1.0;
    packedQuery =
        PackQueryOp::create(
            b, out.getType(), tile, out,
            b.getF64FloatAttr(log2 ? scale * llvm::numbers::log2e : scale))
            .getResults()[0];
  }
  for (Value param : op.getParams())
    packedParams.push_back(packParam(param));
  if (!isReadInPlace(op.getKey()))
    packedKey = empty({keys, features});
  if (!isReadInPlace(op.getValue()))
    packedValue = empty({keys, valueFeatures});

  Value sink;
  if (op.getSink()) {
    SmallVector<Value> head;
    if (numLeading > 0)
      head.push_back(leading.back());
    sink = tensor::ExtractOp::create(b, op.getSink(), head);
  }
  SmallVector<Value> outs = {empty({queries}), empty({queries}),
                             empty({valueFeatures, queries})};
  return InitOp::create(b, TypeRange(ValueRange(outs)), sink, outs)
      .getResults();
}

SmallVector<Value> Tiler::emitKeyLoop(ValueRange state) {
  Value lo = index(0), hi = asValue(numKeys), step = index(sizes.keys);
  if (mask.hasKeyBounds()) {
    Value iHi = arith::AddIOp::create(b, i0, rows);
    MaskAnalysis::KeyBounds bounds =
        mask.emitKeyBounds(b, b.getLoc(), leading, i0, iHi, asValue(numKeys));
    // Tiles start at multiples of their size, so that the order of a query's
    // sums does not depend on its neighbours (S6).
    Value tile = arith::DivSIOp::create(b, bounds.lo, step);
    lo = arith::MulIOp::create(b, tile, step);
    hi = bounds.hi;
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
          Value iHi = arith::AddIOp::create(b, i0, rows);
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
  double scale = op.isDot() ? 1.0 : op.getScale().convertToDouble();
  // A constant would tell nothing.
  bool tellsFull = !op.getMaskBody().empty() && mask.canBeFull();
  auto step = StepOp::create(
      b, state.getTypes(), packedQuery, pack(op.getKey(), packedKey),
      pack(op.getValue(), packedValue), packedParams, count, rows, at,
      tellsFull ? full : Value(), state, b.getI64IntegerAttr(sizes.keys),
      b.getF64FloatAttr(scale), unitLog2());
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
  shape.push_back(rows);
  SmallVector<Value> outs = {slice(loop.getRegionIterArgs()[0],
                                   ArrayRef(offsets).drop_back(), i0, rows)};
  SmallVector<OpFoldResult> strides(numLeading + 1, attr(1));
  if (op.getLse()) {
    auto type = RankedTensorType::get(
        {cast<RankedTensorType>(outs[0].getType()).getDimSize(0)}, compute);
    outs.push_back(tensor::ExtractSliceOp::create(
        b, type, loop.getRegionIterArgs()[1], offsets, shape, strides));
  }
  auto finish =
      FinishOp::create(b, TypeRange(ValueRange(outs)), state, outs, unitLog2());
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

  AffineExpr d0 = b.getAffineDimExpr(0);
  OpFoldResult numTiles = affine::makeComposedFoldedAffineApply(
      b, b.getLoc(), d0.ceilDiv(sizes.queries), {numQueries});
  SmallVector<OpFoldResult> bounds(leadingSizes);
  bounds.push_back(numTiles);
  auto loop = scf::ForallOp::create(b, bounds, outs, /*mapping=*/std::nullopt);

  b.setInsertionPoint(loop.getTerminator());
  leading = loop.getInductionVars();
  Value tile = leading.pop_back_val();
  i0 = arith::MulIOp::create(b, tile, index(sizes.queries));
  Value left = arith::SubIOp::create(b, asValue(numQueries), i0);
  rows = arith::MinSIOp::create(b, left, index(sizes.queries));
  emitFinish(emitKeyLoop(emitInit()), loop);
  return loop;
}

FailureOr<scf::ForallOp> mlir::attn::tileAttention(RewriterBase &rewriter,
                                                   FusedOp op,
                                                   const TileSizes &sizes) {
  if (sizes.queries <= 0 || sizes.keys <= 0)
    return rewriter.notifyMatchFailure(op, "tile sizes are not positive");
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
      if (failed(tileAttention(rewriter, op, sizes)))
        return op.emitError("expected positive tile sizes"),
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
