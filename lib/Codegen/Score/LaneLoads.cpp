// What regions read: elements of buffers, for all lanes.
//
// Lanes past the last query or key are computed, too, and a mod also for pairs
// that the mask removes, so that each index is clamped into its buffer:
//
//   lane           0     1     2     3     4     5
//   table[i - 2]   t[0]  t[0]  t[0]  t[1]  t[2]  t[2]     of three elements
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Codegen/Score/LaneProgram.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::attn;

static Value constant(OpBuilder &b, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

/// The number of elements along an axis. Made again for each load, so what is
/// known is not left to be folded.
static Value sizeOf(OpBuilder &b, Location loc, Value buffer, int64_t axis) {
  auto type = cast<MemRefType>(buffer.getType());
  if (!type.isDynamicDim(axis))
    return constant(b, loc, type.getDimSize(axis));
  return memref::DimOp::create(b, loc, buffer, axis);
}

static Value lastIndex(OpBuilder &b, Location loc, Value buffer, int64_t axis) {
  auto type = cast<MemRefType>(buffer.getType());
  if (!type.isDynamicDim(axis))
    return constant(b, loc, type.getDimSize(axis) - 1);
  return arith::SubIOp::create(b, loc, sizeOf(b, loc, buffer, axis),
                               constant(b, loc, 1));
}

/// max(0, min(index, size - 1))
static Value clampIndex(OpBuilder &b, Location loc, Value buffer, int64_t axis,
                        Value index) {
  Value last = lastIndex(b, loc, buffer, axis);
  Value clamped = arith::MinSIOp::create(b, loc, index, last);
  return arith::MaxSIOp::create(b, loc, clamped, constant(b, loc, 0));
}

void LaneProgram::clampIndices(Operation *op) {
  auto load = dyn_cast<memref::LoadOp>(op);
  if (!load)
    return;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(load);
  for (OpOperand &index : load.getIndicesMutable())
    index.set(clampIndex(b, loc, load.getMemRef(), index.getOperandNumber() - 1,
                         index.get()));
}

/// row[start], row[start + 1], .. : what lies before the row is its first
/// element, what lies behind it its last.
static Value loadVector(OpBuilder &b, Location loc, Value buffer,
                        ArrayRef<Value> row, Value start, int64_t lanes) {
  int64_t axis = row.size();
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  auto type = VectorType::get({lanes}, element);
  auto maskType = VectorType::get({lanes}, b.getI1Type());
  auto edge = [&](Value column) -> Value {
    SmallVector<Value> place(row);
    place.push_back(column);
    return vector::BroadcastOp::create(
        b, loc, type, memref::LoadOp::create(b, loc, buffer, place));
  };
  Value size = sizeOf(b, loc, buffer, axis), all = constant(b, loc, lanes);
  // Far outside is as far as a vector.
  start = arith::MinSIOp::create(b, loc, start, size);
  start = arith::MaxSIOp::create(b, loc, start, constant(b, loc, -lanes));
  // Lanes [0, before) lie before the row, [before, end) in it.
  Value before = arith::SubIOp::create(b, loc, constant(b, loc, 0), start);
  Value end = arith::MinSIOp::create(
      b, loc, arith::SubIOp::create(b, loc, size, start), all);
  Value isBefore = vector::CreateMaskOp::create(b, loc, maskType, before);
  Value isIn = arith::XOrIOp::create(
      b, loc, isBefore, vector::CreateMaskOp::create(b, loc, maskType, end));
  Value first = edge(constant(b, loc, 0));
  Value last = edge(lastIndex(b, loc, buffer, axis));
  Value outside = arith::SelectOp::create(b, loc, isBefore, first, last);
  SmallVector<Value> place(row);
  place.push_back(start);
  return vector::MaskedLoadOp::create(b, loc, type, buffer, place, isIn,
                                      outside);
}

bool LaneProgram::inlineLoad(Operation *op, ArrayRef<LaneValue> operands,
                             Mapping &mapping) {
  auto load = dyn_cast<memref::LoadOp>(op);
  // Not i1: a byte for each in a buffer, a bit for each in a vector of LLVM.
  if (!load || !load.getType().isIntOrFloat() ||
      load.getType().getIntOrFloatBitWidth() % 8 != 0)
    return false;
  std::optional<SmallVector<Value>> vectors = loadRow(load, operands);
  if (!vectors)
    vectors = gather(load, operands);
  mapping[load] = LaneValue::vectors(*vectors);
  return true;
}

/// Elements of one row that follow each other as the lanes do, or turn.
std::optional<SmallVector<Value>>
LaneProgram::loadRow(memref::LoadOp load, ArrayRef<LaneValue> operands) {
  LaneValue column = operands.back();
  MemRefType type = load.getMemRefType();
  int64_t bits = type.getElementTypeBitWidth();
  bool isMaskable = hasMaskedLoads && (bits == 32 || bits == 64);
  if (!isMaskable || !type.isLastDimUnitStride() ||
      column.kind != LaneValue::Affine || std::abs(column.stride) != 1 ||
      llvm::any_of(operands.drop_back(), [](const LaneValue &value) {
        return value.kind != LaneValue::Uniform;
      }))
    return std::nullopt;
  Value buffer = operands[0].base;
  SmallVector<Value> row;
  for (auto [axis, index] : llvm::enumerate(operands.drop_front().drop_back()))
    row.push_back(clampIndex(b, loc, buffer, axis, index.base));
  SmallVector<int64_t> backwards =
      llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, lanes)));
  SmallVector<Value> vectors;
  for (int64_t n = 0; n < numVectors; ++n) {
    // Lane l stands for column base + l, or base - l.
    bool forwards = column.stride == 1;
    int64_t first = forwards ? n * lanes : -(n + 1) * lanes + 1;
    Value start =
        arith::AddIOp::create(b, loc, column.base, constant(b, loc, first));
    Value vector = loadVector(b, loc, buffer, row, start, lanes);
    vectors.push_back(
        forwards ? vector
                 : vector::ShuffleOp::create(b, loc, vector, vector, backwards)
                       .getResult());
  }
  return vectors;
}

