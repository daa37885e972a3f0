// Masks people write: right on every tile, and exact where the reasoning is.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "MaskChecker.h"

#include "gtest/gtest.h"

#include <limits>

using namespace mlir::attn;
using namespace attn_test;

static constexpr int64_t minInt64 = std::numeric_limits<int64_t>::min();
static constexpr int64_t maxInt64 = std::numeric_limits<int64_t>::max();

static Tensor vector(std::vector<int64_t> data) {
  return {{int64_t(data.size())}, std::move(data)};
}

#define EXPECT_RIGHT(findings)                                                 \
  EXPECT_EQ((findings).wrong, 0) << (findings).firstWrong

// t = i + N - M
static const char *const offset = "%off = arith.subi %N, %M : index";
static const char *const causal = R"(
  %t = arith.addi %i, %off : index
  %c = arith.cmpi sle, %j, %t : index
  attn.yield %c : i1)";

TEST(MaskAnalysis, Causal) {
  MaskChecker mask("", offset, causal);
  ASSERT_TRUE(mask.valid());
  EXPECT_EQ(mask.result().describe(), "j <= i + u0");
  for (auto [m, n] : {std::pair(12, 12), {5, 12}, {12, 5}, {1, 9}, {0, 7}}) {
    Findings f = mask.sweep(m, n, {}, [m = m, n = n](int64_t i, int64_t j) {
      return j <= i + n - m;
    });
    EXPECT_RIGHT(f);
    EXPECT_TRUE(f.exact() && f.tight()) << m << " x " << n;
  }
}

TEST(MaskAnalysis, Window) {
  // t - 3 <= j and j <= t + 2
  MaskChecker mask("", offset, R"(
    %t = arith.addi %i, %off : index
    %c3 = arith.constant 3 : index
    %c2 = arith.constant 2 : index
    %lo = arith.subi %t, %c3 : index
    %hi = arith.addi %t, %c2 : index
    %0 = arith.cmpi sle, %lo, %j : index
    %1 = arith.cmpi sle, %j, %hi : index
    %2 = arith.andi %0, %1 : i1
    attn.yield %2 : i1)");
  ASSERT_TRUE(mask.valid());
  EXPECT_EQ(mask.result().describe(), "i + u0 - 3 <= j and j <= i + u0 + 2");
  for (auto [m, n] : {std::pair(12, 12), {5, 12}, {12, 5}}) {
    Findings f = mask.sweep(m, n, {}, [m = m, n = n](int64_t i, int64_t j) {
      int64_t t = i + n - m;
      return t - 3 <= j && j <= t + 2;
    });
    EXPECT_RIGHT(f);
    EXPECT_TRUE(f.exact()) << m << " x " << n;
    EXPECT_TRUE(f.tight() || m > n) << m << " x " << n;
  }
}

static const char *const lengths = R"(
  %l = tensor.extract %n[%b] : tensor<?xi64>
  %x = arith.index_cast %l : i64 to index
  %c = arith.cmpi slt, %j, %x : index
  attn.yield %c : i1)";

TEST(MaskAnalysis, Lengths) {
  MaskChecker mask("%n: tensor<?xi64>", "", lengths);
  ASSERT_TRUE(mask.valid());
  for (int64_t length : {int64_t(0), int64_t(1), int64_t(7), int64_t(12),
                         int64_t(-1), minInt64, maxInt64}) {
    Findings f = mask.sweep(5, 12, {vector({length})},
                            [=](int64_t i, int64_t j) { return j < length; });
    EXPECT_RIGHT(f);
    EXPECT_TRUE(f.exact() && f.tight()) << length;
  }
}

TEST(MaskAnalysis, LengthsOfOneBatchForAll) {
  // As `lengths` expands for an open number of batches: n[min(b, B - 1)].
  MaskChecker mask("%n: tensor<?xi32>", R"(
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %dim = tensor.dim %n, %c0 : tensor<?xi32>
    %last = arith.subi %dim, %c1 : index)",
                   R"(
    %at = arith.minsi %b, %last : index
    %l = tensor.extract %n[%at] : tensor<?xi32>
    %x = arith.index_cast %l : i32 to index
    %c = arith.cmpi slt, %j, %x : index
    attn.yield %c : i1)");
  ASSERT_TRUE(mask.valid());
  Findings f = mask.sweep(4, 9, {vector({6})});
  EXPECT_RIGHT(f);
  EXPECT_TRUE(f.exact() && f.tight());
  // No batch, no length.
  EXPECT_RIGHT(mask.sweep(0, 9, {vector({})}));
}

