// Evaluation of a function on tensors in f64: the meaning of a program, found
// by walking it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_INTERPRETER_INTERPRETER_H
#define ATTN_INTERPRETER_INTERPRETER_H

#include "attn/Reference/Tensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::attn {

namespace reference = ::attn::reference;

/// Evaluates `func` on `inputs`, one for each argument; scalars have rank 0.
///
/// Ops of attn are evaluated by lib/Reference, and the ops around them (arith,
/// math, tensor, linalg, scf, func) by their definition. Floating-point
/// intermediates are doubles whatever their type; only arith.truncf and a
/// constant of a narrower type are rounded. Integers are exact.
///
/// What cannot be evaluated (an unknown op, sizes that do not fit, an index out
/// of bounds) is diagnosed at the op, and the evaluation fails.
FailureOr<std::vector<reference::AnyTensor>>
evaluate(func::FuncOp func, ArrayRef<reference::AnyTensor> inputs);

} // namespace mlir::attn

#endif // ATTN_INTERPRETER_INTERPRETER_H
