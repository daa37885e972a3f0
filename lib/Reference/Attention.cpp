// The five ops of attention in f64: each function is its formula as loops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Reference/Attention.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace attn::reference {
namespace {

constexpr double removed = -std::numeric_limits<double>::infinity();

Shape concat(const Shape &leading, std::initializer_list<int64_t> last) {
  Shape shape = leading;
  shape.insert(shape.end(), last);
  return shape;
}

Shape leadingOf(const Shape &shape) {
  return Shape(shape.begin(), shape.end() - 2);
}

/// Where the key or value of the head at `index` of `leading` is: an axis of
/// size 1 is broadcast, and on the last axis head h reads h / (Hq / Hkv).
Index sharedIndex(const Shape &shared, const Shape &leading,
                  const Index &index) {
  Index result = index;
  for (size_t axis = 0; axis < index.size(); ++axis)
    if (shared[axis] != leading[axis])
      result[axis] =
          shared[axis] == 1 ? 0 : index[axis] / (leading[axis] / shared[axis]);
  return result;
}

/// w[.., :] for the head at `index`: the axes of a parameter before its last
/// fall on the last axes of `index`, and those of size 1 are broadcast.
const double *paramRow(const Tensor &param, const Index &index) {
  Index own(index.end() - (param.rank() - 1), index.end());
  for (size_t axis = 0; axis < own.size(); ++axis)
    if (param.shape[axis] == 1)
      own[axis] = 0;
  own.push_back(0);
  return param.data.data() + param.offset(own);
}

/// x[index, i, :], the features of one query, key or value.
const double *rowOf(const Tensor &x, const Index &index, int64_t i) {
  return x.data.data() + x.offset(concat(index, {i, 0}));
}

std::string text(int64_t value) { return std::to_string(value); }

/// score_c3 and weighted_sum_c3.
std::string checkShared(const char *constraint, const Shape &shared,
                        const Shape &leading) {
  for (size_t axis = 0; axis < leading.size(); ++axis) {
    int64_t own = shared[axis], whole = leading[axis];
    bool heads = axis + 1 == leading.size();
    bool divides = heads && own > 0 && whole % own == 0;
    if (own != whole && own != 1 && !divides)
      return std::string(constraint) + ": size " + text(own) + " of axis " +
             text(axis) + " does not fit " + text(whole);
  }
  return "";
}

} // namespace

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

Shape leadingAxes(const Tensor *query, const Tensor &key) {
  return leadingOf(query ? query->shape : key.shape);
}

std::string checkScore(const Tensor *query, const Tensor &key,
                       const std::vector<Tensor> &params,
                       const Shape &leading) {
  if (key.rank() < 2 || key.shape.size() != leading.size() + 2 ||
      (query && query->rank() != key.rank()))
    return "score_c1: the ranks of query, key and result differ";
  if (query && query->dim(-1) != key.dim(-1))
    return "score_c2: the query has " + text(query->dim(-1)) +
           " features and the key " + text(key.dim(-1));
  if (query && leadingOf(query->shape) != leading)
    return "score_c3: the leading axes of query and result differ";
  std::string error = checkShared("score_c3", key.shape, leading);
  if (!error.empty())
    return error;
  for (const Tensor &param : params) {
    if (param.rank() < 1 || param.dim(-1) != key.dim(-1))
      return "score_c5: a parameter does not end in the " + text(key.dim(-1)) +
             " features";
    if (param.shape.size() > leading.size() + 1)
      return "score_c5: a parameter has too many axes";
    for (int64_t back = 1; back < param.rank(); ++back) {
      int64_t size = param.dim(-1 - back);
      int64_t whole = leading[leading.size() - back];
      if (size != 1 && size != whole)
        return "score_c5: a parameter has size " + text(size) +
               " on an axis of size " + text(whole);
    }
  }
  return "";
}

std::string checkSoftmax(const Shape &scores, const Tensor *sink) {
  if (scores.size() < 2)
    return "softmax_c1: the scores have rank " + text(scores.size());
  if (!sink)
    return "";
  Shape heads;
  if (scores.size() > 2)
    heads.push_back(scores[scores.size() - 3]);
  if (sink->shape != heads)
    return "softmax_c3: the sink does not have one element for each head";
  return "";
}

std::string checkWeightedSum(const Shape &weights, const Tensor &value) {
  if (weights.size() < 2 || value.shape.size() != weights.size())
    return "weighted_sum_c1: the ranks of weights and values differ";
  if (weights.back() != value.dim(-2))
    return "weighted_sum_c2: " + text(weights.back()) + " weights for " +
           text(value.dim(-2)) + " values";
  return checkShared("weighted_sum_c3", value.shape, leadingOf(weights));
}

//===----------------------------------------------------------------------===//
// The five ops
//===----------------------------------------------------------------------===//

