// The values that the interpreter computes with.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_INTERPRETER_NUMBER_H
#define ATTN_LIB_INTERPRETER_NUMBER_H

#include "attn/Reference/Tensor.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/APInt.h"

#include <memory>

namespace mlir::attn {

namespace reference = ::attn::reference;

/// A scalar. The type of the SSA value says which member it is: floats of every
/// width are `real`; index and integers are `integer`, sign-extended, and i1 is
/// 0 or 1.
union Number {
  double real;
  int64_t integer;

  Number() : integer(0) {}
  static Number ofReal(double value) {
    Number number;
    number.real = value;
    return number;
  }
  static Number ofInteger(int64_t value) {
    Number number;
    number.integer = value;
    return number;
  }
};

/// A tensor, or a scalar as a tensor of rank 0. Values are shared, not copied.
using Array = reference::TensorOf<Number>;
using ArrayPtr = std::shared_ptr<const Array>;

/// Scalars that a Number holds: floats, integers and index of up to 64 bits.
inline bool isNumber(Type type) {
  return isa<IndexType>(type) ||
         (type.isIntOrFloat() && type.getIntOrFloatBitWidth() <= 64);
}

inline unsigned integerWidth(Type type) {
  return isa<IndexType>(type) ? 64 : type.getIntOrFloatBitWidth();
}

inline APInt toAPInt(Number number, unsigned width) {
  return APInt(width, static_cast<uint64_t>(number.integer),
               /*isSigned=*/true, /*implicitTrunc=*/true);
}

inline Number ofAPInt(const APInt &value) {
  return Number::ofInteger(value.getBitWidth() == 1
                               ? static_cast<int64_t>(value.getZExtValue())
                               : value.getSExtValue());
}

} // namespace mlir::attn

#endif // ATTN_LIB_INTERPRETER_NUMBER_H
