// attn-schedule-loops: how threads share the tiles of queries.
//
//   omp.wsloop { .. }  ==>  omp.wsloop schedule(dynamic) { .. }
//   memref.alloca_scope { x }  ==>  x
//
// Tested by test/Codegen/CPU/schedule-loops.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Codegen/CPU/Passes.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"

namespace mlir::attn {
#define GEN_PASS_DEF_SCHEDULELOOPSPASS
#include "attn/Codegen/CPU/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;

/// The canonicalizer does this too, but not around an intrinsic that stands in
/// no inner loop: it cannot know that it allocates nothing.
static void inlineScope(memref::AllocaScopeOp scope) {
  if (scope.walk([](memref::AllocaOp) { return WalkResult::interrupt(); })
          .wasInterrupted())
    return;
  Block &body = scope.getBodyRegion().front();
  Operation *end = body.getTerminator();
  scope->replaceAllUsesWith(end->getOperands());
  end->erase();
  scope->getBlock()->getOperations().splice(scope->getIterator(),
                                            body.getOperations());
  scope->erase();
}

namespace {

struct ScheduleLoopsPass
    : mlir::attn::impl::ScheduleLoopsPassBase<ScheduleLoopsPass> {
  void runOnOperation() override {
    getOperation()->walk([](omp::WsloopOp loop) {
      if (!loop.getScheduleKind())
        loop.setScheduleKind(omp::ClauseScheduleKind::Dynamic);
      loop.walk(inlineScope);
    });
  }
};

} // namespace