/// Elements anywhere: buffer[offset + sum over axes of index * stride].
SmallVector<Value> LaneProgram::gather(memref::LoadOp load,
                                       ArrayRef<LaneValue> operands) {
  Value buffer = operands[0].base, zero = constant(b, loc, 0);
  auto indexType = VectorType::get({lanes}, b.getIndexType());
  auto splat = [&](Value scalar) -> Value {
    return vector::BroadcastOp::create(b, loc, indexType, scalar);
  };
  auto data = memref::ExtractStridedMetadataOp::create(b, loc, buffer);
  // What is the same for all lanes, what is not, and one past the last element.
  Value offset = zero, end = constant(b, loc, 1);
  SmallVector<Value> places(numVectors, splat(zero));
  for (auto [axis, index] : llvm::enumerate(operands.drop_front())) {
    Value stride = getValueOrCreateConstantIndexOp(
        b, loc, data.getConstifiedMixedStrides()[axis]);
    auto addTo = [&](Value &sum, Value number, Value step) {
      sum = arith::AddIOp::create(b, loc, sum,
                                  arith::MulIOp::create(b, loc, number, step));
    };
    Value last = lastIndex(b, loc, buffer, axis);
    addTo(end, last, stride);
    if (index.kind == LaneValue::Uniform) {
      addTo(offset, clampIndex(b, loc, buffer, axis, index.base), stride);
      continue;
    }
    for (auto [place, lane] : llvm::zip(places, toVectors(index))) {
      Value clamped = arith::MinSIOp::create(b, loc, lane, splat(last));
      clamped = arith::MaxSIOp::create(b, loc, clamped, splat(zero));
      addTo(place, clamped, splat(stride));
    }
  }
  SmallVector<OpFoldResult> sizes = {end}, strides = {b.getIndexAttr(1)};
  Value flat = memref::ReinterpretCastOp::create(
      b, loc, data.getBaseBuffer(), data.getConstifiedMixedOffset(), sizes,
      strides);
  auto type = VectorType::get({lanes}, load.getType());
  auto every = VectorType::get({lanes}, b.getI1Type());
  Value mask = arith::ConstantOp::create(
      b, loc, DenseElementsAttr::get(every, b.getBoolAttr(true)));
  Value nothing = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
  SmallVector<Value> vectors;
  for (Value place : places)
    vectors.push_back(vector::GatherOp::create(b, loc, type, flat, offset,
                                               place, mask, nothing));
  return vectors;
}
