// Each way to lay out tiles, by types, sizes and what stands between the scores
// and the weights, against the interpreter: queries in lanes, in rows and in
// pairs of bf16, and weights in pairs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Program.h"

#include <ostream>

using namespace attn::test;

namespace {

/// What follows the scores. Each has a name, steps, and arguments of theirs.
enum class Between { Nothing, Causal, Window, Lengths, Segments, Mod, Sink };

struct Case {
  const char *name;
  ElementType type;
  bool hasNarrowWeights;
  /// The number of queries that types say; none: all in one program.
  std::vector<int64_t> queries;
  int64_t features, values;
  Between between = Between::Nothing;
  int64_t heads = 1, keyHeads = 1;
  bool isTurned = false;
};

void PrintTo(const Case &c, std::ostream *os) { *os << c.name; }

constexpr ElementType F16 = ElementType::F16, BF16 = ElementType::BF16,
                      F32 = ElementType::F32, F64 = ElementType::F64;
const std::vector<int64_t> kOpen = {};

const Case kCases[] = {
    // Rows.
    {"Rows", F32, false, {1, 2, 3, 4, 5, 7, 8}, 16, 48},
    {"RowsOfBf16", BF16, false, {1, 5, 8}, 64, 80, Between::Causal},
    {"RowsOfBf16Weights", BF16, true, {1, 8}, 256, 16, Between::Sink},
    {"RowsOfF16", F16, false, {1, 3}, 128, 96, Between::Window, 8, 1},
    {"RowsOfF64", F64, false, {1, 4, 7}, 8, 32, Between::Mod},
    {"RowsOfManyFeatures", F32, false, {2}, 144, 256, Between::Segments},
    {"RowsGrouped", BF16, false, {1, 2}, 32, 32, Between::Lengths, 8, 2},
    {"RowsTurned", BF16, true, {1, 4}, 64, 64, Between::Causal, 4, 1, true},
    // Few queries in lanes.
    {"LanesOfFewQueries", F32, false, {1, 8}, 7, 20, Between::Causal},
    {"LanesOfNine", F16, false, {9, 16}, 64, 64, Between::Lengths, 4, 1},
    // Pairs of features and of keys.
    {"PairsOfFew", BF16, true, {9, 16, 17}, 64, 64, Between::Window},
    {"PairsOfOne", BF16, true, {1, 7}, 20, 7, Between::Mod},
    {"Pairs", BF16, true, kOpen, 64, 64},
    {"PairsCausal", BF16, true, kOpen, 128, 96, Between::Causal},
    {"PairsWindow", BF16, true, kOpen, 80, 80, Between::Window},
    {"PairsLengths", BF16, true, kOpen, 32, 128, Between::Lengths, 4, 1},
    {"PairsSegments", BF16, true, {63, 65}, 8, 16, Between::Segments},
    {"PairsMod", BF16, true, kOpen, 48, 20, Between::Mod},
    {"PairsSink", BF16, true, {100}, 256, 8, Between::Sink, 8, 1},
    {"PairsTurned", BF16, true, {65}, 64, 64, Between::Causal, 4, 1, true},
    {"PairsOfKeysOnly", BF16, true, kOpen, 7, 48, Between::Causal},
    {"PairsOfFeaturesOnly", BF16, false, kOpen, 20, 7, Between::Causal},
    {"PairsOfFeaturesTurned",
     BF16,
     false,
     {17},
     48,
     20,
     Between::Sink,
     2,
     1,
     true},
    // The others in lanes.
    {"LanesOfF16", F16, true, kOpen, 64, 80, Between::Causal},
    {"LanesOfF32", F32, false, kOpen, 20, 64, Between::Window},
    {"LanesOfF64", F64, false, {63, 65}, 7, 16, Between::Segments},
};

void addBetween(Attention &attention, Between between) {
  std::string n = std::to_string(attention.heads);
  switch (between) {
  case Between::Nothing:
    break;
  case Between::Causal:
    attention.steps = {"attn.mask $s causal : $t"};
    break;
  case Between::Window:
    // An odd first key, so that a pair is cut.
    attention.steps = {"attn.mask $s window(20, 2) : $t"};
    break;
  case Between::Lengths:
    attention.extra = {"%n: tensor<" + n + "xi64>"};
    attention.steps = {"attn.mask $s lengths(%n : tensor<" + n + "xi64>) : $t"};
    break;
  case Between::Segments:
    attention.extra = {"%a: tensor<1x?xi64>", "%b: tensor<1x?xi64>"};
    attention.steps = {
        "attn.mask $s segments(%a, %b : tensor<1x?xi64>, tensor<1x?xi64>) : "
        "$t"};
    break;
  case Between::Mod:
    attention.steps = {modRegion("%d = arith.subi %i, %j : index\n"
                                 "%e = arith.index_cast %d : index to i64\n"
                                 "%g = arith.sitofp %e : i64 to $f\n"
                                 "%c = arith.constant 0.01 : $f\n"
                                 "%b = arith.mulf %g, %c : $f\n"
                                 "%r = arith.addf %x, %b : $f"),
                       "attn.mask $s causal : $t"};
    break;
  case Between::Sink:
    attention.extra = {"%t: tensor<" + n + "xf32>"};
    attention.sink = "%t : tensor<" + n + "xf32>";
    break;
  }
}

/// What the steps take for this many queries and keys.
void addOperands(Tensors &inputs, Between between, int64_t heads,
                 int64_t queries, int64_t keys) {
  if (between == Between::Lengths) {
    std::vector<int64_t> lengths;
    for (int64_t h = 0; h < heads; ++h)
      lengths.push_back(keys - (keys + 1) / (3 + h));
    inputs.push_back(makeIntegers({heads}, lengths));
  } else if (between == Between::Segments) {
    std::vector<int64_t> q, k;
    for (int64_t i = 0; i < queries; ++i)
      q.push_back(i / 7);
    for (int64_t j = 0; j < keys; ++j)
      k.push_back(j / 33);
    inputs.push_back(makeIntegers({1, queries}, q));
    inputs.push_back(makeIntegers({1, keys}, k));
  } else if (between == Between::Sink) {
    inputs.push_back(makeRandom(F32, {heads}, 9));
  }
}

class Layouts : public testing::TestWithParam<Case> {};

TEST_P(Layouts, MatchTheInterpreter) {
  const Case &given = GetParam();
  Attention attention;
  attention.type = given.type;
  attention.heads = given.heads;
  attention.keyHeads = given.keyHeads;
  attention.features = given.features;
  attention.values = given.values;
  attention.scale = 0.25;
  attention.isTurned = given.isTurned;
  attention.openQueries = given.queries.empty();
  attention.openKeys = !given.isTurned;
  std::optional<reference::RoundedWeights> weights;
  if (given.hasNarrowWeights) {
    weights = {getFormat(given.type), /*largestValue=*/1};
    attention.weights = mlir::attn::toString(given.type).str();
    attention.hasLse = false; // whose sum is of the compute type
  }
  addBetween(attention, given.between);

  // Around the sizes of a vector and of a tile, which has 64, 128, 256 or 512
  // keys.
  std::vector<int64_t> manyKeys = {0,  1,   2,   3,   15,  16,  17,  63,  64,
                                   65, 127, 128, 129, 255, 256, 257, 300, 513};
  std::vector<int64_t> turnedKeys = {129};
  auto check = [&](const Program &program) {
    Tensors inputs = attention.inputs(attention.keys + 1);
    addOperands(inputs, given.between, given.heads, attention.queries,
                attention.keys);
    Tensors results = program.call(inputs);
    std::vector<reference::AnyTensor> expected = program.evaluate(inputs);
    for (size_t k = 0; k < results.size(); ++k)
      EXPECT_TRUE(matches(results[k], expected[k], attention.keys, 1,
                          k == 0 ? weights : std::nullopt))
          << "result " << k << ", " << attention.queries << " queries, "
          << attention.keys << " keys";
  };
  for (int64_t queries : given.queries) {
    attention.queries = queries;
    attention.keys = turnedKeys[0];
    Program program = attention.compile(quickly(Route::Fused));
    for (int64_t keys : given.isTurned ? turnedKeys : manyKeys) {
      attention.keys = keys;
      check(program);
    }
  }
  if (!given.queries.empty())
    return;
  Program program = attention.compile(quickly(Route::Fused));
  int64_t number = 0;
  for (int64_t keys : manyKeys)
    for (int64_t queries : {1, 2, 9, 16, 17, 63, 65, 100})
      // A third of the pairs of sizes: each size with several others.
      if (++number % 3 == 0) {
        attention.keys = keys;
        attention.queries = queries;
        check(program);
      }
}

INSTANTIATE_TEST_SUITE_P(All, Layouts, testing::ValuesIn(kCases),
                         [](const auto &info) { return info.param.name; });

} // namespace
