// S2: a query without keys gives a row of zeros and an lse of -inf (or of the
// sink), never NaN, and does not disturb its neighbours.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Program.h"

using namespace attn::test;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

struct Case {
  const char *name;
  std::vector<std::string> steps;
  std::vector<std::string> extra = {};
  std::vector<std::vector<int64_t>> integers = {};
  int64_t queries = 40, keys = 150;
};

const Case kCases[] = {
    // The first 30 queries are before the first key.
    {"CausalBeforeTheFirstKey", {"attn.mask $s causal : $t"}, {}, {}, 40, 10},
    // Keys 0 to 63, the first tile, are seen by no query.
    {"FirstTileEmpty",
     {maskRegion("%c = arith.constant 100 : index\n"
                 "%r = arith.cmpi sge, %j, %c : index")}},
    {"MiddleTileEmpty",
     {maskRegion("%a = arith.constant 60 : index\n"
                 "%b = arith.constant 130 : index\n"
                 "%l = arith.cmpi slt, %j, %a : index\n"
                 "%g = arith.cmpi sge, %j, %b : index\n"
                 "%r = arith.ori %l, %g : i1")}},
    {"SomeRowsEmpty",
     {maskRegion("%c = arith.constant 3 : index\n"
                 "%m = arith.remui %i, %c : index\n"
                 "%z = arith.constant 0 : index\n"
                 "%r = arith.cmpi ne, %m, %z : index")}},
    // Each leaves every query some keys; both together none.
    {"JointlyEmpty",
     {"attn.mask $s causal top_left : $t",
      maskRegion("%r = arith.cmpi sgt, %j, %i : index")}},
    {"JointlyEmptyForSome",
     {"attn.mask $s window(3, 0) top_left : $t",
      maskRegion("%c = arith.constant 20 : index\n"
                 "%r = arith.cmpi sge, %j, %c : index")}},
    {"LengthZero",
     {"attn.mask $s lengths(%n : tensor<2xi64>) : $t"},
     {"%n: tensor<2xi64>"},
     {{0, 70}}},
    {"NoSegmentInCommon",
     {"attn.mask $s segments(%a, %b : tensor<1x3xi64>, tensor<1x5xi64>) : $t"},
     {"%a: tensor<1x3xi64>", "%b: tensor<1x5xi64>"},
     {{1, 2, 3}, {1, 1, 3, 4, 5}},
     3,
     5},
    {"ModRemovesAll", {modRegion("%r = arith.constant 0xFF800000 : $f")}},
    {"ModRemovesWhatTheMaskLeaves",
     {"attn.mask $s causal top_left : $t",
      modRegion("%n = arith.constant 0xFF800000 : $f\n"
                "%c = arith.cmpi eq, %i, %j : index\n"
                "%r = arith.select %c, %x, %n : $f"),
      maskRegion("%c = arith.constant 20 : index\n"
                 "%r = arith.cmpi slt, %j, %c : index")}},
    {"NoKeysAtAll", {}, {}, {}, 5, 0},
};

class NoKeys : public testing::TestWithParam<std::tuple<Case, Route, bool>> {};

TEST_P(NoKeys, ZeroAndMinusInfinity) {
  const auto &[given, route, hasSink] = GetParam();
  Attention attention;
  attention.queries = given.queries;
  attention.keys = given.keys;
  attention.steps = given.steps;
  attention.extra = given.extra;
  Tensors inputs = attention.inputs(2);
  for (const std::vector<int64_t> &values : given.integers) {
    // As the types above: one axis for lengths, two for segments.
    int64_t size = values.size();
    inputs.push_back(makeIntegers(
        given.integers.size() == 1 ? Shape{size} : Shape{1, size}, values));
  }
  if (hasSink) {
    attention.extra.push_back("%sink: tensor<2xf32>");
    attention.sink = "%sink : tensor<2xf32>";
    inputs.push_back(makeRandom(ElementType::F32, {2}, 9));
  }
  Program program = attention.compile(quickly(route));
  Tensors results = program.call(inputs);
  auto expected = program.evaluate(inputs);

  int64_t numEmpty = 0;
  for (int64_t row = 0; row < results[1].getNumElements(); ++row) {
    int64_t head = row / attention.queries;
    double without = hasSink ? inputs.back().getFloat(head) : -kInf;
    double lse = std::get<reference::Tensor>(expected[1]).data[row];
    if (hasSink ? std::abs(lse - without) > 1e-9 : lse != -kInf)
      continue;
    ++numEmpty;
    if (hasSink)
      EXPECT_NEAR(results[1].getFloat(row), without, 1e-6);
    else
      EXPECT_EQ(results[1].getFloat(row), -kInf);
    for (int64_t e = 0; e < attention.values; ++e)
      EXPECT_EQ(results[0].getFloat(row * attention.values + e), 0.0);
  }
  bool someAreEmpty = std::string(given.name).find("Tile") == std::string::npos;
  EXPECT_EQ(numEmpty > 0, someAreEmpty);
  for (int i = 0; i < 2; ++i)
    EXPECT_TRUE(matches(results[i], expected[i], attention.keys));
}

INSTANTIATE_TEST_SUITE_P(
    All, NoKeys,
    testing::Combine(testing::ValuesIn(kCases),
                     testing::Values(Route::Fused, Route::Naive),
                     testing::Bool()),
    [](const auto &info) {
      return std::get<0>(info.param).name +
             std::string(std::get<1>(info.param) == Route::Fused ? "Fused"
                                                                 : "Naive") +
             (std::get<2>(info.param) ? "Sink" : "");
    });

} // namespace
