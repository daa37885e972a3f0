// Tile sizes as a pure function of shape and machine.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Tiling/TileSizes.h"

#include <algorithm>

using namespace mlir::attn;

/// More queries than that fill enough lanes of a vector of queries.
static constexpr int64_t kMaxRows = 8;

static bool isWholeVectors(int64_t size, int64_t lanes) {
  return size > 0 && size % lanes == 0;
}

TileSizes mlir::attn::chooseTileSizes(const AttentionShape &shape,
                                      const Machine &machine) {
  constexpr int64_t kMaxQueries = 320;
  int64_t lanes = machine.getLanes(shape.computeBytes);
  int64_t block = machine.getBlockVectors() * lanes;
  TileSizes tile = {0, machine.getTileKeys()};
  if (shape.isDot && shape.queries >= 0 && shape.queries <= kMaxRows &&
      isWholeVectors(shape.features, lanes) &&
      isWholeVectors(shape.valueFeatures, lanes)) {
    tile.rows = true;
    tile.queries = std::max<int64_t>(shape.queries, 1);
    // What a step does once for each tile of keys is little beside reading
    // many of them.
    tile.keys *= 4;
    if (shape.keys < 0 || shape.keys > 8 * tile.keys)
      tile.splitKeys = 8 * tile.keys;
    return tile;
  }
  if (machine.hasBf16Dot && shape.isDot && shape.computeBytes == 4) {
    tile.queryPairs =
        shape.hasBf16Keys && shape.features >= 0 && shape.features % 2 == 0;
    tile.valuePairs = shape.hasBf16Weights;
    // Pairs halve the steps of a product over keys, whose ends then weigh more.
    if (tile.valuePairs)
      tile.keys *= 2;
  }
  if (shape.queries >= 0 && shape.queries <= block / 2) {
    // Few queries: as many vectors as they fill, a power of two.
    tile.queries = lanes;
    while (tile.queries < shape.queries)
      tile.queries *= 2;
    tile.keys *= 4;
    return tile;
  }
  // queries * (D + E) * bytes <= l2 * 3 / 8
  int64_t features = shape.features < 0 ? 64 : shape.features;
  int64_t values = shape.valueFeatures < 0 ? 64 : shape.valueFeatures;
  int64_t perQuery =
      std::max<int64_t>(1, (features + values) * shape.computeBytes);
  int64_t queries = std::min(machine.l2Bytes * 3 / 8 / perQuery, kMaxQueries);
  // A block of queries is a column of the packed tile. With an odd number of
  // blocks in a row, its lines fall into all sets of the first-level cache.
  int64_t blocks = (std::max<int64_t>(queries / block, 1) - 1) | 1;
  if (shape.queries >= 0)
    blocks = std::min(blocks, (shape.queries + block - 1) / block | 1);
  tile.queries = blocks * block;
  return tile;
}
