// Structured ops of linalg: their region at every point of the loops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Evaluator.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <limits>

namespace mlir::attn {
namespace {

/// An operand and where in it each point of the loops reads.
struct Access {
  AffineMap map;
  const reference::Shape *shape;
  /// Position in the data for each step of each loop, if every result of the
  /// map is a loop: then no expression has to be evaluated.
  SmallVector<int64_t> strides;
  bool isLinear = false;

  Access(AffineMap map, const reference::Shape &shape, size_t numLoops)
      : map(map), shape(&shape), strides(numLoops, 0),
        isLinear(map.isProjectedPermutation()) {
    int64_t stride = 1;
    for (size_t axis = shape.size(); isLinear && axis-- > 0;) {
      strides[map.getDimPosition(axis)] += stride;
      stride *= shape[axis];
    }
  }

  /// The position in the data; nothing if it is out of bounds.
  std::optional<int64_t> offset(ArrayRef<int64_t> loops) const {
    int64_t position = 0;
    if (isLinear) {
      for (auto [index, stride] : llvm::zip_equal(loops, strides))
        position += index * stride;
      return position;
    }
    for (auto [expr, size] : llvm::zip_equal(map.getResults(), *shape)) {
      std::optional<int64_t> index = evaluateAffine(expr, loops);
      if (!index || *index < 0 || *index >= size)
        return std::nullopt;
      position = position * size + *index;
    }
    return position;
  }
};

/// The extent of each loop from the sizes of the operands. Where a result of a
/// map is a loop, the size of that axis must be its extent.
FailureOr<reference::Shape> loopExtents(linalg::LinalgOp op,
                                        ArrayRef<Access> accesses) {
  AffineMap shapesToLoops = op.getShapesToLoopsMap();
  if (!shapesToLoops)
    return op->emitOpError("has loops whose extent no operand determines");
  SmallVector<int64_t> sizes;
  for (const Access &access : accesses)
    llvm::append_range(sizes, *access.shape);
  reference::Shape extents;
  for (AffineExpr expr : shapesToLoops.getResults()) {
    std::optional<int64_t> extent = evaluateAffine(expr, sizes);
    if (!extent || *extent < 0)
      return op->emitOpError("has a loop without an extent");
    extents.push_back(*extent);
  }
  for (const Access &access : accesses)
    for (auto [expr, size] :
         llvm::zip_equal(access.map.getResults(), *access.shape))
      if (auto dim = dyn_cast<AffineDimExpr>(expr))
        if (extents[dim.getPosition()] != size)
          return emitSizeMismatch(op, *access.shape, extents);
  return extents;
}

LogicalResult evaluateStructured(Evaluator &evaluator, linalg::LinalgOp op) {
  FailureOr<ScalarProgram> program = evaluator.compile(op->getRegion(0));
  if (failed(program))
    return failure();
  SmallVector<Access> accesses;
  SmallVector<ArrayPtr> arrays;
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    arrays.push_back(evaluator.lookup(operand.get()));
    if (map.getNumResults() != arrays.back()->shape.size())
      return emitUnsupported(op);
    accesses.emplace_back(map, arrays.back()->shape, op.getNumLoops());
  }
  FailureOr<reference::Shape> extents = loopExtents(op, accesses);
  if (failed(extents))
    return failure();

  // Every operand has its argument of the region, except where the op leaves
  // out those that it does not read.
  Block *body = op.getBlock();
  SmallVector<unsigned> read;
  for (OpOperand &operand : op->getOpOperands())
    if (operand.getOperandNumber() < body->getNumArguments())
      read.push_back(operand.getOperandNumber());
  size_t firstOut = op.getNumDpsInputs();
  SmallVector<Array> outs;
  for (const ArrayPtr &array : ArrayRef(arrays).drop_front(firstOut))
    outs.push_back(*array);

  LogicalResult status = success();
  SmallVector<Number> args(read.size());
  SmallVector<int64_t> offsets(accesses.size());
  reference::forEachIndex(*extents, [&](const reference::Index &loops) {
    if (failed(status))
      return;
    for (auto [access, offset] : llvm::zip_equal(accesses, offsets)) {
      std::optional<int64_t> position = access.offset(loops);
      if (!position) {
        status = op->emitOpError("reads out of bounds");
        return;
      }
      offset = *position;
    }
    for (unsigned operand : read)
      args[operand] = operand < firstOut
                          ? arrays[operand]->data[offsets[operand]]
                          : outs[operand - firstOut].data[offsets[operand]];
    status = program->run(args, loops);
    if (failed(status))
      return;
    for (auto [index, out] : llvm::enumerate(outs))
      out.data[offsets[firstOut + index]] = program->result(index);
  });
  if (failed(status))
    return failure();
  for (auto [result, out] : llvm::zip_equal(op->getResults(), outs))
    if (failed(evaluator.set(op, result, std::move(out))))
      return failure();
  return success();
}

/// exp(x - max) / sum of exp(x - max) along one axis, as upstream decomposes
/// it: a row of -inf gives NaN, in contrast to attn.softmax.
LogicalResult evaluateSoftmax(Evaluator &evaluator, linalg::SoftmaxOp op) {
  Array result = evaluator[op.getInput()];
  if (result.shape != evaluator[op.getOutput()].shape)
    return emitSizeMismatch(op, result.shape, evaluator[op.getOutput()].shape);
  int64_t axis = op.getDimension();
  reference::Shape rows = result.shape;
  int64_t count = std::exchange(rows[axis], 1);
  reference::forEachIndex(rows, [&](reference::Index at) {
    auto forEach = [&](auto f) {
      for (at[axis] = 0; at[axis] < count; ++at[axis])
        f(result(at).real);
    };
    double max = -std::numeric_limits<double>::infinity(), sum = 0;
    forEach([&](double &x) { max = std::fmax(max, x); });
    forEach([&](double &x) { sum += x = std::exp(x - max); });
    forEach([&](double &x) { x /= sum; });
  });
  return evaluator.set(op, op->getResult(0), std::move(result));
}

} // namespace

LogicalResult evaluateLinalgOp(Evaluator &evaluator, Operation *op) {
  if (op->getNumResults() == 0)
    return emitUnsupported(op);
  if (auto structured = dyn_cast<linalg::LinalgOp>(op))
    return evaluateStructured(evaluator, structured);
  if (auto softmax = dyn_cast<linalg::SoftmaxOp>(op))
    return evaluateSoftmax(evaluator, softmax);
  return emitUnsupported(op);
}

} // namespace mlir::attn
