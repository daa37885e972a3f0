// The named masks of attn.mask, as predicates on (.., i, j).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_REFERENCE_MASKS_H
#define ATTN_REFERENCE_MASKS_H

#include "attn/Reference/Attention.h"

namespace attn::reference {

// `scores` is the shape [.., M, N]. t = i + N - M, or i with `topLeft`.

/// j <= t
KeepFunction causal(const Shape &scores, bool topLeft = false);
/// t - left <= j and j <= t + right; -1 means unbounded.
KeepFunction window(const Shape &scores, int64_t left, int64_t right,
                    bool topLeft = false);
/// j < n[b]
KeepFunction lengths(const IntTensor &n);
/// j < n[b] or j <= t
KeepFunction prefix(const Shape &scores, const IntTensor &n,
                    bool topLeft = false);
/// q[b, i] == k[b, j]
KeepFunction segments(const IntTensor &q, const IntTensor &k);
/// m[.., i, j]; the axes of m fall on the last axes, those of size 1 are
/// broadcast.
KeepFunction dense(const IntTensor &m);

// As in Attention.h: what does not hold, or an empty string.

/// mask_c1, mask_c2 and 0 <= n[b] <= N, for `lengths` and `prefix`.
std::string checkLengths(const Shape &scores, const IntTensor &n);
/// mask_c1, mask_c2
std::string checkSegments(const Shape &scores, const IntTensor &q,
                          const IntTensor &k);
/// mask_c1, mask_c2
std::string checkDense(const Shape &scores, const IntTensor &m);

} // namespace attn::reference

#endif // ATTN_REFERENCE_MASKS_H
