// The tree a mask region is read into: booleans over comparisons of sums.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_ANALYSIS_MASKEXPR_H
#define ATTN_LIB_ANALYSIS_MASKEXPR_H

#include "attn/Analysis/MaskAnalysis.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include <deque>

namespace mlir::attn {

/// What a value of the region depends on, as bits.
enum Depends : unsigned {
  OnQuery = 1, // i
  OnKey = 2,   // j
  Opaque = 4,  // it cannot be computed outside of the region
};

struct Atom;

/// constant + sum of factor * atom. No atom occurs twice.
struct Linear {
  struct Term {
    const Atom *atom;
    int64_t factor;
  };
  int64_t constant = 0;
  SmallVector<Term, 2> terms;

  static Linear of(const Atom *atom) { return {0, {{atom, 1}}}; }
  static Linear number(int64_t constant) { return {constant, {}}; }

  /// Adds factor * other. False, and then undefined, if a number gets so large
  /// that 64 bits might not hold the sum for sizes below 2^40.
  [[nodiscard]] bool add(const Linear &other, int64_t factor);
  [[nodiscard]] bool scale(int64_t factor);

  unsigned depends() const;
  bool scansKeys() const;
  bool isWide() const;
  /// True if it is one atom and nothing else, so that no arithmetic is needed.
  bool isAtom() const {
    return constant == 0 && terms.size() == 1 && terms[0].factor == 1;
  }
};

/// An integer that is not a sum, whose range over a tile can be emitted.
struct Atom {
  enum class Kind {
    Query,    // i
    Key,      // j
    Uniform,  // `value`, independent of i and j
    Loop,     // `value`, a function of i alone or of j alone
    FloorDiv, // floor(lhs / divisor)
    Min,      // min(lhs, rhs)
    Max,      // max(lhs, rhs)
    Either,   // lhs or rhs
  };
  Kind kind;
  unsigned depends = 0;
  Value value = {};
  Linear lhs = {}, rhs = {};
  int64_t divisor = 1;
  /// May be any 64-bit number, for instance because it is read from memory.
  bool wide = false;
  /// Its range needs a loop over keys.
  bool scansKeys = false;
};

/// A condition under which integers behave as their types do: min <= sum <=
/// max.
struct Guard {
  Linear sum;
  int64_t min, max;
};
using Guards = llvm::SmallSetVector<const Guard *, 2>;

/// A comparison solved for j: j <= limit, j < limit, j >= limit or j > limit.
struct KeyLimit {
  Linear limit;
  bool upper, strict;
};

/// A boolean over pairs (i, j); negations have been pushed into the leaves.
struct MaskNode {
  enum class Kind { Constant, Uniform, Loop, Compare, And, Or, Unknown };
  Kind kind;
  /// Constant: the value. Uniform, Loop: whether `value` is negated.
  bool flag = false;
  Value value = {};
  unsigned depends = 0;
  /// Compare: predicate(lhs, rhs), meaningful where all guards hold. The limits
  /// follow from it where all limitGuards hold as well.
  arith::CmpIPredicate predicate = arith::CmpIPredicate::eq;
  Linear lhs = {}, rhs = {};
  Guards guards = {}, limitGuards = {};
  SmallVector<KeyLimit, 2> limits = {};
  /// And, Or.
  const MaskNode *left = nullptr, *right = nullptr;
};

/// A region as understood. Nodes and atoms live in the deques and are shared.
struct MaskExpr {
  /// Null if there is no region.
  Block *block = nullptr;
  const MaskNode *root = nullptr;
  std::deque<MaskNode> nodes;
  std::deque<Atom> atoms;
  std::deque<Guard> guards;
  std::vector<MaskAnalysis::Unknown> unknowns;
  /// What each value of the block depends on.
  DenseMap<Value, unsigned> depends;

  unsigned dependsOf(Value value) const { return depends.lookup(value); }
};

/// True if `op`, moved in front of the tile, could go wrong where the region
/// would not run at all: it then runs only if the tile has a pair.
bool needsPair(Operation *op, Block *region);

std::shared_ptr<const MaskExpr> parseMask(Region &region);

} // namespace mlir::attn

#endif // ATTN_LIB_ANALYSIS_MASKEXPR_H
