// Conversion between floating-point formats, written from their definition.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Reference/FloatFormat.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace attn::reference {
namespace {

/// A binary interchange format: sign, `exponentBits`, `fractionBits`.
struct Layout {
  int exponentBits;
  int fractionBits;

  /// The exponent of the largest finite number, which is also the bias.
  int maxExponent() const { return (1 << (exponentBits - 1)) - 1; }
  /// The exponent of the smallest normal number.
  int minExponent() const { return 1 - maxExponent(); }
  int signShift() const { return exponentBits + fractionBits; }
};

constexpr Layout f16{5, 10}, bf16{8, 7}, f32{8, 23}, f64{11, 52};

Layout layoutOf(FloatFormat format) {
  switch (format) {
  case FloatFormat::F16:
    return f16;
  case FloatFormat::BF16:
    return bf16;
  case FloatFormat::F32:
    return f32;
  case FloatFormat::F64:
    return f64;
  }
  return f64;
}

uint64_t bitsOf(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

double fromBits(uint64_t bits) {
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// max(floor(log2 |value|), the exponent of the smallest normal number).
int exponentOf(double value, Layout layout) {
  if (value == 0)
    return layout.minExponent();
  return std::max(std::ilogb(value), layout.minExponent());
}

/// Finite values only. Dividing by the unit in the last place is exact, and
/// std::nearbyint rounds halves to even in the default environment.
double roundFinite(double value, Layout layout) {
  int shift = layout.fractionBits - exponentOf(value, layout);
  double rounded = std::ldexp(std::nearbyint(std::ldexp(value, shift)), -shift);
  if (std::fabs(rounded) >= std::ldexp(1.0, layout.maxExponent() + 1))
    return std::copysign(std::numeric_limits<double>::infinity(), value);
  return rounded;
}

double decode(uint64_t bits, Layout layout) {
  uint64_t sign = (bits >> layout.signShift()) & 1;
  uint64_t exponent =
      (bits >> layout.fractionBits) & ((1u << layout.exponentBits) - 1);
  uint64_t fraction = bits & ((uint64_t(1) << layout.fractionBits) - 1);
  if (exponent == (1u << layout.exponentBits) - 1) // infinity or NaN
    return fromBits(sign << 63 | uint64_t(0x7ff) << 52 |
                    fraction << (52 - layout.fractionBits));
  if (exponent != 0) // normal: an implicit leading one
    fraction += uint64_t(1) << layout.fractionBits;
  int power = exponent == 0 ? layout.minExponent()
                            : static_cast<int>(exponent) - layout.maxExponent();
  double magnitude =
      std::ldexp(static_cast<double>(fraction), power - layout.fractionBits);
  return sign ? -magnitude : magnitude;
}

uint64_t encode(double value, Layout layout) {
  uint64_t sign = uint64_t(std::signbit(value)) << layout.signShift();
  uint64_t infinity = uint64_t((1 << layout.exponentBits) - 1)
                      << layout.fractionBits;
  if (std::isnan(value)) {
    uint64_t payload = (bitsOf(value) & ((uint64_t(1) << 52) - 1)) >>
                       (52 - layout.fractionBits);
    uint64_t quiet = uint64_t(1) << (layout.fractionBits - 1);
    return sign | infinity | (payload ? payload : quiet);
  }
  double rounded = std::isinf(value) ? value : roundFinite(value, layout);
  if (std::isinf(rounded))
    return sign | infinity;
  // The significand as an integer; its leading one, absent in subnormals, is
  // added to the exponent field and so carries it from 0 to 1 where present.
  int exponent = exponentOf(rounded, layout);
  auto significand = static_cast<uint64_t>(
      std::ldexp(std::fabs(rounded), layout.fractionBits - exponent));
  uint64_t field = uint64_t(exponent - layout.minExponent());
  return sign | ((field << layout.fractionBits) + significand);
}

} // namespace

double f16ToDouble(uint16_t bits) { return decode(bits, f16); }
double bf16ToDouble(uint16_t bits) { return decode(bits, bf16); }
uint16_t doubleToF16(double value) { return uint16_t(encode(value, f16)); }
uint16_t doubleToBF16(double value) { return uint16_t(encode(value, bf16)); }

double roundTo(double value, FloatFormat format) {
  if (format == FloatFormat::F64 || !std::isfinite(value))
    return value;
  return roundFinite(value, layoutOf(format));
}

double unitInLastPlace(double value, FloatFormat format) {
  Layout layout = layoutOf(format);
  if (!std::isfinite(value))
    return std::numeric_limits<double>::infinity();
  return std::ldexp(1.0, exponentOf(value, layout) - layout.fractionBits);
}

double unitRoundoff(FloatFormat format) {
  return std::ldexp(1.0, -(layoutOf(format).fractionBits + 1));
}

} // namespace attn::reference
