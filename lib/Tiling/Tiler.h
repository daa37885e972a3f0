// One attn.fused becomes loops: what the parts of the tiler share. Tile.cpp
// tells the story.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_TILING_TILER_H
#define ATTN_LIB_TILING_TILER_H

#include "attn/Analysis/MaskAnalysis.h"
#include "attn/Tiling/Tiling.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::attn {

/// Whether log2(e) may go into the scale (S4): nothing stands between the dot
/// product and the softmax, a sink included, which times log2(e) could be
/// infinite, and the scale is still a number.
bool canFoldLog2(FusedOp op);

/// Whether rows of `type` are known to have no elements. They cannot be sliced:
/// offset 0 is out of bounds on an axis of size 0.
inline bool hasEmptyRows(RankedTensorType type) {
  return type.getDimSize(type.getRank() - 1) == 0;
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
  /// Whether the rows of a key or value tensor lie one after the other in
  /// memory, as far as can be told here.
  bool isContiguous(Value tensor);
  Value packParam(Value param);
  Value packQuery();
  Value emptyForKeys();
  Value emptyForValues();
  OpFoldResult ceilDiv(OpFoldResult size, int64_t by);
  void enterTile(ValueRange indices);
  void emitPacked();
  SmallVector<Value> emitInit();
  SmallVector<Value> emitKeyLoop(ValueRange state);
  SmallVector<Value> emitStep(Value j0, Value count, Value full,
                              ValueRange state);
  void emitFinish(ValueRange state, scf::ForallOp loop);

  // SplitKeys.cpp
  SmallVector<Value> emitParts();
  SmallVector<Value> emitMerges(ValueRange parts, ValueRange state);
  SmallVector<Value> partsAt(ValueRange parts, Value split);

  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value asValue(OpFoldResult size) {
    return getValueOrCreateConstantIndexOp(b, b.getLoc(), size);
  }
  Value empty(ArrayRef<OpFoldResult> shape) {
    return tensor::EmptyOp::create(b, shape, compute);
  }
  /// An empty tile [size / 2, ..] of pairs.
  Value emptyPairs(OpFoldResult half, OpFoldResult size) {
    return tensor::EmptyOp::create(b, {half, size, attr(2)}, b.getBF16Type());
  }
  OpFoldResult attr(int64_t value) { return b.getIndexAttr(value); }
  UnitAttr unitLog2() { return log2 ? b.getUnitAttr() : UnitAttr(); }
  UnitAttr unitRows() { return sizes.rows ? b.getUnitAttr() : UnitAttr(); }
  /// What is left of the scale for the steps: pairs and terms of a score region
  /// are not scaled when they are packed.
  double stepScale();

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
  Value i0, tileQueries, packedQuery;
  /// The first key of the split that is being emitted, if there is one.
  Value splitFirst;
  /// Null where keys or values are read in place.
  Value packedKey, packedValue;
  SmallVector<Value> packedParams;
};

} // namespace mlir::attn

#endif // ATTN_LIB_TILING_TILER_H
