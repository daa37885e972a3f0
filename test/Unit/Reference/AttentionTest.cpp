// Identities of attention that hold by hand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Reference/Attention.h"
#include "attn/Reference/Masks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

using namespace attn::reference;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Tensor random(Shape shape, int seed) {
  Tensor result(std::move(shape));
  std::mt19937 generator(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (double &x : result.data)
    x = uniform(generator);
  return result;
}

TEST(Reference, DotScoreByHand) {
  Tensor q({1, 2}, {1, 2}), k({2, 2}, {3, 4, 5, -6});
  EXPECT_EQ(score(q, k, 0.5).data, (std::vector<double>{5.5, -3.5}));
}

TEST(Reference, DotIsPairwiseProduct) {
  Tensor q = random({2, 4, 3, 5}, 1), k = random({2, 2, 6, 5}, 2);
  auto product = [](const std::vector<double> &x) { return x[0] * x[1]; };
  EXPECT_EQ(score(&q, k, {}, 0.3, product, {2, 4}).data, score(q, k, 0.3).data);
}

// w * tanh(q + k) with saturated tanh is the sum of w.
TEST(Reference, AdditiveScoreSaturates) {
  Tensor q = Tensor::filled({2, 3}, 100), k = Tensor::filled({4, 3}, 100),
         w({3}, {1, 2, 4});
  Tensor s = score(&q, k, {w}, 1.0,
                   [](const std::vector<double> &x) {
                     return x[2] * std::tanh(x[0] + x[1]);
                   },
                   {});
  EXPECT_EQ(s.shape, (Shape{2, 4}));
  for (double x : s.data)
    EXPECT_EQ(x, 7.0);
}

TEST(Reference, ScoreWithoutQueryHasOneRow) {
  Tensor k = Tensor::filled({2, 3, 2}, 1), w({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(leadingAxes(nullptr, k), (Shape{2}));
  Tensor s =
      score(nullptr, k, {w}, 1.0,
            [](const std::vector<double> &x) { return x[0] * x[1]; }, {2});
  EXPECT_EQ(s.shape, (Shape{2, 1, 3}));
  EXPECT_EQ(s.data, (std::vector<double>{3, 3, 3, 7, 7, 7}));
}

TEST(Reference, NoFeaturesGiveZeroScores) {
  Tensor q({2, 0}), k({3, 0});
  EXPECT_EQ(score(q, k, infinity).data, std::vector<double>(6, 0.0));
}

// Head h reads head h / (Hq / Hkv): repeating the keys gives the same scores.
TEST(Reference, GroupedQueriesReadRepeatedKeys) {
  Tensor q = random({1, 4, 2, 3}, 3), k = random({1, 2, 5, 3}, 4);
  Tensor repeated({1, 4, 5, 3});
  forEachIndex(repeated.shape, [&](const Index &at) {
    repeated(at) = k({0, at[1] / 2, at[2], at[3]});
  });
  EXPECT_EQ(score(q, k).data, score(q, repeated).data);
  Tensor p = Tensor::filled({1, 4, 2, 5}, 0.2);
  EXPECT_EQ(weightedSum(p, k).data, weightedSum(p, repeated).data);
}

TEST(Reference, UniformScoresGiveTheMean) {
  Tensor v({4, 2}, {1, 10, 2, 20, 3, 30, 6, 60});
  Softmax s = softmax(Tensor::filled({1, 4}, 7));
  Tensor o = weightedSum(s.weights, v);
  EXPECT_DOUBLE_EQ(o.data[0], 3);
  EXPECT_DOUBLE_EQ(o.data[1], 30);
  EXPECT_DOUBLE_EQ(s.lse.data[0], 7 + std::log(4.0));
}

TEST(Reference, OneKeyLeftGivesItsValue) {
  Tensor v = random({5, 3}, 5), scores = random({1, 5}, 6);
  Tensor only = mask(scores, [](const Index &index) { return index[1] == 3; });
  Softmax s = softmax(only);
  EXPECT_EQ(weightedSum(s.weights, v).data,
            std::vector<double>(v.data.begin() + 9, v.data.begin() + 12));
  EXPECT_EQ(s.lse.data[0], scores.data[3]);
}

TEST(Reference, RowsSumToOneAndShiftsCancel) {
  Tensor scores = random({3, 7, 11}, 7), shifted = scores;
  for (double &x : shifted.data)
    x += 1000;
  Softmax a = softmax(scores), b = softmax(shifted);
  for (int64_t row = 0; row < 21; ++row) {
    double sum = 0;
    for (int64_t j = 0; j < 11; ++j) {
      sum += a.weights.data[row * 11 + j];
      EXPECT_NEAR(a.weights.data[row * 11 + j], b.weights.data[row * 11 + j],
                  1e-12);
    }
    EXPECT_NEAR(sum, 1, 1e-15);
    EXPECT_NEAR(a.lse.data[row] + 1000, b.lse.data[row], 1e-12);
  }
}

TEST(Reference, RowWithoutKeysIsZero) {
  for (Shape shape : {Shape{1, 3}, Shape{1, 0}}) {
    Softmax s = softmax(Tensor::filled(shape, -infinity));
    EXPECT_EQ(s.lse.data[0], -infinity);
    Tensor o = weightedSum(s.weights, Tensor::filled({shape[1], 2}, nan));
    EXPECT_EQ(o.data, (std::vector<double>{0, 0}));
  }
}

// A sink is a key whose value is zero.
TEST(Reference, SinkIsAKeyWithoutAValue) {
  Tensor scores = random({2, 1, 3}, 8), sink({2}, {0.5, -infinity});
  Softmax s = softmax(scores, &sink);
  Tensor extended({1, 4});
  std::copy_n(scores.data.begin(), 3, extended.data.begin());
  extended.data[3] = 0.5;
  Softmax e = softmax(extended);
  for (int64_t j = 0; j < 3; ++j)
    EXPECT_EQ(s.weights.data[j], e.weights.data[j]);
  EXPECT_EQ(s.lse.data[0], e.lse.data[0]);
  EXPECT_EQ(s.lse.data[1], softmax(scores).lse.data[1]);

  Softmax none = softmax(Tensor::filled({2, 1, 3}, -infinity), &sink);
  EXPECT_EQ(none.weights.data, std::vector<double>(6, 0.0));
  EXPECT_EQ(none.lse.data, (std::vector<double>{0.5, -infinity}));
}

// S1: a score_mod that sends -inf to something finite does not bring keys back.
TEST(Reference, MaskAndModCommute) {
  Tensor scores = random({2, 4, 6}, 9);
  auto cap = [](double x, const Index &) { return 2 * std::tanh(x / 2); };
  KeepFunction keep = causal(scores.shape);
  EXPECT_EQ(scoreMod(mask(scores, keep), cap).data,
            mask(scoreMod(scores, cap), keep).data);
}

// S3: what a removed key or value holds does not matter.
TEST(Reference, RemovedKeysDoNotReachTheOutput) {
  Tensor q = random({2, 3}, 10), k = random({4, 3}, 11), v = random({4, 2}, 12),
         badKey = k, badValue = v;
  for (int64_t x = 0; x < 3; ++x)
    badKey.data[6 + x] = nan;
  badValue.data[4] = infinity;
  badValue.data[5] = nan;
  Attention a;
  a.query = &q;
  a.key = &k;
  a.value = &v;
  a.keep = [](const Index &index) { return index[1] != 2; };
  AttentionResult good = attention(a, {});
  a.key = &badKey;
  a.value = &badValue;
  AttentionResult bad = attention(a, {});
  EXPECT_EQ(good.output.data, bad.output.data);
  EXPECT_EQ(good.lse.data, bad.lse.data);
}

TEST(Reference, EveryZeroSize) {
  for (int64_t axis = 0; axis < 4; ++axis) {
    Shape qs{2, 3, 2}, ks{2, 4, 2}, vs{2, 4, 5}; // B, M, N, E in turn
    if (axis == 0)
      qs[0] = ks[0] = vs[0] = 0;
    if (axis == 1)
      qs[1] = 0;
    if (axis == 2)
      ks[1] = vs[1] = 0;
    if (axis == 3)
      vs[2] = 0;
    Tensor o = weightedSum(softmax(score(random(qs, 1), random(ks, 2))).weights,
                           random(vs, 3));
    EXPECT_EQ(o.shape, (Shape{qs[0], qs[1], vs[2]}));
    for (double x : o.data)
      EXPECT_EQ(x, 0);
  }
}

TEST(Reference, ShapesThatDoNotFitAreNamed) {
  Tensor q({6, 2, 8});
  EXPECT_EQ(checkScore(&q, Tensor({3, 5, 8}), {}, {6}), "");
  EXPECT_EQ(checkScore(&q, Tensor({4, 5, 8}), {}, {6}),
            "score_c3: size 4 of axis 0 does not fit 6");
  EXPECT_EQ(checkScore(&q, Tensor({6, 5, 7}), {}, {6}),
            "score_c2: the query has 8 features and the key 7");
  EXPECT_NE(checkScore(&q, Tensor({5, 8}), {}, {6}), "");
  EXPECT_NE(checkScore(&q, q, {Tensor({7})}, {6}), "");
  EXPECT_NE(checkScore(&q, q, {Tensor({5, 8})}, {6}), "");
  EXPECT_NE(checkWeightedSum({6, 2, 5}, Tensor({6, 4, 8})), "");
  Tensor sink({2});
  EXPECT_NE(checkSoftmax({3, 2, 2}, &sink), "");
}

} // namespace