TEST(MaskAnalysis, LimitsAtTheEndsOfTheType) {
  for (const char *compare : {"sle, %j, %x", "sgt, %j, %x", "sge, %j, %x",
                              "slt, %x, %j", "eq, %j, %x", "ne, %j, %x"}) {
    MaskChecker mask("%x: index", "",
                     "%c = arith.cmpi " + std::string(compare) +
                         " : index\nattn.yield %c : i1");
    ASSERT_TRUE(mask.valid());
    for (int64_t x : {minInt64, int64_t(-1), int64_t(0), int64_t(4), int64_t(7),
                      int64_t(8), maxInt64}) {
      Findings f = mask.sweep(2, 8, {x});
      EXPECT_RIGHT(f) << compare << " " << x;
      EXPECT_TRUE(f.exact()) << compare << " " << x;
    }
  }
}

TEST(MaskAnalysis, Prefix) {
  // j < n[b] or j <= t
  MaskChecker mask("%n: tensor<?xi64>", offset, R"(
    %l = tensor.extract %n[%b] : tensor<?xi64>
    %x = arith.index_cast %l : i64 to index
    %0 = arith.cmpi slt, %j, %x : index
    %t = arith.addi %i, %off : index
    %1 = arith.cmpi sle, %j, %t : index
    %2 = arith.ori %0, %1 : i1
    attn.yield %2 : i1)");
  ASSERT_TRUE(mask.valid());
  for (int64_t length = 0; length <= 10; ++length) {
    Findings f =
        mask.sweep(8, 10, {vector({length})}, [=](int64_t i, int64_t j) {
          return j < length || j <= i + 2;
        });
    EXPECT_RIGHT(f);
    EXPECT_TRUE(f.exact() && f.tight()) << length;
  }
}

TEST(MaskAnalysis, Segments) {
  MaskChecker mask("%q: tensor<1x?xi64>, %k: tensor<1x?xi64>", "", R"(
    %x = tensor.extract %q[%b, %i] : tensor<1x?xi64>
    %y = tensor.extract %k[%b, %j] : tensor<1x?xi64>
    %c = arith.cmpi eq, %x, %y : i64
    attn.yield %c : i1)");
  ASSERT_TRUE(mask.valid());
  EXPECT_FALSE(mask.result().hasKeyBounds());
  EXPECT_TRUE(mask.result().hasTileClasses());
  // Segments in a row, with ids up to the ends of the type: exact.
  std::vector<int64_t> ids{minInt64, minInt64, 0, 0, 0, 1, 1, 1, 1, maxInt64};
  Findings f =
      mask.sweep(10, 10, {Tensor{{1, 10}, ids}, Tensor{{1, 10}, ids}},
                 [&](int64_t i, int64_t j) { return ids[i] == ids[j]; });
  EXPECT_RIGHT(f);
  EXPECT_TRUE(f.exact());
  // Ids in any order, and ranges that meet without a common id: only right.
  std::vector<int64_t> a{0, 2, 0, 4, 4, 2}, b{1, 3, 2, 0, 4, 4, 4, 1};
  f = mask.sweep(6, 8, {Tensor{{1, 6}, a}, Tensor{{1, 8}, b}});
  EXPECT_RIGHT(f);
  EXPECT_EQ(f.fullExact, f.tiles);
  EXPECT_LT(f.mayExact, f.tiles);
}

TEST(MaskAnalysis, Dense) {
  MaskChecker mask("%d: tensor<1x?x?xi1>", "", R"(
    %c = tensor.extract %d[%b, %i, %j] : tensor<1x?x?xi1>
    attn.yield %c : i1)");
  ASSERT_TRUE(mask.valid());
  EXPECT_FALSE(mask.result().hasKeyBounds());
  EXPECT_FALSE(mask.result().hasTileClasses());
  EXPECT_EQ(mask.result().describe(), "?");
  ASSERT_EQ(mask.result().unknowns().size(), 1u);
  EXPECT_EQ(mask.result().unknowns()[0].first->getName().getStringRef(),
            "tensor.extract");
  EXPECT_EQ(mask.result().unknowns()[0].second,
            "the condition depends on both i and j and is not a comparison of "
            "integers");
  EXPECT_RIGHT(mask.sweep(2, 3, {Tensor{{1, 2, 3}, {0, 1, 1, 0, 0, 1}}}));
}

