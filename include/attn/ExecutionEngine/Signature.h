// What a compiled function takes and returns, as its caller sees it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_EXECUTIONENGINE_SIGNATURE_H
#define ATTN_EXECUTIONENGINE_SIGNATURE_H

#include "attn/ExecutionEngine/HostTensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::attn {

struct Signature {
  std::string name;
  std::vector<ValueType> arguments;
  std::vector<ValueType> results;

  /// The symbol of the C interface.
  std::string getCInterfaceName() const { return "_mlir_ciface_" + name; }

  /// The signature of a function on tensors and scalars. Emits an error if a
  /// type may not cross the boundary.
  static FailureOr<Signature> get(func::FuncOp function);
};

/// The public function with a body that is called `name`; if that is empty, the
/// only one there is. Emits an error if there is none.
FailureOr<func::FuncOp> findEntry(ModuleOp module, StringRef name);

} // namespace mlir::attn

#endif // ATTN_EXECUTIONENGINE_SIGNATURE_H
