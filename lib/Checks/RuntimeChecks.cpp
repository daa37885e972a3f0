// attn-runtime-checks: sizes, lengths and indices are checked before they are used.
//
//   %r = tensor.extract %t[%i]
//   ==> cf.assert %inside, ".."
//       %r = tensor.extract %t[%i]
//
// Tested by test/Checks/ops.mlir and test/BadInput.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Checks/Passes.h"
#include "attn/IR/Attn.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/ParallelCombiningOpInterface.h"
#include "mlir/Interfaces/RuntimeVerifiableOpInterface.h"

namespace mlir::attn {
#define GEN_PASS_DEF_RUNTIMECHECKSPASS
#include "attn/Checks/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;
using namespace mlir::attn;

/// "f.mlir:3:8: tensor.extract: out-of-bounds access", on one line.
static std::string makeMessage(Operation *op, StringRef what) {
  std::string message;
  llvm::raw_string_ostream os(message);
  if (auto place = op->getLoc()->findInstanceOf<FileLineColLoc>())
    os << place.getFilename().getValue() << ":" << place.getLine() << ":"
       << place.getColumn() << ": ";
  StringRef name = op->getName().getStringRef();
  if (!what.starts_with(name))
    os << name << ": ";
  os << what;
  return message;
}

/// The operands of an elementwise op on tensors have one shape.
static void checkElementwise(Operation *op, OpBuilder &b) {
  Location loc = op->getLoc();
  Value first;
  for (Value operand : op->getOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type || operand == first)
      continue;
    if (!first) {
      first = operand;
      continue;
    }
    for (int64_t axis = 0; axis < type.getRank(); ++axis) {
      if (type.hasStaticShape() &&
          cast<RankedTensorType>(first.getType()).hasStaticShape())
        break;
      Value same =
          arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                tensor::DimOp::create(b, loc, first, axis),
                                tensor::DimOp::create(b, loc, operand, axis));
      std::string what = "the operands differ in size on axis ";
      cf::AssertOp::create(b, loc, same,
                           makeMessage(op, what + std::to_string(axis)));
    }
  }
}

/// The slice lies in the tensor that it is inserted into, for which upstream
/// has no check.
template <typename OpTy>
static void checkInsertSlice(OpTy op, ImplicitLocOpBuilder &b) {
  auto index = [&](OpFoldResult value) {
    return getValueOrCreateConstantIndexOp(b, b.getLoc(), value);
  };
  auto offsets = op.getMixedOffsets(), sizes = op.getMixedSizes(),
       strides = op.getMixedStrides();
  for (size_t axis = 0; axis < offsets.size(); ++axis) {
    Value end = tensor::DimOp::create(b, op.getDest(), axis);
    Value offset = index(offsets[axis]), size = index(sizes[axis]);
    // Unsigned comparisons, to which a negative number is very large:
    // offset <= end and size <= ceil((end - offset) / stride)
    Value room = arith::CeilDivUIOp::create(
        b, arith::SubIOp::create(b, end, offset), index(strides[axis]));
    Value inside = arith::AndIOp::create(
        b, arith::CmpIOp::create(b, arith::CmpIPredicate::ule, offset, end),
        arith::CmpIOp::create(b, arith::CmpIPredicate::ule, size, room));
    std::string what = "the slice is out of bounds on axis ";
    cf::AssertOp::create(b, inside,
                         makeMessage(op, what + std::to_string(axis)));
  }
}

namespace {

struct RuntimeChecksPass : mlir::attn::impl::RuntimeChecksPassBase<RuntimeChecksPass> {
  void runOnOperation() override {
    // Checks are operations that need no checks. All models are registered with
    // those of attn: to ask for one that is only promised is an error.
    SmallVector<Operation *> ops;
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isa<RuntimeVerifiableOpInterface, tensor::InsertSliceOp,
              tensor::ParallelInsertSliceOp>(op) ||
          op->hasTrait<OpTrait::Elementwise>())
        ops.push_back(op);
      return isa_and_present<AttnDialect>(op->getDialect())
                 ? WalkResult::skip()
                 : WalkResult::advance();
    });
    OpBuilder builder(&getContext());
    for (Operation *op : ops) {
      // Nothing but slices may stand in the terminator of scf.forall.
      bool isInTerminator = isa<InParallelOpInterface>(op->getParentOp());
      builder.setInsertionPoint(isInTerminator ? op->getParentOp() : op);
      ImplicitLocOpBuilder b(op->getLoc(), builder);
      if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
        checkInsertSlice(insert, b);
      if (auto insert = dyn_cast<tensor::ParallelInsertSliceOp>(op))
        checkInsertSlice(insert, b);
      if (op->hasTrait<OpTrait::Elementwise>())
        checkElementwise(op, builder);
      if (auto verifiable = dyn_cast<RuntimeVerifiableOpInterface>(op))
        verifiable.generateRuntimeVerification(builder, op->getLoc(),
                                               makeMessage);
    }
  }
};

} // namespace
