// Every small size through one compiled function: M and N in 0..33, D and E in
// {1, 3, 8, 17, 64}, against the reference.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Program.h"

#include "attn/Reference/Attention.h"
#include "attn/Reference/Masks.h"

#include <cmath>
#include <cstring>

using namespace attn::test;

namespace {

constexpr int64_t kMaxLength = 33;
constexpr int64_t kFeatures[] = {1, 3, 8, 17, 64};

/// The same random numbers, as what the compiled function and what the
/// reference takes: a tensor is the beginning of them.
struct Numbers {
  HostTensor host;
  std::vector<double> values;

  explicit Numbers(uint64_t seed)
      : host(makeRandom(ElementType::F32, {kMaxLength * 64}, seed)) {
    for (int64_t i = 0; i < host.getNumElements(); ++i)
      values.push_back(host.getFloat(i));
  }
  HostTensor asHost(int64_t rows, int64_t columns) const {
    HostTensor tensor = makeTensor(ElementType::F32, {rows, columns});
    std::memcpy(tensor.getData(), host.getData(), tensor.getNumBytes());
    return tensor;
  }
  reference::Tensor asReference(int64_t rows, int64_t columns) const {
    return {{rows, columns}, {values.begin(), values.begin() + rows * columns}};
  }
};

struct Mask {
  const char *name;
  const char *step;
  std::function<reference::KeepFunction(const reference::Shape &, int64_t n)>
      keep;
};

const Mask kMasks[] = {
    {"None", "", {}},
    {"Causal", "attn.mask %s causal : tensor<?x?xf32>",
     [](const reference::Shape &scores, int64_t) {
       return reference::causal(scores);
     }},
    {"Window", "attn.mask %s window(5, 2) : tensor<?x?xf32>",
     [](const reference::Shape &scores, int64_t) {
       return reference::window(scores, 5, 2);
     }},
    {"Lengths", "attn.mask %s lengths(%n : tensor<i64>) : tensor<?x?xf32>",
     [](const reference::Shape &, int64_t n) {
       reference::IntTensor length;
       length.data[0] = n;
       return reference::lengths(length);
     }},
};

std::string textOf(const Mask &mask) {
  std::string step = mask.step;
  return "func.func @f(%q: tensor<?x?xf32>, %k: tensor<?x?xf32>, "
         "%v: tensor<?x?xf32>, %n: tensor<i64>)\n"
         "    -> (tensor<?x?xf32>, tensor<?xf32>) {\n"
         "%s = attn.score dot(%q, %k) scale(0.5)\n"
         "    : tensor<?x?xf32>, tensor<?x?xf32> -> tensor<?x?xf32>\n" +
         (step.empty() ? "" : "%m = " + step + "\n") +
         "%p, %l = attn.softmax " + (step.empty() ? "%s" : "%m") +
         " : tensor<?x?xf32>, tensor<?xf32>\n"
         "%o = attn.weighted_sum %p, %v\n"
         "    : tensor<?x?xf32>, tensor<?x?xf32> -> tensor<?x?xf32>\n"
         "return %o, %l : tensor<?x?xf32>, tensor<?xf32>\n}\n";
}

class Grid : public testing::TestWithParam<Mask> {};

TEST_P(Grid, EverySmallSize) {
  Program program(textOf(GetParam()));
  Numbers queries(1), keys(2), values(3);
  int64_t numCalls = 0;
  for (int64_t M = 0; M <= kMaxLength; ++M)
    for (int64_t N = 0; N <= kMaxLength; ++N)
      for (int64_t D : kFeatures) {
        // The weights are the same for all E.
        int64_t n = (7 * M + 5 * D + N) % (N + 1);
        reference::Tensor scores = reference::score(
            queries.asReference(M, D), keys.asReference(N, D), 0.5);
        if (GetParam().keep)
          scores = reference::mask(scores, GetParam().keep(scores.shape, n));
        reference::Softmax softmax = reference::softmax(scores);
        for (int64_t E : kFeatures) {
          Tensors inputs;
          inputs.push_back(queries.asHost(M, D));
          inputs.push_back(keys.asHost(N, D));
          inputs.push_back(values.asHost(N, E));
          inputs.push_back(makeIntegers({}, {n}));
          Tensors results = program.call(inputs);
          reference::Tensor expected =
              reference::weightedSum(softmax.weights, values.asReference(N, E));
          ++numCalls;
          ASSERT_TRUE(matches(results[0], expected, N))
              << M << " queries, " << N << " keys, D " << D << ", E " << E;
          ASSERT_TRUE(matches(results[1], softmax.lse, N))
              << M << " queries, " << N << " keys, D " << D << ", E " << E;
        }
      }
  EXPECT_EQ(numCalls, 34 * 34 * 25);
}

TEST(GridChecker, SeesAWrongScale) {
  Program program(textOf(kMasks[0]));
  Numbers queries(1), keys(2), values(3);
  Tensors inputs;
  inputs.push_back(queries.asHost(5, 8));
  inputs.push_back(keys.asHost(7, 8));
  inputs.push_back(values.asHost(7, 3));
  inputs.push_back(makeIntegers({}, {0}));
  reference::Tensor scores = reference::score(
      queries.asReference(5, 8), keys.asReference(7, 8), 0.5 * (1 + 1e-4));
  reference::Softmax softmax = reference::softmax(scores);
  Tensors results = program.call(inputs);
  EXPECT_FALSE(matches(
      results[0],
      reference::weightedSum(softmax.weights, values.asReference(7, 3)), 7));
  EXPECT_FALSE(matches(results[1], softmax.lse, 7));
}

INSTANTIATE_TEST_SUITE_P(Masks, Grid, testing::ValuesIn(kMasks),
                         [](const auto &info) { return info.param.name; });

} // namespace
