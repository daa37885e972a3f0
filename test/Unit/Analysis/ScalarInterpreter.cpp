// A tiny interpreter of scalar code, which stops at any undefined behaviour.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ScalarInterpreter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace attn_test;

static unsigned widthOf(Type type) {
  return type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
}

/// The low `width` bits, as the interpreter keeps them.
static int64_t keep(uint64_t bits, unsigned width) {
  return width == 1 ? bits & 1 : llvm::SignExtend64(bits, width);
}
static uint64_t zeroExtend(int64_t value, unsigned width) {
  return width == 64 ? value : uint64_t(value) & ((uint64_t(1) << width) - 1);
}

void ScalarInterpreter::fail(Operation &op, const std::string &why) {
  if (!error.empty())
    return;
  llvm::raw_string_ostream os(error);
  os << why << ": " << op;
}

int64_t ScalarInterpreter::get(Value value) {
  auto found = numbers.find(value);
  if (found == numbers.end() && error.empty())
    error = "a value is read that was not computed";
  return found == numbers.end() ? 0 : found->second;
}

std::vector<int64_t> ScalarInterpreter::run(Block &block) {
  for (Operation &op : block.without_terminator())
    if (error.empty())
      run(op);
  std::vector<int64_t> results;
  if (error.empty())
    for (Value operand : block.getTerminator()->getOperands())
      results.push_back(get(operand));
  return results;
}

void ScalarInterpreter::run(Operation &op) {
  StringRef dialect = op.getName().getDialectNamespace();
  if (dialect == "attn" || dialect == "func")
    return;
  std::vector<int64_t> results;
  if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
    const Tensor &tensor = tensors[extract.getTensor()];
    int64_t offset = 0;
    for (auto [axis, index] : llvm::enumerate(extract.getIndices())) {
      int64_t i = get(index), size = tensor.shape[axis];
      if (i < 0 || i >= size)
        return fail(op, "read at " + std::to_string(i) + " of " +
                            std::to_string(size));
      offset = offset * size + i;
    }
    return set(extract.getResult(), tensor.data[offset]);
  }
  if (auto dim = dyn_cast<tensor::DimOp>(op))
    return set(dim.getResult(),
               tensors[dim.getSource()].shape[get(dim.getIndex())]);
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    for (Value init : loop.getInitArgs())
      results.push_back(get(init));
    int64_t hi = get(loop.getUpperBound()), step = get(loop.getStep());
    for (int64_t i = get(loop.getLowerBound()); i < hi; i += step) {
      set(loop.getInductionVar(), i);
      for (auto [arg, value] : llvm::zip(loop.getRegionIterArgs(), results))
        set(arg, value);
      results = run(*loop.getBody());
      if (!error.empty())
        return;
    }
  } else if (auto branch = dyn_cast<scf::IfOp>(op)) {
    results = run(get(branch.getCondition()) ? *branch.thenBlock()
                                             : *branch.elseBlock());
  } else {
    return runArith(op);
  }
  for (auto [result, value] : llvm::zip(op.getResults(), results))
    set(result, value);
}

void ScalarInterpreter::runArith(Operation &op) {
  Value out = op.getResult(0);
  unsigned width = widthOf(out.getType());
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    auto value = dyn_cast<IntegerAttr>(constant.getValue());
    if (!value)
      return fail(op, "not an integer");
    return set(out, keep(value.getValue().getSExtValue(), width));
  }
  int64_t a = get(op.getOperand(0));
  unsigned inWidth = widthOf(op.getOperand(0).getType());
  if (isa<arith::ExtUIOp, arith::IndexCastUIOp>(op))
    return set(out, keep(zeroExtend(a, inWidth), width));
  if (isa<arith::ExtSIOp, arith::IndexCastOp, arith::TruncIOp>(op))
    return set(out, keep(inWidth == 1 && a ? -1 : a, width));

  int64_t b = get(op.getOperand(1));
  if (isa<arith::SelectOp>(op))
    return set(out, a ? b : get(op.getOperand(2)));
  uint64_t ua = zeroExtend(a, inWidth), ub = zeroExtend(b, inWidth);
  if (auto cmp = dyn_cast<arith::CmpIOp>(op)) {
    bool isUnsigned = cmp.getPredicate() >= arith::CmpIPredicate::ult;
    return set(out, arith::applyCmpPredicate(cmp.getPredicate(),
                                             APInt(64, isUnsigned ? ua : a),
                                             APInt(64, isUnsigned ? ub : b)));
  }
  bool divides = isa<arith::DivSIOp, arith::DivUIOp, arith::FloorDivSIOp,
                     arith::RemSIOp, arith::RemUIOp>(op);
  if (divides && (b == 0 || b == -1))
    return fail(op, "a division that may be undefined");
  uint64_t r;
  if (isa<arith::AddIOp>(op))
    r = uint64_t(a) + uint64_t(b);
  else if (isa<arith::SubIOp>(op))
    r = uint64_t(a) - uint64_t(b);
  else if (isa<arith::MulIOp>(op))
    r = uint64_t(a) * uint64_t(b);
  else if (isa<arith::AndIOp>(op))
    r = a & b;
  else if (isa<arith::OrIOp>(op))
    r = a | b;
  else if (isa<arith::XOrIOp>(op))
    r = a ^ b;
  else if (isa<arith::MinSIOp>(op))
    r = std::min(a, b);
  else if (isa<arith::MaxSIOp>(op))
    r = std::max(a, b);
  else if (isa<arith::ShRSIOp>(op))
    r = a >> b;
  else if (isa<arith::DivSIOp>(op))
    r = a / b;
  else if (isa<arith::DivUIOp>(op))
    r = ua / ub;
  else if (isa<arith::FloorDivSIOp>(op))
    r = llvm::divideFloorSigned(a, b);
  else if (isa<arith::RemSIOp>(op))
    r = a % b;
  else if (isa<arith::RemUIOp>(op))
    r = ua % ub;
  else
    return fail(op, "unknown operation");
  set(out, keep(r, width));
}
