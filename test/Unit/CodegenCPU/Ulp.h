// Errors in units of the spacing of the result format.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TEST_UNIT_CODEGENCPU_ULP_H
#define ATTN_TEST_UNIT_CODEGENCPU_ULP_H

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace attn_test {

/// The format of T, the integer of its width, and a wider type for true values.
template <typename T>
struct Format;
template <>
struct Format<float> {
  using Bits = uint32_t;
  using Wide = double;
};
template <>
struct Format<double> {
  using Bits = uint64_t;
  using Wide = long double;
};

template <typename T>
T fromBits(typename Format<T>::Bits bits) {
  T value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/// |got - truth| over the spacing of T at `truth`; the spacing stays constant
/// through the subnormal range and below. An overflow to infinity counts as
/// the power of two that follows the largest finite value, so it is no error
/// where the truth rounds there. Infinite if only one of the two is NaN, or if
/// the truth is infinite and `got` is not the same infinity.
template <typename T>
double ulpError(T got, typename Format<T>::Wide truth) {
  using Wide = typename Format<T>::Wide;
  using Limits = std::numeric_limits<T>;
  const double never = std::numeric_limits<double>::infinity();
  if (std::isnan(got) || std::isnan(truth))
    return std::isnan(got) && std::isnan(truth) ? 0.0 : never;
  if (std::isinf(truth))
    return got == static_cast<T>(truth) ? 0.0 : never;
  const Wide beyond = std::ldexp(Wide(1), Limits::max_exponent);
  Wide value = got, size = std::fabs(truth);
  if (std::isinf(got)) {
    if (size >= beyond)
      return std::signbit(got) == std::signbit(truth) ? 0.0 : never;
    value = std::copysign(beyond, Wide(got));
  } else if (size >= beyond) {
    return never;
  }
  int exponent = size == 0 ? Limits::min_exponent - 1 : std::ilogb(size);
  exponent = std::max(exponent, Limits::min_exponent - 1);
  Wide spacing = std::ldexp(Wide(1), exponent - (Limits::digits - 1));
  return static_cast<double>(std::fabs(value - truth) / spacing);
}

} // namespace attn_test

#endif // ATTN_TEST_UNIT_CODEGENCPU_ULP_H
