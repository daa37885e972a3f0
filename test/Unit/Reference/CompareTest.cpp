// The comparison accepts what rounding explains, and nothing else.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Reference/Compare.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace attn::reference;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool same(double actual, double expected,
          FloatFormat format = FloatFormat::F32) {
  return compare(Tensor({1}, {actual}), Tensor({1}, {expected}), format, 1)
      .passed();
}

TEST(Compare, ErrorsByHand) {
  Comparison c = compare(Tensor({2, 2}, {1, 2, 3, 4}),
                         Tensor({2, 2}, {1, 2, 3, 2}), FloatFormat::F32, 1);
  EXPECT_EQ(c.rmse, 1);
  EXPECT_EQ(c.maxAbsError, 2);
  EXPECT_EQ(c.maxUlpError, std::ldexp(1.0, 23));
  EXPECT_EQ(c.numWrong, 1);
  EXPECT_EQ(c.worst, (Index{1, 1}));
  EXPECT_EQ(c.reason, "element [1, 1] is 4, expected 2");
}

TEST(Compare, RoundingOncePassesInEveryFormat) {
  Tensor expected({999});
  for (int64_t i = 0; i < 999; ++i)
    expected.data[i] = std::sin(double(i));
  for (FloatFormat format : {FloatFormat::F16, FloatFormat::BF16,
                             FloatFormat::F32, FloatFormat::F64}) {
    Tensor rounded = expected;
    for (double &x : rounded.data)
      x = roundTo(x, format);
    Comparison c = compare(rounded, expected, format, 1);
    EXPECT_TRUE(c.passed()) << c.reason;
    EXPECT_LE(c.maxUlpError, 0.5);
  }
}

TEST(Compare, TwoUnitsInTheLastPlaceFailInLowPrecision) {
  EXPECT_TRUE(same(1, 1, FloatFormat::F16));
  EXPECT_FALSE(same(1 + 2 * std::ldexp(1.0, -10), 1, FloatFormat::F16));
  EXPECT_FALSE(same(1 + 2 * std::ldexp(1.0, -7), 1, FloatFormat::BF16));
  EXPECT_FALSE(same(1.0001, 1, FloatFormat::F32));
  EXPECT_FALSE(same(1 + 1e-12, 1, FloatFormat::F64));
}

// One key more or less of N changes a mean of values by about 1/N.
TEST(Compare, AMissingKeyIsSeen) {
  for (int64_t n : {16, 1024, 30000}) {
    Tensor expected({1}, {1.0}), actual({1}, {1.0 - 1.0 / n});
    EXPECT_FALSE(compare(actual, expected, FloatFormat::F32, n).passed()) << n;
  }
}

TEST(Compare, NonFiniteMatchesOnlyItself) {
  EXPECT_TRUE(same(nan, nan));
  EXPECT_TRUE(same(infinity, infinity));
  EXPECT_TRUE(same(-infinity, -infinity));
  EXPECT_FALSE(same(infinity, -infinity));
  EXPECT_FALSE(same(nan, 0));
  EXPECT_FALSE(same(0, nan));
  EXPECT_FALSE(same(nan, infinity));
  EXPECT_FALSE(same(infinity, 1));
  EXPECT_FALSE(same(1, infinity));
}

TEST(Compare, OverflowOfTheFormatIsInfinity) {
  EXPECT_TRUE(same(infinity, 70000, FloatFormat::F16));
  EXPECT_TRUE(same(infinity, 65519.999, FloatFormat::F16));
  EXPECT_FALSE(same(infinity, 60000, FloatFormat::F16));
  EXPECT_FALSE(same(-infinity, 70000, FloatFormat::F16));
  EXPECT_FALSE(same(infinity, 70000, FloatFormat::BF16));
}

TEST(Compare, MagnitudeCoversCancellation) {
  Tensor expected({1}, {0.0}), actual({1}, {1e-7});
  EXPECT_FALSE(compare(actual, expected, FloatFormat::F32, 16).passed());
  EXPECT_TRUE(compare(actual, expected, FloatFormat::F32, 16, 1.0).passed());
}

