// S1: masks are sets. Their order and their place among score_mods changes no
// bit of the result.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Program.h"

#include <algorithm>

using namespace attn::test;
using namespace std::string_literals;

namespace {

const std::string kSoftcap = modRegion("%c = arith.constant 2.0 : $f\n"
                                       "%d = arith.divf %x, %c : $f\n"
                                       "%t = math.tanh %d : $f\n"
                                       "%r = arith.mulf %t, %c : $f");
/// Would turn a removed score into a finite one.
const std::string kBounded = modRegion("%c = arith.constant -1.0 : $f\n"
                                       "%r = arith.maximumf %x, %c : $f");
const std::string kEven =
    maskRegion("%two = arith.constant 2 : index\n"
               "%sum = arith.addi %i, %j : index\n"
               "%rest = arith.remui %sum, %two : index\n"
               "%zero = arith.constant 0 : index\n"
               "%r = arith.cmpi eq, %rest, %zero : index");

class Sets : public testing::TestWithParam<Route> {
protected:
  Tensors run(std::vector<std::string> steps) {
    Attention attention;
    attention.steps = std::move(steps);
    Tensors inputs = attention.inputs(1);
    return attention.compile(quickly(GetParam())).call(inputs);
  }
};

TEST_P(Sets, ModAndMaskInBothOrders) {
  for (const std::string &mod : {kSoftcap, kBounded})
    for (const std::string &mask : {"attn.mask $s causal : $t"s, kEven})
      EXPECT_TRUE(sameBits(run({mod, mask}), run({mask, mod}))) << mask;
}

TEST_P(Sets, MaskBetweenMods) {
  std::string causal = "attn.mask $s causal : $t";
  Tensors between = run({kSoftcap, causal, kBounded});
  EXPECT_TRUE(sameBits(between, run({causal, kSoftcap, kBounded})));
  EXPECT_TRUE(sameBits(between, run({kSoftcap, kBounded, causal})));
}

TEST_P(Sets, MasksInEveryOrder) {
  std::vector<std::string> masks = {"attn.mask $s causal : $t",
                                    "attn.mask $s window(60, 3) : $t", kEven};
  std::sort(masks.begin(), masks.end());
  Tensors first = run(masks);
  while (std::next_permutation(masks.begin(), masks.end()))
    EXPECT_TRUE(sameBits(first, run(masks)));
}

TEST_P(Sets, MaskTwiceIsMaskOnce) {
  EXPECT_TRUE(sameBits(run({kEven, kSoftcap, kEven}), run({kEven, kSoftcap})));
}

// The checker sees a difference where there is one.
TEST_P(Sets, ModsDoNotCommute) {
  EXPECT_FALSE(sameBits(run({kSoftcap, kBounded, kEven}),
                        run({kEven, kBounded, kSoftcap})));
}

INSTANTIATE_TEST_SUITE_P(Routes, Sets,
                         testing::Values(Route::Fused, Route::Naive),
                         [](const auto &info) {
                           return info.param == Route::Fused ? "Fused"
                                                             : "Naive";
                         });

} // namespace
