// A region on scalars, compiled once and run for each element.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_INTERPRETER_SCALARPROGRAM_H
#define ATTN_LIB_INTERPRETER_SCALARPROGRAM_H

#include "Kernels.h"
#include "mlir/IR/Region.h"

namespace mlir::attn {

/// Every SSA value of the region has a slot; an instruction reads and writes
/// slots. What the region reads from around it is looked up once: scalars are
/// put in their slot, tensors are held by the instructions that read them.
class ScalarProgram {
public:
  using Lookup = function_ref<ArrayPtr(Value)>;

  /// Compiles a region of one block, or says at the op why it cannot.
  static FailureOr<ScalarProgram> compile(Region &region, Lookup lookup);

  /// Runs on the values of the block's arguments. `loops` are the values that
  /// linalg.index gives. The result is that of the terminator, valid until the
  /// next run. On failure the op has been diagnosed.
  LogicalResult run(ArrayRef<Number> args, ArrayRef<int64_t> loops = {});
  Number result(size_t index = 0) const { return slots[yields[index]]; }
  size_t numResults() const { return yields.size(); }

private:
  using Instruction = std::function<LogicalResult(ScalarProgram &)>;
  using Code = std::vector<Instruction>;

  unsigned slotOf(Value value);
  LogicalResult use(Value value, Lookup lookup);
  LogicalResult compileBlock(Block &block, Lookup lookup, Code &code,
                             SmallVector<unsigned> &yielded);
  LogicalResult compileOp(Operation *op, Lookup lookup, Code &code);
  LogicalResult compileIf(Operation *op, Lookup lookup, Code &code);
  LogicalResult compileExtract(Operation *op, Lookup lookup, Code &code);
  LogicalResult compileKernel(Operation *op, Lookup lookup, Code &code);

  DenseMap<Value, unsigned> slotNumbers;
  std::vector<Number> slots;
  Code code;
  SmallVector<unsigned> yields;
  ArrayRef<int64_t> loops;
};

} // namespace mlir::attn

#endif // ATTN_LIB_INTERPRETER_SCALARPROGRAM_H
