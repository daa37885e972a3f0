// Everything an embedding compiler registers to have attention.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/InitAll.h"

#include "attn/Checks/Passes.h"
#include "attn/Checks/RuntimeVerification.h"
#include "attn/Codegen/Bufferize/BufferizableOpInterfaceImpl.h"
#include "attn/Codegen/CPU/Passes.h"
#include "attn/Conversion/Passes.h"
#include "attn/Fusion/Passes.h"
#include "attn/IR/Attn.h"
#include "attn/Pipelines/Passes.h"
#include "attn/Pipelines/Pipelines.h"
#include "attn/Tiling/Passes.h"

void mlir::attn::registerAllDialects(DialectRegistry &registry) {
  registry.insert<AttnDialect>();
  registerRuntimeVerifiableOpInterfaceExternalModels(registry);
  registerBufferizableOpInterfaceExternalModels(registry);
}

void mlir::attn::registerAllPasses() {
  registerAttnChecksPasses();
  registerAttnCodegenCPUPasses();
  registerAttnConversionPasses();
  registerAttnFusionPasses();
  registerAttnPipelinesPasses();
  registerAttnTilingPasses();
  registerAttnPipelines();
}