/// The weighted mean of `values` with weights rounded to `format`: before or
/// after they are divided by the sum, which is of rounded or unrounded ones.
double roundedMean(const Tensor &exps, const Tensor &values, FloatFormat format,
                   bool before, bool sumOfRounded) {
  double sum = 0, unrounded = 0, rounded = 0;
  for (double e : exps.data)
    unrounded += e;
  for (size_t j = 0; j < values.data.size(); ++j) {
    double p = before ? exps.data[j] : exps.data[j] / unrounded;
    rounded += roundTo(p, format);
    sum += roundTo(p, format) * values.data[j];
  }
  return sum / (sumOfRounded ? rounded : before ? unrounded : 1);
}

// However the weights are rounded, the term covers it; and it is needed.
TEST(Compare, WeightsOf16Bits) {
  for (FloatFormat format : {FloatFormat::F16, FloatFormat::BF16})
    for (int64_t n : {1, 3, 37, 1000, 100000}) {
      Tensor exps({n}), values({n});
      double sum = 0, exact = 0;
      for (int64_t j = 0; j < n; ++j) {
        // The largest is one. Values follow the weights' errors: the worst
        // case.
        exps.data[j] = j ? 0.5 + 0.5 * std::fabs(std::sin(double(j))) : 1;
        sum += exps.data[j];
      }
      for (int64_t j = 0; j < n; ++j) {
        double p = exps.data[j] / sum;
        values.data[j] = roundTo(p, format) < p ? 1 : -1;
        exact += p * values.data[j];
      }
      for (bool before : {false, true})
        for (bool sumOfRounded : {false, true}) {
          Tensor expected({1}, {exact});
          Tensor actual(
              {1}, {roundedMean(exps, values, format, before, sumOfRounded)});
          Comparison c =
              compare(actual, expected, FloatFormat::F32, n, 1.0,
                      RoundedWeights{format, /*largestValue=*/1.0});
          EXPECT_TRUE(c.passed()) << n << ": " << c.reason;
          if (n > 3 && !before)
            EXPECT_FALSE(
                compare(actual, expected, FloatFormat::F32, n, 1.0).passed())
                << n;
        }
    }
}

// The term is two roundings of a weight, no more, and only of that format.
TEST(Compare, WeightsOf16BitsAreRoundedOnce) {
  auto passes = [](double error, FloatFormat format, double magnitude = 1) {
    return compare(Tensor({1}, {error}), Tensor({1}, {0.0}), FloatFormat::F32,
                   16, magnitude, RoundedWeights{format, /*largestValue=*/1.0})
        .passed();
  };
  EXPECT_TRUE(passes(std::ldexp(1.0, -7), FloatFormat::BF16));
  EXPECT_FALSE(passes(std::ldexp(1.02, -7), FloatFormat::BF16));
  EXPECT_TRUE(passes(std::ldexp(1.0, -10), FloatFormat::F16));
  EXPECT_FALSE(passes(std::ldexp(1.02, -10), FloatFormat::F16));
  // A key that is missing is still seen, up to about 1 / 2^-7 keys.
  EXPECT_FALSE(passes(1.0 / 100, FloatFormat::BF16));
  // Weights multiply values, not what the scores are made of.
  EXPECT_FALSE(passes(1.0 / 100, FloatFormat::BF16, /*magnitude=*/30));
}

TEST(Compare, ShapesAndIntegersAreExact) {
  EXPECT_EQ(compare(Tensor({1, 2}), Tensor({2, 1}), FloatFormat::F32, 1).reason,
            "the shape is [1, 2], expected [2, 1]");
  EXPECT_TRUE(compare(Tensor({0}), Tensor({0}), FloatFormat::F32, 0).passed());
  int64_t big = (int64_t(1) << 53) + 1;
  EXPECT_TRUE(compare(IntTensor({1}, {big}), IntTensor({1}, {big})).passed());
  EXPECT_FALSE(
      compare(IntTensor({1}, {big}), IntTensor({1}, {big - 1})).passed());
}

} // namespace
