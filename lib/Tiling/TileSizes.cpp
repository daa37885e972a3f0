// Tile sizes as a pure function of shape and machine.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Tiling/TileSizes.h"

#include <algorithm>

using namespace mlir::attn;

TileSizes mlir::attn::chooseTileSizes(const AttentionShape &shape,
                                      const Machine &machine) {
  // Four vectors of queries against four keys keep 16 sums in registers.
  constexpr int64_t kVectors = 4, kMaxQueries = 256, kKeys = 64;
  int64_t lanes = machine.getLanes(shape.computeBytes);
  int64_t block = kVectors * lanes;
  if (shape.queries >= 0 && shape.queries <= block / 2) {
    // Few queries: as many vectors as they fill, a power of two.
    int64_t vectors = 1;
    while (vectors * lanes < shape.queries)
      vectors *= 2;
    return {vectors * lanes, kKeys};
  }
  // queries * (D + E) * bytes <= l2 / 4
  int64_t features = shape.features < 0 ? 64 : shape.features;
  int64_t values = shape.valueFeatures < 0 ? 64 : shape.valueFeatures;
  int64_t perQuery =
      std::max<int64_t>(1, (features + values) * shape.computeBytes);
  int64_t queries = machine.l2Bytes / 4 / perQuery / block * block;
  queries = std::clamp(queries, block, std::max(block, kMaxQueries));
  if (shape.queries >= 0)
    queries = std::min(queries, (shape.queries + block - 1) / block * block);
  return {queries, kKeys};
}
