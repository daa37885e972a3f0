// Exact values, symmetries and 16-bit types of attn-expand-math; the checker.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "MathKernel.h"
#include "Ulp.h"

#include "llvm/ADT/APFloat.h"
#include "gtest/gtest.h"

#include <numeric>
#include <string>
#include <vector>

using namespace attn_test;

namespace {

template <typename T>
class ExpandMathValues : public testing::Test {
protected:
  static constexpr int full = 64 / sizeof(T);
  static constexpr T inf = std::numeric_limits<T>::infinity();
  static constexpr T nan = std::numeric_limits<T>::quiet_NaN();

  static T apply(MathKernel &kernel, T x) {
    std::vector<T> in(full, x), out(full);
    kernel(in.data(), out.data(), full);
    for (T y : out)
      EXPECT_EQ(std::memcmp(&y, &out[0], sizeof(T)), 0) << "lanes differ";
    return out[0];
  }

  /// Equality of values, of the signs of zeros, and of being NaN.
  static void expect(MathKernel &kernel, T x, T want) {
    T got = apply(kernel, x);
    if (std::isnan(want)) {
      EXPECT_TRUE(std::isnan(got)) << "f(" << x << ") = " << got;
      return;
    }
    EXPECT_EQ(got, want) << "at x = " << x;
    EXPECT_EQ(std::signbit(got), std::signbit(want)) << "at x = " << x;
  }

  static MathKernel compile(const std::string &op, bool avx512 = false) {
    return MathKernel(op, sizeof(T) == 4 ? "f32" : "f64", full, avx512);
  }

  static std::vector<bool> variants() {
    return hostHasAVX512() ? std::vector<bool>{false, true}
                           : std::vector<bool>{false};
  }
};

using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(ExpandMathValues, Types);

} // namespace

TYPED_TEST(ExpandMathValues, Exponentials) {
  using T = TypeParam;
  for (const char *op : {"math.exp2", "math.exp"}) {
    for (bool avx512 : this->variants()) {
      SCOPED_TRACE(std::string(op) + (avx512 ? " avx512" : ""));
      MathKernel f = this->compile(op, avx512);
      this->expect(f, 0, 1);
      this->expect(f, -T(0), 1);
      this->expect(f, -this->inf, 0);
      this->expect(f, std::numeric_limits<T>::lowest(), 0);
      this->expect(f, this->inf, this->inf);
      this->expect(f, std::numeric_limits<T>::max(), this->inf);
      this->expect(f, this->nan, this->nan);
      this->expect(f, -this->nan, this->nan);
    }
  }
}

TYPED_TEST(ExpandMathValues, Exp2OfIntegers) {
  using T = TypeParam;
  using Limits = std::numeric_limits<T>;
  for (bool avx512 : this->variants()) {
    MathKernel f = this->compile("math.exp2", avx512);
    int least = Limits::min_exponent - Limits::digits;
    for (int i = least - 3; i <= Limits::max_exponent + 3; ++i)
      this->expect(f, T(i), std::ldexp(T(1), i));
  }
}

TYPED_TEST(ExpandMathValues, Tanh) {
  using T = TypeParam;
  MathKernel f = this->compile("math.tanh");
  T tiny = std::numeric_limits<T>::denorm_min();
  T small = std::numeric_limits<T>::min();
  for (T x : {T(0), tiny, 3 * tiny, small})
    for (T s : {T(1), T(-1)})
      this->expect(f, s * x, s * x);
  for (T x : {T(25), std::numeric_limits<T>::max(), this->inf})
    for (T s : {T(1), T(-1)})
      this->expect(f, s * x, s);
  this->expect(f, this->nan, this->nan);
  for (T x = T(0.001); x < 30; x *= T(1.001)) {
    T y = this->apply(f, x);
    EXPECT_LE(y, 1);
    this->expect(f, -x, -y);
  }
}

TYPED_TEST(ExpandMathValues, Logarithms) {
  using T = TypeParam;
  using Limits = std::numeric_limits<T>;
  for (const char *op : {"math.log", "math.log2"}) {
    SCOPED_TRACE(op);
    MathKernel f = this->compile(op);
    this->expect(f, 1, 0);
    this->expect(f, 0, -this->inf);
    this->expect(f, -T(0), -this->inf);
    this->expect(f, this->inf, this->inf);
    for (T x : {T(-1), -Limits::denorm_min(), -this->inf, this->nan})
      this->expect(f, x, this->nan);
  }
  MathKernel f = this->compile("math.log2");
  for (int i = Limits::min_exponent - Limits::digits; i < Limits::max_exponent;
       ++i)
    this->expect(f, std::ldexp(T(1), i), T(i));
}

