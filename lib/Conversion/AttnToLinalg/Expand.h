// The parts of attention as linalg, shared by graph, fused and tiled ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_CONVERSION_ATTNTOLINALG_EXPAND_H
#define ATTN_LIB_CONVERSION_ATTNTOLINALG_EXPAND_H

#include "Generic.h"

namespace mlir::attn {

/// Scores from what their loops read: the query, if there is one, the key and
/// the parameters. The loops are the axes of the scores, then d. An empty
/// region is the dot product.
Value buildScore(ImplicitLocOpBuilder &b, ArrayRef<Read> reads,
                 RankedTensorType type, ArrayRef<OpFoldResult> sizes,
                 Region &body, double scale);

/// The reads of whole tensors for scores of sizes `sizes`; `query` may be null.
SmallVector<Read> scoreReads(ImplicitLocOpBuilder &b, Value query, Value key,
                             ValueRange params, ArrayRef<OpFoldResult> sizes);

/// The indices that the region of a mod or mask sees, in the body of a generic
/// op whose loops are the `rank` axes of the scores. `at` is where the scores
/// lie in a larger whole; its last values are added to the loops. Empty: the
/// scores are the whole.
SmallVector<Value> scoreIndices(ImplicitLocOpBuilder &b, int64_t rank,
                                ValueRange at);
Value buildScoreMod(ImplicitLocOpBuilder &b, Value scores, Region &body,
                    ValueRange at = {});
Value buildRegionMask(ImplicitLocOpBuilder &b, Value scores, Region &body,
                      ValueRange at = {});

/// Whether to keep the key at `indices`, given the elements that `reads` read.
using KeepFn = function_ref<Value(ImplicitLocOpBuilder &b, ValueRange indices,
                                  ArrayRef<Value> in)>;
Value buildMask(ImplicitLocOpBuilder &b, Value scores, ArrayRef<Read> reads,
                KeepFn keep, ValueRange at = {});

struct Softmax {
  Value weights;
  Value lse;
};
/// `sink` may be null; the lse is built if `lseType` is given. The weights are
/// rounded to `weightType` last: the sum and the lse are those of unrounded
/// ones.
Softmax buildSoftmax(ImplicitLocOpBuilder &b, Value scores, Value sink,
                     Type weightType, RankedTensorType lseType);

/// `acc[..] += P * V` where P != 0; the loops of the reads are those of `out`,
/// then j.
Value buildWeightedSum(ImplicitLocOpBuilder &b, const Read &weights,
                       const Read &value, Value out,
                       ArrayRef<int64_t> outLoops);
/// The whole op, summed in the compute type and rounded to `type`.
Value buildWeightedSum(ImplicitLocOpBuilder &b, Value weights, Value value,
                       RankedTensorType type);

// Parts of a running state are written where they were read, so that a loop
// that carries the state needs no copies. Hence the old maximum is used first,
// by the corrections, and replaced last.

/// `exp(max - max(max, other))` for each query: what a state is worth once it
/// is joined with scores up to `other`.
Value buildCorrection(ImplicitLocOpBuilder &b, Value max, Value other,
                      bool log2);
/// `max(max, other)` for each query, in place of `max`.
Value buildJoinedMax(ImplicitLocOpBuilder &b, Value max, Value other);
/// The axis of the queries in a part of a state, the first one with `rows`.
int64_t queryAxis(Value part, bool rows);
/// `correction[i] * part[.., i]`, with `rows` `correction[i] * part[i, ..]`, in
/// place of `part`.
Value buildCorrected(ImplicitLocOpBuilder &b, Value correction, Value part,
                     bool rows);

/// `c * x`, and nothing at all if c is zero: an infinity whose weight
/// underflows is gone, as in weighted_sum.
Value correctedBy(ImplicitLocOpBuilder &b, Value c, Value x);

} // namespace mlir::attn

#endif // ATTN_LIB_CONVERSION_ATTNTOLINALG_EXPAND_H
