// Named masks as index arithmetic; the table is that of attn.mask.
//
//   attn.mask %s causal  ->  j <= i + (N - M)
//
// Tested by test/Fusion/masks.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Fusion/Fusion.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mlir::attn;

/// The index with which axis `axis` of `tensor` is read at index `index` of the
/// scores: an axis of size 1 is broadcast. min(index, size - 1) says this for
/// a size that is known only at run time.
static Value broadcastIndex(OpBuilder &outer, OpBuilder &inner, Location loc,
                            Value tensor, int64_t axis, Value index) {
  int64_t size = cast<RankedTensorType>(tensor.getType()).getDimSize(axis);
  if (size == 1)
    return arith::ConstantIndexOp::create(outer, loc, 0);
  if (!ShapedType::isDynamic(size))
    return index;
  Value dim = tensor::DimOp::create(outer, loc, tensor, axis);
  Value one = arith::ConstantIndexOp::create(outer, loc, 1);
  Value last = arith::SubIOp::create(outer, loc, dim, one);
  return arith::MinSIOp::create(inner, loc, index, last);
}

/// `tensor[b, row]` or, without leading axes, `tensor[row]`, as an index; the
/// row is left out for lengths.
static Value readIndex(OpBuilder &outer, OpBuilder &inner, Location loc,
                       Value tensor, ValueRange scoreIndices, Value row) {
  SmallVector<Value> at;
  if (scoreIndices.size() > 2)
    at.push_back(broadcastIndex(outer, inner, loc, tensor, 0, scoreIndices[0]));
  if (row)
    at.push_back(row);
  Value value = tensor::ExtractOp::create(inner, loc, tensor, at);
  if (value.getType().isIndex())
    return value;
  return arith::IndexCastOp::create(inner, loc, inner.getIndexType(), value);
}

Value mlir::attn::emitMaskKeep(OpBuilder &outer, OpBuilder &inner, MaskOp op,
                               ValueRange indices, const MaskContext &context) {
  Location loc = op.getLoc();
  Value i = indices[indices.size() - 2], j = indices.back();
  auto le = [&](Value a, Value b) -> Value {
    return arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::sle, a, b);
  };
  // t = i + N - M
  auto target = [&]() -> Value {
    if (op.getTopLeft())
      return i;
    return arith::AddIOp::create(inner, loc, i, context.offset);
  };
  switch (op.getKind()) {
  case MaskKind::Causal: // j <= t
    return le(j, target());
  case MaskKind::Window: { // t - j <= left and j - t <= right
    // Distances, not ends: j + left could wrap for a huge bound.
    Value t = target(), keep;
    if (op.getLeft() >= 0) {
      Value left = arith::ConstantIndexOp::create(outer, loc, op.getLeft());
      keep = le(arith::SubIOp::create(inner, loc, t, j), left);
    }
    if (op.getRight() >= 0) {
      Value right = arith::ConstantIndexOp::create(outer, loc, op.getRight());
      Value below = le(arith::SubIOp::create(inner, loc, j, t), right);
      keep = keep ? arith::AndIOp::create(inner, loc, keep, below) : below;
    }
    return keep ? keep
                : arith::ConstantIntOp::create(inner, loc, true, 1).getResult();
  }
  case MaskKind::Lengths:  // j < n[b]
  case MaskKind::Prefix: { // j < n[b] or j <= t
    Value n = readIndex(outer, inner, loc, op.getArgs()[0], indices, {});
    Value keep =
        arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::slt, j, n);
    if (op.getKind() == MaskKind::Prefix)
      keep = arith::OrIOp::create(inner, loc, keep, le(j, target()));
    return keep;
  }
  case MaskKind::Segments: { // q[b, i] == k[b, j]
    Value q = readIndex(outer, inner, loc, op.getArgs()[0], indices, i);
    Value k = readIndex(outer, inner, loc, op.getArgs()[1], indices, j);
    return arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::eq, q, k);
  }
  case MaskKind::Dense: { // m[.., i, j], aligned at the last axes
    Value mask = op.getArgs()[0];
    int64_t rank = cast<RankedTensorType>(mask.getType()).getRank();
    SmallVector<Value> at;
    for (auto [axis, index] : llvm::enumerate(indices.take_back(rank)))
      at.push_back(broadcastIndex(outer, inner, loc, mask, axis, index));
    return tensor::ExtractOp::create(inner, loc, mask, at);
  }
  case MaskKind::Region: {
    IRMapping mapping;
    Block &body = op.getBody().front();
    mapping.map(body.getArguments(), indices);
    for (Operation &inside : body.without_terminator())
      inner.clone(inside, mapping);
    return mapping.lookupOrDefault(
        cast<YieldOp>(body.getTerminator()).getValue());
  }
  }
  llvm_unreachable("every form of mask is handled above");
}
