// attn.pack_query and attn.pack_key as linalg: a copy in the compute type, in
// front of zeros.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Generic.h"
#include "attn/Conversion/AttnToLinalg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::attn;

/// `out[:sizes[0], :sizes[1]] = body(read)`, zero elsewhere.
static Value buildPacked(ImplicitLocOpBuilder &b, const Read &read, Value out,
                         ArrayRef<OpFoldResult> sizes, BodyFn body) {
  // out[a, b] = 0
  Value zero = buildFill(b, 0, out);
  // out[a, b] = body(read) on the slice that the input fills
  SmallVector<OpFoldResult> offsets(2, b.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(2, b.getIndexAttr(1));
  Value slice =
      tensor::ExtractSliceOp::create(b, zero, offsets, sizes, strides);
  Value packed = buildGeneric(b, {read}, slice, {0, 1}, body);
  return tensor::InsertSliceOp::create(b, packed, zero, offsets, sizes,
                                       strides);
}

FailureOr<Value> mlir::attn::lowerPackQuery(RewriterBase &rewriter,
                                            PackQueryOp op) {
  if (op.getResults().empty())
    return rewriter.notifyMatchFailure(op, "the queries are in buffers");
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  // out[d, i] = scale * query[i, d] for i < m
  enum { d, i };
  SmallVector<OpFoldResult> sizes = sizesOf(b, op.getQuery());
  std::swap(sizes[0], sizes[1]);
  Value packed = buildPacked(
      b, readAt(op.getQuery(), {i, d}), op.getOuts()[0], sizes,
      [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) -> Value {
        double scale = op.getScale().convertToDouble();
        return arith::MulFOp::create(
            b, floatConstant(b, in[0].getType(), scale), in[0]);
      });
  rewriter.replaceOp(op, packed);
  return packed;
}

FailureOr<Value> mlir::attn::lowerPackKey(RewriterBase &rewriter,
                                          PackKeyOp op) {
  if (op.getResults().empty())
    return rewriter.notifyMatchFailure(op, "the keys are in buffers");
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  // out[j, d] = in[j, d] for j < n
  enum { j, d };
  Value packed = buildPacked(
      b, readAt(op.getKey(), {j, d}), op.getOuts()[0], sizesOf(b, op.getKey()),
      [](ImplicitLocOpBuilder &, ArrayRef<Value> in, Value) { return in[0]; });
  rewriter.replaceOp(op, packed);
  return packed;
}
