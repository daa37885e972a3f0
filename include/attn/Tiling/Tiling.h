// fused -> tiled, as a function for other compilers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TILING_TILING_H
#define ATTN_TILING_TILING_H

#include "attn/IR/Attn.h"
#include "attn/Tiling/TileSizes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::attn {

/// What `chooseTileSizes` wants to know of `op`.
AttentionShape getShape(FusedOp op);

/// Replaces `op` by an scf.forall over leading axes and query tiles with a loop
/// over key tiles inside; returns the forall. `sizes.queries` and `sizes.keys`
/// must be positive.
FailureOr<scf::ForallOp> tileAttention(RewriterBase &rewriter, FusedOp op,
                                       const TileSizes &sizes);

} // namespace mlir::attn

#endif // ATTN_TILING_TILING_H
