// A tiny interpreter of scalar code: arith on integers, scf, tensor.extract.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TEST_UNIT_ANALYSIS_SCALARINTERPRETER_H
#define ATTN_TEST_UNIT_ANALYSIS_SCALARINTERPRETER_H

#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include <string>
#include <vector>

namespace attn_test {

struct Tensor {
  std::vector<int64_t> shape, data;
};

/// Integers are kept sign-extended, i1 as 0 or 1.
class ScalarInterpreter {
public:
  void set(mlir::Value value, int64_t number) { numbers[value] = number; }
  void set(mlir::Value value, Tensor tensor) {
    tensors[value] = std::move(tensor);
  }
  int64_t get(mlir::Value value);

  /// Runs the block; returns the operands of its terminator. Operations of attn
  /// and of func are passed over.
  std::vector<int64_t> run(mlir::Block &block);

  /// The first thing that went wrong: a read out of bounds, a division by zero,
  /// an unknown operation. Empty if nothing did.
  std::string error;

private:
  void run(mlir::Operation &op);
  void runArith(mlir::Operation &op);
  void fail(mlir::Operation &op, const std::string &why);

  llvm::DenseMap<mlir::Value, int64_t> numbers;
  llvm::DenseMap<mlir::Value, Tensor> tensors;
};

} // namespace attn_test

#endif // ATTN_TEST_UNIT_ANALYSIS_SCALARINTERPRETER_H
