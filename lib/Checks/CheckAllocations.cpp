// attn-check-allocations: no size of a buffer is negative, or overflows.
//
//   %m = memref.alloc(%n) : memref<?x8xf32>
//   ==> cf.assert %fits, ".."
//       %m = memref.alloc(%n) : memref<?x8xf32>
//
// Tested by test/Checks/allocations.mlir and test/BadInput.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Checks/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::attn {
#define GEN_PASS_DEF_CHECKALLOCATIONSPASS
#include "attn/Checks/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;

/// Bytes and alignment fit into 63 bits for any element.
static constexpr int64_t kMaxElements = int64_t(1) << 56;

/// The elements that are left for the dynamic sizes; none if it is too much.
static int64_t getLimit(MemRefType type) {
  int64_t limit = kMaxElements;
  for (int64_t size : type.getShape())
    if (!ShapedType::isDynamic(size))
      limit /= std::max<int64_t>(size, 1);
  return limit;
}

/// Whether the product of `sizes` is at most `limit`. The division of one size
/// by another, instead of their product, overflows nowhere.
static Value fits(ImplicitLocOpBuilder &b, ValueRange sizes, int64_t limit) {
  Value one = arith::ConstantIndexOp::create(b, 1);
  Value left = arith::ConstantIndexOp::create(b, limit);
  Value result;
  for (Value size : sizes) {
    // A negative size is a very large one.
    Value fit = arith::CmpIOp::create(b, arith::CmpIPredicate::ule, size, left);
    result = result ? arith::AndIOp::create(b, result, fit).getResult() : fit;
    if (size != sizes.back())
      left =
          arith::DivUIOp::create(b, left, arith::MaxUIOp::create(b, size, one));
  }
  return result;
}

namespace {

struct CheckAllocationsPass
    : mlir::attn::impl::CheckAllocationsPassBase<CheckAllocationsPass> {
  void runOnOperation() override {
    getOperation()->walk([&](Operation *op) {
      if (!isa<memref::AllocOp, memref::AllocaOp>(op))
        return;
      auto type = cast<MemRefType>(op->getResult(0).getType());
      unsigned numSizes = type.getNumDynamicDims();
      if (numSizes == 0)
        return;
      ImplicitLocOpBuilder b(op->getLoc(), op);
      // The symbols of a layout come after the sizes.
      Value fit =
          fits(b, op->getOperands().take_front(numSizes), getLimit(type));
      cf::AssertOp::create(b, fit,
                           "the size of a buffer is negative or far beyond the "
                           "memory of any machine");
    });
  }
};

} // namespace
