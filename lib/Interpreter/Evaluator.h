// The walk over one function: what each SSA value is, and what each op does.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_INTERPRETER_EVALUATOR_H
#define ATTN_LIB_INTERPRETER_EVALUATOR_H

#include "Kernels.h"
#include "ScalarProgram.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/OpDefinition.h"

namespace mlir::attn {

class Evaluator {
public:
  explicit Evaluator(unsigned depth) : depth(depth) {}

  /// Evaluates a function body on values of its arguments.
  FailureOr<SmallVector<ArrayPtr>> evaluateBody(func::FuncOp func,
                                                ArrayRef<ArrayPtr> args);

  /// The value of an operand; null if there is none.
  ArrayPtr lookup(Value value) const { return values.lookup(value); }
  const Array &operator[](Value value) const { return *values.lookup(value); }
  /// The value of an integer operand or attribute.
  int64_t integer(OpFoldResult value) const;
  SmallVector<int64_t> integers(ArrayRef<OpFoldResult> mixed) const;

  /// Gives `value` its value; an error at `op` if the sizes contradict its
  /// type.
  LogicalResult set(Operation *op, Value value, ArrayPtr array);
  LogicalResult set(Operation *op, Value value, Array array);
  LogicalResult set(Operation *op, Value value, Number number);

  /// A region of `op` that reads scalars.
  FailureOr<ScalarProgram> compile(Region &region) const;

private:
  LogicalResult evaluateBlock(Block &block);
  LogicalResult evaluateOp(Operation *op);
  LogicalResult evaluateConstant(Operation *op);
  LogicalResult evaluateControlFlow(Operation *op);
  LogicalResult evaluateFor(Operation *op);
  LogicalResult evaluateCall(func::CallOp op);
  LogicalResult evaluateElementwise(Operation *op);
  /// Copies what the terminator of `block` passes on to `targets`.
  LogicalResult passOn(Block &block, ValueRange targets);

  DenseMap<Value, ArrayPtr> values;
  unsigned depth;
};

// One function for each dialect.
LogicalResult evaluateAttnOp(Evaluator &evaluator, Operation *op);
LogicalResult evaluateLinalgOp(Evaluator &evaluator, Operation *op);
LogicalResult evaluateTensorOp(Evaluator &evaluator, Operation *op);

/// The kernel of affine.apply: dimensions first, then symbols.
Kernel getAffineKernel(AffineMap map);
/// The value of an expression; nothing where it divides by zero.
std::optional<int64_t> evaluateAffine(AffineExpr expr, ArrayRef<int64_t> dims,
                                      ArrayRef<int64_t> symbols = {});

/// Zeros of this shape; an error at `op` if a size is negative or the tensor
/// has more than 2^30 elements.
FailureOr<Array> allocate(Operation *op, ArrayRef<int64_t> shape);

LogicalResult emitUnsupported(Operation *op);
LogicalResult emitNoValue(Operation *op);
LogicalResult emitOutOfBounds(Operation *op, int64_t index, int64_t size);
LogicalResult emitSizeMismatch(Operation *op, ArrayRef<int64_t> one,
                               ArrayRef<int64_t> other);

} // namespace mlir::attn

#endif // ATTN_LIB_INTERPRETER_EVALUATOR_H
