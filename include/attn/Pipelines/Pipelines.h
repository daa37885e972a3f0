// The way down: every stage, as one pipeline with several stopping points.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_PIPELINES_PIPELINES_H
#define ATTN_PIPELINES_PIPELINES_H

#include "attn/Target/Machine.h"
#include "mlir/Pass/PassManager.h"
#include <optional>

namespace mlir::attn {

/// A form of the IR; see docs/Architecture.md.
enum class Stage { Graph, Fused, Tiled, Vector, LLVM };

/// "graph", "fused", "tiled", "vector", "llvm".
StringRef stringifyStage(Stage stage);
std::optional<Stage> symbolizeStage(StringRef name);

/// How attention is lowered: as one kernel, or op by op with the scores in
/// memory (the baseline, and an independent route for tests).
enum class Route { Fused, Naive };

struct AttnPipelineOptions {
  /// The form of the input. After `graph`, the stages up to this one are left
  /// out: another compiler may hand over `tiled` IR of its own.
  Stage startFrom = Stage::Graph;
  Stage stopAfter = Stage::LLVM;
  Route route = Route::Fused;
  Machine machine = Machine::avx512();
  /// Tiles of queries go to OpenMP threads; otherwise to a loop.
  bool threads = true;
  /// Sizes and lengths that types leave open are checked when the code runs.
  bool runtimeChecks = true;
  /// Every stage ends with `attn-verify-stage`.
  bool verifyStages = true;
};

/// Appends the passes from `options.startFrom` to `options.stopAfter` to `pm`,
/// which works on modules.
void buildAttnPipeline(OpPassManager &pm, const AttnPipelineOptions &options);

/// Registers `attn-to-fused`, `attn-to-tiled`, `attn-to-vector` and
/// `attn-to-llvm`.
void registerAttnPipelines();

} // namespace mlir::attn

#endif // ATTN_PIPELINES_PIPELINES_H
