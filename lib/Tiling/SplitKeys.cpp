// Where there are few queries, their keys are split, so that there is work for
// many threads.
//
//   parts = forall (batch.., head, query tile, split)
//     state = init
//     for key tile in the split: state = step(state)
//   forall (batch.., head, query tile)
//     state = init
//     for split: state = merge(state, parts[split])
//     finish(state)
//
// Splits have one size and are merged in order: a result does not depend on the
// number of threads (S6).
//
// Tested by test/Tiling/split-keys.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tiler.h"

using namespace mlir;
using namespace mlir::attn;

/// The states of all splits: (max, sum, acc) with the axes (leading.., query
/// tile, split) in front.
SmallVector<Value> Tiler::emitParts() {
  SmallVector<OpFoldResult> bounds(leadingSizes);
  bounds.push_back(ceilDiv(numQueries, sizes.queries));
  bounds.push_back(ceilDiv(numKeys, sizes.splitKeys));
  OpFoldResult queries = attr(sizes.queries);
  SmallVector<OpFoldResult> row(bounds), sums(bounds);
  row.push_back(queries);
  sums.append(sizes.rows ? SmallVector<OpFoldResult>{queries, valueFeatures}
                         : SmallVector<OpFoldResult>{valueFeatures, queries});
  SmallVector<Value> outs = {empty(row), empty(row), empty(sums)};
  auto loop = scf::ForallOp::create(b, bounds, outs, /*mapping=*/std::nullopt);

  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(loop.getTerminator());
  SmallVector<Value> indices = loop.getInductionVars();
  Value split = indices.pop_back_val();
  enterTile(indices);
  splitFirst = arith::MulIOp::create(b, split, index(sizes.splitKeys));
  emitPacked();
  SmallVector<Value> state = partsAt(loop.getRegionIterArgs(), split);
  state = InitOp::create(b, TypeRange(ValueRange(state)), /*sink=*/Value(),
                         state, unitRows())
              .getResults();
  state = emitKeyLoop(state);
  splitFirst = Value();

  b.setInsertionPointToStart(loop.getTerminator().getBody());
  for (auto [part, whole] : llvm::zip(state, loop.getRegionIterArgs())) {
    auto type = cast<RankedTensorType>(whole.getType());
    if (llvm::is_contained(type.getShape(), 0))
      continue; // nothing to insert
    SmallVector<OpFoldResult> at = getAsOpFoldResult(loop.getInductionVars());
    SmallVector<OpFoldResult> extent(at.size(), attr(1));
    llvm::append_range(extent, tensor::getMixedSizes(b, b.getLoc(), part));
    at.resize(type.getRank(), attr(0));
    SmallVector<OpFoldResult> strides(type.getRank(), attr(1));
    tensor::ParallelInsertSliceOp::create(b, part, whole, at, extent, strides);
  }
  return loop.getResults();
}

/// The state of one split of the current tile of queries.
SmallVector<Value> Tiler::partsAt(ValueRange parts, Value split) {
  SmallVector<Value> state;
  for (Value whole : parts) {
    auto type = cast<RankedTensorType>(whole.getType());
    SmallVector<OpFoldResult> at(leading.begin(), leading.end());
    Value tile = arith::DivSIOp::create(b, i0, index(sizes.queries));
    at.append({tile, split});
    int64_t numAxes = at.size();
    SmallVector<OpFoldResult> extent(numAxes, attr(1));
    for (int64_t axis = numAxes; axis < type.getRank(); ++axis)
      extent.push_back(tensor::getMixedSize(b, b.getLoc(), whole, axis));
    at.resize(type.getRank(), attr(0));
    SmallVector<OpFoldResult> strides(type.getRank(), attr(1));
    auto part = RankedTensorType::get(type.getShape().drop_front(numAxes),
                                      type.getElementType());
    if (llvm::is_contained(part.getShape(), 0)) {
      state.push_back(empty(ArrayRef(extent).drop_front(numAxes)));
      continue;
    }
    state.push_back(
        tensor::ExtractSliceOp::create(b, part, whole, at, extent, strides));
  }
  return state;
}

/// `state`, joined with the states of all splits.
SmallVector<Value> Tiler::emitMerges(ValueRange parts, ValueRange state) {
  Value splits = asValue(ceilDiv(numKeys, sizes.splitKeys));
  auto loop = scf::ForOp::create(
      b, index(0), splits, index(1), state,
      [&](OpBuilder &builder, Location, Value split, ValueRange carried) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(builder.getInsertionBlock());
        SmallVector<Value> part = partsAt(parts, split);
        auto merge = MergeOp::create(b, carried.getTypes(), part, carried,
                                     unitLog2(), unitRows());
        scf::YieldOp::create(b, merge.getResults());
      });
  return loop.getResults();
}
