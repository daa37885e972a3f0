// Error bounds of attn-expand-math, against libm in a wider type.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ATTN_EXHAUSTIVE=1 replaces the strided sweeps over f32 by all values.
#include "MathKernel.h"
#include "Ulp.h"

#include "gtest/gtest.h"

#include <cstdlib>
#include <random>
#include <vector>

using namespace attn_test;

template <typename T>
using Truth = typename Format<T>::Wide (*)(typename Format<T>::Wide);

namespace {

/// Runs a kernel over blocks of inputs and keeps the largest error.
template <typename T>
class Sweep {
public:
  using Bits = typename Format<T>::Bits;

  Sweep(MathKernel &kernel, Truth<T> truth) : kernel(kernel), truth(truth) {}
  ~Sweep() { EXPECT_TRUE(inputs.empty()) << "finish() was not called"; }

  void add(T x) {
    inputs.push_back(x);
    if (inputs.size() == capacity)
      flush();
  }

  /// All bit patterns first, first + stride, ... up to last.
  void addRange(Bits first, Bits last, Bits stride) {
    for (Bits bits = first;; bits += stride) {
      add(fromBits<T>(bits));
      if (last - bits < stride)
        break;
    }
    add(fromBits<T>(last));
  }

  /// Zeros, infinities, NaN, the neighbours of every power of two in both
  /// signs, small integers and halves with their neighbours.
  void addSpecial() {
    const int mantissa = std::numeric_limits<T>::digits - 1;
    const Bits sign = Bits(1) << (sizeof(T) * 8 - 1);
    for (Bits exponent = 0; exponent < (sign >> mantissa); ++exponent)
      for (int delta = -4; delta <= 4; ++delta)
        for (Bits s : {Bits(0), sign})
          add(fromBits<T>(((exponent << mantissa) + delta) ^ s));
    for (int i = -2400; i <= 2400; ++i)
      for (T x : {T(i), T(i) / 2, T(i) * T(0.69314718055994531)}) {
        add(x);
        add(std::nextafter(x, T(1e9)));
        add(std::nextafter(x, T(-1e9)));
      }
    T inf = std::numeric_limits<T>::infinity();
    for (T x : {T(0), -T(0), inf, -inf, std::numeric_limits<T>::quiet_NaN(),
                std::numeric_limits<T>::max(), -std::numeric_limits<T>::max()})
      add(x);
  }

  /// The largest error in ulp; checks it against `bound`.
  double finish(double bound) {
    while (inputs.size() % 64 != 0)
      inputs.push_back(inputs.back());
    flush();
    EXPECT_LE(worst, bound)
        << "at x = " << std::hexfloat << worstInput << ", got " << worstResult;
    return worst;
  }

  int64_t count = 0;
  /// Pairs x < y, next to each other in a sweep, with f(x) > f(y).
  int64_t decreases = 0;
  T worstInput = 0, worstResult = 0;

private:
  void flush() {
    outputs.resize(inputs.size());
    kernel(inputs.data(), outputs.data(), inputs.size());
    for (size_t i = 0; i != inputs.size(); ++i) {
      double error = ulpError<T>(outputs[i], truth(inputs[i]));
      if (!(error <= worst)) {
        worst = error;
        worstInput = inputs[i];
        worstResult = outputs[i];
      }
      if (i && (inputs[i] - inputs[i - 1]) * (outputs[i] - outputs[i - 1]) < 0)
        ++decreases;
    }
    count += inputs.size();
    inputs.clear();
  }

