// The score program: scalar regions as the lanes of a vector see them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_CODEGEN_SCORE_LANEPROGRAM_H
#define ATTN_CODEGEN_SCORE_LANEPROGRAM_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Region.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace mlir::memref {
class LoadOp;
} // namespace mlir::memref

namespace mlir::attn {

/// A scalar of a region, for every lane at once.
struct LaneValue {
  enum Kind {
    /// One value for all lanes: `base`.
    Uniform,
    /// Lane l holds `base + stride * l`, an integer or index.
    Affine,
    /// Lane l holds element l of the vectors, one after the other.
    Vectors
  };
  Kind kind = Uniform;
  Value base;
  int64_t stride = 0;
  SmallVector<Value> elements;

  static LaneValue uniform(Value value) { return {Uniform, value, 0, {}}; }
  static LaneValue vectors(ArrayRef<Value> vectors) {
    return {Vectors, Value(), 0, SmallVector<Value>(vectors)};
  }
  static LaneValue affine(Value base, int64_t stride) {
    return {stride == 0 ? Uniform : Affine, base, stride, {}};
  }
};

/// Inlines the score, score_mod and mask regions of an attention on the lanes
/// of a few vectors.
///
/// Elementwise ops become vector ops. Whatever depends on no lane stays scalar,
/// so that `slope[h]` is loaded once for all lanes. Indices stay affine in the
/// lane as long as they can: `j <= i + off` is one scalar subtraction and one
/// comparison with a constant for each vector, and `table[i]` a masked load;
/// others are gathered, but for those of i1. Indices of loads are clamped into
/// the buffer and integer divisors made non-zero, because lanes past the end of
/// a tile are computed, too. Any other op without side effects is done lane by
/// lane, which a missed remark says.
class LaneProgram {
public:
  /// For `numVectors` vectors of `lanes` elements each, at most 64 in all.
  LaneProgram(OpBuilder &builder, Location loc, int64_t lanes,
              int64_t numVectors, bool hasMaskedLoads)
      : b(builder), loc(loc), lanes(lanes), numVectors(numVectors),
        hasMaskedLoads(hasMaskedLoads) {}

  /// Inlines the only block of `region` for arguments `args`; returns what it
  /// yields.
  LaneValue inlineRegion(Region &region, ArrayRef<LaneValue> args);

  /// `value` as vectors of `lanes` elements.
  SmallVector<Value> toVectors(LaneValue value);
  /// Lane `lane`, counted over all vectors, of `value` as a scalar.
  Value toScalar(LaneValue value, int64_t lane);

private:
  using Mapping = llvm::DenseMap<Value, LaneValue>;

  LaneValue lookup(const Mapping &mapping, Value value);
  Value laneOffsets(Type element, int64_t vector, int64_t stride);
  void inlineOp(Operation *op, Mapping &mapping);
  bool inlineAffine(Operation *op, ArrayRef<LaneValue> operands,
                    Mapping &mapping);
  bool inlineElementwise(Operation *op, ArrayRef<LaneValue> operands,
                         Mapping &mapping);
  bool inlineLoad(Operation *op, ArrayRef<LaneValue> operands,
                  Mapping &mapping);
  std::optional<SmallVector<Value>> loadRow(memref::LoadOp load,
                                            ArrayRef<LaneValue> operands);
  SmallVector<Value> gather(memref::LoadOp load, ArrayRef<LaneValue> operands);
  void inlineUniform(Operation *op, Mapping &mapping);
  void inlineByLane(Operation *op, Mapping &mapping);
  LaneValue compareAffine(Operation *op, LaneValue lhs, LaneValue rhs);
  void makeTotal(Operation *op);
  /// index = max(0, min(index, size - 1)) for every index of a load.
  void clampIndices(Operation *op);
  void guardDivisor(Operation *op);

  OpBuilder &b;
  Location loc;
  int64_t lanes, numVectors;
  bool hasMaskedLoads;
  /// Ops for which a remark has said that they are done lane by lane.
  llvm::DenseSet<Operation *> explained;
};

} // namespace mlir::attn

#endif // ATTN_CODEGEN_SCORE_LANEPROGRAM_H
