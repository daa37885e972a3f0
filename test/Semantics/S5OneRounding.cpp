// S5: 16-bit inputs are computed in f32 and rounded once, at the end.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Program.h"

#include <cmath>

using namespace attn::test;

namespace {

class OneRounding
    : public testing::TestWithParam<std::tuple<ElementType, Route>> {
protected:
  ElementType type() const { return std::get<0>(GetParam()); }
  Settings settings() const { return quickly(std::get<1>(GetParam())); }
};

// The f64 result, rounded once, is met nearly everywhere: f32 has 13 or 16 bits
// more, so the two round to different sides only close to the middle of two
// numbers. Elements that cancel to almost nothing are left out: there, the
// errors of f32 are as large as the spacing of the format.
TEST_P(OneRounding, RoundsTheExactResult) {
  reference::FloatFormat format = getFormat(type());
  for (uint64_t seed = 0; seed < 4; ++seed) {
    Attention attention;
    attention.type = type();
    if (seed % 2)
      attention.steps = {"attn.mask $s causal : $t"};
    Tensors inputs = attention.inputs(seed);
    Program program = attention.compile(settings());
    Tensors results = program.call(inputs);
    reference::Tensor exact =
        std::get<reference::Tensor>(program.evaluate(inputs)[0]);
    int64_t numOther = 0, numElements = results[0].getNumElements();
    for (int64_t i = 0; i < numElements; ++i) {
      double rounded = reference::roundTo(exact.data[i], format);
      double actual = results[0].getFloat(i);
      if (actual == rounded)
        continue;
      ++numOther;
      double ulp = reference::unitInLastPlace(rounded, format);
      if (std::fabs(rounded) > 1e-3)
        EXPECT_LE(std::fabs(actual - rounded), ulp) << "element " << i;
    }
    EXPECT_LT(numOther, numElements / 100);
  }
}

// Scores so far apart that all weights but one are zero: a value comes out as
// it went in.
TEST_P(OneRounding, OneHotRowsAreExact) {
  Attention attention;
  attention.type = type();
  attention.keyHeads = 2;
  attention.features = attention.keys = 70;
  attention.scale = 1;
  Tensors inputs = attention.inputs(7);
  auto place = [&](int64_t i) { return (i * 11) % attention.keys; };
  for (int64_t h = 0; h < attention.heads; ++h) {
    for (int64_t i = 0; i < attention.queries; ++i)
      for (int64_t d = 0; d < attention.features; ++d)
        inputs[0].setFloat((h * attention.queries + i) * attention.features + d,
                           d == place(i));
    for (int64_t j = 0; j < attention.keys; ++j)
      for (int64_t d = 0; d < attention.features; ++d)
        inputs[1].setFloat((h * attention.keys + j) * attention.features + d,
                           d == j ? 1024 : 0);
  }
  Tensors results = attention.compile(settings()).call(inputs);
  for (int64_t h = 0; h < attention.heads; ++h)
    for (int64_t i = 0; i < attention.queries; ++i) {
      EXPECT_EQ(results[1].getFloat(h * attention.queries + i), 1024);
      for (int64_t e = 0; e < attention.values; ++e)
        EXPECT_EQ(results[0].getFloat(
                      (h * attention.queries + i) * attention.values + e),
                  inputs[2].getFloat(
                      (h * attention.keys + place(i)) * attention.values + e));
    }
}

// Weights and sums in the format of the inputs would be 3 % off here: 1/300 has
// 8 bits in bf16, and a sum in bf16 stops at 256.
TEST_P(OneRounding, ManyEqualWeights) {
  Attention attention;
  attention.type = type();
  attention.keys = 300;
  attention.scale = 0;
  Tensors inputs = attention.inputs(8);
  for (int64_t i = 0; i < inputs[2].getNumElements(); ++i)
    inputs[2].setFloat(i, 1);
  Tensors results = attention.compile(settings()).call(inputs);
  for (int64_t i = 0; i < results[0].getNumElements(); ++i)
    EXPECT_EQ(results[0].getFloat(i), 1);
}

INSTANTIATE_TEST_SUITE_P(
    All, OneRounding,
    testing::Combine(testing::Values(ElementType::F16, ElementType::BF16),
                     testing::Values(Route::Fused, Route::Naive)),
    [](const auto &info) {
      return mlir::attn::toString(std::get<0>(info.param)).str() +
             (std::get<1>(info.param) == Route::Fused ? "Fused" : "Naive");
    });

} // namespace
