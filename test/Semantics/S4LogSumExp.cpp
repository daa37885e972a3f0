// S4: the lse is the natural logarithm of the sum of exp of the final scores,
// with and without something between the dot product and the softmax.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Program.h"

#include <cmath>

using namespace attn::test;

namespace {

const std::string kAdd = modRegion("%c = arith.constant 0.75 : $f\n"
                                   "%r = arith.addf %x, %c : $f");
const std::string kSoftcap = modRegion("%c = arith.constant 2.0 : $f\n"
                                       "%d = arith.divf %x, %c : $f\n"
                                       "%t = math.tanh %d : $f\n"
                                       "%r = arith.mulf %t, %c : $f");

class LogSumExp
    : public testing::TestWithParam<std::tuple<ElementType, Route>> {
protected:
  /// Calls the program; the second result is the lse.
  Tensors run(Attention attention, Tensors &inputs, bool hasSink = false) {
    const auto &[type, route] = GetParam();
    attention.type = type;
    inputs = attention.inputs(5);
    if (hasSink) {
      bool wide = type == ElementType::F64;
      std::string sinkType = wide ? "tensor<2xf64>" : "tensor<2xf32>";
      attention.extra.push_back("%sink: " + sinkType);
      attention.sink = "%sink : " + sinkType;
      inputs.push_back(
          makeRandom(wide ? ElementType::F64 : ElementType::F32, {2}, 6));
    }
    Program program = attention.compile(quickly(route));
    expected = program.evaluate(inputs);
    return program.call(inputs);
  }

  std::vector<reference::AnyTensor> expected;
};

// The dot product alone may be in units of log2(e) inside; with a mod it may
// not, because the mod is not linear.
TEST_P(LogSumExp, OfFinalScores) {
  for (std::vector<std::string> steps :
       {std::vector<std::string>{},
        {kAdd},
        {kSoftcap},
        {kSoftcap, kAdd},
        {"attn.mask $s causal : $t"},
        {"attn.mask $s causal : $t", kSoftcap}}) {
    Attention attention;
    attention.steps = steps;
    Tensors inputs;
    for (bool hasSink : {false, true}) {
      Tensors results = run(attention, inputs, hasSink);
      EXPECT_TRUE(matches(results[1], expected[1], attention.keys, 4));
    }
  }
}

TEST_P(LogSumExp, OfOneKeyIsTheScore) {
  Attention attention;
  attention.keys = 1;
  attention.features = 1;
  attention.scale = 1;
  Tensors inputs;
  Tensors results = run(attention, inputs);
  ElementType type = results[1].getElementType();
  for (int64_t row = 0; row < results[1].getNumElements(); ++row) {
    double score = inputs[0].getFloat(row) * inputs[1].getFloat(0);
    double u = reference::unitRoundoff(getFormat(type));
    EXPECT_NEAR(results[1].getFloat(row), score, 4 * u * std::fabs(score));
  }
}

TEST_P(LogSumExp, OfZerosIsTheLogarithmOfTheirNumber) {
  Attention attention;
  attention.scale = 0;
  Tensors inputs;
  Tensors results = run(attention, inputs);
  double u = reference::unitRoundoff(getFormat(results[1].getElementType()));
  for (int64_t row = 0; row < results[1].getNumElements(); ++row)
    EXPECT_NEAR(results[1].getFloat(row), std::log(150.0), 4 * u * 5);
}

INSTANTIATE_TEST_SUITE_P(
    All, LogSumExp,
    testing::Combine(testing::Values(ElementType::BF16, ElementType::F32,
                                     ElementType::F64),
                     testing::Values(Route::Fused, Route::Naive)),
    [](const auto &info) {
      return mlir::attn::toString(std::get<0>(info.param)).str() +
             (std::get<1>(info.param) == Route::Fused ? "Fused" : "Naive");
    });

} // namespace
