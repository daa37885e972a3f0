// Tile sizes as a pure function of shape and machine.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Tiling/TileSizes.h"

#include <algorithm>

using namespace mlir::attn;

TileSizes mlir::attn::chooseTileSizes(const AttentionShape &shape,
                                      const Machine &machine) {
  constexpr int64_t kMaxQueries = 320;
  // Whole register blocks, of 4, 8 or 16 keys, or of 6 or 12.
  const int64_t keys = machine.numVectorRegisters >= 32 ? 64 : 96;
  int64_t lanes = machine.getLanes(shape.computeBytes);
  int64_t block = machine.getBlockVectors() * lanes;
  if (shape.queries >= 0 && shape.queries <= block / 2) {
    // Few queries: as many vectors as they fill, a power of two.
    int64_t vectors = 1;
    while (vectors * lanes < shape.queries)
      vectors *= 2;
    // What a step does once for each tile of keys is little beside reading many
    // of them.
    return {vectors * lanes, 4 * keys};
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
  return {blocks * block, keys};
}
