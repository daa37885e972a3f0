// Conversions of the 16-bit formats, over all of their values.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Reference/FloatFormat.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

using namespace attn::reference;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(FloatFormat, RoundTripOfEveryF16) {
  for (uint32_t bits = 0; bits <= 0xffff; ++bits)
    ASSERT_EQ(doubleToF16(f16ToDouble(uint16_t(bits))), bits);
}

TEST(FloatFormat, RoundTripOfEveryBF16) {
  for (uint32_t bits = 0; bits <= 0xffff; ++bits)
    ASSERT_EQ(doubleToBF16(bf16ToDouble(uint16_t(bits))), bits);
}

// bf16 is the upper half of an f32.
TEST(FloatFormat, BF16IsTheUpperHalfOfF32) {
  for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
    uint32_t word = bits << 16;
    float value;
    std::memcpy(&value, &word, sizeof value);
    double decoded = bf16ToDouble(uint16_t(bits));
    if (std::isnan(value))
      ASSERT_TRUE(std::isnan(decoded));
    else
      ASSERT_EQ(decoded, value);
  }
}

// Between two neighbours: below the middle down, above it up, on it to even.
TEST(FloatFormat, RoundsToNearestEvenBetweenAllNeighbours) {
  for (uint16_t low = 0; low < 0x7bff; ++low) {
    uint16_t high = uint16_t(low + 1), even = low & 1 ? high : low;
    double a = f16ToDouble(low), b = f16ToDouble(high), middle = (a + b) / 2;
    ASSERT_EQ(doubleToF16(middle), even);
    ASSERT_EQ(doubleToF16(std::nextafter(middle, 0)), low);
    ASSERT_EQ(doubleToF16(std::nextafter(middle, infinity)), high);
    ASSERT_EQ(doubleToF16(-middle), even | 0x8000);
    ASSERT_EQ(roundTo(middle, FloatFormat::F16), f16ToDouble(even));
  }
}

TEST(FloatFormat, KnownValues) {
  EXPECT_EQ(f16ToDouble(0x3c00), 1.0);
  EXPECT_EQ(f16ToDouble(0x7bff), 65504.0);
  EXPECT_EQ(f16ToDouble(0x0001), std::ldexp(1.0, -24));
  EXPECT_EQ(f16ToDouble(0x7c00), infinity);
  EXPECT_TRUE(std::signbit(f16ToDouble(0x8000)));
  EXPECT_EQ(doubleToF16(65519.99), 0x7bff);
  EXPECT_EQ(doubleToF16(65520.0), 0x7c00);
  EXPECT_EQ(doubleToF16(-1e300), 0xfc00);
  EXPECT_EQ(doubleToF16(std::ldexp(1.0, -25)), 0x0000); // tie, to even
  EXPECT_EQ(doubleToF16(5e-324), 0x0000);
  EXPECT_EQ(doubleToF16(std::nan("")), 0x7e00);
  EXPECT_EQ(doubleToBF16(1e39), 0x7f80);
}

// f32 against the hardware's own conversion.
TEST(FloatFormat, RoundToF32IsTheCast) {
  for (double value : {0.1, 1.0 / 3, 1e-40, 1.4e-45, 7e-46, 3.4e38, 3.5e38,
                       16777217.0, 16777219.0, -0.1, 0.0})
    EXPECT_EQ(roundTo(value, FloatFormat::F32), double(float(value)));
}

TEST(FloatFormat, UnitInLastPlaceIsTheGapToTheNextNumber) {
  for (uint16_t bits = 0; bits < 0x7bff; ++bits)
    ASSERT_EQ(unitInLastPlace(f16ToDouble(bits), FloatFormat::F16),
              f16ToDouble(uint16_t(bits + 1)) - f16ToDouble(bits));
  EXPECT_EQ(unitInLastPlace(1.0, FloatFormat::F64),
            std::numeric_limits<double>::epsilon());
  EXPECT_EQ(unitInLastPlace(-1.5, FloatFormat::F32),
            double(std::numeric_limits<float>::epsilon()));
}

} // namespace
