// vector -> llvm: upstream passes, and the reason for each place in the order.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "LowerToLLVM.h"

#include "attn/Codegen/CPU/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Vector/Transforms/VectorTransforms.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::attn;

void mlir::attn::buildLowerToLLVM(OpPassManager &pm,
                                  const AttnPipelineOptions &options) {
  // Callers hand over descriptors of buffers: `_mlir_ciface_<name>`.
  pm.addNestedPass<func::FuncOp>(LLVM::createLLVMRequestCWrappersPass());

  if (options.route == Route::Fused) {
    // Before math goes to libm, whose calls would be scalar.
    ExpandMathPassOptions math;
    math.avx512 = options.machine.hasAvx512;
    pm.addPass(createExpandMathPass(math));
  }
  // Tiles of 2-D transfers become rows. Unrolled: a loop would keep the tile on
  // the stack.
  VectorTransferToSCFOptions transfers;
  transfers.enableFullUnroll();
  pm.addPass(createConvertVectorToSCFPass(transfers));

  // Before scf is gone: omp takes its loops from scf.parallel.
  if (options.threads) {
    pm.addPass(createConvertSCFToOpenMPPass());
    // Before branches: each iteration comes wrapped in an alloca_scope, in
    // which there must be none.
    pm.addPass(createScheduleLoopsPass());
  }
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  // After the line above, which makes affine.apply of strides.
  pm.addPass(createLowerAffinePass());

  pm.addPass(createConvertMathToLLVMPass());
  // Before vectors: what is left is called for one element after the other.
  pm.addPass(createConvertMathToLibmPass());
  ConvertVectorToLLVMPassOptions vectors;
  vectors.vectorTransposeLowering =
      vector::VectorTransposeLowering::Shuffle16x16;
  vectors.x86Vector = options.machine.hasBf16Dot;
  pm.addPass(createConvertVectorToLLVMPass(vectors));
  pm.addPass(createArithToLLVMConversionPass());
  // Upstream's checks of linalg ops compute with it.
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  // After the bodies of parallel regions are LLVM.
  if (options.threads)
    pm.addPass(createConvertOpenMPToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}
