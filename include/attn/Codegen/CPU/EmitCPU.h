// Tiled ops on buffers -> loops and vectors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_CODEGEN_CPU_EMITCPU_H
#define ATTN_CODEGEN_CPU_EMITCPU_H

#include "attn/IR/Attn.h"
#include "attn/Target/Machine.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::attn {

/// Each replaces one tiled op on memrefs by scf, vector, memref, arith and math
/// ops for `machine`. They fail, with a reason for the rewriter, on tensors and
/// on states whose number of queries is not a static multiple of the lanes.
LogicalResult emitPackQuery(RewriterBase &rewriter, PackQueryOp op,
                            const Machine &machine);
LogicalResult emitPackKey(RewriterBase &rewriter, PackKeyOp op,
                          const Machine &machine);
LogicalResult emitInit(RewriterBase &rewriter, InitOp op,
                       const Machine &machine);
LogicalResult emitStep(RewriterBase &rewriter, StepOp op,
                       const Machine &machine);
/// The same op in the way for one query, if it is for that.
LogicalResult emitPoolingStep(RewriterBase &rewriter, StepOp op,
                              const Machine &machine);
LogicalResult emitMerge(RewriterBase &rewriter, MergeOp op,
                        const Machine &machine);
LogicalResult emitFinish(RewriterBase &rewriter, FinishOp op,
                         const Machine &machine);

void populateEmitCPUPatterns(RewritePatternSet &patterns,
                             const Machine &machine);

} // namespace mlir::attn

#endif // ATTN_CODEGEN_CPU_EMITCPU_H
