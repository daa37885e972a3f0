// attn.pack_query and attn.pack_key as linalg: a copy in the compute type, in
// front of zeros.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Generic.h"
#include "attn/Conversion/AttnToLinalg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/TypeUtilities.h"

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

/// `packed` [n, size] as pairs [n / 2, size, 2] in place of `out`.
static Value buildPairs(ImplicitLocOpBuilder &b, Value packed, Value out) {
  SmallVector<OpFoldResult> sizes = sizesOf(b, out);
  std::swap(sizes[1], sizes[2]);
  SmallVector<ReassociationIndices> split = {{0, 1}, {2}};
  Type element = getElementTypeOrSelf(out);
  Value halves = tensor::ExpandShapeOp::create(b, typeOf(sizes, element),
                                               packed, split, sizes);
  // out[a, x, h] = packed[2 a + h, x]
  return buildGeneric(b, {readAt(halves, {0, 2, 1})}, out, {0, 1, 2},
                      [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) {
                        return roundTo(b, in[0], element);
                      });
}

/// An empty tensor [n, size] for what becomes `out` [n / 2, size, 2].
static Value buildUnpairedEmpty(ImplicitLocOpBuilder &b, Value out) {
  SmallVector<OpFoldResult> sizes = sizesOf(b, out);
  OpFoldResult half = sizes[0], all;
  if (std::optional<int64_t> known = getConstantIntValue(half))
    all = b.getIndexAttr(2 * *known);
  else
    all = b.createOrFold<arith::MulIOp>(cast<Value>(half),
                                        arith::ConstantIndexOp::create(b, 2));
  sizes = {all, sizes[1]};
  return buildEmpty(b, typeOf(sizes, getElementTypeOrSelf(out)), sizes);
}

static bool isPairs(Value out) {
  return cast<RankedTensorType>(out.getType()).getRank() == 3;
}

FailureOr<Value> mlir::attn::lowerPackQuery(RewriterBase &rewriter,
                                            PackQueryOp op) {
  if (op.getResults().empty())
    return rewriter.notifyMatchFailure(op, "the queries are in buffers");
  rewriter.setInsertionPoint(op);
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  // out[d, i] = scale * query[i, d] for i < m, with `rows` out[i, d]
  enum { first, second };
  SmallVector<OpFoldResult> sizes = sizesOf(b, op.getQuery());
  if (!op.getRows())
    std::swap(sizes[0], sizes[1]);
  Value out = op.getOuts()[0];
  Value packed = buildPacked(
      b,
      op.getRows() ? readAt(op.getQuery(), {first, second})
                   : readAt(op.getQuery(), {second, first}),
      isPairs(out) ? buildUnpairedEmpty(b, out) : out, sizes,
      [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) -> Value {
        if (isPairs(out))
          return roundTo(b, in[0], getElementTypeOrSelf(out));
        double scale = op.getScale().convertToDouble();
        return arith::MulFOp::create(
            b, floatConstant(b, in[0].getType(), scale), in[0]);
      });
  if (isPairs(out))
    packed = buildPairs(b, packed, out);
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
  Value out = op.getOuts()[0];
  Value packed = buildPacked(
      b, readAt(op.getKey(), {j, d}),
      isPairs(out) ? buildUnpairedEmpty(b, out) : out, sizesOf(b, op.getKey()),
      [&](ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value) {
        return roundTo(b, in[0], getElementTypeOrSelf(out));
      });
  if (isPairs(out))
    packed = buildPairs(b, packed, out);
  rewriter.replaceOp(op, packed);
  return packed;
}
