// How far a result is from the reference, and whether that is far enough to
// call it wrong.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_REFERENCE_COMPARE_H
#define ATTN_REFERENCE_COMPARE_H

#include "attn/Reference/FloatFormat.h"
#include "attn/Reference/Tensor.h"

#include <optional>
#include <string>

namespace attn::reference {

/// An element may be off by `rounding` times itself plus `arithmetic` times the
/// magnitude of the tensor plus `weights` times the largest value plus
/// `underflow`.
struct Tolerance {
  double rounding;
  double arithmetic;
  double weights;
  double underflow;
};

/// The tolerance for outputs of `format` that sum over `numKeys` keys with
/// weights that the program allows to be rounded to `weights`. This is the only
/// place where it is written; the reasons are beside the code.
Tolerance toleranceFor(FloatFormat format, int64_t numKeys,
                       std::optional<FloatFormat> weights = std::nullopt);

/// Weights that the program allows to be rounded to `format`, of values of which
/// `largestValue` is the largest in magnitude.
struct RoundedWeights {
  FloatFormat format;
  double largestValue;
};

struct Comparison {
  double rmse = 0;        ///< root of the mean squared error
  double maxAbsError = 0; ///< largest |actual - expected|
  double maxUlpError = 0; ///< largest error in units in the last place
  int64_t numWrong = 0;   ///< elements outside the tolerance
  Index worst;            ///< the element furthest outside it, if any is
  std::string reason;     ///< why it failed; empty if it passed

  bool passed() const { return reason.empty(); }
};

/// Compares a result stored as `format` with the reference in f64. NaN must
/// meet NaN and infinity the same infinity; such pairs count as no error.
/// `magnitude` is the size of what was summed, for instance the largest value;
/// the largest finite expected element is used where that is larger, and where
/// it is larger than the largest value.
Comparison compare(const Tensor &actual, const Tensor &expected,
                   FloatFormat format, int64_t numKeys, double magnitude = 0,
                   std::optional<RoundedWeights> weights = std::nullopt);

/// Integers must be equal.
Comparison compare(const IntTensor &actual, const IntTensor &expected);

} // namespace attn::reference

#endif // ATTN_REFERENCE_COMPARE_H
