// The way down, stage by stage, with the reason for each place in the order.
//
// Tested by test/Pipelines/stages.mlir and pass-list.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "LowerToLLVM.h"

#include "attn/Checks/Passes.h"
#include "attn/Codegen/CPU/Passes.h"
#include "attn/Conversion/Passes.h"
#include "attn/Fusion/Passes.h"
#include "attn/Pipelines/Passes.h"
#include "attn/Tiling/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/SCF/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::attn;

static constexpr std::pair<Stage, StringLiteral> kStageNames[] = {
    {Stage::Graph, "graph"},   {Stage::Fused, "fused"}, {Stage::Tiled, "tiled"},
    {Stage::Vector, "vector"}, {Stage::LLVM, "llvm"},
};

StringRef mlir::attn::stringifyStage(Stage stage) {
  for (const auto &[value, name] : kStageNames)
    if (value == stage)
      return name;
  llvm_unreachable("every stage has a name");
}

std::optional<Stage> mlir::attn::symbolizeStage(StringRef name) {
  for (const auto &[value, text] : kStageNames)
    if (text == name)
      return value;
  return std::nullopt;
}

/// input -> graph
static void buildGraph(OpPassManager &pm, const AttnPipelineOptions &options) {
  // First, while every op still says what it needs.
  if (options.runtimeChecks)
    pm.addPass(createRuntimeChecksPass());
}

