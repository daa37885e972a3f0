// Comparison of a result with the reference.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Reference/Compare.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace attn::reference {
namespace {

template <typename T>
Index indexOf(const TensorOf<T> &tensor, int64_t position) {
  Index index(tensor.shape.size());
  for (size_t axis = index.size(); axis-- > 0;) {
    index[axis] = position % tensor.shape[axis];
    position /= tensor.shape[axis];
  }
  return index;
}

template <typename T>
std::string describe(const Index &at, T actual, T expected) {
  std::ostringstream text;
  text.precision(std::numeric_limits<double>::max_digits10);
  text << "element [";
  for (size_t axis = 0; axis < at.size(); ++axis)
    text << (axis ? ", " : "") << at[axis];
  text << "] is " << actual << ", expected " << expected;
  return text.str();
}

std::string describeShapes(const Shape &actual, const Shape &expected) {
  std::ostringstream text;
  auto print = [&](const Shape &shape) {
    text << "[";
    for (size_t axis = 0; axis < shape.size(); ++axis)
      text << (axis ? ", " : "") << shape[axis];
    text << "]";
  };
  text << "the shape is ";
  print(actual);
  text << ", expected ";
  print(expected);
  return text.str();
}

double largestFinite(const Tensor &tensor) {
  double largest = 0;
  for (double x : tensor.data)
    if (std::isfinite(x))
      largest = std::max(largest, std::fabs(x));
  return largest;
}

} // namespace

// The output of a row is sum_j p_j v_j with p_j = exp(s_j - m) / L. With u the
// unit roundoff of the compute type (f32; f64 for f64 outputs):
//
// - the result is rounded once to its own format: u_format * |o|;
// - a score of magnitude up to |s| is off by about |s| * u, and so is p_j
//   relative to itself; exp, the division and the region's functions add a few
//   u each. 64 u covers scores up to about 50;
// - each sum adds N terms one after the other. The rounding errors are
//   independent: a sum whose partial sums grow evenly is off by a standard
//   deviation of about sqrt(N) * u / 4, and there are two, the numerator and
//   L. 2 * sqrt(N) * u is more than five deviations of both together.
//
// The last two are relative to the size of what is summed, not to the sum, in
// which values of both signs may cancel. A key too many or too few changes an
// output by about 1/N of that size, so in f32 it is seen up to about 30,000
// keys.
//
// If the program allows weights of a 16-bit format, of unit roundoff w and
// smallest subnormal t, each p_j may be rounded to it once: it is then off by
// at most w * p_j, or by t / 2 where it is below the normal numbers. With V the
// largest |v_j|, and as weights sum to at most one:
//
// - sum_j p_j v_j is off by at most (w + N * t / 2) * V;
// - if L is the sum of the rounded weights, it is off by as much relative to
//   itself, and |o| is at most V: as much again;
// - if exp(s_j - m) is rounded before it is divided, the same holds of the sums
//   before the division, as L is at least one: one key, or the sink, is the
//   largest.
//
// This is a bound, not a deviation: the weights of one key, or of keys whose
// values are alike, do not average. For bf16 the second part is nothing; for
// f16 it is as large as the first at 16,384 keys.
Tolerance toleranceFor(FloatFormat format, int64_t numKeys,
                       std::optional<FloatFormat> weights) {
  FloatFormat compute =
      format == FloatFormat::F64 ? FloatFormat::F64 : FloatFormat::F32;
  double u = unitRoundoff(compute);
  double keys = static_cast<double>(std::max<int64_t>(numKeys, 1));
  double rounded =
      weights ? 2 * unitRoundoff(*weights) + keys * unitInLastPlace(0, *weights)
              : 0;
  return {unitRoundoff(format), (64 + 2 * std::sqrt(keys)) * u, rounded,
          unitInLastPlace(0, format)};
}

Comparison compare(const Tensor &actual, const Tensor &expected,
                   FloatFormat format, int64_t numKeys, double magnitude,
                   std::optional<RoundedWeights> weights) {
  Comparison result;
  if (actual.shape != expected.shape) {
    result.reason = describeShapes(actual.shape, expected.shape);
    return result;
  }
  Tolerance tolerance = toleranceFor(
      format, numKeys,
      weights ? std::optional(weights->format) : std::nullopt);
  double largest = largestFinite(expected);
  magnitude = std::max(magnitude, largest);
  double ofWeights =
      weights ? tolerance.weights * std::max(weights->largestValue, largest)
              : 0;

  double sumOfSquares = 0, worstExcess = 0;
  for (size_t position = 0; position < expected.data.size(); ++position) {
    double a = actual.data[position], e = expected.data[position];
    if (std::isnan(a) && std::isnan(e))
      continue;
    double allowed = tolerance.rounding * std::fabs(e) +
                     tolerance.arithmetic * magnitude + ofWeights +
                     tolerance.underflow;
    // Infinities match, also where rounding to the format overflows: there the
    // expected element may lie on either side of the threshold.
    if (a == e || (std::isinf(a) && std::isfinite(e) &&
                   a == roundTo(e + std::copysign(allowed, a), format)))
      continue;
    double error = std::fabs(a - e); // NaN or infinite if only one of them is
    double excess = std::isfinite(error)
                        ? error / allowed
                        : std::numeric_limits<double>::infinity();
    if (std::isfinite(error)) {
      sumOfSquares += error * error;
      result.maxAbsError = std::max(result.maxAbsError, error);
      result.maxUlpError =
          std::max(result.maxUlpError, error / unitInLastPlace(e, format));
    } else {
      sumOfSquares = result.maxAbsError = result.maxUlpError =
          std::numeric_limits<double>::infinity();
    }
    if (excess <= 1)
      continue;
    ++result.numWrong;
    if (excess > worstExcess) {
      worstExcess = excess;
      result.worst = indexOf(expected, position);
      result.reason = describe(result.worst, a, e);
    }
  }
  if (!expected.data.empty())
    result.rmse = std::sqrt(sumOfSquares / expected.data.size());
  return result;
}

Comparison compare(const IntTensor &actual, const IntTensor &expected) {
  Comparison result;
  if (actual.shape != expected.shape) {
    result.reason = describeShapes(actual.shape, expected.shape);
    return result;
  }
  for (size_t position = 0; position < expected.data.size(); ++position) {
    int64_t a = actual.data[position], e = expected.data[position];
    if (a == e)
      continue;
    result.maxAbsError =
        std::max(result.maxAbsError, std::fabs(double(a) - double(e)));
    if (result.numWrong++ == 0) {
      result.worst = indexOf(expected, position);
      result.reason = describe(result.worst, a, e);
    }
  }
  return result;
}

} // namespace attn::reference
