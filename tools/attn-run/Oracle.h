// Running the f64 reference, and judging results by it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TOOLS_ATTN_RUN_ORACLE_H
#define ATTN_TOOLS_ATTN_RUN_ORACLE_H

#include "attn/ExecutionEngine/Signature.h"
#include "attn/Interpreter/Interpreter.h"
#include "attn/Reference/Compare.h"

namespace mlir::attn {

/// What a function should return for some inputs.
class Oracle {
public:
  /// Copies `inputs`: compiled code may write into them.
  Oracle(func::FuncOp function, ArrayRef<HostTensor> inputs);

  /// Says on stderr how long it has been going on, after two seconds.
  LogicalResult run();

  /// The results, rounded to the types of `signature`.
  llvm::Expected<std::vector<HostTensor>>
  getResults(const Signature &signature) const;

  /// Prints one line for each of `results`; fails if one is wrong.
  LogicalResult check(ArrayRef<HostTensor> results, raw_ostream &os) const;

private:
  std::optional<reference::RoundedWeights>
  getRoundedWeights(unsigned index) const;

  func::FuncOp function;
  std::vector<reference::AnyTensor> inputs;
  std::vector<reference::AnyTensor> expected;
};

} // namespace mlir::attn

#endif // ATTN_TOOLS_ATTN_RUN_ORACLE_H
