// attn-to-linalg: every attn op on tensors, expanded by its formula.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Conversion/AttnToLinalg.h"
#include "attn/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::attn {
#define GEN_PASS_DEF_ATTNTOLINALGPASS
#include "attn/Conversion/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;
using namespace mlir::attn;

namespace {

/// The pattern of one of the functions of AttnToLinalg.h.
template <typename OpTy, auto lower>
struct Expand : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    return lower(rewriter, op);
  }
};

} // namespace

void mlir::attn::populateGraphToLinalgPatterns(RewritePatternSet &patterns) {
  patterns.add<Expand<ScoreOp, lowerScore>, Expand<ScoreModOp, lowerScoreMod>,
               Expand<MaskOp, lowerMask>, Expand<SoftmaxOp, lowerSoftmax>,
               Expand<WeightedSumOp, lowerWeightedSum>,
               Expand<FusedOp, lowerFused>>(patterns.getContext());
}

void mlir::attn::populateAttnToLinalgPatterns(RewritePatternSet &patterns) {
  populateGraphToLinalgPatterns(patterns);
  patterns
      .add<Expand<PackQueryOp, lowerPackQuery>, Expand<PackKeyOp, lowerPackKey>,
           Expand<InitOp, lowerInit>, Expand<StepOp, lowerStep>,
           Expand<MergeOp, lowerMerge>, Expand<FinishOp, lowerFinish>>(
          patterns.getContext());
}

namespace {

struct AttnToLinalgPass
    : mlir::attn::impl::AttnToLinalgPassBase<AttnToLinalgPass> {
  using AttnToLinalgPassBase::AttnToLinalgPassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    if (keepTiles)
      populateGraphToLinalgPatterns(patterns);
    else
      populateAttnToLinalgPatterns(patterns);
    // One visit is enough: no expansion makes an attn op.
    walkAndApplyPatterns(getOperation(), std::move(patterns));

    if (keepTiles)
      return;
    getOperation()->walk([](DestinationStyleOpInterface op) {
      if (isa<AttnDialect>(op->getDialect()))
        remark::missed(
            op->getLoc(),
            remark::RemarkOpts::name("attn-to-linalg").category("attn"))
            << (op->getName().getStringRef() +
                " is on buffers; only tensors are expanded")
                   .str();
    });
  }
};

} // namespace
