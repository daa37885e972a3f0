// Tile sizes as a pure function of shape and machine.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TILING_TILESIZES_H
#define ATTN_TILING_TILESIZES_H

#include "attn/Target/Machine.h"

namespace mlir::attn {

/// What is known of one attention when it is compiled; -1: not known.
struct AttentionShape {
  int64_t queries = -1;
  int64_t keys = -1;
  int64_t features = -1;
  int64_t valueFeatures = -1;
  /// Size of a compute element in bytes: 4 or 8.
  int64_t computeBytes = 4;
  /// The score is a dot product.
  bool isDot = true;
  /// Queries and keys are of bf16.
  bool hasBf16Keys = false;
  /// Values are of bf16, and so may weights be, also in their sum.
  bool hasBf16Weights = false;
};

struct TileSizes {
  /// Queries in a tile: a multiple of the lanes of a vector, or with `rows` any
  /// number.
  int64_t queries;
  /// Keys in a tile: a multiple of 16.
  int64_t keys;
  /// Keys of one split, whole tiles; 0: all keys belong to one. The splits of a
  /// query are independent work, whose states are merged in order.
  int64_t splitKeys = 0;
  /// A few queries, whose features and sums stand in rows (see attn.init).
  bool rows = false;
  /// Queries, and values, stand in pairs of bf16 (see attn.step).
  bool queryPairs = false, valuePairs = false;
};

/// Queries: as many register blocks as their packed queries and accumulator
/// fill three eighths of the second-level cache, so that a tile of keys is
/// reused as often as the cache allows; an odd number of blocks, 320 queries at
/// most, and no more vectors than there are queries. At most eight, known from
/// the types, stand in rows if features and value features are whole vectors.
///
/// Keys: 64 or 96, by the machine, 128 in pairs, four times as many for a few queries. The tile of
/// weights then stays in the first-level cache, and the size must not depend on
/// the sizes of a call, so that a query's sums are taken in the same order
/// wherever it stands (S6).
///
/// Splits: eight tiles, for queries in rows and more keys than that. There may be
/// more threads than heads; how many is not asked, for the same reason.
TileSizes chooseTileSizes(const AttentionShape &shape, const Machine &machine);

} // namespace mlir::attn

#endif // ATTN_TILING_TILESIZES_H
