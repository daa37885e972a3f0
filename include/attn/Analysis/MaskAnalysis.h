// What a mask region keeps: tile classes and key bounds, derived from its code.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mask is code: a region from indices (.., i, j) to an i1. This analysis
// reads that code once and can then emit, in front of a loop over key tiles,
// the range of keys worth visiting and, for one tile of queries and keys,
// whether it is empty, full or neither. Nobody builds a block mask, and no form
// of mask is special: `causal`, `window`, `lengths`, .. are read as the regions
// they stand for.
//
// What is understood: and / or / not / select of comparisons; comparisons of
// integers that are affine in i and j plus anything uniform (independent of i
// and j), with min, max, select and division by a constant; and anything at all
// that depends on i alone or on j alone (segment ids, padding masks), whose
// range is found by a small loop over the tile. What is not understood may be
// kept and is never full.
//
// Assumed: `index` has 64 bits; sizes are below 2^40. Arithmetic in narrower
// types, truncations and unsigned comparisons are guarded at run time: where
// they would wrap in a tile, the tile counts as not understood.
//
#ifndef ATTN_ANALYSIS_MASKANALYSIS_H
#define ATTN_ANALYSIS_MASKANALYSIS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Region.h"
#include "mlir/IR/Value.h"
#include <memory>
#include <string>
#include <utility>

namespace mlir::attn {

struct MaskExpr;

/// What is known about one mask region. Holds values of the region, which must
/// outlive it; the region is never changed. Copies are cheap.
class MaskAnalysis {
public:
  /// Keys [lo, hi) as `index` values; empty if lo >= hi.
  struct KeyBounds {
    Value lo, hi;
  };
  /// `may`: some pair of the tile may be kept; false means the tile is empty.
  /// `full`: every pair of the tile is kept. Both are i1, and err towards
  /// (true, false).
  struct TileClass {
    Value may, full;
  };
  /// An operation that was not understood, and why. The operation is the
  /// definition of the value in question, or the owner of the region.
  using Unknown = std::pair<Operation *, std::string>;

  /// Reads the mask region of attn.mask, attn.fused or attn.step. A region
  /// without a block keeps everything.
  static MaskAnalysis analyze(Region &mask);

  /// False if emitKeyBounds can only answer [0, N).
  bool hasKeyBounds() const;
  /// False if `may` can only be true.
  bool canBeEmpty() const;
  /// False if `full` can only be false.
  bool canBeFull() const;
  /// False if emitTileClass can only answer (true, false).
  bool hasTileClasses() const { return canBeEmpty() || canBeFull(); }

  /// What was not understood, in the order of the mask's own operations; empty
  /// if all of it was. Belongs in the remark of a pass that gets no bounds.
  ArrayRef<Unknown> unknowns() const;
  /// The mask as the analysis understood it, on one line, for remarks and
  /// tests, e.g. `(j <= i + u0) and ?`.
  std::string describe() const;

  /// Emits bounds such that every key that any query of [iLo, iHi) keeps lies
  /// in [lo, hi), with 0 <= lo <= n and 0 <= hi <= n. `leading` are the values
  /// of the region's arguments before i and j. [iLo, iHi) must lie within the
  /// queries. Values that the region captures must dominate the insertion
  /// point.
  KeyBounds emitKeyBounds(OpBuilder &builder, Location loc, ValueRange leading,
                          Value iLo, Value iHi, Value n) const;

  /// Emits the class of the tile [iLo, iHi) x [jLo, jHi), which must lie within
  /// the scores. An empty tile gets any class, and nothing is read for it.
  TileClass emitTileClass(OpBuilder &builder, Location loc, ValueRange leading,
                          Value iLo, Value iHi, Value jLo, Value jHi) const;

private:
  explicit MaskAnalysis(std::shared_ptr<const MaskExpr> expr)
      : expr(std::move(expr)) {}
  std::shared_ptr<const MaskExpr> expr;
};

} // namespace mlir::attn

#endif // ATTN_ANALYSIS_MASKANALYSIS_H
