// attn-schedule-loops: how threads share the tiles of queries.
//
//   omp.wsloop { .. }  ==>  omp.wsloop schedule(dynamic) { .. }
//
// Tested by test/Codegen/CPU/schedule-loops.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Codegen/CPU/Passes.h"

#include "mlir/Dialect/OpenMP/OpenMPDialect.h"

namespace mlir::attn {
#define GEN_PASS_DEF_SCHEDULELOOPSPASS
#include "attn/Codegen/CPU/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;

namespace {

struct ScheduleLoopsPass
    : mlir::attn::impl::ScheduleLoopsPassBase<ScheduleLoopsPass> {
  void runOnOperation() override {
    getOperation()->walk([](omp::WsloopOp loop) {
      if (!loop.getScheduleKind())
        loop.setScheduleKind(omp::ClauseScheduleKind::Dynamic);
    });
  }
};

} // namespace
