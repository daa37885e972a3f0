// One linalg.generic from what it reads and what one element becomes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_CONVERSION_ATTNTOLINALG_GENERIC_H
#define ATTN_LIB_CONVERSION_ATTNTOLINALG_GENERIC_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::attn {

/// The position at which the loops of a generic op read one axis of a tensor:
/// `loop / divisor`; `loop` if the divisor is null; 0 if there is no loop.
struct AxisIndex {
  std::optional<int64_t> loop;
  Value divisor;
};

/// A tensor that a generic op reads, with one position for each axis.
struct Read {
  Value tensor;
  SmallVector<AxisIndex> axes;
};

/// `tensor[loops[0], loops[1], ..]`
Read readAt(Value tensor, ArrayRef<int64_t> loops);

/// The loops `from`, `from + 1`, .. up to but not including `to`.
SmallVector<int64_t> loopRange(int64_t from, int64_t to);

/// The position on axis `axis` of an operand that may be broadcast or shared by
/// a group, read by `loop` of size `loopSize`: `loop / (loopSize /
/// operandSize)`.
AxisIndex sharedAxis(ImplicitLocOpBuilder &b, Value tensor, int64_t axis,
                     int64_t loop, OpFoldResult loopSize);

/// What one element of the output becomes, given the elements read, floats
/// already in the compute type, and its old value.
using BodyFn =
    function_ref<Value(ImplicitLocOpBuilder &b, ArrayRef<Value> in, Value out)>;

/// `out[outLoops] = body(reads.., out[outLoops])` for all loops; those that are
/// not in `outLoops` are reductions.
Value buildGeneric(ImplicitLocOpBuilder &b, ArrayRef<Read> reads, Value out,
                   ArrayRef<int64_t> outLoops, BodyFn body);

/// As above with one loop for each axis of the output, whose old value is
/// irrelevant: a new tensor of type `type` and sizes `sizes`.
Value buildElementwise(ImplicitLocOpBuilder &b, ArrayRef<Read> reads,
                       RankedTensorType type, ArrayRef<OpFoldResult> sizes,
                       BodyFn body);

/// A tensor of type `type`; `sizes` gives those that the type leaves open.
Value buildEmpty(ImplicitLocOpBuilder &b, RankedTensorType type,
                 ArrayRef<OpFoldResult> sizes);
/// `out` with every element `value`.
Value buildFill(ImplicitLocOpBuilder &b, double value, Value out);

/// The type of a tensor of sizes `sizes`.
RankedTensorType typeOf(ArrayRef<OpFoldResult> sizes, Type element);
SmallVector<OpFoldResult> sizesOf(ImplicitLocOpBuilder &b, Value tensor);

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

/// The constant `value` of float type `type`, rounded to it.
Value floatConstant(ImplicitLocOpBuilder &b, Type type, double value);
/// `x == value`
Value isEqual(ImplicitLocOpBuilder &b, Value x, double value);
/// `x == -inf`: a removed key.
Value isRemoved(ImplicitLocOpBuilder &b, Value x);
/// `x` rounded to `type`, once.
Value roundTo(ImplicitLocOpBuilder &b, Value x, Type type);
/// `x == -inf ? 0 : exp(x - max)`, or with `log2`, `exp2(x - max)`. The test
/// gives exp(-inf - -inf) = 0: a row without keys has no weights.
Value expOf(ImplicitLocOpBuilder &b, Value x, Value max, bool log2 = false);
/// What the region yields for `args`. It is run for removed keys, too, and in a
/// tile for queries past the last one, so that every index with which it reads a
/// tensor is clamped into it.
Value inlineRegion(ImplicitLocOpBuilder &b, Region &region, ValueRange args);

} // namespace mlir::attn

#endif // ATTN_LIB_CONVERSION_ATTNTOLINALG_GENERIC_H