TEST(MaskAnalysis, PaddingIsReadInALoop) {
  // A dense mask over keys alone, negated, together with causal.
  MaskChecker mask("%d: tensor<1x?xi1>", offset, R"(
    %p = tensor.extract %d[%b, %j] : tensor<1x?xi1>
    %true = arith.constant true
    %np = arith.xori %p, %true : i1
    %t = arith.addi %i, %off : index
    %0 = arith.cmpi sle, %j, %t : index
    %2 = arith.andi %0, %np : i1
    attn.yield %2 : i1)");
  ASSERT_TRUE(mask.valid());
  EXPECT_TRUE(mask.result().hasKeyBounds());
  EXPECT_TRUE(mask.result().canBeFull());
  EXPECT_EQ(mask.result().describe(), "j <= i + u0 and not f1(j)");
  Findings f = mask.sweep(8, 8, {Tensor{{1, 8}, {1, 1, 0, 0, 0, 1, 0, 1}}});
  EXPECT_RIGHT(f);
  EXPECT_EQ(f.fullExact, f.tiles);
}

TEST(MaskAnalysis, BlocksOfKeys) {
  // floor(j / 3) <= floor(i / 3) and floor((j - i) / 4) == 0, both divisions
  // spelled as those of unsigned numbers where there is no sign.
  MaskChecker mask("", "", R"(
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c0 = arith.constant 0 : index
    %bi = arith.divui %i, %c3 : index
    %bj = arith.divui %j, %c3 : index
    %0 = arith.cmpi ule, %bj, %bi : index
    %d = arith.subi %j, %i : index
    %w = arith.floordivsi %d, %c4 : index
    %1 = arith.cmpi eq, %w, %c0 : index
    %2 = arith.andi %0, %1 : i1
    attn.yield %2 : i1)");
  ASSERT_TRUE(mask.valid());
  Findings f = mask.sweep(12, 12, {}, [](int64_t i, int64_t j) {
    return j / 3 <= i / 3 && j >= i && j < i + 4;
  });
  EXPECT_RIGHT(f);
  EXPECT_TRUE(f.tight());
  EXPECT_EQ(f.fullExact, f.tiles);
}

TEST(MaskAnalysis, UnsignedWindow) {
  // 0 <= i - j < 4 in one comparison
  MaskChecker mask("", "", R"(
    %c4 = arith.constant 4 : index
    %d = arith.subi %i, %j : index
    %0 = arith.cmpi ult, %d, %c4 : index
    attn.yield %0 : i1)");
  ASSERT_TRUE(mask.valid());
  Findings f = mask.sweep(
      10, 12, {}, [](int64_t i, int64_t j) { return 0 <= i - j && i - j < 4; });
  EXPECT_RIGHT(f);
  EXPECT_TRUE(f.exact() && f.tight());
}

TEST(MaskAnalysis, StartOfEachQuery) {
  // A function of i alone that no affine form has.
  MaskChecker mask("%start: tensor<?xi32>", "", R"(
    %s = tensor.extract %start[%i] : tensor<?xi32>
    %x = arith.index_cast %s : i32 to index
    %0 = arith.cmpi sge, %j, %x : index
    attn.yield %0 : i1)");
  ASSERT_TRUE(mask.valid());
  Findings f = mask.sweep(6, 9, {vector({3, 0, 8, 9, 2, 2})});
  EXPECT_RIGHT(f);
  EXPECT_TRUE(f.exact());
  EXPECT_EQ(mask.result().describe(), "j >= f0(i)");
}

TEST(MaskAnalysis, SwitchedByAScalar) {
  MaskChecker mask("%on: i1", offset, R"(
    %t = arith.addi %i, %off : index
    %0 = arith.cmpi sle, %j, %t : index
    %true = arith.constant true
    %1 = arith.select %on, %0, %true : i1
    attn.yield %1 : i1)");
  ASSERT_TRUE(mask.valid());
  for (int64_t on : {0, 1}) {
    Findings f = mask.sweep(6, 9, {on});
    EXPECT_RIGHT(f);
    EXPECT_TRUE(f.exact() && f.tight());
  }
}

