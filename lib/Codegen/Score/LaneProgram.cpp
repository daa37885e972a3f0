// The score program: scalar regions as the lanes of a vector see them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Codegen/Score/LaneProgram.h"
#include "attn/IR/Attn.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::attn;

/// Strides that, times a lane of at most 64, stay below 2^30.
static bool isSmall(int64_t stride) {
  return -(int64_t(1) << 24) < stride && stride < (int64_t(1) << 24);
}

/// The constants l * stride for the lanes l of a vector, integers or indices.
Value LaneProgram::laneOffsets(Type element, int64_t vector, int64_t stride) {
  SmallVector<Attribute> values;
  for (int64_t lane = vector * lanes; lane < (vector + 1) * lanes; ++lane)
    values.push_back(b.getIntegerAttr(element, lane * stride));
  auto type = VectorType::get({lanes}, element);
  return arith::ConstantOp::create(b, loc,
                                   DenseElementsAttr::get(type, values));
}

SmallVector<Value> LaneProgram::toVectors(LaneValue value) {
  if (value.kind == LaneValue::Vectors)
    return value.elements;
  Type element = value.base.getType();
  auto type = VectorType::get({lanes}, element);
  Value base = vector::BroadcastOp::create(b, loc, type, value.base);
  SmallVector<Value> vectors(numVectors, base);
  if (value.kind == LaneValue::Affine)
    for (auto [n, vector] : llvm::enumerate(vectors))
      vector = arith::AddIOp::create(b, loc, base,
                                     laneOffsets(element, n, value.stride));
  return vectors;
}

Value LaneProgram::toScalar(LaneValue value, int64_t lane) {
  switch (value.kind) {
  case LaneValue::Uniform:
    return value.base;
  case LaneValue::Vectors:
    return vector::ExtractOp::create(b, loc, value.elements[lane / lanes],
                                     lane % lanes);
  case LaneValue::Affine: {
    Type type = value.base.getType();
    Value offset = arith::ConstantOp::create(
        b, loc, b.getIntegerAttr(type, lane * value.stride));
    return arith::AddIOp::create(b, loc, value.base, offset);
  }
  }
  llvm_unreachable("every kind is handled above");
}

/// Values from outside the region are the same for all lanes.
LaneValue LaneProgram::lookup(const Mapping &mapping, Value value) {
  auto it = mapping.find(value);
  return it == mapping.end() ? LaneValue::uniform(value) : it->second;
}

LaneValue LaneProgram::inlineRegion(Region &region, ArrayRef<LaneValue> args) {
  Block &block = region.front();
  Mapping mapping;
  for (auto [arg, value] : llvm::zip_equal(block.getArguments(), args))
    mapping[arg] = value;
  for (Operation &op : block.without_terminator())
    inlineOp(&op, mapping);
  return lookup(mapping, cast<YieldOp>(block.getTerminator()).getValue());
}

void LaneProgram::inlineOp(Operation *op, Mapping &mapping) {
  // Values used by nested regions count as operands.
  bool uniform = true;
  op->walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      uniform &= lookup(mapping, operand).kind == LaneValue::Uniform;
  });
  if (uniform)
    return inlineUniform(op, mapping);
  SmallVector<LaneValue> operands;
  for (Value operand : op->getOperands())
    operands.push_back(lookup(mapping, operand));
  if (inlineAffine(op, operands, mapping) ||
      inlineElementwise(op, operands, mapping) ||
      inlineLoad(op, operands, mapping))
    return;
  inlineByLane(op, mapping);
}

void LaneProgram::inlineUniform(Operation *op, Mapping &mapping) {
  IRMapping scalars;
  op->walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      if (mapping.contains(operand))
        scalars.map(operand, mapping[operand].base);
  });
  Operation *clone = b.clone(*op, scalars);
  clone->walk([&](Operation *inner) { makeTotal(inner); });
  for (auto [from, to] : llvm::zip(op->getResults(), clone->getResults()))
    mapping[from] = LaneValue::uniform(to);
}

