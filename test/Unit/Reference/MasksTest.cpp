// The named masks, drawn.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Reference/Masks.h"

#include <gtest/gtest.h>

using namespace attn::reference;

namespace {

/// One line of 'x' (kept) and '.' for each query, leading axes in turn.
std::string draw(const Shape &scores, const KeepFunction &keep) {
  std::string picture;
  forEachIndex(scores, [&](const Index &index) {
    picture += keep(index) ? 'x' : '.';
    if (index.back() + 1 == scores.back())
      picture += '\n';
  });
  return picture;
}

TEST(Masks, CausalIsAlignedWithTheLastKey) {
  EXPECT_EQ(draw({2, 4}, causal({2, 4})), "xxx.\n"
                                          "xxxx\n");
  EXPECT_EQ(draw({3, 2}, causal({3, 2})), "..\n"
                                          "x.\n"
                                          "xx\n");
}

TEST(Masks, CausalTopLeft) {
  EXPECT_EQ(draw({2, 4}, causal({2, 4}, /*topLeft=*/true)), "x...\n"
                                                            "xx..\n");
}

TEST(Masks, Window) {
  EXPECT_EQ(draw({4, 4}, window({4, 4}, 1, 0)), "x...\n"
                                                "xx..\n"
                                                ".xx.\n"
                                                "..xx\n");
  EXPECT_EQ(draw({2, 4}, window({2, 4}, 0, 1, true)), "xx..\n"
                                                      ".xx.\n");
  EXPECT_EQ(draw({2, 4}, window({2, 4}, 0, -1)), "..xx\n"
                                                 "...x\n");
  EXPECT_EQ(draw({1, 3}, window({1, 3}, -1, -1)), "xxx\n");
}

TEST(Masks, LengthsPerBatch) {
  IntTensor n({2}, {1, 3});
  EXPECT_EQ(draw({2, 1, 3}, lengths(n)), "x..\nxxx\n");
  EXPECT_EQ(draw({2, 1, 3}, lengths(IntTensor({1}, {2}))), "xx.\nxx.\n");
  EXPECT_EQ(draw({1, 3}, lengths(IntTensor({}, {0}))), "...\n");
}

TEST(Masks, PrefixIsLengthsOrCausal) {
  EXPECT_EQ(draw({3, 3}, prefix({3, 3}, IntTensor({}, {2}))), "xx.\n"
                                                              "xx.\n"
                                                              "xxx\n");
}

TEST(Masks, Segments) {
  IntTensor q({1, 2}, {0, 1}), k({1, 3}, {0, 1, 1});
  EXPECT_EQ(draw({1, 2, 3}, segments(q, k)), "x..\n.xx\n");
  EXPECT_EQ(
      draw({2, 3}, segments(IntTensor({2}, {4, 5}), IntTensor({3}, {5, 4, 4}))),
      ".xx\nx..\n");
}

TEST(Masks, DenseBroadcastsFromTheBack) {
  IntTensor m({2, 1, 2}, {1, 0, 0, 1}); // [H, 1, N]
  EXPECT_EQ(draw({1, 2, 2, 2}, dense(m)), "x.\nx.\n.x\n.x\n");
}

TEST(Masks, ChecksNameWhatIsWrong) {
  Shape scores{2, 4, 3, 5};
  EXPECT_EQ(checkLengths(scores, IntTensor({2}, {0, 5})), "");
  EXPECT_EQ(checkLengths(scores, IntTensor({2}, {0, 6})),
            "length 6 is not between 0 and 5, the number of keys");
  EXPECT_NE(checkLengths(scores, IntTensor({1}, {-1})), "");
  EXPECT_NE(checkLengths(scores, IntTensor({3})), "");
  EXPECT_NE(checkLengths(scores, IntTensor(Shape{})), "");
  EXPECT_EQ(checkSegments(scores, IntTensor({2, 3}), IntTensor({1, 5})), "");
  EXPECT_NE(checkSegments(scores, IntTensor({2, 5}), IntTensor({1, 5})), "");
  EXPECT_EQ(checkDense(scores, IntTensor({4, 1, 5})), "");
  EXPECT_NE(checkDense(scores, IntTensor({3, 3, 5})), "");
  EXPECT_NE(checkDense(scores, IntTensor({1, 1, 1, 1, 1})), "");
}

} // namespace
