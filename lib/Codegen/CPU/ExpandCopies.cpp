// attn-expand-copies: copies of strided buffers are loops.
//
//   memref.copy %a, %b : memref<..> to memref<.., strided<..>>  ==>
//   linalg.generic
//
// Tested by test/Codegen/CPU/expand-copies.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Codegen/CPU/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::attn {
#define GEN_PASS_DEF_EXPANDCOPIESPASS
#include "attn/Codegen/CPU/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;

static bool isContiguous(Value buffer) {
  auto type = dyn_cast<MemRefType>(buffer.getType());
  return type && type.getLayout().isIdentity();
}

namespace {

struct ExpandCopiesPass
    : mlir::attn::impl::ExpandCopiesPassBase<ExpandCopiesPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<memref::CopyOp> copies;
    getOperation()->walk([&](memref::CopyOp op) {
      bool isRanked = isa<MemRefType>(op.getSource().getType()) &&
                      isa<MemRefType>(op.getTarget().getType());
      if (isRanked &&
          !(isContiguous(op.getSource()) && isContiguous(op.getTarget())))
        copies.push_back(op);
    });
    for (memref::CopyOp op : copies) {
      rewriter.setInsertionPoint(op);
      linalg::makeMemRefCopyOp(rewriter, op.getLoc(), op.getSource(),
                               op.getTarget());
      rewriter.eraseOp(op);
    }
  }
};

} // namespace
