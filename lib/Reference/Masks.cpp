// The named masks, each the one line that defines it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Reference/Masks.h"

namespace attn::reference {
namespace {

int64_t row(const Index &index) { return index[index.size() - 2]; }
int64_t column(const Index &index) { return index.back(); }

/// How far t is from i: N - M, or 0 with `topLeft`.
int64_t diagonal(const Shape &scores, bool topLeft) {
  return topLeft ? 0 : column(scores) - row(scores);
}

/// x[b, rest], where b is the first leading axis if there is one.
int64_t atBatch(const IntTensor &x, const Index &index, Index rest) {
  if (index.size() > 2)
    rest.insert(rest.begin(), x.dim(0) == 1 ? 0 : index[0]);
  return x(rest);
}

std::string describe(const Shape &shape) {
  std::string text = "[";
  for (size_t axis = 0; axis < shape.size(); ++axis)
    text += (axis ? ", " : "") + std::to_string(shape[axis]);
  return text + "]";
}

/// `shape` against [B, rest..], where a B of 1 is broadcast.
std::string checkBatch(const char *what, const Shape &scores,
                       const Shape &shape, Shape rest) {
  if (scores.size() > 2)
    rest.insert(rest.begin(), scores[0]);
  if (shape.size() != rest.size())
    return std::string("mask_c1: ") + what + " have rank " +
           std::to_string(shape.size()) + ", not " +
           std::to_string(rest.size());
  for (size_t axis = 0; axis < rest.size(); ++axis) {
    bool broadcast = axis == 0 && scores.size() > 2 && shape[0] == 1;
    if (shape[axis] != rest[axis] && !broadcast)
      return std::string("mask_c2: ") + what + " of shape " + describe(shape) +
             " do not fit " + describe(rest);
  }
  return "";
}

} // namespace

KeepFunction causal(const Shape &scores, bool topLeft) {
  return window(scores, -1, 0, topLeft);
}

KeepFunction window(const Shape &scores, int64_t left, int64_t right,
                    bool topLeft) {
  int64_t shift = diagonal(scores, topLeft);
  return [=](const Index &index) {
    int64_t t = row(index) + shift, j = column(index);
    return (left == -1 || t - left <= j) && (right == -1 || j <= t + right);
  };
}

KeepFunction lengths(const IntTensor &n) {
  return
      [n](const Index &index) { return column(index) < atBatch(n, index, {}); };
}

KeepFunction prefix(const Shape &scores, const IntTensor &n, bool topLeft) {
  KeepFunction inPrefix = lengths(n), inPast = causal(scores, topLeft);
  return [=](const Index &index) { return inPrefix(index) || inPast(index); };
}

KeepFunction segments(const IntTensor &q, const IntTensor &k) {
  return [q, k](const Index &index) {
    return atBatch(q, index, {row(index)}) ==
           atBatch(k, index, {column(index)});
  };
}

KeepFunction dense(const IntTensor &m) {
  return [m](const Index &index) {
    Index own(index.end() - m.rank(), index.end());
    for (int64_t axis = 0; axis < m.rank(); ++axis)
      if (m.dim(axis) == 1)
        own[axis] = 0;
    return m(own) != 0;
  };
}

std::string checkLengths(const Shape &scores, const IntTensor &n) {
  std::string error = checkBatch("lengths", scores, n.shape, {});
  if (!error.empty())
    return error;
  for (int64_t length : n.data)
    if (length < 0 || length > column(scores))
      return "length " + std::to_string(length) + " is not between 0 and " +
             std::to_string(column(scores)) + ", the number of keys";
  return "";
}

std::string checkSegments(const Shape &scores, const IntTensor &q,
                          const IntTensor &k) {
  std::string error =
      checkBatch("query segments", scores, q.shape, {row(scores)});
  if (!error.empty())
    return error;
  return checkBatch("key segments", scores, k.shape, {column(scores)});
}

std::string checkDense(const Shape &scores, const IntTensor &m) {
  if (m.shape.size() > scores.size())
    return "mask_c1: a dense mask of rank " + std::to_string(m.shape.size()) +
           " on scores of rank " + std::to_string(scores.size());
  for (size_t back = 1; back <= m.shape.size(); ++back) {
    int64_t size = m.shape[m.shape.size() - back];
    if (size != 1 && size != scores[scores.size() - back])
      return "mask_c2: a dense mask of shape " + describe(m.shape) +
             " does not fit " + describe(scores);
  }
  return "";
}

} // namespace attn::reference
