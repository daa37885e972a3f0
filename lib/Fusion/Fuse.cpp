// attn-fuse: the graph ops of one attention become one op.
//
//   score -> (score_mod | mask)* -> softmax -> weighted_sum  ==>  attn.fused
//
// Tested by test/Fusion/fuse.mlir, fuse-negative.mlir and fuse-unfuse.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Fusion/Fusion.h"
#include "attn/Fusion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Iterators.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::attn {
#define GEN_PASS_DEF_FUSEPASS
#include "attn/Fusion/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;
using namespace mlir::attn;

namespace {
/// The ops that one attn.fused stands for, in data-flow order.
struct Chain {
  ScoreOp score;
  SmallVector<ScoreModOp> mods;
  SmallVector<MaskOp> masks;
  SoftmaxOp softmax;
  WeightedSumOp sum;
};
} // namespace

/// Says why `op` stays unfused, to the rewriter and to the user.
static LogicalResult decline(RewriterBase &rewriter, WeightedSumOp op,
                             Operation *culprit, StringRef why) {
  remark::missed(op.getLoc(),
                 remark::RemarkOpts::name("NotFused").category("attn-fuse"))
      << remark::reason("{0} ({1})", why,
                        culprit ? culprit->getName().getStringRef()
                                : StringRef("a block argument"));
  return rewriter.notifyMatchFailure(op, why);
}

static FailureOr<Chain> matchChain(RewriterBase &rewriter, WeightedSumOp sum) {
  Chain chain;
  chain.sum = sum;
  chain.softmax = sum.getWeights().getDefiningOp<SoftmaxOp>();
  if (!chain.softmax)
    return decline(rewriter, sum, sum.getWeights().getDefiningOp(),
                   "the weights are not the result of attn.softmax");
  Value scores = chain.softmax.getScores();
  while (!chain.score) {
    if (auto mod = scores.getDefiningOp<ScoreModOp>()) {
      chain.mods.push_back(mod);
      scores = mod.getScores();
    } else if (auto mask = scores.getDefiningOp<MaskOp>()) {
      chain.masks.push_back(mask);
      scores = mask.getScores();
    } else if (auto score = scores.getDefiningOp<ScoreOp>()) {
      chain.score = score;
    } else {
      return decline(rewriter, sum, scores.getDefiningOp(),
                     "the scores do not come from attn.score");
    }
  }
  std::reverse(chain.mods.begin(), chain.mods.end());
  std::reverse(chain.masks.begin(), chain.masks.end());
  return chain;
}

/// The fused op stands where the softmax stood, so that readers of the lse see
/// it, or, if the values come later, at the weighted sum.
static FailureOr<Operation *> findPlace(RewriterBase &rewriter,
                                        const Chain &chain) {
  WeightedSumOp sum = chain.sum;
  SoftmaxOp softmax = chain.softmax;
  if (!softmax.getLse() || softmax.getLse().use_empty())
    return sum.getOperation();
  DominanceInfo dominance;
  if (dominance.properlyDominates(sum.getValue(), softmax.getOperation()))
    return softmax.getOperation();
  for (Operation *user : softmax.getLse().getUsers())
    if (!dominance.properlyDominates(sum.getOperation(), user))
      return decline(rewriter, sum, user,
                     "the lse is read before the values are known");
  return sum.getOperation();
}

static Block *addBlock(OpBuilder &builder, Region &region, TypeRange types,
                       Location loc) {
  return builder.createBlock(&region, region.end(), types,
                             SmallVector<Location>(types.size(), loc));
}

/// mod = mod_n o .. o mod_1, each leaving alone what is removed already (S1).
static void composeMods(RewriterBase &rewriter, FusedOp fused,
                        ArrayRef<ScoreModOp> mods) {
  if (mods.empty())
    return;
  OpBuilder::InsertionGuard guard(rewriter);
  FloatType compute = fused.getComputeType();
  SmallVector<Type> types(fused.getRank() + 1, rewriter.getIndexType());
  types[0] = compute;
  Block *block = addBlock(rewriter, fused.getModBody(), types,
                          ScoreModOp(mods.front()).getLoc());
  Value score = block->getArgument(0);
  for (ScoreModOp mod : mods) {
    Location loc = mod.getLoc();
    Block &body = mod.getBody().front();
    IRMapping mapping;
    mapping.map(body.getArgument(0), score);
    mapping.map(body.getArguments().drop_front(),
                block->getArguments().drop_front());
    for (Operation &op : body.without_terminator())
      rewriter.clone(op, mapping);
    Value next =
        mapping.lookupOrDefault(cast<YieldOp>(body.getTerminator()).getValue());
    if (score != block->getArgument(0)) {
      // next = score == -inf ? -inf : mod(score)
      Value removed = arith::ConstantOp::create(
          rewriter, loc,
          rewriter.getFloatAttr(compute,
                                APFloat::getInf(compute.getFloatSemantics(),
                                                /*Negative=*/true)));
      Value isRemoved = arith::CmpFOp::create(
          rewriter, loc, arith::CmpFPredicate::OEQ, score, removed);
      next = arith::SelectOp::create(rewriter, loc, isRemoved, removed, next);
    }
    score = next;
  }
  YieldOp::create(rewriter, ScoreModOp(mods.back()).getLoc(), score);
}

