// What the emitters of the tiled ops share: vectors of queries and loops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_CODEGEN_CPU_TILEBUILDER_H
#define ATTN_LIB_CODEGEN_CPU_TILEBUILDER_H

#include "attn/Codegen/CPU/EmitCPU.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::attn {

/// A builder that knows the vector type of one tile.
class TileBuilder : public ImplicitLocOpBuilder {
public:
  TileBuilder(Location loc, OpBuilder &builder, FloatType compute,
              const Machine &machine);

  /// Lanes of a vector of the compute type.
  int64_t lanes;
  FloatType compute;
  /// vector<lanes x compute>
  VectorType vectorType;

  Value index(int64_t value);
  Value addIndex(Value a, int64_t b);
  /// A constant of the compute type, as a vector.
  Value splat(double value);
  Value negInf();
  Value broadcast(Value scalar);

  /// `pairs` [n, size, 2] as the matrix [n, 2 size] that it is in memory.
  Value joinPairs(Value pairs);

  Value load(Value buffer, ValueRange at);
  void store(Value vector, Value buffer, ValueRange at);

  /// a > b ? a : b. The order and the ordered comparison make this one maximum
  /// instruction that ignores a NaN in `a`.
  Value max(Value a, Value b);
  /// The sum of a vector's lanes, in the order of a tree.
  Value sumLanes(Value vector);
  /// A vector whose lane l is the sum of the lanes of vector l, or of vector
  /// l % n of n, a power of two. The tree is the same for each of them.
  Value sumLanesOfEach(ArrayRef<Value> vectors);
  /// The largest lane, in all lanes.
  Value maxOfLanes(Value vector);
  /// exp(x), or 2^x if the argument is in units of log2(e).
  /// `approximate`: precise enough for a result that is rounded to bf16.
  Value expOf(Value x, bool log2, bool approximate = false);
  /// `max`, but 0 where there is no key yet, so that no -inf is subtracted
  /// from a -inf: exp(-inf - 0) = 0.
  Value finiteMax(Value max);
  /// factor == 0 ? 0 : factor * x: a weight of zero contributes nothing (S3).
  Value rescale(Value factor, Value x);

  using LoopBody = llvm::function_ref<SmallVector<Value>(Value, ValueRange)>;
  /// for iv = lo to hi step `step`, carrying `inits`.
  SmallVector<Value> loop(Value lo, Value hi, int64_t step, ValueRange inits,
                          LoopBody body);
  void loop(Value lo, Value hi, int64_t step,
            llvm::function_ref<void(Value)> body);
  using Branch = llvm::function_ref<SmallVector<Value>()>;
  SmallVector<Value> branch(Value condition, Branch then, Branch otherwise);

  /// Calls `body(column, width is whole)` for column 0, lanes, .. of a row of
  /// `size` elements; only the last can be partial.
  void columns(Value size, llvm::function_ref<void(Value, bool)> body);
  /// The same, carrying values.
  SmallVector<Value>
  columns(Value size, ValueRange inits,
          llvm::function_ref<SmallVector<Value>(Value, bool, ValueRange)> body);
};

/// Reads a vector of `type`'s shape from `buffer` at `at`, zero outside it, and
/// widens it to the compute type.
Value readWide(TileBuilder &b, Value buffer, ValueRange at, VectorType type,
               ArrayRef<bool> inBounds);
/// Rounds `vector` to the element type of `buffer` and writes what lies in it.
void writeNarrow(TileBuilder &b, Value vector, Value buffer, ValueRange at,
                 ArrayRef<bool> inBounds);

/// The compute type of a tile buffer, or failure if `op` is not on memrefs or
/// its number of queries does not fill whole vectors, which with `rows` it need
/// not.
FailureOr<FloatType> checkTile(RewriterBase &rewriter, Operation *op,
                               Value tile, const Machine &machine,
                               bool rows = false);

} // namespace mlir::attn

#endif // ATTN_LIB_CODEGEN_CPU_TILEBUILDER_H
