// The attn dialect: ops, attributes and the helpers every room shares.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_IR_ATTN_H
#define ATTN_IR_ATTN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "attn/IR/AttnDialect.h.inc"
#include "attn/IR/AttnEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "attn/IR/AttnAttrs.h.inc"
#define GET_OP_CLASSES
#include "attn/IR/AttnOps.h.inc"

namespace mlir::attn {

/// The type of scores, sums and regions for inputs of element type `input`:
/// f64 for f64, f32 for f16, bf16 and f32.
FloatType getComputeType(Type input);

/// Size of the leading axis `axis` of a key or value operand that a query on
/// axis size `querySize` reads, as a divisor of the query's index:
/// `index of operand = index of query / getGroupSize(..)`, or 0 if the operand
/// is broadcast. Null if one of the sizes is dynamic.
std::optional<int64_t> getGroupSize(int64_t querySize, int64_t operandSize);

/// Whether a mask of this form depends on the diagonal, which top_left moves:
/// it needs M and N to be aligned at an end.
bool hasDiagonal(MaskKind kind);

} // namespace mlir::attn

#endif // ATTN_IR_ATTN_H
