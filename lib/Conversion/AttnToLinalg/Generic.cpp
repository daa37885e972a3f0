// One linalg.generic from what it reads and what one element becomes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Generic.h"

#include "attn/IR/Attn.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/STLExtras.h"

#include <limits>

using namespace mlir;
using namespace mlir::attn;

//===----------------------------------------------------------------------===//
// Reads
//===----------------------------------------------------------------------===//

Read mlir::attn::readAt(Value tensor, ArrayRef<int64_t> loops) {
  Read read{tensor, {}};
  for (int64_t loop : loops)
    read.axes.push_back({loop, Value()});
  return read;
}

SmallVector<int64_t> mlir::attn::loopRange(int64_t from, int64_t to) {
  return llvm::to_vector(llvm::seq(from, to));
}

AxisIndex mlir::attn::sharedAxis(ImplicitLocOpBuilder &b, Value tensor,
                                 int64_t axis, int64_t loop,
                                 OpFoldResult loopSize) {
  int64_t own = cast<RankedTensorType>(tensor.getType()).getDimSize(axis);
  int64_t whole = getConstantIntValue(loopSize).value_or(ShapedType::kDynamic);
  std::optional<int64_t> group = getGroupSize(whole, own);
  if (group == 0)
    return {};
  if (group == 1)
    return {loop, Value()};
  if (group)
    return {loop, arith::ConstantIndexOp::create(b, *group)};
  // group = whole / own. No size of zero may divide, and no group be empty:
  // then there is no element to read, but the division is still there.
  Value one = arith::ConstantIndexOp::create(b, 1);
  Value ownSize = tensor::DimOp::create(b, tensor, axis);
  Value wholeSize = getValueOrCreateConstantIndexOp(b, b.getLoc(), loopSize);
  Value divisor = arith::DivUIOp::create(
      b, wholeSize, arith::MaxUIOp::create(b, ownSize, one));
  return {loop, arith::MaxUIOp::create(b, divisor, one)};
}

/// A grouped axis has no affine map that linalg can invert, so such a tensor is
/// read in the body instead of being an operand.
static bool isOperand(const Read &read) {
  return llvm::none_of(read.axes, [](AxisIndex axis) { return axis.divisor; });
}

static AffineMap mapOf(MLIRContext *context, const Read &read,
                       int64_t numLoops) {
  SmallVector<AffineExpr> results;
  for (AxisIndex axis : read.axes)
    results.push_back(axis.loop ? getAffineDimExpr(*axis.loop, context)
                                : getAffineConstantExpr(0, context));
  return AffineMap::get(numLoops, 0, results, context);
}

static Value extract(ImplicitLocOpBuilder &b, const Read &read) {
  SmallVector<Value> indices;
  for (AxisIndex axis : read.axes) {
    Value index = axis.loop ? linalg::IndexOp::create(b, *axis.loop).getResult()
                            : arith::ConstantIndexOp::create(b, 0).getResult();
    if (axis.divisor)
      index = arith::DivUIOp::create(b, index, axis.divisor);
    indices.push_back(index);
  }
  return tensor::ExtractOp::create(b, read.tensor, indices);
}

static Value extendToCompute(ImplicitLocOpBuilder &b, Value x) {
  auto type = dyn_cast<FloatType>(x.getType());
  if (!type || type == attn::getComputeType(type))
    return x;
  return arith::ExtFOp::create(b, attn::getComputeType(type), x);
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

Value mlir::attn::buildGeneric(ImplicitLocOpBuilder &b, ArrayRef<Read> reads,
                               Value out, ArrayRef<int64_t> outLoops,
                               BodyFn body) {
  int64_t numLoops = 0;
  auto count = [&](int64_t loop) { numLoops = std::max(numLoops, loop + 1); };
  llvm::for_each(outLoops, count);
  for (const Read &read : reads)
    for (AxisIndex axis : read.axes)
      if (axis.loop)
        count(*axis.loop);

  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  for (const Read &read : reads) {
    if (!isOperand(read))
      continue;
    operands.push_back(read.tensor);
    maps.push_back(mapOf(b.getContext(), read, numLoops));
  }
  maps.push_back(mapOf(b.getContext(), readAt(out, outLoops), numLoops));

  SmallVector<utils::IteratorType> iterators(numLoops,
                                             utils::IteratorType::reduction);
  for (int64_t loop : outLoops)
    iterators[loop] = utils::IteratorType::parallel;

  auto generic = linalg::GenericOp::create(
      b, TypeRange{out.getType()}, operands, ValueRange{out}, maps, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        ImplicitLocOpBuilder inner(loc, nested);
        SmallVector<Value> in;
        auto arg = args.begin();
        for (const Read &read : reads) {
          Value x = isOperand(read) ? Value(*arg++) : extract(inner, read);
          in.push_back(extendToCompute(inner, x));
        }
        linalg::YieldOp::create(inner, body(inner, in, args.back()));
      });
  return generic.getResult(0);
}