/// graph -> fused
static void buildFused(OpPassManager &pm, const AttnPipelineOptions &options) {
  pm.addPass(createCanonicalizerPass());
  if (options.route == Route::Fused) {
    pm.addPass(createFusePass());
    // Before tiling, which gives each head tiles of its own.
    pm.addPass(createGroupHeadsPass());
  }
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

/// fused -> tiled
static void buildTiled(OpPassManager &pm, const AttnPipelineOptions &options) {
  if (options.route == Route::Fused) {
    TilePassOptions tile;
    tile.vectorBytes = options.machine.vectorBytes;
    tile.numVectorRegisters = options.machine.numVectorRegisters;
    tile.l2Bytes = options.machine.l2Bytes;
    tile.bf16Dot = options.machine.hasBf16Dot;
    pm.addPass(createTilePass(tile));
    // Before CSE, which would make one tile of two that are written apart.
    pm.addPass(bufferization::createEmptyTensorToAllocTensorPass());
  }
  // What was not fused, and all of the naive route. A tiled op stays.
  AttnToLinalgPassOptions naive;
  naive.keepTiles = options.route == Route::Fused;
  pm.addPass(createAttnToLinalgPass(naive));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

/// tiled -> vector
static void buildVector(OpPassManager &pm, const AttnPipelineOptions &options) {
  pm.addPass(createConvertTensorToLinalgPass());
  pm.addNestedPass<func::FuncOp>(createConvertElementwiseToLinalgPass());
  pm.addPass(createProtectArgumentsPass());
  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.bufferizeFunctionBoundaries = true;
  bufferize.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(bufferize));
  pm.addPass(createCanonicalizerPass());

  // On memrefs, and while scf.forall still says where a thread's work begins.
  EmitCPUPassOptions emit;
  emit.vectorBytes = options.machine.vectorBytes;
  emit.numVectorRegisters = options.machine.numVectorRegisters;
  pm.addPass(createEmitCPUPass(emit));
  // Before the patterns of canonicalization see a copy for each lane.
  pm.addPass(createCSEPass());
  // After the attn ops, whose regions it could not follow; before the loops of
  // linalg, so that it sees few regions.
  bufferization::buildBufferDeallocationPipeline(pm);
  pm.addPass(createConvertBufferizationToMemRefPass());
  // All buffers are there, and what is hoisted later takes its check along.
  if (options.runtimeChecks)
    pm.addPass(createCheckAllocationsPass());
  // Before the loops of linalg, which these copies become.
  pm.addPass(createExpandCopiesPass());
  pm.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  if (options.threads)
    pm.addNestedPass<func::FuncOp>(createForallToParallelLoopPass());
  else
    pm.addNestedPass<func::FuncOp>(createForallToForLoopPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createLoopInvariantCodeMotionPass());
}

void mlir::attn::buildAttnPipeline(OpPassManager &pm,
                                   const AttnPipelineOptions &options) {
  using Builder = void (*)(OpPassManager &, const AttnPipelineOptions &);
  constexpr std::pair<Stage, Builder> kStages[] = {
      {Stage::Graph, buildGraph},      {Stage::Fused, buildFused},
      {Stage::Tiled, buildTiled},      {Stage::Vector, buildVector},
      {Stage::LLVM, buildLowerToLLVM},
  };
  for (const auto &[stage, build] : kStages) {
    if (options.startFrom != Stage::Graph && stage <= options.startFrom)
      continue;
    build(pm, options);
    // The naive route has no fused and no tiled form.
    bool hasContract = options.route == Route::Fused || stage >= Stage::Vector;
    if (options.verifyStages && hasContract) {
      VerifyStagePassOptions verify;
      verify.stage = stringifyStage(stage).str();
      pm.addPass(createVerifyStagePass(verify));
    }
    if (stage == options.stopAfter)
      return;
  }
}

namespace {
enum class Isa { AVX512, AVX512BF16, AVX2, SSE, NEON };

struct PipelineOptions : PassPipelineOptions<PipelineOptions> {
  Option<bool> naive{*this, "naive",
                     llvm::cl::desc("expand op by op instead of fusing"),
                     llvm::cl::init(false)};
  Option<bool> threads{*this, "threads",
                       llvm::cl::desc("run tiles of queries on OpenMP threads"),
                       llvm::cl::init(true)};
  Option<bool> checks{*this, "runtime-checks",
                      llvm::cl::desc("check sizes and lengths at run time"),
                      llvm::cl::init(true)};
  Option<Stage> from{
      *this, "from", llvm::cl::desc("form of the input"),
      llvm::cl::init(Stage::Graph),
      llvm::cl::values(clEnumValN(Stage::Graph, "graph", "graph ops"),
                       clEnumValN(Stage::Fused, "fused", "attn.fused"),
                       clEnumValN(Stage::Tiled, "tiled", "tiled ops"),
                       clEnumValN(Stage::Vector, "vector", "no attn op"))};
  Option<Isa> isa{
      *this, "isa", llvm::cl::desc("instruction set"),
      llvm::cl::init(Isa::AVX512),
      llvm::cl::values(clEnumValN(Isa::AVX512, "avx512", "AVX-512"),
                       clEnumValN(Isa::AVX512BF16, "avx512bf16",
                                  "AVX-512 with dot products of bf16"),
                       clEnumValN(Isa::AVX2, "avx2", "AVX2 and FMA"),
                       clEnumValN(Isa::SSE, "sse", "any x86-64"),
                       clEnumValN(Isa::NEON, "neon", "AArch64"))};
};
} // namespace

static Machine machineOf(Isa isa) {
  switch (isa) {
  case Isa::AVX512:
    return Machine::avx512();
  case Isa::AVX512BF16:
    return Machine::avx512bf16();
  case Isa::AVX2:
    return Machine::avx2();
  case Isa::SSE:
    return Machine::sse();
  case Isa::NEON:
    return Machine::neon();
  }
  llvm_unreachable("every instruction set is handled above");
}

template <Stage stage>
static void registerPipeline(StringRef name, StringRef description) {
  PassPipelineRegistration<PipelineOptions>(
      name, description, [](OpPassManager &pm, const PipelineOptions &given) {
        AttnPipelineOptions options;
        options.startFrom = given.from;
        options.stopAfter = stage;
        options.route = given.naive ? Route::Naive : Route::Fused;
        options.threads = given.threads;
        options.runtimeChecks = given.checks;
        options.machine = machineOf(given.isa);
        buildAttnPipeline(pm, options);
      });
}

void mlir::attn::registerAttnPipelines() {
  registerPipeline<Stage::Fused>("attn-to-fused",
                                 "attention in one op, without a score tensor");
  registerPipeline<Stage::Tiled>("attn-to-tiled",
                                 "loops over tiles with a running state");
  registerPipeline<Stage::Vector>("attn-to-vector",
                                  "loops over vectors and buffers");
  registerPipeline<Stage::LLVM>("attn-to-llvm",
                                "the LLVM dialect, ready to be compiled");
}
