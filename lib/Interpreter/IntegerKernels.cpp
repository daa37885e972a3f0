// Kernels of integer functions, comparisons and select.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Kernels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringSwitch.h"

#include <cmath>

namespace mlir::attn {
namespace {

using Unary = APInt (*)(const APInt &);
/// Both operands and the result have one width.
using Binary = APInt (*)(const APInt &, const APInt &);

APInt power(APInt base, APInt exponent) {
  unsigned width = base.getBitWidth();
  APInt result(width, 1);
  if (exponent.isNegative()) // 1/x rounds to zero unless x is 1 or -1
    return base.isOne()       ? base
           : base.isAllOnes() ? (exponent[0] ? base : -base)
                              : APInt(width, 0);
  for (; !exponent.isZero(); exponent.lshrInPlace(1), base *= base)
    if (exponent[0])
      result *= base;
  return result;
}

Unary getUnary(StringRef name) {
  return llvm::StringSwitch<Unary>(name)
      .Case("math.absi", [](const APInt &x) { return x.abs(); })
      .Case("math.ctlz",
            [](const APInt &x) {
              return APInt(x.getBitWidth(), x.countl_zero(), false, true);
            })
      .Case("math.cttz",
            [](const APInt &x) {
              return APInt(x.getBitWidth(), x.countr_zero(), false, true);
            })
      .Case("math.ctpop",
            [](const APInt &x) {
              return APInt(x.getBitWidth(), x.popcount(), false, true);
            })
      .Default(nullptr);
}

Binary getBinary(StringRef name) {
  using namespace llvm::APIntOps;
  using Ref = const APInt &;
  return llvm::StringSwitch<Binary>(name)
      .Case("arith.addi", [](Ref x, Ref y) { return x + y; })
      .Case("arith.subi", [](Ref x, Ref y) { return x - y; })
      .Case("arith.muli", [](Ref x, Ref y) { return x * y; })
      .Case("arith.andi", [](Ref x, Ref y) { return x & y; })
      .Case("arith.ori", [](Ref x, Ref y) { return x | y; })
      .Case("arith.xori", [](Ref x, Ref y) { return x ^ y; })
      .Case("arith.maxsi", [](Ref x, Ref y) { return smax(x, y); })
      .Case("arith.maxui", [](Ref x, Ref y) { return umax(x, y); })
      .Case("arith.minsi", [](Ref x, Ref y) { return smin(x, y); })
      .Case("arith.minui", [](Ref x, Ref y) { return umin(x, y); })
      .Case("math.ipowi", [](Ref x, Ref y) { return power(x, y); })
      .Default(nullptr);
}

/// Divisions: no value for a divisor of zero, nor where a signed quotient
/// overflows.
Binary getDivision(StringRef name) {
  using Ref = const APInt &;
  using Round = APInt::Rounding;
  return llvm::StringSwitch<Binary>(name)
      .Case("arith.divsi", [](Ref x, Ref y) { return x.sdiv(y); })
      .Case("arith.remsi", [](Ref x, Ref y) { return x.srem(y); })
      .Case("arith.ceildivsi",
            [](Ref x, Ref y) {
              return llvm::APIntOps::RoundingSDiv(x, y, Round::UP);
            })
      .Case("arith.floordivsi",
            [](Ref x, Ref y) {
              return llvm::APIntOps::RoundingSDiv(x, y, Round::DOWN);
            })
      .Case("arith.divui", [](Ref x, Ref y) { return x.udiv(y); })
      .Case("arith.remui", [](Ref x, Ref y) { return x.urem(y); })
      .Case("arith.ceildivui",
            [](Ref x, Ref y) {
              return llvm::APIntOps::RoundingUDiv(x, y, Round::UP);
            })
      .Default(nullptr);
}

/// Shifts: no value for a distance of the width or more.
Binary getShift(StringRef name) {
  using Ref = const APInt &;
  return llvm::StringSwitch<Binary>(name)
      .Case("arith.shli", [](Ref x, Ref y) { return x.shl(y); })
      .Case("arith.shrsi", [](Ref x, Ref y) { return x.ashr(y); })
      .Case("arith.shrui", [](Ref x, Ref y) { return x.lshr(y); })
      .Default(nullptr);
}

Kernel getIntegerKernel(StringRef name, unsigned width) {
  if (Unary f = getUnary(name))
    return [=](const Number *x, Number &result) {
      result = ofAPInt(f(toAPInt(x[0], width)));
      return success();
    };
  if (Binary f = getBinary(name))
    return [=](const Number *x, Number &result) {
      result = ofAPInt(f(toAPInt(x[0], width), toAPInt(x[1], width)));
      return success();
    };
  if (Binary f = getDivision(name)) {
    bool isSigned = name.ends_with("si");
    return [=](const Number *x, Number &result) {
      APInt a = toAPInt(x[0], width), b = toAPInt(x[1], width);
      if (b.isZero() || (isSigned && a.isMinSignedValue() && b.isAllOnes()))
        return failure();
      result = ofAPInt(f(a, b));
      return success();
    };
  }
  if (Binary f = getShift(name))
    return [=](const Number *x, Number &result) {
      APInt distance = toAPInt(x[1], width);
      if (distance.uge(width))
        return failure();
      result = ofAPInt(f(toAPInt(x[0], width), distance));
      return success();
    };
  return {};
}

bool compareReals(arith::CmpFPredicate predicate, double x, double y) {
  using P = arith::CmpFPredicate;
  bool unordered = std::isnan(x) || std::isnan(y);
  switch (predicate) {
  case P::AlwaysFalse:
    return false;
  case P::OEQ:
    return x == y;
  case P::OGT:
    return x > y;
  case P::OGE:
    return x >= y;
  case P::OLT:
    return x < y;
  case P::OLE:
    return x <= y;
  case P::ONE:
    return x < y || x > y;
  case P::ORD:
    return !unordered;
  case P::UEQ:
    return unordered || x == y;
  case P::UGT:
    return unordered || x > y;
  case P::UGE:
    return unordered || x >= y;
  case P::ULT:
    return unordered || x < y;
  case P::ULE:
    return unordered || x <= y;
  case P::UNE:
    return unordered || x != y;
  case P::UNO:
    return unordered;
  case P::AlwaysTrue:
    return true;
  }
  llvm_unreachable("unknown predicate");
}

} // namespace

Kernel getKernel(Operation *op) {
  StringRef name = op->getName().getStringRef();
  if (op->getNumOperands() == 0 || op->getNumResults() != 1)
    return {};
  Type from = getElementTypeOrSelf(op->getOperand(0));
  Type to = getElementTypeOrSelf(op->getResult(0));
  if (!isNumber(from) || !isNumber(to))
    return {};
  if (auto cmp = dyn_cast<arith::CmpFOp>(op))
    return [predicate = cmp.getPredicate()](const Number *x, Number &result) {
      result.integer = compareReals(predicate, x[0].real, x[1].real);
      return success();
    };
  if (auto cmp = dyn_cast<arith::CmpIOp>(op))
    return [predicate = cmp.getPredicate(),
            width = integerWidth(from)](const Number *x, Number &result) {
      result.integer = arith::applyCmpPredicate(predicate, toAPInt(x[0], width),
                                                toAPInt(x[1], width));
      return success();
    };
  if (isa<arith::SelectOp>(op))
    return [](const Number *x, Number &result) {
      result = x[0].integer ? x[1] : x[2];
      return success();
    };
  if (Kernel kernel = getCastKernel(name, from, to))
    return kernel;
  if (Kernel kernel = getRealKernel(name))
    return kernel;
  if (isa<FloatType>(from))
    return {};
  return getIntegerKernel(name, integerWidth(from));
}

} // namespace mlir::attn