TYPED_TEST(ExpandMathValues, Log1p) {
  using T = TypeParam;
  MathKernel f = this->compile("math.log1p");
  T tiny = std::numeric_limits<T>::denorm_min();
  for (T x : {T(0), -T(0), tiny, -tiny, this->inf})
    this->expect(f, x, x);
  this->expect(f, -1, -this->inf);
  for (T x : {T(-2), -this->inf, this->nan})
    this->expect(f, x, this->nan);
}

/// All values of a 16-bit type: the f32 result is rounded once more, so the
/// error stays next to half a spacing.
static void testHalf(const char *element, const llvm::fltSemantics &format) {
  auto toDouble = [&](uint16_t bits) {
    return llvm::APFloat(format, llvm::APInt(16, bits)).convertToDouble();
  };
  MathKernel f("math.exp2", element, 16);
  std::vector<uint16_t> in(1 << 16), out(1 << 16);
  std::iota(in.begin(), in.end(), 0);
  f(in.data(), out.data(), in.size());
  const double least =
      llvm::APFloat::getSmallestNormalized(format).convertToDouble();
  const double largest = llvm::APFloat::getLargest(format).convertToDouble();
  const int precision = llvm::APFloat::semanticsPrecision(format);
  for (int i = 0; i != 1 << 16; ++i) {
    double x = toDouble(in[i]), got = toDouble(out[i]), truth = std::exp2(x);
    if (std::isnan(x)) {
      EXPECT_TRUE(std::isnan(got));
    } else if (truth < least) {
      // A conversion instruction may flush subnormal results.
      EXPECT_GE(got, 0);
      EXPECT_LE(got, least);
    } else if (truth > largest) {
      EXPECT_GE(got, largest);
    } else {
      double spacing = std::ldexp(1.0, std::ilogb(truth) - (precision - 1));
      EXPECT_LE(std::fabs(got - truth) / spacing, 0.501) << "at x = " << x;
    }
  }
}

TEST(ExpandMathHalf, F16) { testHalf("f16", llvm::APFloat::IEEEhalf()); }
TEST(ExpandMathHalf, BF16) { testHalf("bf16", llvm::APFloat::BFloat()); }

TEST(UlpError, CountsInSpacings) {
  EXPECT_EQ(ulpError<float>(1.0f, 1.0), 0);
  EXPECT_EQ(ulpError<float>(1.0f + 0x1p-23f, 1.0), 1);
  EXPECT_EQ(ulpError<float>(1.0f - 0x1p-24f, 1.0), 0.5);
  EXPECT_EQ(ulpError<float>(1.0f, 1.0 - 0x1p-24), 1);
  EXPECT_EQ(ulpError<double>(1.0, 1.0L + 0x1p-53L), 0.5);
}

TEST(UlpError, SubnormalSpacingIsConstant) {
  EXPECT_EQ(ulpError<float>(0x1p-149f, 0x1p-149), 0);
  EXPECT_EQ(ulpError<float>(0.0f, 0x1p-149), 1);
  EXPECT_EQ(ulpError<float>(0.0f, 0x1p-151), 0.25);
  EXPECT_EQ(ulpError<float>(0x1p-149f, 0.0), 1);
  EXPECT_EQ(ulpError<float>(0x1p-127f, 0x1p-127 + 0x1p-149), 1);
}

TEST(UlpError, Overflow) {
  const float inf = std::numeric_limits<float>::infinity();
  const float max = std::numeric_limits<float>::max();
  EXPECT_EQ(ulpError<float>(inf, 0x1p128), 0);
  EXPECT_EQ(ulpError<float>(max, 0x1p128), inf);
  EXPECT_EQ(ulpError<float>(-inf, 0x1p128), inf);
  EXPECT_EQ(ulpError<float>(inf, double(max)), 1);
  EXPECT_EQ(ulpError<float>(max, double(inf)), inf);
  EXPECT_EQ(ulpError<float>(inf, double(inf)), 0);
}

TEST(UlpError, NaNMatchesOnlyNaN) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(ulpError<float>(nan, std::nan("")), 0);
  EXPECT_TRUE(std::isinf(ulpError<float>(nan, 1.0)));
  EXPECT_TRUE(std::isinf(ulpError<float>(1.0f, std::nan(""))));
}
