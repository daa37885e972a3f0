// The writer of tile classes and key bounds for one tile.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_ANALYSIS_MASKEMITTER_H
#define ATTN_LIB_ANALYSIS_MASKEMITTER_H

#include "MaskExpr.h"

#include "mlir/IR/IRMapping.h"

namespace mlir::attn {

/// Emits values about one tile at one place. Every range is closed, [lo, hi],
/// and of type index.
class MaskEmitter {
public:
  using TileClass = MaskAnalysis::TileClass;
  struct Range {
    Value lo, hi;
  };
  /// Either may be null: no bound.
  using KeyBounds = MaskAnalysis::KeyBounds;

  MaskEmitter(const MaskExpr &expr, OpBuilder &builder, Location loc,
              ValueRange leading, Value iLo, Value iHi, Value jLo, Value jHi);

  TileClass classOf(const MaskNode *node);
  /// The tile must have all keys, [0, jHi).
  KeyBounds boundsOf(const MaskNode *node);
  /// Clamps to [0, jHi].
  KeyBounds clamp(KeyBounds bounds);

private:
  TileClass classOfCompare(const MaskNode *node);
  KeyBounds boundsOfCompare(const MaskNode *node);
  /// True where all guards hold on the whole tile; null if there are none.
  Value guardsHold(const Guards &guards);

  Range rangeOf(const Linear &sum);
  Range rangeOf(const Atom *atom);
  /// Least and greatest value of a function of i or of j alone, over the tile.
  Range scan(Value value, unsigned depends);

  /// Clones into `map`, in order, the operations of the region that `value`
  /// needs and that do not depend on i or j; with `all`, also the others.
  void cloneSlice(Value value, IRMapping &map, bool all);
  void cloneIfPair(Operation *op, IRMapping &map);
  Value uniform(Value value);
  /// The tile has a query and a key.
  Value hasPair();

  Value constant(int64_t value);
  Value boolean(bool value);
  Value toIndex(Value value);
  Value compare(arith::CmpIPredicate predicate, Value lhs, Value rhs);
  Value logicalNot(Value value);
  /// floor(value / divisor)
  Value floorDiv(Value value, int64_t divisor);
  template <typename OpTy>
  Value fold(Value lhs, Value rhs) {
    return builder.createOrFold<OpTy>(loc, lhs, rhs);
  }

  const MaskExpr &expr;
  OpBuilder &builder;
  Location loc;
  Value iLo, iHi, jLo, jHi, pair;
  IRMapping uniforms;
  DenseMap<const Atom *, Range> ranges;
  DenseMap<const MaskNode *, TileClass> classes;
  DenseMap<const MaskNode *, KeyBounds> bounds;
  DenseMap<const Guard *, Value> guards;
};

} // namespace mlir::attn

#endif // ATTN_LIB_ANALYSIS_MASKEMITTER_H
