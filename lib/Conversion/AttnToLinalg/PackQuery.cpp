// attn.pack_query as linalg: a transposed, scaled copy between zeros.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Generic.h"
#include "attn/Conversion/AttnToLinalg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::attn;

FailureOr<SmallVector<Value>> mlir::attn::lowerPackQuery(RewriterBase &rewriter,
                                                         PackQueryOp op) {
  if (op.getResults().empty())
    return rewriter.notifyMatchFailure(op, "the queries are in buffers");
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  // out[d, i] = 0
  Value zero = buildFill(b, 0, op.getOuts()[0]);
  // out[d, i] = scale * query[i, d] for i < m, on the slice [D, m] of out
  SmallVector<OpFoldResult> sizes{sizesOf(b, zero)[0],
                                  sizesOf(b, op.getQuery())[0]};
  SmallVector<OpFoldResult> offsets(2, b.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(2, b.getIndexAttr(1));
  Value slice =
      tensor::ExtractSliceOp::create(b, zero, offsets, sizes, strides);
  enum { d, i };
  Value packed = buildGeneric(
      b, {readAt(op.getQuery(), {i, d})}, slice, {d, i},
      [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) -> Value {
        double scale = op.getScale().convertToDouble();
        return arith::MulFOp::create(
            b, floatConstant(b, in[0].getType(), scale), in[0]);
      });
  SmallVector<Value> results{
      tensor::InsertSliceOp::create(b, packed, zero, offsets, sizes, strides)};
  rewriter.replaceOp(op, results);
  return results;
}
