// Attention in f64, as plain loops: what every other route is compared with.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_REFERENCE_ATTENTION_H
#define ATTN_REFERENCE_ATTENTION_H

#include "attn/Reference/Tensor.h"

#include <functional>
#include <optional>
#include <string>

namespace attn::reference {

/// f(q, k, w..), or f(k, w..) without a query.
using ScoreFunction = std::function<double(const std::vector<double> &)>;
/// The new score of (score, index (.., i, j)).
using ModFunction = std::function<double(double, const Index &)>;
/// Whether the key at index (.., i, j) stays.
using KeepFunction = std::function<bool(const Index &)>;

//===----------------------------------------------------------------------===//
// Shapes. Each check returns the constraint that does not hold and why, or an
// empty string; the functions below demand that it does.
//===----------------------------------------------------------------------===//

/// The leading axes of the scores: those of the query or, without one, of the
/// key.
Shape leadingAxes(const Tensor *query, const Tensor &key);

/// score_c1, score_c2, score_c3, score_c5.
std::string checkScore(const Tensor *query, const Tensor &key,
                       const std::vector<Tensor> &params, const Shape &leading);
/// softmax_c1, softmax_c3.
std::string checkSoftmax(const Shape &scores, const Tensor *sink);
/// weighted_sum_c1, weighted_sum_c2, weighted_sum_c3.
std::string checkWeightedSum(const Shape &weights, const Tensor &value);

//===----------------------------------------------------------------------===//
// The five ops
//===----------------------------------------------------------------------===//

/// S[.., i, j] = scale * sum over d of f(q[.., i, d], k[.., j, d], w[.., d]..)
/// With no query there is one row, and with no `f` it is q * k. If there are no
/// features every score is zero. `leading` is the leading axes of the result.
Tensor score(const Tensor *query, const Tensor &key,
             const std::vector<Tensor> &params, double scale,
             const ScoreFunction &f, const Shape &leading);
Tensor score(const Tensor &query, const Tensor &key, double scale = 1.0);

/// R[.., i, j] = S[.., i, j] == -inf ? -inf : f(S[.., i, j], .., i, j)
Tensor scoreMod(const Tensor &scores, const ModFunction &f);

/// R[.., i, j] = keep(.., i, j) ? S[.., i, j] : -inf
Tensor mask(const Tensor &scores, const KeepFunction &keep);

struct Softmax {
  Tensor weights; ///< P[.., i, j]
  Tensor lse;     ///< log of the sum of exp, [.., i]
};

/// P[.., i, j] = exp(S[.., i, j]) / L, where
/// L = sum over j of exp(S[.., i, j]) (+ exp(sink[h])), lse = log(L).
/// A row without keys has zero weights, and the lse of the sink or -inf.
Softmax softmax(const Tensor &scores, const Tensor *sink = nullptr);

/// O[.., i, e] = sum over j with P[.., i, j] != 0 of P[.., i, j] * V[.., j, e]
Tensor weightedSum(const Tensor &weights, const Tensor &value);

//===----------------------------------------------------------------------===//
// Their composition
//===----------------------------------------------------------------------===//

/// A whole attention; absent functions leave their part out.
struct Attention {
  const Tensor *query = nullptr;
  const Tensor *key = nullptr;
  const Tensor *value = nullptr;
  std::vector<Tensor> params;
  const Tensor *sink = nullptr;
  double scale = 1.0;
  ScoreFunction score;
  ModFunction mod;
  KeepFunction keep;
};

struct AttentionResult {
  Tensor output;
  Tensor lse;
};

/// weighted_sum(softmax(mask(score_mod(score(q, k))), sink), v)
AttentionResult attention(const Attention &a, const Shape &leading);

} // namespace attn::reference

#endif // ATTN_REFERENCE_ATTENTION_H
