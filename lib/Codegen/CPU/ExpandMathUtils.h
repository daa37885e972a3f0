// Small builder shared by the expansions of elementary functions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_CODEGEN_CPU_EXPANDMATHUTILS_H
#define ATTN_LIB_CODEGEN_CPU_EXPANDMATHUTILS_H

#include "attn/Codegen/CPU/ExpandMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::attn {

/// Builds arithmetic on values of one f32 or f64 type, scalar or vector.
/// No operation carries a fast-math flag, and fma is the correctly rounded
/// math.fma (vector.fma may be split in two roundings), so that the error
/// bounds and the treatment of NaN survive every later optimisation.
class MathBuilder {
public:
  MathBuilder(ImplicitLocOpBuilder &builder, Type type)
      : b(builder), floatType(type) {
    auto element = cast<FloatType>(getElementTypeOrSelf(type));
    isF64 = element.isF64();
    Type bits = b.getIntegerType(element.getWidth());
    auto vector = dyn_cast<VectorType>(type);
    intType = vector ? Type(vector.clone(bits)) : bits;
  }

  /// Number of stored mantissa bits, and the exponent bias.
  int64_t mantissa() const { return isF64 ? 52 : 23; }
  int64_t bias() const { return isF64 ? 1023 : 127; }

  Value real(double value) {
    return constant(floatType, b.getFloatAttr(element(floatType), value));
  }
  Value integer(int64_t value) {
    return constant(intType, b.getIntegerAttr(element(intType), value));
  }

  Value add(Value x, Value y) { return arith::AddFOp::create(b, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(b, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, x, y); }
  Value div(Value x, Value y) { return arith::DivFOp::create(b, x, y); }
  Value fma(Value x, Value y, Value z) {
    return math::FmaOp::create(b, x, y, z);
  }

  Value addi(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value subi(Value x, Value y) { return arith::SubIOp::create(b, x, y); }
  Value shl(Value x, int64_t n) {
    return arith::ShLIOp::create(b, x, integer(n));
  }
  Value shrUnsigned(Value x, int64_t n) {
    return arith::ShRUIOp::create(b, x, integer(n));
  }
  Value shrSigned(Value x, int64_t n) {
    return arith::ShRSIOp::create(b, x, integer(n));
  }
  Value asInteger(Value x) { return arith::BitcastOp::create(b, intType, x); }
  Value asReal(Value x) { return arith::BitcastOp::create(b, floatType, x); }

  Value compare(arith::CmpFPredicate predicate, Value x, Value y) {
    return arith::CmpFOp::create(b, predicate, x, y);
  }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(b, condition, x, y);
  }
  /// bound > x ? bound : x, and bound < x ? bound : x. A NaN in x is kept,
  /// which is also what one vmaxps or vminps does with this operand order.
  Value atLeast(Value x, double bound) {
    Value c = real(bound);
    return select(compare(arith::CmpFPredicate::OGT, c, x), c, x);
  }
  Value atMost(Value x, double bound) {
    Value c = real(bound);
    return select(compare(arith::CmpFPredicate::OLT, c, x), c, x);
  }

  /// c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule.
  Value polynomial(ArrayRef<double> c, Value x) {
    Value sum = real(c.back());
    for (double coefficient : llvm::reverse(c.drop_back()))
      sum = fma(sum, x, real(coefficient));
    return sum;
  }

  /// For |n| < 2^(mantissa-2), n + roundingMagic(offset) is rounded to an
  /// integer, to nearest even, and its low mantissa bits hold n + offset.
  double roundingMagic(int64_t offset) const {
    return 1.5 * static_cast<double>(int64_t(1) << mantissa()) + offset;
  }

  ImplicitLocOpBuilder &b;
  Type floatType, intType;
  bool isF64;

private:
  static Type element(Type type) { return getElementTypeOrSelf(type); }
  Value constant(Type type, TypedAttr scalar) {
    if (auto vector = dyn_cast<VectorType>(type))
      return arith::ConstantOp::create(
          b, DenseElementsAttr::get(vector, Attribute(scalar)));
    return arith::ConstantOp::create(b, scalar);
  }
};

/// Applies `compute` to `x`, widened to f32 if it is a 16-bit type.
Value inComputeType(ImplicitLocOpBuilder &builder, Value x,
                    function_ref<Value(MathBuilder &, Value)> compute);

} // namespace mlir::attn

#endif // ATTN_LIB_CODEGEN_CPU_EXPANDMATHUTILS_H
