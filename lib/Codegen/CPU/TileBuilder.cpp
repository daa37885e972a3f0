// What the emitters of the tiled ops share: vectors of queries and loops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TileBuilder.h"

#include "attn/Codegen/CPU/ExpandMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::attn;

TileBuilder::TileBuilder(Location loc, OpBuilder &builder, FloatType compute,
                         const Machine &machine)
    : ImplicitLocOpBuilder(loc, builder),
      lanes(machine.getLanes(compute.getWidth() / 8)), compute(compute),
      vectorType(VectorType::get({lanes}, compute)) {}

Value TileBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}

Value TileBuilder::addIndex(Value a, int64_t b) {
  return b == 0 ? a : arith::AddIOp::create(*this, a, index(b)).getResult();
}

Value TileBuilder::splat(double value) {
  APFloat number(value);
  bool losesInfo;
  number.convert(compute.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
  return arith::ConstantOp::create(*this,
                                   DenseElementsAttr::get(vectorType, number));
}

Value TileBuilder::negInf() {
  return splat(-std::numeric_limits<double>::infinity());
}

Value TileBuilder::broadcast(Value scalar) {
  return vector::BroadcastOp::create(*this, vectorType, scalar);
}

Value TileBuilder::joinPairs(Value pairs) {
  SmallVector<ReassociationIndices> join = {{0}, {1, 2}};
  return memref::CollapseShapeOp::create(*this, pairs, join);
}

Value TileBuilder::load(Value buffer, ValueRange at) {
  return vector::LoadOp::create(*this, vectorType, buffer, at);
}

void TileBuilder::store(Value vector, Value buffer, ValueRange at) {
  vector::StoreOp::create(*this, vector, buffer, at);
}

Value TileBuilder::max(Value a, Value b) {
  Value greater = arith::CmpFOp::create(*this, arith::CmpFPredicate::OGT, a, b);
  return arith::SelectOp::create(*this, greater, a, b);
}

Value TileBuilder::sumLanes(Value vector) {
  return vector::ReductionOp::create(*this, vector::CombiningKind::ADD, vector,
                                     arith::FastMathFlags::reassoc);
}

/// Lane l of the result is x[l] + x[l + distance], or, if l has the bit
/// `distance`, y[l - distance] + y[l].
static Value addNeighbours(TileBuilder &b, Value x, Value y, int64_t distance) {
  SmallVector<int64_t> same, other;
  for (int64_t l = 0; l < b.lanes; ++l) {
    int64_t from = l & distance ? b.lanes : 0;
    same.push_back(from + l);
    other.push_back(from + (l ^ distance));
  }
  Value first = x == y ? x : vector::ShuffleOp::create(b, x, y, same);
  return arith::AddFOp::create(b, first,
                               vector::ShuffleOp::create(b, x, y, other));
}

Value TileBuilder::sumLanesOfEach(ArrayRef<Value> vectors) {
  // With each step half as many vectors are left, of lanes that stand for twice
  // as many vectors.
  SmallVector<Value> left(vectors);
  for (int64_t distance = 1; distance < lanes; distance *= 2) {
    int64_t half = std::max<int64_t>(1, left.size() / 2);
    for (int64_t n = 0; n < half; ++n)
      left[n] = addNeighbours(*this, left[2 * n % left.size()],
                              left[(2 * n + 1) % left.size()], distance);
    left.truncate(half);
  }
  return left[0];
}

Value TileBuilder::maxOfLanes(Value vector) {
  for (int64_t distance = 1; distance < lanes; distance *= 2) {
    SmallVector<int64_t> other;
    for (int64_t l = 0; l < lanes; ++l)
      other.push_back(l ^ distance);
    vector =
        max(vector::ShuffleOp::create(*this, vector, vector, other), vector);
  }
  return vector;
}

Value TileBuilder::expOf(Value x, bool log2, bool approximate) {
  if (!log2)
    x = arith::MulFOp::create(*this, x, splat(llvm::numbers::log2e));
  auto exp2 = math::Exp2Op::create(*this, x);
  if (approximate)
    exp2->setAttr(kApproximateAttr, getUnitAttr());
  return exp2;
}

Value TileBuilder::finiteMax(Value max) {
  Value none =
      arith::CmpFOp::create(*this, arith::CmpFPredicate::OEQ, max, negInf());
  return arith::SelectOp::create(*this, none, splat(0), max);
}

Value TileBuilder::rescale(Value factor, Value x) {
  Value zero =
      arith::CmpFOp::create(*this, arith::CmpFPredicate::OEQ, factor, splat(0));
  Value product = arith::MulFOp::create(*this, factor, x);
  return arith::SelectOp::create(*this, zero, splat(0), product);
}

SmallVector<Value> TileBuilder::loop(Value lo, Value hi, int64_t step,
                                     ValueRange inits, LoopBody body) {
  auto loop = scf::ForOp::create(
      *this, lo, hi, index(step), inits,
      [&](OpBuilder &inner, Location loc, Value iv, ValueRange carried) {
        InsertionGuard guard(*this);
        setInsertionPointToEnd(inner.getInsertionBlock());
        SmallVector<Value> yielded = body(iv, carried);
        scf::YieldOp::create(*this, yielded);
      });
  return loop.getResults();
}

void TileBuilder::loop(Value lo, Value hi, int64_t step,
                       llvm::function_ref<void(Value)> body) {
  loop(lo, hi, step, ValueRange(), [&](Value iv, ValueRange) {
    body(iv);
    return SmallVector<Value>();
  });
}

SmallVector<Value> TileBuilder::branch(Value condition, Branch then,
                                       Branch otherwise) {
  auto emit = [&](Branch side) {
    return [this, side](OpBuilder &inner, Location loc) {
      InsertionGuard guard(*this);
      setInsertionPointToEnd(inner.getInsertionBlock());
      SmallVector<Value> yielded = side();
      scf::YieldOp::create(*this, yielded);
    };
  };
  auto op = scf::IfOp::create(*this, condition, emit(then), emit(otherwise));
  return op.getResults();
}

void TileBuilder::columns(Value size,
                          llvm::function_ref<void(Value, bool)> body) {
  columns(size, ValueRange(), [&](Value at, bool whole, ValueRange) {
    body(at, whole);
    return SmallVector<Value>();
  });
}

SmallVector<Value> TileBuilder::columns(
    Value size, ValueRange inits,
    llvm::function_ref<SmallVector<Value>(Value, bool, ValueRange)> body) {
  Value zero = index(0);
  auto wholeVectors = [&](Value end) {
    return loop(zero, end, lanes, inits, [&](Value at, ValueRange carried) {
      return body(at, true, carried);
    });
  };
  APInt known;
  if (matchPattern(size, m_ConstantInt(&known))) {
    int64_t end = known.getSExtValue() / lanes * lanes;
    SmallVector<Value> values(inits);
    if (end > 0)
      values = wholeVectors(index(end));
    if (end != known.getSExtValue())
      values = body(index(end), false, values);
    return values;
  }
  Value rest = arith::RemSIOp::create(*this, size, index(lanes));
  Value end = arith::SubIOp::create(*this, size, rest);
  return loop(
      end, size, lanes, wholeVectors(end),
      [&](Value at, ValueRange carried) { return body(at, false, carried); });
}

Value mlir::attn::readWide(TileBuilder &b, Value buffer, ValueRange at,
                           VectorType type, ArrayRef<bool> inBounds) {
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(element));
  Value read = vector::TransferReadOp::create(
      b, type.cloneWith(std::nullopt, element), buffer, at, zero, inBounds);
  if (element == type.getElementType())
    return read;
  return arith::ExtFOp::create(b, type, read);
}

void mlir::attn::writeNarrow(TileBuilder &b, Value vector, Value buffer,
                             ValueRange at, ArrayRef<bool> inBounds) {
  auto type = cast<VectorType>(vector.getType());
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  if (element != type.getElementType())
    vector = arith::TruncFOp::create(b, type.cloneWith(std::nullopt, element),
                                     vector);
  vector::TransferWriteOp::create(b, vector, buffer, at, inBounds);
}

FailureOr<FloatType> mlir::attn::checkTile(RewriterBase &rewriter,
                                           Operation *op, Value tile,
                                           const Machine &machine, bool rows) {
  auto type = dyn_cast<MemRefType>(tile.getType());
  if (!type)
    return rewriter.notifyMatchFailure(op, "not bufferized yet");
  auto compute = cast<FloatType>(type.getElementType());
  int64_t queries = type.getShape().back();
  int64_t lanes = machine.getLanes(compute.getWidth() / 8);
  if (ShapedType::isDynamic(queries) || (queries % lanes != 0 && !rows))
    return rewriter.notifyMatchFailure(
        op, "the queries of the tile do not fill whole vectors");
  return compute;
}
