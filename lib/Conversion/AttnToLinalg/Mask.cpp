// attn.mask as linalg: a select, and the formula of each named form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Expand.h"
#include "attn/Conversion/AttnToLinalg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <limits>

using namespace mlir;
using namespace mlir::attn;

using Predicate = arith::CmpIPredicate;

SmallVector<Value> mlir::attn::scoreIndices(ImplicitLocOpBuilder &b,
                                            int64_t rank, ValueRange at) {
  SmallVector<Value> indices(at);
  if (at.empty())
    indices.resize(rank);
  size_t first = indices.size() - rank;
  for (int64_t axis = 0; axis < rank; ++axis) {
    Value &index = indices[first + axis];
    Value loop = linalg::IndexOp::create(b, axis);
    index = index ? arith::AddIOp::create(b, index, loop) : loop;
  }
  return indices;
}

Value mlir::attn::buildMask(ImplicitLocOpBuilder &b, Value scores,
                            ArrayRef<Read> reads, KeepFn keep, ValueRange at) {
  auto type = cast<RankedTensorType>(scores.getType());
  SmallVector<Read> allReads{readAt(scores, loopRange(0, type.getRank()))};
  llvm::append_range(allReads, reads);
  // r[.., i, j] = keep(.., i, j) ? s : -inf
  return buildElementwise(
      b, allReads, type, sizesOf(b, scores),
      [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) -> Value {
        Value removed = floatConstant(b, type.getElementType(),
                                      -std::numeric_limits<double>::infinity());
        Value kept =
            keep(b, scoreIndices(b, type.getRank(), at), in.drop_front());
        return arith::SelectOp::create(b, kept, in[0], removed);
      });
}

Value mlir::attn::buildRegionMask(ImplicitLocOpBuilder &b, Value scores,
                                  Region &body, ValueRange at) {
  return buildMask(
      b, scores, {},
      [&](ImplicitLocOpBuilder &b, ValueRange indices, ArrayRef<Value>) {
        return inlineRegion(b, body, indices);
      },
      at);
}

//===----------------------------------------------------------------------===//
// Named forms
//===----------------------------------------------------------------------===//

/// How the loops over the scores read the operand of a named form.
static Read maskRead(ImplicitLocOpBuilder &b, MaskOp op, int64_t number,
                     ArrayRef<OpFoldResult> sizes) {
  Value arg = op.getArgs()[number];
  int64_t rank = sizes.size();
  int64_t argRank = cast<RankedTensorType>(arg.getType()).getRank();
  Read read{arg, {}};
  auto readShared = [&](int64_t loop) {
    read.axes.push_back(
        sharedAxis(b, arg, read.axes.size(), loop, sizes[loop]));
  };
  if (op.getKind() == MaskKind::Dense) {
    // m[.., i, j], aligned at the last axis
    for (int64_t loop : loopRange(rank - argRank, rank))
      readShared(loop);
    return read;
  }
  // n[b], q[b, i], k[b, j]; without leading axes n[], q[i], k[j]
  if (rank > 2)
    readShared(0);
  if (op.getKind() == MaskKind::Segments)
    read.axes.push_back({rank - 2 + number, Value()});
  return read;
}

static Value asIndex(ImplicitLocOpBuilder &b, Value x) {
  if (x.getType().isIndex())
    return x;
  return arith::IndexCastOp::create(b, b.getIndexType(), x);
}

static Value compare(ImplicitLocOpBuilder &b, Predicate predicate, Value x,
                     Value y) {
  return arith::CmpIOp::create(b, predicate, x, y);
}

/// Whether a named form keeps key j for query i, whose aligned position is t.
static Value buildKeep(ImplicitLocOpBuilder &b, MaskOp op, Value j, Value t,
                       ArrayRef<Value> in) {
  switch (op.getKind()) {
  case MaskKind::Region:
    break;
  case MaskKind::Causal:
    // j <= t
    return compare(b, Predicate::sle, j, t);
  case MaskKind::Window: {
    // t - j <= left and j - t <= right: nothing overflows, however large the
    // bounds are
    Value keep = arith::ConstantOp::create(b, b.getBoolAttr(true));
    auto bound = [&](Value from, Value to, int64_t limit) {
      if (limit < 0)
        return;
      Value distance = arith::SubIOp::create(b, from, to);
      Value near = compare(b, Predicate::sle, distance,
                           arith::ConstantIndexOp::create(b, limit));
      keep = arith::AndIOp::create(b, keep, near);
    };
    bound(t, j, op.getLeft());
    bound(j, t, op.getRight());
    return keep;
  }
  case MaskKind::Lengths:
    // j < n[b]
    return compare(b, Predicate::slt, j, asIndex(b, in[0]));
  case MaskKind::Prefix: {
    // j < n[b] or j <= t
    Value inPrefix = compare(b, Predicate::slt, j, asIndex(b, in[0]));
    return arith::OrIOp::create(b, inPrefix, compare(b, Predicate::sle, j, t));
  }
  case MaskKind::Segments:
    // q[b, i] == k[b, j]
    return compare(b, Predicate::eq, asIndex(b, in[0]), asIndex(b, in[1]));
  case MaskKind::Dense:
    // m[.., i, j]
    return in[0];
  }
  llvm_unreachable("the region form has no formula");
}

FailureOr<Value> mlir::attn::lowerMask(RewriterBase &rewriter, MaskOp op) {
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  Value scores = op.getScores(), masked;
  if (op.getKind() == MaskKind::Region) {
    masked = buildRegionMask(b, scores, op.getBody());
  } else {
    SmallVector<OpFoldResult> sizes = sizesOf(b, scores);
    SmallVector<Read> reads;
    for (size_t number = 0; number < op.getArgs().size(); ++number)
      reads.push_back(maskRead(b, op, number, sizes));
    int64_t rank = sizes.size();
    Value M = getValueOrCreateConstantIndexOp(b, b.getLoc(), sizes[rank - 2]);
    Value N = getValueOrCreateConstantIndexOp(b, b.getLoc(), sizes[rank - 1]);
    masked = buildMask(
        b, scores, reads,
        [&](ImplicitLocOpBuilder &b, ValueRange indices, ArrayRef<Value> in) {
          // t = i + N - M, or i with top_left
          Value i = indices[rank - 2], j = indices[rank - 1], t = i;
          if (!op.getTopLeft())
            t = arith::SubIOp::create(b, arith::AddIOp::create(b, i, N), M);
          return buildKeep(b, op, j, t, in);
        });
  }
  rewriter.replaceOp(op, masked);
  return masked;
}
