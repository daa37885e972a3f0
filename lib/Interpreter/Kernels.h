// Ops on scalars as functions on numbers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_INTERPRETER_KERNELS_H
#define ATTN_LIB_INTERPRETER_KERNELS_H

#include "Number.h"
#include "mlir/IR/Operation.h"

#include <functional>

namespace mlir::attn {

/// The result of an op from its operands. Fails where the op has none, as in a
/// division of integers by zero.
using Kernel =
    std::function<LogicalResult(const Number *operands, Number &result)>;

/// The kernel of an arith or math op with one result, on its element types; an
/// empty function for any other op.
Kernel getKernel(Operation *op);
/// The part of `getKernel` that deals with functions of reals.
Kernel getRealKernel(StringRef name);
/// The part of `getKernel` that deals with conversions.
Kernel getCastKernel(StringRef name, Type from, Type to);

/// The number that an attribute of type f*, i* or index holds.
Number numberOf(Attribute attribute);
/// The nearest number of type `to`.
double roundToType(double value, FloatType to);

} // namespace mlir::attn

#endif // ATTN_LIB_INTERPRETER_KERNELS_H
