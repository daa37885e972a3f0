// attn-verify-stage: the contract of each stage, as data.
//
// Tested by test/Pipelines/verify-stage.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Pipelines/Passes.h"
#include "attn/Pipelines/Pipelines.h"

#include "attn/IR/Attn.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"

namespace mlir::attn {
#define GEN_PASS_DEF_VERIFYSTAGEPASS
#include "attn/Pipelines/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;
using namespace mlir::attn;

static bool isTileOp(Operation *op) {
  return isa<PackQueryOp, PackKeyOp, InitOp, StepOp, MergeOp, FinishOp>(op);
}

static bool isGraphOp(Operation *op) {
  return isa<ScoreOp, ScoreModOp, MaskOp, SoftmaxOp, WeightedSumOp>(op);
}

/// A weighted sum that attn-fuse should have taken: all the way from a score.
/// If the lse is still read, attn-fuse found no place for the fused op and said
/// so in a remark.
static bool isUnfusedAttention(Operation *op) {
  auto sum = dyn_cast<WeightedSumOp>(op);
  if (!sum)
    return false;
  auto softmax = sum.getWeights().getDefiningOp<SoftmaxOp>();
  if (!softmax || (softmax.getLse() && !softmax.getLse().use_empty()))
    return false;
  Operation *def = softmax;
  do
    def = def->getOperand(0).getDefiningOp();
  while (isa_and_nonnull<ScoreModOp, MaskOp>(def));
  return isa_and_nonnull<ScoreOp>(def);
}

static bool hasTensor(Operation *op) {
  auto isTensor = [](Type type) { return isa<TensorType>(type); };
  return llvm::any_of(op->getOperandTypes(), isTensor) ||
         llvm::any_of(op->getResultTypes(), isTensor);
}

/// Two open sizes in one group of a reshape: upstream's lowering of strides
/// does not take them.
static bool isAmbiguousReshape(Operation *op) {
  auto reshape = dyn_cast<memref::ExpandShapeOp>(op);
  if (!reshape)
    return false;
  ArrayRef<int64_t> shape = reshape.getResultType().getShape();
  return llvm::any_of(reshape.getReassociationIndices(), [&](auto group) {
    return llvm::count_if(group, [&](int64_t axis) {
             return ShapedType::isDynamic(shape[axis]);
           }) > 1;
  });
}

/// Why `op` may not be there at the end of `stage`; empty if it may.
static StringRef findFault(Stage stage, Operation *op) {
  Dialect *dialect = op->getDialect();
  switch (stage) {
  case Stage::Graph:
    if (isTileOp(op) || isa<FusedOp>(op))
      return "belongs to a later stage";
    return "";
  case Stage::Fused:
    if (isTileOp(op))
      return "belongs to a later stage";
    if (isUnfusedAttention(op))
      return "was not fused";
    return "";
  case Stage::Tiled:
    if (isa<FusedOp>(op) || isGraphOp(op))
      return "was not tiled";
    return "";
  case Stage::Vector:
    if (isa_and_nonnull<AttnDialect, linalg::LinalgDialect,
                        bufferization::BufferizationDialect>(dialect))
      return "was not lowered";
    if (hasTensor(op))
      return "has a tensor";
    if (isAmbiguousReshape(op))
      return "has two sizes in one group that are not known (tensor.reshape "
             "can "
             "say this)";
    return "";
  case Stage::LLVM:
    if (!isa_and_nonnull<LLVM::LLVMDialect, omp::OpenMPDialect>(dialect) &&
        !isa<ModuleOp>(op))
      return "was not lowered";
    return "";
  }
  llvm_unreachable("every stage is handled above");
}

namespace {

struct VerifyStagePass
    : mlir::attn::impl::VerifyStagePassBase<VerifyStagePass> {
  using VerifyStagePassBase::VerifyStagePassBase;

  void runOnOperation() override {
    markAllAnalysesPreserved();
    std::optional<Stage> which = symbolizeStage(stage);
    if (!which) {
      getOperation()->emitError() << "unknown stage '" << stage << "'";
      return signalPassFailure();
    }
    // Drivers may leave out the verifier after each pass, a third of their time.
    if (failed(verify(getOperation())))
      return signalPassFailure();
    // Outer ops first: they are what a user wrote.
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      StringRef fault = findFault(*which, op);
      if (fault.empty())
        return WalkResult::advance();
      op->emitError() << "'" << op->getName() << "' " << fault
                      << " at the end of stage '" << stage << "'";
      signalPassFailure();
      return WalkResult::interrupt();
    });
  }
};

} // namespace
