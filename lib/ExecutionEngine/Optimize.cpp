// LLVM's passes over a module, before code is generated from it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Optimize.h"

#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;

/// What kernels gain from, which come blocked, unrolled and in vectors: values
/// out of memory, addresses out of loops, nothing computed twice. Other code in
/// the module has its calls inlined and its loops made of vectors.
static constexpr llvm::StringLiteral kPasses =
    "cgscc(inline),"
    "function(sroa,early-cse<memssa>,instcombine<no-verify-fixpoint>,"
    "simplifycfg,loop-mssa(loop-rotate,licm),gvn,loop-vectorize,"
    "instcombine<no-verify-fixpoint>,loop-mssa(licm),simplifycfg)";

void attn::optimize(llvm::Module &module, llvm::TargetMachine &machine,
                    unsigned level) {
  llvm::PassBuilder builder(&machine);
  // In this order: each of the first three is used by those after it.
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  llvm::ModulePassManager passes;
  if (level == 0)
    passes = builder.buildO0DefaultPipeline(llvm::OptimizationLevel::O0,
                                            llvm::ThinOrFullLTOPhase::None);
  else
    llvm::cantFail(builder.parsePassPipeline(passes, kPasses));
  passes.run(module, modules);
}
