// Values, diagnostics and affine expressions of the walk.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Evaluator.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::attn {

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static ArrayRef<int64_t> staticShape(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? tensor.getShape() : ArrayRef<int64_t>();
}

/// Whether an array of this shape may have this type.
static bool fits(ArrayRef<int64_t> shape, Type type) {
  ArrayRef<int64_t> declared = staticShape(type);
  return shape.size() == declared.size() &&
         llvm::all_of(llvm::zip(shape, declared), [](auto sizes) {
           auto [own, wanted] = sizes;
           return ShapedType::isDynamic(wanted) || own == wanted;
         });
}

int64_t Evaluator::integer(OpFoldResult value) const {
  if (auto attribute = dyn_cast<Attribute>(value))
    return cast<IntegerAttr>(attribute).getInt();
  return (*this)[cast<Value>(value)].data[0].integer;
}

SmallVector<int64_t> Evaluator::integers(ArrayRef<OpFoldResult> mixed) const {
  return llvm::map_to_vector(
      mixed, [&](OpFoldResult value) { return integer(value); });
}

LogicalResult Evaluator::set(Operation *op, Value value, ArrayPtr array) {
  if (!fits(array->shape, value.getType()))
    return op->emitError("value of shape [")
           << array->shape << "] where the type is " << value.getType();
  values[value] = std::move(array);
  return success();
}

LogicalResult Evaluator::set(Operation *op, Value value, Array array) {
  return set(op, value, std::make_shared<const Array>(std::move(array)));
}

LogicalResult Evaluator::set(Operation *op, Value value, Number number) {
  Array scalar;
  scalar.data[0] = number;
  return set(op, value, std::move(scalar));
}

FailureOr<ScalarProgram> Evaluator::compile(Region &region) const {
  return ScalarProgram::compile(region,
                                [&](Value value) { return lookup(value); });
}

//===----------------------------------------------------------------------===//
// Diagnostics
//===----------------------------------------------------------------------===//

FailureOr<Array> allocate(Operation *op, ArrayRef<int64_t> shape) {
  constexpr int64_t limit = int64_t(1) << 30;
  int64_t count = 1;
  for (int64_t size : shape) {
    if (size < 0)
      return op->emitOpError("size ") << size << " is negative";
    if (size > limit)
      return op->emitOpError("size ") << size << " is too large to evaluate";
    // A zero later on makes the product zero, but not this one any smaller.
    if (__builtin_mul_overflow(count, std::max<int64_t>(size, 1), &count) ||
        count > limit)
      return op->emitOpError("tensor of more than 2^30 elements");
  }
  return Array(reference::Shape(shape.begin(), shape.end()));
}

LogicalResult emitUnsupported(Operation *op) {
  return op->emitOpError("cannot be evaluated by the interpreter here");
}

LogicalResult emitNoValue(Operation *op) {
  return op->emitOpError("has no defined value for these operands");
}

LogicalResult emitOutOfBounds(Operation *op, int64_t index, int64_t size) {
  return op->emitOpError("index ")
         << index << " is out of bounds of size " << size;
}

LogicalResult emitSizeMismatch(Operation *op, ArrayRef<int64_t> one,
                               ArrayRef<int64_t> other) {
  return op->emitOpError("operands of sizes [")
         << one << "] and [" << other << "] do not fit";
}

//===----------------------------------------------------------------------===//
// Affine expressions
//===----------------------------------------------------------------------===//

std::optional<int64_t> evaluateAffine(AffineExpr expr, ArrayRef<int64_t> dims,
                                      ArrayRef<int64_t> symbols) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  auto binary = cast<AffineBinaryOpExpr>(expr);
  std::optional<int64_t> x = evaluateAffine(binary.getLHS(), dims, symbols);
  std::optional<int64_t> y = evaluateAffine(binary.getRHS(), dims, symbols);
  if (!x || !y)
    return std::nullopt;
  int64_t result;
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    if (__builtin_add_overflow(*x, *y, &result))
      return std::nullopt;
    return result;
  case AffineExprKind::Mul:
    if (__builtin_mul_overflow(*x, *y, &result))
      return std::nullopt;
    return result;
  default:
    break;
  }
  if (*y <= 0) // affine divisors are positive
    return std::nullopt;
  switch (expr.getKind()) {
  case AffineExprKind::Mod:
    return llvm::mod(*x, *y);
  case AffineExprKind::FloorDiv:
    return llvm::divideFloorSigned(*x, *y);
  default:
    return llvm::divideCeilSigned(*x, *y);
  }
}

Kernel getAffineKernel(AffineMap map) {
  return [map](const Number *x, Number &result) -> LogicalResult {
    SmallVector<int64_t> operands;
    for (unsigned i = 0; i < map.getNumInputs(); ++i)
      operands.push_back(x[i].integer);
    ArrayRef<int64_t> all = operands;
    std::optional<int64_t> value =
        evaluateAffine(map.getResult(0), all.take_front(map.getNumDims()),
                       all.drop_front(map.getNumDims()));
    if (!value)
      return failure();
    result.integer = *value;
    return success();
  };
}

} // namespace mlir::attn
