// Tile sizes as a pure function of shape and machine.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TILING_TILESIZES_H
#define ATTN_TILING_TILESIZES_H

#include "attn/Target/Machine.h"

namespace mlir::attn {

/// What is known of one attention when it is compiled; -1: not known.
struct AttentionShape {
  int64_t queries = -1;
  int64_t features = -1;
  int64_t valueFeatures = -1;
  /// Size of a compute element in bytes: 4 or 8.
  int64_t computeBytes = 4;
};

struct TileSizes {
  /// Queries in a tile: a multiple of the lanes of a vector.
  int64_t queries;
  /// Keys in a tile: a multiple of 16.
  int64_t keys;
};

/// Queries: the largest multiple of four vectors whose packed queries and
/// accumulator fill no more than a quarter of the second-level cache, so that
/// a tile of keys is reused as often as the cache allows; four vectors at
/// least, 256 queries at most, and no more vectors than there are queries.
/// Keys: 64. The tile of weights then stays in the first-level cache, and the
/// size must not depend on the shape, so that a query's sums are taken in the
/// same order wherever it stands (S6).
TileSizes chooseTileSizes(const AttentionShape &shape, const Machine &machine);

} // namespace mlir::attn

#endif // ATTN_TILING_TILESIZES_H
