// attn-emit-cpu: tiled ops on buffers become loops and vectors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Codegen/CPU/EmitCPU.h"
#include "attn/Codegen/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::attn {
#define GEN_PASS_DEF_EMITCPUPASS
#include "attn/Codegen/CPU/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;
using namespace mlir::attn;

namespace {

template <typename OpTy,
          LogicalResult (*emit)(RewriterBase &, OpTy, const Machine &)>
struct EmitPattern : OpRewritePattern<OpTy> {
  EmitPattern(MLIRContext *context, const Machine &machine,
              PatternBenefit benefit = 1)
      : OpRewritePattern<OpTy>(context, benefit), machine(machine) {}
  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    return emit(rewriter, op, machine);
  }
  Machine machine;
};

/// Why the op at a place was not emitted.
struct Reasons : RewriterBase::Listener {
  void
  notifyMatchFailure(Location loc,
                     function_ref<void(Diagnostic &)> reasonCallback) override {
    Diagnostic diag(loc, DiagnosticSeverity::Remark);
    reasonCallback(diag);
    reasons[loc] = diag.str();
  }
  llvm::DenseMap<Location, std::string> reasons;
};

struct EmitCPUPass : mlir::attn::impl::EmitCPUPassBase<EmitCPUPass> {
  using EmitCPUPassBase::EmitCPUPassBase;

  void runOnOperation() override {
    Machine machine;
    machine.vectorBytes = vectorBytes;
    machine.numVectorRegisters = numVectorRegisters;
    RewritePatternSet patterns(&getContext());
    populateEmitCPUPatterns(patterns, machine);
    Reasons listener;
    walkAndApplyPatterns(getOperation(), std::move(patterns), &listener);
    getOperation()->walk([&](DestinationStyleOpInterface op) {
      if (!isa<AttnDialect>(op->getDialect()))
        return;
      op->emitError() << "'" << op->getName() << "' cannot be lowered: "
                      << listener.reasons.lookup(op->getLoc());
      signalPassFailure();
    });
  }
};

} // namespace

void mlir::attn::populateEmitCPUPatterns(RewritePatternSet &patterns,
                                         const Machine &machine) {
  patterns
      .add<EmitPattern<PackQueryOp, emitPackQuery>,
           EmitPattern<PackKeyOp, emitPackKey>, EmitPattern<InitOp, emitInit>,
           EmitPattern<StepOp, emitStep>, EmitPattern<MergeOp, emitMerge>,
           EmitPattern<FinishOp, emitFinish>>(patterns.getContext(), machine);
  // Asked first.
  patterns.add<EmitPattern<StepOp, emitPoolingStep>>(patterns.getContext(),
                                                     machine, 2);
}