TEST(MaskAnalysis, NarrowTypesWrap) {
  // i * 40 wraps in i8 from i = 4 on; j + x wraps in i64 for the largest x.
  MaskChecker narrow("", "", R"(
    %c40 = arith.constant 40 : i8
    %x = arith.index_cast %i : index to i8
    %y = arith.index_cast %j : index to i8
    %z = arith.muli %x, %c40 : i8
    %0 = arith.cmpi sle, %y, %z : i8
    attn.yield %0 : i1)");
  ASSERT_TRUE(narrow.valid());
  EXPECT_RIGHT(narrow.sweep(10, 6));
  MaskChecker data("%n: tensor<?xi64>", "", R"(
    %l = tensor.extract %n[%b] : tensor<?xi64>
    %x = arith.index_cast %l : i64 to index
    %s = arith.addi %x, %i : index
    %c = arith.cmpi slt, %j, %s : index
    attn.yield %c : i1)");
  ASSERT_TRUE(data.valid());
  for (int64_t x : {minInt64, int64_t(2), maxInt64 - 3, maxInt64})
    EXPECT_RIGHT(data.sweep(7, 6, {vector({x})}));
}

TEST(MaskAnalysis, NothingIsReadWithoutAPair) {
  // %t[N - 1] and %t[i] are only there if there is a key; the quotient too.
  MaskChecker mask("%t: tensor<?xi64>", R"(
    %c1 = arith.constant 1 : index
    %last = arith.subi %N, %c1 : index)",
                   R"(
    %x = tensor.extract %t[%last] : tensor<?xi64>
    %y = tensor.extract %t[%i] : tensor<?xi64>
    %q = arith.divsi %last, %N : index
    %0 = arith.cmpi slt, %x, %y : i64
    %1 = arith.cmpi sle, %q, %j : index
    %2 = arith.andi %0, %1 : i1
    attn.yield %2 : i1)");
  ASSERT_TRUE(mask.valid());
  EXPECT_RIGHT(mask.sweep(3, 0, {vector({})}));
  EXPECT_RIGHT(mask.sweep(0, 3, {vector({1, 2, 3})}));
  EXPECT_RIGHT(mask.sweep(3, 3, {vector({5, 4, 3})}));
}

TEST(MaskAnalysis, OnlyTheOddPartIsUnknown) {
  // (i - j) mod 2 == 0 is not understood; what stands beside it still bounds.
  MaskChecker mask("", offset, R"(
    %t = arith.addi %i, %off : index
    %0 = arith.cmpi sle, %j, %t : index
    %c2 = arith.constant 2 : index
    %c0 = arith.constant 0 : index
    %d = arith.subi %i, %j : index
    %r = arith.remsi %d, %c2 : index
    %1 = arith.cmpi eq, %r, %c0 : index
    %2 = arith.andi %0, %1 : i1
    attn.yield %2 : i1)");
  ASSERT_TRUE(mask.valid());
  EXPECT_EQ(mask.result().describe(), "j <= i + u0 and ?");
  EXPECT_TRUE(mask.result().hasKeyBounds());
  EXPECT_TRUE(mask.result().canBeEmpty());
  EXPECT_FALSE(mask.result().canBeFull());
  EXPECT_EQ(mask.result().unknowns().size(), 1u);
  EXPECT_RIGHT(mask.sweep(7, 9));
}

TEST(MaskAnalysis, AbsentRegion) {
  mlir::Region none;
  MaskAnalysis all = MaskAnalysis::analyze(none);
  EXPECT_EQ(all.describe(), "true");
  EXPECT_FALSE(all.hasKeyBounds());
  EXPECT_FALSE(all.canBeEmpty());
  EXPECT_TRUE(all.canBeFull());
}

// The checker itself: a mask that is not the oracle's is found.
TEST(MaskChecker, FindsAPlantedDifference) {
  MaskChecker mask("", offset, causal);
  ASSERT_TRUE(mask.valid());
  Findings f =
      mask.sweep(6, 6, {}, [](int64_t i, int64_t j) { return j <= i + 1; });
  EXPECT_GT(f.wrong, 0);
}
