// Ops of the tensor dialect: they move elements and never change one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Evaluator.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::attn {
namespace {

using reference::forEachIndex;
using reference::Index;
using reference::Shape;

Shape toShape(ArrayRef<int64_t> sizes) {
  return Shape(sizes.begin(), sizes.end());
}

/// The sizes of the result type, its dynamic ones taken from `dynamic`.
SmallVector<int64_t> resultSizes(const Evaluator &evaluator,
                                 RankedTensorType type, ValueRange dynamic) {
  SmallVector<int64_t> sizes(type.getShape());
  for (int64_t &size : sizes)
    if (ShapedType::isDynamic(size)) {
      size = evaluator.integer(dynamic.front());
      dynamic = dynamic.drop_front();
    }
  return sizes;
}

/// The elements of `array` in another shape of as many elements.
LogicalResult reshape(Evaluator &evaluator, Operation *op,
                      ArrayRef<int64_t> sizes) {
  const Array &source = evaluator[op->getOperand(0)];
  FailureOr<Array> result = allocate(op, sizes);
  if (failed(result))
    return failure();
  if (result->data.size() != source.data.size())
    return emitSizeMismatch(op, source.shape, sizes);
  result->data = source.data;
  return evaluator.set(op, op->getResult(0), std::move(*result));
}

/// A region that yields the element at each index.
LogicalResult fill(Evaluator &evaluator, Operation *op, Array &array) {
  FailureOr<ScalarProgram> program = evaluator.compile(op->getRegion(0));
  if (failed(program))
    return failure();
  LogicalResult status = success();
  SmallVector<Number> args(array.shape.size());
  forEachIndex(array.shape, [&](const Index &index) {
    if (failed(status))
      return;
    llvm::transform(index, args.begin(), Number::ofInteger);
    status = program->run(args);
    if (succeeded(status))
      array(index) = program->result();
  });
  return status;
}

//===----------------------------------------------------------------------===//
// Single elements
//===----------------------------------------------------------------------===//

/// The index of an element; an error if it is out of bounds.
FailureOr<Index> elementIndex(Evaluator &evaluator, Operation *op,
                              ValueRange indices, const Shape &shape) {
  Index result;
  for (auto [value, size] : llvm::zip_equal(indices, shape)) {
    int64_t index = evaluator.integer(value);
    if (index < 0 || index >= size)
      return emitOutOfBounds(op, index, size);
    result.push_back(index);
  }
  return result;
}

LogicalResult extract(Evaluator &evaluator, tensor::ExtractOp op) {
  const Array &source = evaluator[op.getTensor()];
  FailureOr<Index> index =
      elementIndex(evaluator, op, op.getIndices(), source.shape);
  if (failed(index))
    return failure();
  return evaluator.set(op, op.getResult(), source(*index));
}

LogicalResult insert(Evaluator &evaluator, tensor::InsertOp op) {
  Array result = evaluator[op.getDest()];
  FailureOr<Index> index =
      elementIndex(evaluator, op, op.getIndices(), result.shape);
  if (failed(index))
    return failure();
  result(*index) = evaluator[op.getScalar()].data[0];
  return evaluator.set(op, op.getResult(), std::move(result));
}

LogicalResult dim(Evaluator &evaluator, tensor::DimOp op) {
  const Array &source = evaluator[op.getSource()];
  int64_t axis = evaluator.integer(op.getIndex());
  if (axis < 0 || axis >= source.rank())
    return emitOutOfBounds(op, axis, source.rank());
  return evaluator.set(op, op.getResult(), Number::ofInteger(source.dim(axis)));
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

/// A box inside a tensor: element x of the box is offset + x * stride.
struct Slice {
  SmallVector<int64_t> offsets, sizes, strides;

  Index at(const Index &x) const {
    Index result(x);
    for (size_t axis = 0; axis < x.size(); ++axis)
      result[axis] = offsets[axis] + x[axis] * strides[axis];
    return result;
  }
};

template <typename Op>
FailureOr<Slice> sliceOf(Evaluator &evaluator, Op op, const Shape &whole) {
  Slice slice{evaluator.integers(op.getMixedOffsets()),
              evaluator.integers(op.getMixedSizes()),
              evaluator.integers(op.getMixedStrides())};
  for (size_t axis = 0; axis < whole.size(); ++axis) {
    int64_t size = slice.sizes[axis], first = slice.offsets[axis], last;
    if (size < 0)
      return op.emitOpError("size ") << size << " is negative";
    if (size == 0)
      continue;
    if (__builtin_mul_overflow(size - 1, slice.strides[axis], &last) ||
        __builtin_add_overflow(last, first, &last))
      return op.emitOpError("slice is out of bounds");
    for (int64_t index : {first, last})
      if (index < 0 || index >= whole[axis])
        return emitOutOfBounds(op, index, whole[axis]);
  }
  return slice;
}

/// The sizes of the slice without the axes that its type drops.
template <typename Op>
SmallVector<int64_t> reducedSizes(Op op, const Slice &slice) {
  SmallVector<int64_t> sizes;
  llvm::SmallBitVector dropped = op.getDroppedDims();
  for (auto [axis, size] : llvm::enumerate(slice.sizes))
    if (!dropped[axis])
      sizes.push_back(size);
  return sizes;
}

LogicalResult extractSlice(Evaluator &evaluator, tensor::ExtractSliceOp op) {
  const Array &source = evaluator[op.getSource()];
  FailureOr<Slice> slice = sliceOf(evaluator, op, source.shape);
  if (failed(slice))
    return failure();
  FailureOr<Array> result = allocate(op, reducedSizes(op, *slice));
  if (failed(result))
    return failure();
  int64_t position = 0;
  forEachIndex(toShape(slice->sizes), [&](const Index &x) {
    result->data[position++] = source(slice->at(x));
  });
  return evaluator.set(op, op.getResult(), std::move(*result));
}

LogicalResult insertSlice(Evaluator &evaluator, tensor::InsertSliceOp op) {
  const Array &source = evaluator[op.getSource()];
  Array result = evaluator[op.getDest()];
  FailureOr<Slice> slice = sliceOf(evaluator, op, result.shape);
  if (failed(slice))
    return failure();
  SmallVector<int64_t> sizes = reducedSizes(op, *slice);
  if (toShape(sizes) != source.shape)
    return emitSizeMismatch(op, source.shape, sizes);
  int64_t position = 0;
  forEachIndex(toShape(slice->sizes), [&](const Index &x) {
    result(slice->at(x)) = source.data[position++];
  });
  return evaluator.set(op, op.getResult(), std::move(result));
}

//===----------------------------------------------------------------------===//
// Whole tensors
//===----------------------------------------------------------------------===//

LogicalResult collapse(Evaluator &evaluator, tensor::CollapseShapeOp op) {
  const Array &source = evaluator[op.getSrc()];
  SmallVector<int64_t> sizes;
  for (ArrayRef<int64_t> group : op.getReassociationIndices()) {
    sizes.push_back(1);
    for (int64_t axis : group)
      sizes.back() *= source.dim(axis);
  }
  return reshape(evaluator, op, sizes);
}

LogicalResult concat(Evaluator &evaluator, tensor::ConcatOp op) {
  size_t axis = op.getDim();
  Shape sizes = evaluator[op.getInputs().front()].shape;
  sizes[axis] = 0;
  for (Value input : op.getInputs()) {
    Shape own = evaluator[input].shape;
    int64_t extent = std::exchange(own[axis], sizes[axis]);
    if (own != sizes)
      return emitSizeMismatch(op, own, sizes);
    sizes[axis] += extent;
  }
  FailureOr<Array> result = allocate(op, sizes);
  if (failed(result))
    return failure();
  int64_t start = 0;
  for (Value input : op.getInputs()) {
    const Array &source = evaluator[input];
    int64_t position = 0;
    forEachIndex(source.shape, [&](const Index &x) {
      Index to = x;
      to[axis] += start;
      (*result)(to) = source.data[position++];
    });
    start += source.dim(axis);
  }
  return evaluator.set(op, op.getResult(), std::move(*result));
}

LogicalResult pad(Evaluator &evaluator, tensor::PadOp op) {
  const Array &source = evaluator[op.getSource()];
  SmallVector<int64_t> low = evaluator.integers(op.getMixedLowPad());
  SmallVector<int64_t> high = evaluator.integers(op.getMixedHighPad());
  SmallVector<int64_t> sizes;
  for (auto [before, size, after] : llvm::zip_equal(low, source.shape, high)) {
    if (before < 0 || after < 0)
      return op.emitOpError("padding is negative");
    int64_t sum;
    if (__builtin_add_overflow(before, size, &sum) ||
        __builtin_add_overflow(sum, after, &sum))
      return op.emitOpError("padding is too large to evaluate");
    sizes.push_back(sum);
  }
  FailureOr<Array> result = allocate(op, sizes);
  if (failed(result) || failed(fill(evaluator, op, *result)))
    return failure();
  int64_t position = 0;
  forEachIndex(source.shape, [&](Index x) {
    for (size_t axis = 0; axis < x.size(); ++axis)
      x[axis] += low[axis];
    (*result)(x) = source.data[position++];
  });
  return evaluator.set(op, op.getResult(), std::move(*result));
}

LogicalResult splat(Evaluator &evaluator, tensor::SplatOp op) {
  FailureOr<Array> result =
      allocate(op, resultSizes(evaluator, op.getType(), op.getDynamicSizes()));
  if (failed(result))
    return failure();
  llvm::fill(result->data, evaluator[op.getInput()].data[0]);
  return evaluator.set(op, op.getResult(), std::move(*result));
}

LogicalResult fromElements(Evaluator &evaluator, tensor::FromElementsOp op) {
  FailureOr<Array> result = allocate(op, op.getType().getShape());
  if (failed(result))
    return failure();
  for (auto [to, from] : llvm::zip_equal(result->data, op.getElements()))
    to = evaluator[from].data[0];
  return evaluator.set(op, op.getResult(), std::move(*result));
}

LogicalResult generate(Evaluator &evaluator, tensor::GenerateOp op) {
  FailureOr<Array> result = allocate(
      op, resultSizes(evaluator, op.getType(), op.getDynamicExtents()));
  if (failed(result) || failed(fill(evaluator, op, *result)))
    return failure();
  return evaluator.set(op, op.getResult(), std::move(*result));
}

/// The contents of tensor.empty are undefined; here they are zero.
LogicalResult empty(Evaluator &evaluator, tensor::EmptyOp op) {
  FailureOr<Array> result =
      allocate(op, resultSizes(evaluator, op.getType(), op.getDynamicSizes()));
  if (failed(result))
    return failure();
  return evaluator.set(op, op.getResult(), std::move(*result));
}

LogicalResult reshapeTo(Evaluator &evaluator, tensor::ReshapeOp op) {
  SmallVector<int64_t> sizes;
  for (Number size : evaluator[op.getShape()].data)
    sizes.push_back(size.integer);
  return reshape(evaluator, op, sizes);
}

} // namespace

LogicalResult evaluateTensorOp(Evaluator &evaluator, Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](tensor::ExtractOp op) { return extract(evaluator, op); })
      .Case([&](tensor::InsertOp op) { return insert(evaluator, op); })
      .Case([&](tensor::DimOp op) { return dim(evaluator, op); })
      .Case([&](tensor::ExtractSliceOp op) {
        return extractSlice(evaluator, op);
      })
      .Case(
          [&](tensor::InsertSliceOp op) { return insertSlice(evaluator, op); })
      .Case([&](tensor::ExpandShapeOp op) {
        return reshape(evaluator, op,
                       evaluator.integers(op.getMixedOutputShape()));
      })
      .Case([&](tensor::CollapseShapeOp op) { return collapse(evaluator, op); })
      .Case([&](tensor::ReshapeOp op) { return reshapeTo(evaluator, op); })
      .Case([&](tensor::CastOp op) {
        return evaluator.set(op, op.getResult(),
                             evaluator.lookup(op.getSource()));
      })
      .Case([&](tensor::ConcatOp op) { return concat(evaluator, op); })
      .Case([&](tensor::PadOp op) { return pad(evaluator, op); })
      .Case([&](tensor::SplatOp op) { return splat(evaluator, op); })
      .Case([&](tensor::FromElementsOp op) {
        return fromElements(evaluator, op);
      })
      .Case([&](tensor::GenerateOp op) { return generate(evaluator, op); })
      .Case([&](tensor::EmptyOp op) { return empty(evaluator, op); })
      .Default([](Operation *op) { return emitUnsupported(op); });
}

} // namespace mlir::attn