  static constexpr size_t capacity = 1 << 14;
  MathKernel &kernel;
  Truth<T> truth;
  std::vector<T> inputs, outputs;
  double worst = 0;
};

bool exhaustive() {
  const char *value = std::getenv("ATTN_EXHAUSTIVE");
  return value && std::string(value) == "1";
}

struct Form {
  int lanes;
  bool avx512;
};

/// The forms of an f32 or f64 kernel to test: scalar, half, full, wide.
template <typename T>
std::vector<Form> forms(bool hasAVX512Form) {
  int full = 64 / sizeof(T);
  std::vector<Form> result = {
      {full, false}, {1, false}, {full / 2, false}, {2 * full, false}};
  // A sweep over all values is long: once for each different arithmetic.
  if (exhaustive())
    result.resize(1);
  if (hasAVX512Form && hostHasAVX512())
    result.push_back({full, true});
  return result;
}

template <typename T>
const char *name() {
  return sizeof(T) == 4 ? "f32" : "f64";
}

/// Specials and a sample of bit patterns for every form of one op. The sample
/// covers [lo, hi] evenly in value, and all finite numbers evenly in bits.
template <typename T>
void testFunction(const std::string &op, Truth<T> truth, T lo, T hi,
                  double bound, bool hasAVX512Form = false) {
  using Bits = typename Format<T>::Bits;
  for (Form form : forms<T>(hasAVX512Form)) {
    MathKernel kernel(op, name<T>(), form.lanes, form.avx512);
    Sweep<T> sweep(kernel, truth);
    sweep.addSpecial();
    std::mt19937_64 random(7);
    std::uniform_real_distribution<T> value(lo, hi);
    for (int i = 0; i != 1000000; ++i)
      sweep.add(value(random));
    for (int i = 0; i != 500000; ++i)
      sweep.add(fromBits<T>(static_cast<Bits>(random())));
    if (sizeof(T) == 4 && exhaustive())
      sweep.addRange(0, ~Bits(0), 1);
    double worst = sweep.finish(bound);
    printf("%s %s x%d%s: %.3f ulp at %a, %lld values, %lld decreases\n",
           op.c_str(), name<T>(), form.lanes, form.avx512 ? " avx512" : "",
           worst, double(sweep.worstInput), static_cast<long long>(sweep.count),
           static_cast<long long>(sweep.decreases));
    fflush(stdout);
  }
}

} // namespace

TEST(ExpandMath, Exp2F32) {
  testFunction<float>("math.exp2", std::exp2, -151, 129, 2.0, true);
}
/// 9e-5 of the value, which is up to 2^24 spacings.
TEST(ExpandMath, Exp2F32Approximate) {
  if (!hostHasAVX512())
    GTEST_SKIP() << "has no approximate form";
  const std::string op = "math.exp2 {attn.approximate}";
  testFunction<float>(op, std::exp2, -151, 129, 9e-5 * (1 << 24), true);
  MathKernel kernel(op, "f32", 16, true);
  const float inf = std::numeric_limits<float>::infinity();
  std::vector<float> in(16, 0.0f), out(16);
  in[1] = -inf;
  in[2] = -200;
  in[3] = -3;
  kernel(in.data(), out.data(), 16);
  EXPECT_EQ(out[0], 1);
  EXPECT_EQ(out[1], 0);
  EXPECT_EQ(out[2], 0);
  EXPECT_EQ(out[3], 0.125);
  // It is what it says it is, and not the precise one.
  in.assign(16, -0.5f);
  kernel(in.data(), out.data(), 16);
  EXPECT_GT(ulpError<float>(out[0], std::exp2(-0.5)), 2);
}
TEST(ExpandMath, Exp2F64) {
  testFunction<double>("math.exp2", std::exp2, -1080, 1025, 2.0, true);
}
TEST(ExpandMath, ExpF32) {
  testFunction<float>("math.exp", std::exp, -105, 90, 2.0, true);
}
TEST(ExpandMath, ExpF64) {
  testFunction<double>("math.exp", std::exp, -747, 711, 2.0, true);
}
TEST(ExpandMath, TanhF32) {
  testFunction<float>("math.tanh", std::tanh, -11, 11, 3.0);
}
TEST(ExpandMath, TanhF64) {
  testFunction<double>("math.tanh", std::tanh, -21, 21, 3.0);
}
TEST(ExpandMath, LogF32) {
  testFunction<float>("math.log", std::log, 0, 4, 2.0);
}
TEST(ExpandMath, LogF64) {
  testFunction<double>("math.log", std::log, 0, 4, 2.0);
}
TEST(ExpandMath, Log2F32) {
  testFunction<float>("math.log2", std::log2, 0, 4, 2.0);
}
TEST(ExpandMath, Log2F64) {
  testFunction<double>("math.log2", std::log2, 0, 4, 2.0);
}
TEST(ExpandMath, Log1pF32) {
  testFunction<float>("math.log1p", std::log1p, -1, 4, 2.0);
}
TEST(ExpandMath, Log1pF64) {
  testFunction<double>("math.log1p", std::log1p, -1, 4, 2.0);
}
