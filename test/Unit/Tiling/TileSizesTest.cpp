// Tests of the choice of tile sizes: its promises for all shapes of a grid, and
// a few values.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Tiling/TileSizes.h"

#include <gtest/gtest.h>

using namespace mlir::attn;

namespace {

AttentionShape makeShape(int64_t queries, int64_t features,
                         int64_t valueFeatures, int64_t computeBytes = 4) {
  AttentionShape shape;
  shape.queries = queries;
  shape.features = features;
  shape.valueFeatures = valueFeatures;
  shape.computeBytes = computeBytes;
  return shape;
}

const Machine kMachines[] = {Machine::avx512(), Machine::avx512bf16(),
                             Machine::avx2(), Machine::neon(), Machine::sse()};

TEST(TileSizes, PromisesOnAGrid) {
  for (const Machine &machine : kMachines)
    for (int64_t bytes : {4, 8})
      for (int64_t queries : {-1, 0, 1, 2, 3, 7, 16, 17, 63, 64, 65, 1 << 20})
        for (int64_t features : {-1, 0, 1, 64, 128, 576, 1 << 20})
          for (int64_t values : {-1, 0, 1, 64, 512, 1 << 20}) {
            SCOPED_TRACE(testing::Message()
                         << machine.vectorBytes << " bytes a vector, " << bytes
                         << " an element, M " << queries << ", D " << features
                         << ", E " << values);
            TileSizes sizes = chooseTileSizes(
                makeShape(queries, features, values, bytes), machine);
            int64_t lanes = machine.getLanes(bytes);
            EXPECT_GT(sizes.queries, 0);
            EXPECT_FALSE(sizes.queryPairs || sizes.valuePairs);
            if (sizes.rows) {
              EXPECT_EQ(sizes.queries, std::max<int64_t>(queries, 1));
              continue;
            }
            EXPECT_EQ(sizes.queries % lanes, 0);
            EXPECT_LE(sizes.queries, 320);
            // Many queries: an odd number of blocks.
            int64_t block = machine.getBlockVectors() * lanes;
            if (sizes.queries > block) {
              EXPECT_EQ(sizes.queries / block % 2, 1);
              EXPECT_EQ(sizes.queries % block, 0);
            }
            // More than one block only within the cache.
            if (features >= 0 && values >= 0 && sizes.queries > block) {
              EXPECT_LE(sizes.queries * (features + values) * bytes,
                        machine.l2Bytes * 3 / 8);
            }
            // No more blocks than there are queries, but for an odd number.
            if (queries > 0) {
              EXPECT_LT(sizes.queries, queries + 2 * block);
            }
          }
}

// The order in which a query's sums are taken must not depend on sizes that a
// function is called with (S6).
TEST(TileSizes, KeysDoNotDependOnTheCall) {
  for (const Machine &machine : kMachines)
    for (int64_t queries : {-1, 100, 10000})
      for (int64_t features : {-1, 0, 64, 1 << 20})
        EXPECT_EQ(
            chooseTileSizes(makeShape(queries, features, 64), machine).keys,
            chooseTileSizes(AttentionShape(), machine).keys);
}

TEST(TileSizes, FewQueriesTakeManyKeys) {
  for (const Machine &machine : kMachines)
    EXPECT_EQ(chooseTileSizes(makeShape(1, 64, 64), machine).keys,
              4 * chooseTileSizes(makeShape(100, 64, 64), machine).keys);
}

TEST(TileSizes, FewQueriesTakeFewVectors) {
  Machine machine = Machine::avx512();
  auto queries = [&](int64_t m, int64_t bytes = 4) {
    return chooseTileSizes(makeShape(m, 7, 64, bytes), machine).queries;
  };
  EXPECT_EQ(queries(1), 16);
  EXPECT_EQ(queries(16), 16);
  EXPECT_EQ(queries(17), 32);
  EXPECT_EQ(queries(32), 32);
  EXPECT_EQ(queries(33), 64);
  EXPECT_EQ(queries(65), 192);
  EXPECT_EQ(queries(129), 192);
  EXPECT_EQ(queries(193), 320);
  EXPECT_EQ(queries(1, 8), 8);
  EXPECT_EQ(chooseTileSizes(makeShape(1, 7, 64), Machine::neon()).queries, 4);
  EXPECT_EQ(chooseTileSizes(makeShape(1, 7, 64), Machine::avx2()).queries, 8);
}

TEST(TileSizes, FewQueriesStandInRows) {
  for (const Machine &machine : kMachines)
    for (int64_t bytes : {4, 8}) {
      int64_t lanes = machine.getLanes(bytes);
      for (int64_t queries = 0; queries <= 8; ++queries) {
        TileSizes sizes = chooseTileSizes(
            makeShape(queries, lanes, 3 * lanes, bytes), machine);
        EXPECT_TRUE(sizes.rows);
        EXPECT_EQ(sizes.queries, std::max<int64_t>(queries, 1));
      }
      auto rows = [&](int64_t queries, int64_t features, int64_t values) {
        return chooseTileSizes(makeShape(queries, features, values, bytes),
                               machine)
            .rows;
      };
      // Too many, not known, no whole vectors, no vectors at all.
      EXPECT_FALSE(rows(9, lanes, lanes));
      EXPECT_FALSE(rows(-1, lanes, lanes));
      EXPECT_FALSE(rows(1, lanes + 1, lanes));
      EXPECT_FALSE(rows(1, lanes, lanes - 1));
      EXPECT_FALSE(rows(1, -1, lanes));
      EXPECT_FALSE(rows(1, lanes, -1));
      EXPECT_FALSE(rows(1, 0, lanes));
      EXPECT_FALSE(rows(1, lanes, 0));
      AttentionShape pairwise = makeShape(1, lanes, lanes, bytes);
      pairwise.isDot = false;
      EXPECT_FALSE(chooseTileSizes(pairwise, machine).rows);
    }
}

// Pairs take a product of them, a dot product, an even number of features that
// is known, and for values the program's permission.
TEST(TileSizes, Bf16StandsInPairs) {
  auto pairs = [](AttentionShape shape,
                  const Machine &machine = Machine::avx512bf16()) {
    TileSizes sizes = chooseTileSizes(shape, machine);
    EXPECT_FALSE(sizes.rows && (sizes.queryPairs || sizes.valuePairs));
    return std::pair(sizes.queryPairs, sizes.valuePairs);
  };
  auto makeBf16 = [](int64_t queries, int64_t features, bool weights = true) {
    AttentionShape shape = makeShape(queries, features, 64);
    shape.hasBf16Keys = true;
    shape.hasBf16Weights = weights;
    return shape;
  };
  const std::pair both(true, true), none(false, false);
  EXPECT_EQ(pairs(makeBf16(100, 64)), both);
  EXPECT_EQ(pairs(makeBf16(-1, 64)), both);
  EXPECT_EQ(pairs(makeBf16(9, 64)), both);
  EXPECT_EQ(pairs(makeBf16(1, 20)), both);
  EXPECT_EQ(pairs(makeBf16(1, 64)), none); // rows
  EXPECT_EQ(pairs(makeBf16(100, 64, false)), std::pair(true, false));
  EXPECT_EQ(pairs(makeBf16(100, 7)), std::pair(false, true));
  EXPECT_EQ(pairs(makeBf16(100, -1)), std::pair(false, true));
  EXPECT_EQ(pairs(makeShape(100, 64, 64)), none);
  AttentionShape pairwise = makeBf16(100, 64);
  pairwise.isDot = false;
  EXPECT_EQ(pairs(pairwise), none);
  for (const Machine &machine : kMachines)
    if (!machine.hasBf16Dot) {
      EXPECT_EQ(pairs(makeBf16(100, 64), machine), none);
    }
  // Twice the keys where values stand in pairs.
  auto keys = [](AttentionShape shape) {
    return chooseTileSizes(shape, Machine::avx512bf16()).keys;
  };
  EXPECT_EQ(keys(makeBf16(100, 64)), 128);
  EXPECT_EQ(keys(makeBf16(-1, 7)), 128);
  EXPECT_EQ(keys(makeBf16(100, 64, false)), 64);
}

TEST(TileSizes, ManyQueriesFillTheCache) {
  auto queries = [](const Machine &machine, int64_t d, int64_t bytes = 4) {
    return chooseTileSizes(makeShape(-1, d, d, bytes), machine).queries;
  };
  // 1 MiB * 3 / 8 / (2 D * 4 bytes) = 384 for D = 128, half of that for 256;
  // blocks of 64 queries, an odd number of them, at most 320 queries.
  EXPECT_EQ(queries(Machine::avx512(), 64), 320);
  EXPECT_EQ(queries(Machine::avx512(), 128), 320);
  EXPECT_EQ(queries(Machine::avx512(), 256), 192);
  EXPECT_EQ(queries(Machine::avx512(), 512), 64);
  // Blocks of 32.
  EXPECT_EQ(queries(Machine::avx512(), 128, 8), 160);
  // Half the cache; blocks of 16.
  EXPECT_EQ(queries(Machine::avx2(), 128), 176);
  EXPECT_EQ(queries(Machine::neon(), 128), 176);
}

TEST(TileSizes, HugeRowsStillGetOneBlock) {
  for (const Machine &machine : kMachines)
    EXPECT_EQ(chooseTileSizes(makeShape(-1, 1 << 20, 1 << 20), machine).queries,
              machine.getBlockVectors() * machine.getLanes(4));
}

} // namespace
