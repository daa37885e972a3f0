// attn-group-heads: query heads that share a key head become its queries.
//
//   query [.., Hq, 1, D], key [.., Hkv, N, D]
//     ==>  query [.., Hkv, Hq / Hkv, D], key [.., Hkv, N, D]
//
// A tile of queries then reads each key once, for all heads of the group.
//
// Tested by test/Fusion/group-heads.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Fusion/Fusion.h"
#include "attn/Fusion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::attn {
#define GEN_PASS_DEF_GROUPHEADSPASS
#include "attn/Fusion/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;
using namespace mlir::attn;

static int64_t sizeOf(Value tensor, int64_t axis) {
  return cast<RankedTensorType>(tensor.getType()).getDimSize(axis);
}

/// Query heads for each key head, or failure with the reason if the heads of
/// `op` stay apart.
static FailureOr<int64_t> getGroup(RewriterBase &rewriter, FusedOp op) {
  int64_t axis = op.getRank() - 3;
  if (axis < 0 || !op.getQuery())
    return rewriter.notifyMatchFailure(op, "there are no query heads");
  if (sizeOf(op.getQuery(), axis + 1) != 1)
    return rewriter.notifyMatchFailure(op, "heads have more than one query, or "
                                           "a number known only at run time");
  int64_t queryHeads = sizeOf(op.getQuery(), axis),
          keyHeads = sizeOf(op.getKey(), axis);
  if (ShapedType::isDynamic(queryHeads) || ShapedType::isDynamic(keyHeads))
    return rewriter.notifyMatchFailure(
        op, "the number of heads is known only at run time");
  if (sizeOf(op.getValue(), axis) != keyHeads)
    return rewriter.notifyMatchFailure(op, "keys and values differ in heads");
  if (keyHeads == 0 || queryHeads <= keyHeads)
    return rewriter.notifyMatchFailure(op, "no heads share a key head");
  // Each head has its own, and a tile of queries takes one.
  if (op.getSink())
    return rewriter.notifyMatchFailure(op, "each head has a sink of its own");
  for (Value param : op.getParams())
    if (cast<RankedTensorType>(param.getType()).getRank() > 1)
      return rewriter.notifyMatchFailure(
          op, "a parameter may be another one for each head");
  return queryHeads / keyHeads;
}

/// Reshapes axes `axis` and `axis + 1` of `tensor`, (a, b), to (c, d) with
/// a * b = c * d, all known.
static Value regroup(OpBuilder &b, Location loc, Value tensor, int64_t axis,
                     int64_t c, int64_t d) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<ReassociationIndices> groups;
  for (int64_t from = 0; from < type.getRank(); ++from) {
    groups.push_back({from});
    if (from == axis)
      groups.back().push_back(++from);
  }
  Value flat = tensor::CollapseShapeOp::create(b, loc, tensor, groups);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, tensor);
  sizes[axis] = b.getIndexAttr(c);
  sizes[axis + 1] = b.getIndexAttr(d);
  SmallVector<int64_t> shape(type.getShape());
  shape[axis] = c;
  shape[axis + 1] = d;
  return tensor::ExpandShapeOp::create(b, loc, type.clone(shape), flat, groups,
                                       sizes);
}

/// Copies a region over (x.., lead.., h, i, j) to one over the grouped indices:
/// h = hkv * group + i', i = 0.
static void copyRegion(RewriterBase &rewriter, Region &from, Region &to,
                       int64_t group) {
  if (from.empty())
    return;
  OpBuilder::InsertionGuard guard(rewriter);
  Block &old = from.front();
  SmallVector<Location> locations;
  for (BlockArgument arg : old.getArguments())
    locations.push_back(arg.getLoc());
  Block *block =
      rewriter.createBlock(&to, to.end(), old.getArgumentTypes(), locations);
  Location loc = from.getLoc();
  unsigned head = old.getNumArguments() - 3;
  Value first = arith::MulIOp::create(
      rewriter, loc, block->getArgument(head),
      arith::ConstantIndexOp::create(rewriter, loc, group));
  IRMapping mapping;
  mapping.map(old.getArguments(), block->getArguments());
  mapping.map(old.getArgument(head),
              arith::AddIOp::create(rewriter, loc, first,
                                    block->getArgument(head + 1)));
  mapping.map(old.getArgument(head + 1),
              arith::ConstantIndexOp::create(rewriter, loc, 0));
  for (Operation &op : old)
    rewriter.clone(op, mapping);
}

FailureOr<FusedOp> mlir::attn::groupHeads(RewriterBase &rewriter, FusedOp op) {
  FailureOr<int64_t> group = getGroup(rewriter, op);
  if (failed(group))
    return failure();
  Location loc = op.getLoc();
  int64_t axis = op.getRank() - 3, keyHeads = sizeOf(op.getKey(), axis),
          queryHeads = sizeOf(op.getQuery(), axis);
  rewriter.setInsertionPoint(op);
  auto regrouped = [&](Value tensor) {
    auto type = cast<RankedTensorType>(tensor.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape[axis] = keyHeads;
    shape[axis + 1] = *group;
    return Type(type.clone(shape));
  };
  auto grouped = FusedOp::create(
      rewriter, loc, regrouped(op.getResult()),
      op.getLse() ? regrouped(op.getLse()) : Type(),
      regroup(rewriter, loc, op.getQuery(), axis, keyHeads, *group),
      op.getKey(), op.getValue(), op.getParams(), /*sink=*/Value(),
      op.getScaleAttr(), op.getWeightsAttr());
  // A score region sees features alone.
  rewriter.cloneRegionBefore(op.getScoreBody(), grouped.getScoreBody(),
                             grouped.getScoreBody().end());
  copyRegion(rewriter, op.getModBody(), grouped.getModBody(), *group);
  copyRegion(rewriter, op.getMaskBody(), grouped.getMaskBody(), *group);
  SmallVector<Value> results;
  for (Value result : grouped.getResults())
    results.push_back(regroup(rewriter, loc, result, axis, queryHeads, 1));
  rewriter.replaceOp(op, results);
  return grouped;
}

namespace {

struct GroupHeadsPattern : OpRewritePattern<FusedOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(FusedOp op,
                                PatternRewriter &rewriter) const override {
    return groupHeads(rewriter, op);
  }
};

struct GroupHeadsPass : mlir::attn::impl::GroupHeadsPassBase<GroupHeadsPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateGroupHeadsPatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace

void mlir::attn::populateGroupHeadsPatterns(RewritePatternSet &patterns) {
  patterns.add<GroupHeadsPattern>(patterns.getContext());
}
