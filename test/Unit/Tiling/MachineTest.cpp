// Tests of machine descriptions made from LLVM's target features.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Target/Machine.h"

#include <gtest/gtest.h>

using namespace mlir::attn;

namespace {

const std::string kAvx512 = "+avx512f,+avx512dq,+avx512vl,+avx512bw";

TEST(Machine, Avx512NeedsAllItsParts) {
  Machine machine =
      Machine::fromFeatures("x86_64", "+sse2,+avx2,+fma," + kAvx512);
  EXPECT_EQ(machine.vectorBytes, 64);
  EXPECT_EQ(machine.numVectorRegisters, 32);
  EXPECT_TRUE(machine.hasAvx512);
  for (std::string part : {"avx512f", "avx512dq", "avx512vl", "avx512bw"}) {
    std::string features = kAvx512 + ",+avx2,+fma";
    features.replace(features.find("+" + part), 1, "-");
    Machine lacking = Machine::fromFeatures("x86_64", features);
    EXPECT_EQ(lacking.vectorBytes, 32) << part;
    EXPECT_FALSE(lacking.hasAvx512) << part;
  }
}

TEST(Machine, Bf16DotNeedsAvx512) {
  EXPECT_FALSE(Machine::fromFeatures("x86_64", kAvx512).hasBf16Dot);
  EXPECT_FALSE(
      Machine::fromFeatures("x86_64", kAvx512 + ",-avx512bf16").hasBf16Dot);
  Machine machine = Machine::fromFeatures("x86_64", kAvx512 + ",+avx512bf16");
  EXPECT_TRUE(machine.hasBf16Dot);
  EXPECT_TRUE(machine.hasAvx512);
  EXPECT_EQ(machine.vectorBytes, 64);
  EXPECT_EQ(machine.numVectorRegisters, 32);
  // Vectors of half the size have no pairs.
  EXPECT_FALSE(
      Machine::fromFeatures("x86_64", "+avx2,+fma,+avx512bf16").hasBf16Dot);
  EXPECT_FALSE(Machine::fromFeatures("aarch64", "+neon,+bf16").hasBf16Dot);
}

TEST(Machine, Avx2NeedsFma) {
  EXPECT_EQ(Machine::fromFeatures("x86_64", "+avx2,+fma").vectorBytes, 32);
  EXPECT_EQ(Machine::fromFeatures("x86_64", "+avx2,-fma").vectorBytes, 16);
  EXPECT_EQ(Machine::fromFeatures("x86_64", "+fma").vectorBytes, 16);
}

TEST(Machine, NamesAreMatchedWhole) {
  // fma4 is not fma, and avx512fp16 is not avx512f.
  EXPECT_EQ(Machine::fromFeatures("x86_64", "+avx2,+fma4").vectorBytes, 16);
  std::string features = "+avx512fp16,+avx512dq,+avx512vl,+avx512bw,+avx2,+fma";
  EXPECT_EQ(Machine::fromFeatures("x86_64", features).vectorBytes, 32);
}

TEST(Machine, WithoutFeatures) {
  Machine machine = Machine::fromFeatures("x86_64", "");
  EXPECT_EQ(machine.vectorBytes, 16);
  EXPECT_EQ(machine.numVectorRegisters, 16);
}

TEST(Machine, Neon) {
  Machine machine = Machine::fromFeatures("aarch64", "+neon");
  EXPECT_EQ(machine.vectorBytes, 16);
  EXPECT_EQ(machine.numVectorRegisters, 32);
  EXPECT_FALSE(machine.hasAvx512);
  EXPECT_EQ(Machine::fromFeatures("arm64", "").numVectorRegisters, 32);
}

TEST(Machine, BlocksFitTheRegisters) {
  for (const Machine &machine :
       {Machine::avx512(), Machine::avx2(), Machine::neon(), Machine::sse()})
    for (int64_t vectors = 1; vectors <= machine.getBlockVectors();
         vectors *= 2) {
      int64_t rows = machine.getBlockRows(vectors);
      EXPECT_LE(rows * vectors + vectors + 1, machine.numVectorRegisters);
      EXPECT_EQ(machine.getTileKeys() % rows, 0);
    }
  EXPECT_EQ(Machine::neon().getBlockRows(4), 6);
  EXPECT_EQ(Machine::avx512().getBlockRows(4), 4);
}

TEST(Machine, Lanes) {
  EXPECT_EQ(Machine::avx512().getLanes(4), 16);
  EXPECT_EQ(Machine::avx512().getLanes(8), 8);
  EXPECT_EQ(Machine::neon().getLanes(4), 4);
}

} // namespace
