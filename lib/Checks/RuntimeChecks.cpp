// attn-runtime-checks: one cf.assert for each open constraint of an attn op.
//
// Tested by test/Checks and test/BadInput.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Checks/Passes.h"
#include "attn/IR/Attn.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/RuntimeVerifiableOpInterface.h"

namespace mlir::attn {
#define GEN_PASS_DEF_RUNTIMECHECKSPASS
#include "attn/Checks/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;
using namespace mlir::attn;

/// `file.mlir:3:8: <message>`; the message names the op.
static std::string describe(Operation *op, StringRef message) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (auto loc = op->getLoc()->findInstanceOf<FileLineColLoc>())
    os << loc.getFilename().getValue() << ":" << loc.getLine() << ":"
       << loc.getColumn() << ": ";
  os << message;
  return text;
}

namespace {

struct RuntimeChecksPass
    : mlir::attn::impl::RuntimeChecksPassBase<RuntimeChecksPass> {
  void runOnOperation() override {
    SmallVector<RuntimeVerifiableOpInterface> ops;
    // Asking another dialect's op for the interface could find it promised but
    // not registered.
    getOperation()->walk([&](Operation *op) {
      if (isa_and_nonnull<AttnDialect>(op->getDialect()))
        if (auto checked = dyn_cast<RuntimeVerifiableOpInterface>(op))
          ops.push_back(checked);
    });
    for (RuntimeVerifiableOpInterface op : ops) {
      OpBuilder builder(op);
      op.generateRuntimeVerification(builder, op->getLoc(), describe);
    }
  }
};

} // namespace
