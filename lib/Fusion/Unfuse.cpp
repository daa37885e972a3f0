// attn-unfuse: attn.fused becomes the graph ops it stands for.
//
//   attn.fused  ==>  score -> score_mod? -> mask? -> softmax -> weighted_sum
//
// Tested by test/Fusion/unfuse.mlir and fuse-unfuse.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Fusion/Fusion.h"
#include "attn/Fusion/Passes.h"

#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::attn {
#define GEN_PASS_DEF_UNFUSEPASS
#include "attn/Fusion/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;
using namespace mlir::attn;

/// The type of the scores: [.., M, N].
static RankedTensorType scoreType(FusedOp op) {
  SmallVector<int64_t> shape(op.getResult().getType().getShape());
  if (!op.getQuery())
    shape[op.getRank() - 2] = 1;
  shape.back() = op.getKey().getType().getDimSize(op.getRank() - 2);
  return RankedTensorType::get(shape, op.getComputeType());
}

LogicalResult mlir::attn::unfuseAttention(RewriterBase &rewriter, FusedOp op) {
  Location loc = op.getLoc();
  RankedTensorType type = scoreType(op);
  auto move = [&](Region &from, Region &to) {
    rewriter.inlineRegionBefore(from, to, to.end());
  };
  rewriter.setInsertionPoint(op);
  auto score = ScoreOp::create(rewriter, loc, type, op.getQuery(), op.getKey(),
                               op.getParams(), op.getScaleAttr());
  move(op.getScoreBody(), score.getBody());
  Value scores = score;
  if (!op.getModBody().empty()) {
    auto mod = ScoreModOp::create(rewriter, loc, type, scores);
    move(op.getModBody(), mod.getBody());
    scores = mod;
  }
  if (!op.getMaskBody().empty()) {
    auto mask = MaskOp::create(rewriter, loc, type, scores, ValueRange{},
                               MaskKind::Region);
    move(op.getMaskBody(), mask.getBody());
    scores = mask;
  }
  auto softmax = SoftmaxOp::create(
      rewriter, loc, type.clone(op.getWeightsType()),
      op.getLse() ? op.getLse().getType() : Type(), scores, op.getSink());
  auto sum = WeightedSumOp::create(rewriter, loc, op.getResult().getType(),
                                   softmax.getResult(), op.getValue());
  SmallVector<Value> results = {sum};
  if (op.getLse())
    results.push_back(softmax.getLse());
  rewriter.replaceOp(op, results);
  return success();
}

namespace {

struct UnfusePattern : OpRewritePattern<FusedOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(FusedOp op,
                                PatternRewriter &rewriter) const override {
    return unfuseAttention(rewriter, op);
  }
};

struct UnfusePass : mlir::attn::impl::UnfusePassBase<UnfusePass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateUnfusePatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace

void mlir::attn::populateUnfusePatterns(RewritePatternSet &patterns) {
  patterns.add<UnfusePattern>(patterns.getContext());
}