Tensor score(const Tensor *query, const Tensor &key,
             const std::vector<Tensor> &params, double scale,
             const ScoreFunction &f, const Shape &leading) {
  assert(checkScore(query, key, params, leading).empty());
  assert((f || (query && params.empty())) && "the dot product takes a query");
  int64_t M = query ? query->dim(-2) : 1, N = key.dim(-2), D = key.dim(-1);
  Tensor result(concat(leading, {M, N}));
  std::vector<double> args(params.size() + (query ? 2 : 1));
  std::vector<const double *> rows(args.size());

  int64_t position = 0;
  forEachIndex(leading, [&](const Index &at) {
    Index keyAt = sharedIndex(key.shape, leading, at);
    for (size_t p = 0; p < params.size(); ++p)
      rows[p + (query ? 2 : 1)] = paramRow(params[p], at);
    for (int64_t i = 0; i < M; ++i) {
      if (query)
        rows[0] = rowOf(*query, at, i);
      for (int64_t j = 0; j < N; ++j) {
        rows[query ? 1 : 0] = rowOf(key, keyAt, j);
        double sum = 0;
        for (int64_t d = 0; d < D; ++d) {
          for (size_t a = 0; a < args.size(); ++a)
            args[a] = rows[a][d];
          sum += f ? f(args) : args[0] * args[1];
        }
        result.data[position++] = D == 0 ? 0 : scale * sum;
      }
    }
  });
  return result;
}

Tensor score(const Tensor &query, const Tensor &key, double scale) {
  return score(&query, key, {}, scale, nullptr, leadingOf(query.shape));
}

Tensor scoreMod(const Tensor &scores, const ModFunction &f) {
  Tensor result = scores;
  int64_t position = 0;
  forEachIndex(scores.shape, [&](const Index &index) {
    double &s = result.data[position++];
    s = s == removed ? removed : f(s, index);
  });
  return result;
}

Tensor mask(const Tensor &scores, const KeepFunction &keep) {
  Tensor result = scores;
  int64_t position = 0;
  forEachIndex(scores.shape, [&](const Index &index) {
    double &s = result.data[position++];
    s = keep(index) ? s : removed;
  });
  return result;
}

Softmax softmax(const Tensor &scores, const Tensor *sink) {
  assert(checkSoftmax(scores.shape, sink).empty());
  Shape leading = leadingOf(scores.shape);
  int64_t M = scores.dim(-2), N = scores.dim(-1);
  Softmax result{Tensor(scores.shape), Tensor(concat(leading, {M}))};

  int64_t row = 0;
  forEachIndex(result.lse.shape, [&](const Index &index) {
    const double *s = scores.data.data() + row * N;
    double *p = result.weights.data.data() + row * N;
    double sinkLogit = removed;
    if (sink)
      sinkLogit =
          leading.empty() ? sink->data[0] : sink->data[index[index.size() - 2]];
    // exp(x - m), where a removed key counts nothing even if all are removed.
    double m = sinkLogit;
    for (int64_t j = 0; j < N; ++j)
      m = std::fmax(m, s[j]);
    auto expOf = [&](double x) { return x == removed ? 0 : std::exp(x - m); };

    double L = 0;
    for (int64_t j = 0; j < N; ++j)
      L += expOf(s[j]);
    L += expOf(sinkLogit);
    for (int64_t j = 0; j < N; ++j)
      p[j] = L == 0 ? 0 : expOf(s[j]) / L;
    result.lse.data[row] = L == 0 ? removed : m + std::log(L);
    ++row;
  });
  return result;
}

Tensor weightedSum(const Tensor &weights, const Tensor &value) {
  assert(checkWeightedSum(weights.shape, value).empty());
  Shape leading = leadingOf(weights.shape);
  int64_t M = weights.dim(-2), N = weights.dim(-1), E = value.dim(-1);
  Tensor result(concat(leading, {M, E}));

  double *o = result.data.data();
  forEachIndex(leading, [&](const Index &at) {
    Index valueAt = sharedIndex(value.shape, leading, at);
    for (int64_t i = 0; i < M; ++i, o += E) {
      const double *p = rowOf(weights, at, i);
      for (int64_t j = 0; j < N; ++j) {
        if (p[j] == 0)
          continue;
        const double *v = rowOf(value, valueAt, j);
        for (int64_t e = 0; e < E; ++e)
          o[e] += p[j] * v[e];
      }
    }
  });
  return result;
}

AttentionResult attention(const Attention &a, const Shape &leading) {
  Tensor s = score(a.query, *a.key, a.params, a.scale, a.score, leading);
  if (a.mod)
    s = scoreMod(s, a.mod);
  if (a.keep)
    s = mask(s, a.keep);
  Softmax normalised = softmax(s, a.sink);
  return {weightedSum(normalised.weights, *a.value), std::move(normalised.lse)};
}

} // namespace attn::reference
