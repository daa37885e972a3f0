// What is measured: functions of bench/cases, their inputs and how much they
// do. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_BENCH_CASES_H
#define ATTN_BENCH_CASES_H

#include "attn/ExecutionEngine/Compiler.h"
#include "attn/Pipelines/Pipelines.h"

namespace bench {

enum class Keep { All, Causal, Window, Segments };

/// q . k, or the sum over features of a function of w, which is w * tanh(q + k)
/// or, without a query, w * max(k, 0) or w * tanh(k). Without a query keys are
/// the values, too. Alone is no attention: tanh of `length` numbers, `features`
/// times over.
enum class Score { Dot, Additive, PoolRelu, PoolTanh, TanhAlone };

struct Case {
  const char *name;
  /// In bench/cases, and there.
  const char *file, *function;
  Keep keep;
  mlir::attn::ElementType type;
  /// Keys, and as many queries unless `queries` says otherwise; features.
  int64_t length, features;
  /// The standard deviation of the scores.
  double spread = 1;
  mlir::attn::Route route = mlir::attn::Route::Fused;
  /// Scores go through a soft cap, and ALiBi is added.
  bool hasMod = false;
  int64_t heads = 1, keyHeads = 1, queries = 0;
  /// Inputs and output are [1, tokens, heads, features].
  bool tokensFirst = false;
  /// Weights may be rounded to bf16.
  bool hasBf16Weights = false;
  Score score = Score::Dot;
  int threads = 1;
  /// A short call is timed as so many.
  int64_t calls = 1;

  int64_t getQueries() const { return queries ? queries : length; }
  bool isPooling() const {
    return score == Score::PoolRelu || score == Score::PoolTanh;
  }
  bool hasTanh() const {
    return score != Score::Dot && score != Score::PoolRelu;
  }
  /// The first input that is keys or values, and how many there are.
  int64_t getFirstKey() const { return isPooling() ? 0 : 1; }
  int64_t getNumKeyInputs() const { return isPooling() ? 1 : 2; }
  /// Bytes of all keys and values.
  int64_t getKeyBytes() const;
};

llvm::ArrayRef<Case> getCases();
/// One query for each head, many keys: reading these is what takes the time.
llvm::ArrayRef<Case> getDecodeCases();
/// Scores that are no dot product: tanh is what takes the time or, if there is
/// none, reading.
llvm::ArrayRef<Case> getPairwiseCases();
/// What tanh is measured beside.
const Case &getTanhCase();

/// The keys that query `i` sees: from `first` up to, without, `end`.
struct Keys {
  int64_t first, end;
};
Keys getKeys(const Case &c, int64_t i);

/// (query, key) pairs that are kept.
double countPairs(const Case &c);
/// Pairs in all tiles of which one pair is kept: tiles of a register block of
/// queries and the keys of a step.
double countPairsOfTiles(const Case &c, const mlir::attn::Machine &machine);
/// Two products for each feature of a pair, two operations each.
inline double getFlops(const Case &c, double pairs) {
  return 4.0 * c.features * pairs;
}

/// Calls of tanh of all lanes.
double countTanh(const Case &c);

/// Query, key and value, parameters, and the document of each position for
/// Segments.
llvm::Expected<std::vector<mlir::attn::HostTensor>> makeInputs(const Case &c);

/// Fails unless `output` is right: some rows are computed again in f64 by
/// lib/Reference, which has its own formulas of the masks.
llvm::Error check(const Case &c, llvm::ArrayRef<mlir::attn::HostTensor> inputs,
                  const mlir::attn::HostTensor &output);

} // namespace bench

#endif // ATTN_BENCH_CASES_H