Value mlir::attn::buildElementwise(ImplicitLocOpBuilder &b,
                                   ArrayRef<Read> reads, RankedTensorType type,
                                   ArrayRef<OpFoldResult> sizes, BodyFn body) {
  return buildGeneric(b, reads, buildEmpty(b, type, sizes),
                      loopRange(0, type.getRank()), body);
}

Value mlir::attn::buildEmpty(ImplicitLocOpBuilder &b, RankedTensorType type,
                             ArrayRef<OpFoldResult> sizes) {
  SmallVector<Value> dynamicSizes;
  for (auto [axis, size] : llvm::enumerate(sizes))
    if (type.isDynamicDim(axis))
      dynamicSizes.push_back(
          getValueOrCreateConstantIndexOp(b, b.getLoc(), size));
  return tensor::EmptyOp::create(b, type, dynamicSizes);
}

Value mlir::attn::buildFill(ImplicitLocOpBuilder &b, double value, Value out) {
  Value constant = floatConstant(b, getElementTypeOrSelf(out), value);
  return linalg::FillOp::create(b, ValueRange{constant}, ValueRange{out})
      .getResult(0);
}

RankedTensorType mlir::attn::typeOf(ArrayRef<OpFoldResult> sizes,
                                    Type element) {
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamicSizes;
  dispatchIndexOpFoldResults(sizes, dynamicSizes, shape);
  return RankedTensorType::get(shape, element);
}

SmallVector<OpFoldResult> mlir::attn::sizesOf(ImplicitLocOpBuilder &b,
                                              Value tensor) {
  return tensor::getMixedSizes(b, b.getLoc(), tensor);
}

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

Value mlir::attn::floatConstant(ImplicitLocOpBuilder &b, Type type,
                                double value) {
  return arith::ConstantOp::create(b, b.getFloatAttr(type, value));
}

Value mlir::attn::isEqual(ImplicitLocOpBuilder &b, Value x, double value) {
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, x,
                               floatConstant(b, x.getType(), value));
}

Value mlir::attn::isRemoved(ImplicitLocOpBuilder &b, Value x) {
  return isEqual(b, x, -std::numeric_limits<double>::infinity());
}

Value mlir::attn::roundTo(ImplicitLocOpBuilder &b, Value x, Type type) {
  if (x.getType() == type)
    return x;
  return arith::TruncFOp::create(b, type, x);
}

Value mlir::attn::expOf(ImplicitLocOpBuilder &b, Value x, Value max,
                        bool log2) {
  Value difference = arith::SubFOp::create(b, x, max);
  Value power = log2 ? math::Exp2Op::create(b, difference).getResult()
                     : math::ExpOp::create(b, difference).getResult();
  return arith::SelectOp::create(b, isRemoved(b, x),
                                 floatConstant(b, x.getType(), 0), power);
}

/// index = max(0, min(index, size - 1))
static void clampIndices(tensor::ExtractOp read) {
  ImplicitLocOpBuilder b(read.getLoc(), read);
  for (auto [axis, index] : llvm::enumerate(read.getIndicesMutable())) {
    Value size = tensor::DimOp::create(b, read.getTensor(), axis);
    Value one = arith::ConstantIndexOp::create(b, 1);
    Value last = arith::SubIOp::create(b, size, one);
    Value below = arith::MinSIOp::create(b, index.get(), last);
    Value zero = arith::ConstantIndexOp::create(b, 0);
    index.set(arith::MaxSIOp::create(b, below, zero));
  }
}

Value mlir::attn::inlineRegion(ImplicitLocOpBuilder &b, Region &region,
                               ValueRange args) {
  IRMapping mapping;
  mapping.map(region.getArguments(), args);
  for (Operation &op : region.front().without_terminator())
    b.clone(op, mapping)->walk(clampIndices);
  auto yield = cast<YieldOp>(region.front().getTerminator());
  return mapping.lookupOrDefault(yield.getValue());
}
