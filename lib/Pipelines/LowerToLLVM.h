// vector -> llvm, with upstream passes only.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_PIPELINES_LOWERTOLLVM_H
#define ATTN_LIB_PIPELINES_LOWERTOLLVM_H

#include "attn/Pipelines/Pipelines.h"

namespace mlir::attn {

void buildLowerToLLVM(OpPassManager &pm, const AttnPipelineOptions &options);

} // namespace mlir::attn

#endif // ATTN_LIB_PIPELINES_LOWERTOLLVM_H
