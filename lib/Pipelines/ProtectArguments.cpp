// attn-protect-arguments: compiled code leaves its inputs as they are.
//
//   func.func @f(%x: tensor<..>)
//   ==> func.func @f(%x: tensor<..> {bufferization.writable = false})
//
// Tested by test/Pipelines/protect-arguments.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Pipelines/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir::attn {
#define GEN_PASS_DEF_PROTECTARGUMENTSPASS
#include "attn/Pipelines/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;
using bufferization::BufferizationDialect;

namespace {

struct ProtectArgumentsPass
    : mlir::attn::impl::ProtectArgumentsPassBase<ProtectArgumentsPass> {
  void runOnOperation() override {
    StringRef name = BufferizationDialect::kWritableAttrName;
    getOperation()->walk([&](FunctionOpInterface function) {
      if (!function.isPublic())
        return;
      for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
        if (isa<TensorType>(type) && !function.getArgAttr(i, name))
          function.setArgAttr(i, name, BoolAttr::get(&getContext(), false));
    });
  }
};

} // namespace