/// Keeps sums, differences, constant multiples and comparisons of indices in
/// affine form; true if it did.
bool LaneProgram::inlineAffine(Operation *op, ArrayRef<LaneValue> operands,
                               Mapping &mapping) {
  if (llvm::any_of(operands, [](LaneValue value) {
        return value.kind == LaneValue::Vectors;
      }))
    return false;
  auto bind = [&](LaneValue value) {
    mapping[op->getResult(0)] = value;
    return true;
  };
  if (isa<arith::AddIOp>(op)) {
    Value base =
        arith::AddIOp::create(b, loc, operands[0].base, operands[1].base);
    return bind(
        LaneValue::affine(base, operands[0].stride + operands[1].stride));
  }
  if (isa<arith::SubIOp>(op)) {
    Value base =
        arith::SubIOp::create(b, loc, operands[0].base, operands[1].base);
    return bind(
        LaneValue::affine(base, operands[0].stride - operands[1].stride));
  }
  if (isa<arith::MulIOp>(op)) {
    for (int side = 0; side < 2; ++side) {
      APInt factor;
      if (!matchPattern(operands[side].base, m_ConstantInt(&factor)) ||
          operands[side].kind != LaneValue::Uniform)
        continue;
      int64_t stride;
      if (llvm::MulOverflow(operands[1 - side].stride, factor.getSExtValue(),
                            stride) ||
          !isSmall(stride))
        return false;
      Value base =
          arith::MulIOp::create(b, loc, operands[0].base, operands[1].base);
      return bind(LaneValue::affine(base, stride));
    }
    return false;
  }
  if (isa<arith::IndexCastOp>(op) &&
      (op->getResult(0).getType().isInteger(64) ||
       op->getResult(0).getType().isIndex())) {
    Value base = arith::IndexCastOp::create(b, loc, op->getResult(0).getType(),
                                            operands[0].base);
    return bind(LaneValue::affine(base, operands[0].stride));
  }
  if (auto cmp = dyn_cast<arith::CmpIOp>(op)) {
    bool isSigned = cmp.getPredicate() < arith::CmpIPredicate::ult;
    if (!isSigned)
      return false;
    return bind(compareAffine(op, operands[0], operands[1]));
  }
  return false;
}

/// (lhs + s l) pred (rhs + t l)  <=>  (s - t) l pred rhs - lhs. The left side
/// is a constant below 2^30 in magnitude, so the right side may be clamped
/// to 32 bits, which compare in half the registers of 64.
LaneValue LaneProgram::compareAffine(Operation *op, LaneValue lhs,
                                     LaneValue rhs) {
  auto predicate = cast<arith::CmpIOp>(op).getPredicate();
  int64_t stride = lhs.stride - rhs.stride;
  constexpr int64_t kLimit = int64_t(1) << 30;
  if (stride == 0)
    return LaneValue::uniform(
        arith::CmpIOp::create(b, loc, predicate, lhs.base, rhs.base));
  SmallVector<Value> result;
  if (!isSmall(stride)) {
    SmallVector<Value> left = toVectors(lhs), right = toVectors(rhs);
    for (auto [x, y] : llvm::zip(left, right))
      result.push_back(arith::CmpIOp::create(b, loc, predicate, x, y));
    return LaneValue::vectors(result);
  }
  Type type = rhs.base.getType();
  auto constant = [&](int64_t value) {
    return arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, value));
  };
  // rhs - lhs, saturated: bounds may be as large as "unlimited". It wraps if
  // the operands differ in sign and the result has not the sign of rhs.
  Value diff = arith::SubIOp::create(b, loc, rhs.base, lhs.base);
  Value signs = arith::XOrIOp::create(b, loc, rhs.base, lhs.base);
  Value turned = arith::XOrIOp::create(b, loc, rhs.base, diff);
  Value both = arith::AndIOp::create(b, loc, signs, turned);
  auto isNegative = [&](Value x) {
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, x,
                                 constant(0));
  };
  Value limit = arith::SelectOp::create(b, loc, isNegative(rhs.base),
                                        constant(-kLimit), constant(kLimit));
  diff = arith::SelectOp::create(b, loc, isNegative(both), limit, diff);
  diff = arith::MinSIOp::create(b, loc, diff, constant(kLimit));
  diff = arith::MaxSIOp::create(b, loc, diff, constant(-kLimit));
  Type i32 = b.getI32Type();
  if (type.isIndex())
    diff = arith::IndexCastOp::create(b, loc, i32, diff);
  else if (type.getIntOrFloatBitWidth() > 32)
    diff = arith::TruncIOp::create(b, loc, i32, diff);
  Value splat =
      vector::BroadcastOp::create(b, loc, VectorType::get({lanes}, i32), diff);
  for (int64_t n = 0; n < numVectors; ++n)
    result.push_back(arith::CmpIOp::create(b, loc, predicate,
                                           laneOffsets(i32, n, stride), splat));
  return LaneValue::vectors(result);
}

