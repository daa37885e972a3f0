// While one tile of keys is used, the next one is brought near.
//
//   tile rows:   key 0 ..  63 | 64 .. 127          of a larger buffer
//                in use         prefetched: a few lines with each register
//                block
//
// All at once they would queue up in front of the loads of the current tile.
// Each block of queries takes some of the columns, and each register block the
// rows of its keys. With a single block of queries memory is the bound: there,
// each line of keys or values that a product goes through brings the same line
// of the next tile. Steps of a few queries ask for rows a fixed number of bytes
// ahead of their use, into the first-level cache.
//
// Tested by test/Codegen/CPU/emit-step.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "StepEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::attn;

static constexpr int64_t kLineBytes = 64;
/// Lines of a row of known size that are asked for without a loop.
static constexpr int64_t kUnrolledLines = 16;

/// The rows of a matrix that is a view of some rows of `source`.
static FailureOr<unsigned> rowAxis(memref::SubViewOp view) {
  llvm::SmallBitVector dropped = view.getDroppedDims();
  SmallVector<unsigned> kept;
  for (unsigned axis = 0; axis < dropped.size(); ++axis)
    if (!dropped[axis])
      kept.push_back(axis);
  if (kept.size() != 2)
    return failure();
  return kept[0];
}

void StepEmitter::emitPrefetchLine(Value tile, Value key, Value ahead,
                                   Value column, int64_t level) {
  auto view = tile.getDefiningOp<memref::SubViewOp>();
  if (!view)
    return; // a copy: nothing follows it
  FailureOr<unsigned> axis = rowAxis(view);
  if (failed(axis))
    return;
  Value source = view.getSource();
  SmallVector<Value> place =
      getValueOrCreateConstantIndexOp(b, b.getLoc(), view.getMixedOffsets());
  Value &row = place[*axis];
  Value size = b.createOrFold<memref::DimOp>(source, b.index(*axis));
  row = arith::AddIOp::create(b, row, ahead);
  row = arith::AddIOp::create(b, row, key);
  row = arith::MinSIOp::create(b, row, b.addIndex(size, -1));
  place.back() = column;
  memref::PrefetchOp::create(b, source, place, /*isWrite=*/false,
                             /*localityHint=*/4 - level, /*isDataCache=*/true);
}

void StepEmitter::emitPrefetchRow(Value tile, Value key, Value ahead,
                                  int64_t level) {
  auto line = [&](Value column) {
    emitPrefetchLine(tile, key, ahead, column, level);
  };
  int64_t features = cast<MemRefType>(tile.getType()).getDimSize(1);
  if (features > kUnrolledLines * lineSize(tile))
    return b.loop(b.index(0), b.index(features), lineSize(tile), line);
  for (int64_t column = 0; column < features; column += lineSize(tile))
    line(b.index(column));
}

int64_t StepEmitter::lineSize(Value tile) {
  auto type = cast<MemRefType>(tile.getType());
  return kLineBytes / (type.getElementTypeBitWidth() / 8);
}

/// This block's part of the columns of `tile`, of all keys of the register
/// block.
void StepEmitter::emitPrefetchPart(Value tile, Value query0,
                                   const KeyBlock &keys) {
  if (!tile.getDefiningOp<memref::SubViewOp>())
    return;
  int64_t width = numVectors * b.lanes, line = lineSize(tile);
  int64_t numBlocks = op.getNumQueries() / width;
  Value features = b.createOrFold<memref::DimOp>(tile, b.index(1));
  Value lines =
      b.createOrFold<arith::CeilDivSIOp>(features, b.index(line * numBlocks));
  Value part = arith::MulIOp::create(b, lines, b.index(line));
  Value block = arith::DivSIOp::create(b, query0, b.index(width));
  Value c0 = arith::MulIOp::create(b, block, part);
  Value c1 =
      arith::MinSIOp::create(b, arith::AddIOp::create(b, c0, part), features);
  b.loop(c0, c1, line, [&](Value column) {
    for (int64_t r = 0; r < keys.rows; ++r)
      emitPrefetchLine(tile, b.addIndex(keys.key0, r), count, column,
                       /*level=*/2);
  });
}
