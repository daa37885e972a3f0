// The part of an operand that a tile takes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tiler.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace mlir::attn;

/// Query heads that share one head of `tensor`: Hq / Hkv, at least 1.
Value Tiler::getGroup(Value tensor, OpFoldResult querySize) {
  OpFoldResult size =
      tensor::getMixedSize(b, b.getLoc(), tensor, numLeading - 1);
  auto known = getConstantIntValue(size),
       knownQuery = getConstantIntValue(querySize);
  if (known && knownQuery)
    return index(
        std::max<int64_t>(1, *knownQuery / std::max<int64_t>(1, *known)));
  Value one = index(1);
  Value heads = arith::MaxSIOp::create(b, asValue(size), one);
  Value group = arith::DivSIOp::create(b, asValue(querySize), heads);
  return arith::MaxSIOp::create(b, group, one);
}

/// Where the leading axes of `tensor` are read for the current leading indices:
/// broadcast on axes of size 1, shared by a group on the last.
SmallVector<OpFoldResult> Tiler::leadingIndices(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<OpFoldResult> at;
  for (int64_t axis = 0; axis < numLeading; ++axis) {
    int64_t size = type.getDimSize(axis);
    auto group = groups.find(tensor);
    if (size == 1) {
      at.push_back(attr(0));
    } else if (axis == numLeading - 1 && group != groups.end()) {
      at.push_back(
          arith::DivSIOp::create(b, leading[axis], group->second).getResult());
    } else if (ShapedType::isDynamic(size)) {
      // min(index, size - 1): 0 for a size that turns out to be 1.
      Value dim = tensor::DimOp::create(b, tensor, axis);
      Value last = arith::SubIOp::create(b, dim, index(1));
      at.push_back(arith::MinSIOp::create(b, leading[axis], last).getResult());
    } else {
      at.push_back(leading[axis]);
    }
  }
  return at;
}

/// Rows [row, row + numRows) of the matrix of `tensor` at `at`.
Value Tiler::slice(Value tensor, ArrayRef<OpFoldResult> at, OpFoldResult row,
                   OpFoldResult numRows) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (hasEmptyRows(type))
    return tensor::EmptyOp::create(b, {numRows, attr(0)},
                                   type.getElementType());
  SmallVector<OpFoldResult> offsets(at), shape(at.size(), attr(1));
  offsets.append({row, attr(0)});
  shape.append({numRows, tensor::getMixedSize(b, b.getLoc(), tensor,
                                              type.getRank() - 1)});
  SmallVector<OpFoldResult> strides(type.getRank(), attr(1));
  SmallVector<int64_t> resultShape(2, ShapedType::kDynamic);
  for (int64_t d = 0; d < 2; ++d)
    if (auto known = getConstantIntValue(shape[at.size() + d]))
      resultShape[d] = *known;
  auto resultType = RankedTensorType::get(resultShape, type.getElementType());
  return tensor::ExtractSliceOp::create(b, resultType, tensor, offsets, shape,
                                        strides);
}

bool Tiler::isContiguous(Value tensor) {
  if (auto arg = dyn_cast<BlockArgument>(tensor))
    return isa<FunctionOpInterface>(arg.getOwner()->getParentOp());
  return isa<linalg::LinalgOp>(tensor.getDefiningOp());
}

/// A parameter `[.., D]` as the packed row `[D]` of the current head.
Value Tiler::packParam(Value param) {
  auto type = cast<RankedTensorType>(param.getType());
  int64_t numAxes = type.getRank() - 1;
  if (hasEmptyRows(type))
    return empty({attr(0)});
  SmallVector<OpFoldResult> offsets, shape(numAxes, attr(1));
  for (int64_t axis = 0; axis < numAxes; ++axis) {
    Value at = leading[numLeading - numAxes + axis];
    Value dim = tensor::DimOp::create(b, param, axis);
    Value last = arith::SubIOp::create(b, dim, index(1));
    offsets.push_back(arith::MinSIOp::create(b, at, last).getResult());
  }
  offsets.push_back(attr(0));
  shape.push_back(tensor::getMixedSize(b, b.getLoc(), param, numAxes));
  // pack_key takes a matrix: one row of it.
  SmallVector<OpFoldResult> strides(type.getRank(), attr(1));
  auto rowType =
      RankedTensorType::get({type.getDimSize(numAxes)}, type.getElementType());
  Value row = tensor::ExtractSliceOp::create(b, rowType, param, offsets, shape,
                                             strides);
  auto oneRow =
      RankedTensorType::get({1, rowType.getDimSize(0)}, type.getElementType());
  SmallVector<ReassociationIndices> split = {{0, 1}};
  Value in = tensor::ExpandShapeOp::create(
      b, oneRow, row, split, SmallVector<OpFoldResult>{attr(1), shape.back()});
  Value out = empty({attr(1), shape.back()});
  auto packed = PackKeyOp::create(b, out.getType(), in, out);
  return tensor::CollapseShapeOp::create(b, packed.getResults()[0], split);
}