/// An op on scalars that works the same on vectors becomes a vector op.
bool LaneProgram::inlineElementwise(Operation *op, ArrayRef<LaneValue> operands,
                                    Mapping &mapping) {
  if (!OpTrait::hasElementwiseMappableTraits(op))
    return false;
  SmallVector<SmallVector<Value>> operandVectors, results(op->getNumResults());
  for (LaneValue operand : operands)
    operandVectors.push_back(toVectors(operand));
  for (int64_t n = 0; n < numVectors; ++n) {
    OperationState state(loc, op->getName());
    for (ArrayRef<Value> vectors : operandVectors)
      state.operands.push_back(vectors[n]);
    for (Type type : op->getResultTypes())
      state.types.push_back(VectorType::get({lanes}, type));
    state.attributes = op->getAttrs();
    Operation *vectorOp = b.create(state);
    makeTotal(vectorOp);
    for (auto [k, result] : llvm::enumerate(vectorOp->getResults()))
      results[k].push_back(result);
  }
  for (auto [from, to] : llvm::zip(op->getResults(), results))
    mapping[from] = LaneValue::vectors(to);
  return true;
}

/// Any other op, with its nested regions, once for each lane.
void LaneProgram::inlineByLane(Operation *op, Mapping &mapping) {
  if (explained.insert(op).second)
    remark::missed(
        op->getLoc(),
        remark::RemarkOpts::name("NotVectorized").category("attn-emit-cpu"))
        << remark::reason("'{0}' depends on the query and has no vector form; "
                          "it is done for each of {1} lanes",
                          op->getName().getStringRef(), numVectors * lanes);
  SmallVector<SmallVector<Value>> results(op->getNumResults());
  for (int64_t lane = 0; lane < numVectors * lanes; ++lane) {
    IRMapping scalars;
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (mapping.contains(operand) && !scalars.contains(operand))
          scalars.map(operand, toScalar(mapping[operand], lane));
    });
    Operation *clone = b.clone(*op, scalars);
    clone->walk([&](Operation *inner) { makeTotal(inner); });
    for (auto [k, result] : llvm::enumerate(clone->getResults()))
      results[k].push_back(result);
  }
  for (auto [k, result] : llvm::enumerate(op->getResults())) {
    auto type = VectorType::get({lanes}, result.getType());
    SmallVector<Value> vectors;
    for (int64_t n = 0; n < numVectors; ++n)
      vectors.push_back(vector::FromElementsOp::create(
          b, loc, type, ArrayRef(results[k]).slice(n * lanes, lanes)));
    mapping[result] = LaneValue::vectors(vectors);
  }
}

/// divisor = divisor == 0 ? 1 : divisor. A program does not divide by zero for
/// queries and keys that exist, but lanes past the end are computed, too.
void LaneProgram::guardDivisor(Operation *op) {
  if (!isa<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp,
           arith::FloorDivSIOp, arith::CeilDivSIOp, arith::CeilDivUIOp>(op))
    return;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(op);
  Value divisor = op->getOperand(1);
  Type type = divisor.getType();
  auto constant = [&](int64_t value) -> Value {
    IntegerAttr number = b.getIntegerAttr(getElementTypeOrSelf(type), value);
    if (auto vector = dyn_cast<VectorType>(type))
      return arith::ConstantOp::create(b, loc,
                                       DenseElementsAttr::get(vector, number));
    return arith::ConstantOp::create(b, loc, number);
  };
  Value isZero = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                       divisor, constant(0));
  op->setOperand(1,
                 arith::SelectOp::create(b, loc, isZero, constant(1), divisor));
}

/// What an op of a region needs to be safe where no query or key exists.
void LaneProgram::makeTotal(Operation *op) {
  clampIndices(op);
  guardDivisor(op);
}
