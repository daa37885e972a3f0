// Canonical forms: identities only, no cost model.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/IR/Attn.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::attn;

static Value yielded(Region &body) {
  return cast<YieldOp>(body.front().getTerminator()).getValue();
}

namespace {

/// pairwise { q * k } = dot
struct PairwiseProductIsDot : OpRewritePattern<ScoreOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScoreOp op,
                                PatternRewriter &rewriter) const override {
    if (op.isDot() || !op.getQuery() || !op.getParams().empty())
      return rewriter.notifyMatchFailure(op,
                                         "not a score of query and key alone");
    Block &body = op.getBody().front();
    auto mul = yielded(op.getBody()).getDefiningOp<arith::MulFOp>();
    Value q = body.getArgument(0), k = body.getArgument(1);
    bool isProduct = mul && ((mul.getLhs() == q && mul.getRhs() == k) ||
                             (mul.getLhs() == k && mul.getRhs() == q));
    if (!isProduct)
      return rewriter.notifyMatchFailure(op, "region is not query * key");
    rewriter.replaceOpWithNewOp<ScoreOp>(op, op.getType(), op.getQuery(),
                                         op.getKey(), ValueRange{},
                                         op.getScaleAttr());
    return success();
  }
};

/// score_mod { x } = x
struct IdentityScoreMod : OpRewritePattern<ScoreModOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScoreModOp op,
                                PatternRewriter &rewriter) const override {
    if (yielded(op.getBody()) != op.getBody().front().getArgument(0))
      return rewriter.notifyMatchFailure(op, "region changes the score");
    rewriter.replaceOp(op, op.getScores());
    return success();
  }
};

/// A mask that keeps every key is no mask.
struct FullMask : OpRewritePattern<MaskOp> {
  using OpRewritePattern::OpRewritePattern;

  static bool keepsAll(MaskOp op) {
    switch (op.getKind()) {
    case MaskKind::Window:
      return op.getLeft() == -1 && op.getRight() == -1;
    case MaskKind::Dense:
      return matchPattern(op.getArgs()[0], m_One());
    case MaskKind::Region:
      return matchPattern(yielded(op.getBody()), m_One());
    default:
      return false;
    }
  }

  LogicalResult matchAndRewrite(MaskOp op,
                                PatternRewriter &rewriter) const override {
    if (!keepsAll(op))
      return rewriter.notifyMatchFailure(op, "mask may remove a key");
    rewriter.replaceOp(op, op.getScores());
    return success();
  }
};

/// step(cast(x)) = step(x), with the results cast back. The same fold that
/// other ops in destination style get from the tensor dialect, which in LLVM 22
/// cannot copy an op with an empty region (OpBuilder::cloneRegionBefore asks it
/// for its first block).
struct FoldCastIntoStep : OpRewritePattern<StepOp> {
  explicit FoldCastIntoStep(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/2) {} // before the other

  LogicalResult matchAndRewrite(StepOp op,
                                PatternRewriter &rewriter) const override {
    if (!tensor::hasFoldableTensorCastOperand(op))
      return rewriter.notifyMatchFailure(op, "no cast to a less precise type");
    SmallVector<Type> types(op->getResultTypes());
    SmallVector<Value> operands =
        tensor::getUpdatedOperandsAfterCastOpFolding(op, types);
    Operation *step = Operation::create(
        op.getLoc(), op->getName(), types, operands,
        op->getDiscardableAttrDictionary(), op->getPropertiesStorage(),
        /*successors=*/{}, op->getNumRegions());
    rewriter.insert(step);
    for (auto [from, to] : llvm::zip(op->getRegions(), step->getRegions()))
      rewriter.inlineRegionBefore(from, to, to.end());
    SmallVector<Value> results;
    for (auto [from, to] : llvm::zip(op.getResults(), step->getResults()))
      results.push_back(from.getType() == to.getType()
                            ? Value(to)
                            : tensor::CastOp::create(rewriter, op.getLoc(),
                                                     from.getType(), to));
    rewriter.replaceOp(op, results);
    return success();
  }
};

} // namespace

void ScoreOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                          MLIRContext *context) {
  patterns.add<PairwiseProductIsDot>(context);
}

void ScoreModOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                             MLIRContext *context) {
  patterns.add<IdentityScoreMod>(context);
}

void MaskOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                         MLIRContext *context) {
  patterns.add<FullMask>(context);
}

void StepOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                         MLIRContext *context) {
  patterns.add<FoldCastIntoStep>(context);
}