/// N - M, read before the fused op.
static Value emitOffset(OpBuilder &builder, Location loc, ScoreOp score) {
  int64_t rank = score.getType().getRank();
  Value keys = tensor::DimOp::create(builder, loc, score.getKey(), rank - 2);
  Value queries =
      score.getQuery()
          ? tensor::DimOp::create(builder, loc, score.getQuery(), rank - 2)
                .getResult()
          : arith::ConstantIndexOp::create(builder, loc, 1).getResult();
  return arith::SubIOp::create(builder, loc, keys, queries);
}

/// mask = mask_1 and .. and mask_n
static void joinMasks(RewriterBase &rewriter, FusedOp fused, ScoreOp score,
                      ArrayRef<MaskOp> masks) {
  if (masks.empty())
    return;
  OpBuilder::InsertionGuard guard(rewriter);
  OpBuilder outer(fused);
  MaskContext context;
  if (llvm::any_of(masks, [](MaskOp mask) {
        return !mask.getTopLeft() && hasDiagonal(mask.getKind());
      }))
    context.offset = emitOffset(outer, fused.getLoc(), score);
  SmallVector<Type> types(fused.getRank(), rewriter.getIndexType());
  Block *block = addBlock(rewriter, fused.getMaskBody(), types,
                          MaskOp(masks.front()).getLoc());
  Value keep;
  for (MaskOp mask : masks) {
    Value next =
        emitMaskKeep(outer, rewriter, mask, block->getArguments(), context);
    keep = keep ? arith::AndIOp::create(rewriter, mask.getLoc(), keep, next)
                : next;
  }
  YieldOp::create(rewriter, MaskOp(masks.back()).getLoc(), keep);
}

FailureOr<FusedOp> mlir::attn::fuseAttention(RewriterBase &rewriter,
                                             WeightedSumOp op) {
  FailureOr<Chain> chain = matchChain(rewriter, op);
  if (failed(chain))
    return failure();
  FailureOr<Operation *> place = findPlace(rewriter, *chain);
  if (failed(place))
    return failure();

  ScoreOp score = chain->score;
  SoftmaxOp softmax = chain->softmax;
  rewriter.setInsertionPoint(*place);
  bool wantsLse = softmax.getLse() && !softmax.getLse().use_empty();
  // Weights of the compute type are what a fused op has unless it says more.
  Type weights = getElementTypeOrSelf(softmax.getResult());
  bool isRounded = weights != getElementTypeOrSelf(softmax.getScores());
  auto fused = FusedOp::create(
      rewriter, op.getLoc(), op.getType(),
      wantsLse ? softmax.getLse().getType() : Type(), score.getQuery(),
      score.getKey(), op.getValue(), score.getParams(), softmax.getSink(),
      score.getScaleAttr(), isRounded ? TypeAttr::get(weights) : TypeAttr());
  if (!score.isDot())
    rewriter.cloneRegionBefore(score.getBody(), fused.getScoreBody(),
                               fused.getScoreBody().end());
  composeMods(rewriter, fused, chain->mods);
  joinMasks(rewriter, fused, score, chain->masks);
  if (wantsLse)
    rewriter.replaceAllUsesWith(softmax.getLse(), fused.getLse());
  rewriter.replaceOp(op, fused.getResult());
  return fused;
}

namespace {

struct FusePattern : OpRewritePattern<WeightedSumOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(WeightedSumOp op,
                                PatternRewriter &rewriter) const override {
    return fuseAttention(rewriter, op);
  }
};

struct FusePass : mlir::attn::impl::FusePassBase<FusePass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<WeightedSumOp> sums;
    getOperation()->walk([&](WeightedSumOp op) { sums.push_back(op); });
    for (WeightedSumOp op : sums)
      if (succeeded(fuseAttention(rewriter, op)))
        ++numFused;
    // What the fused ops replaced is dead now.
    eraseDeadOps(rewriter);
  }

  void eraseDeadOps(IRRewriter &rewriter) {
    getOperation()->walk<WalkOrder::PostOrder, ReverseIterator>(
        [&](Operation *op) {
          if (isa_and_nonnull<AttnDialect>(op->getDialect()) &&
              isOpTriviallyDead(op))
            rewriter.eraseOp(op);
        });
  }
};

} // namespace

void mlir::attn::populateFusePatterns(RewritePatternSet &patterns) {
  patterns.add<FusePattern>(patterns.getContext());
}
