// The reader of mask regions, shared by its boolean and its integer half.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_ANALYSIS_MASKPARSER_H
#define ATTN_LIB_ANALYSIS_MASKPARSER_H

#include "MaskExpr.h"

#include <limits>

namespace mlir::attn {

constexpr int64_t minInt64 = std::numeric_limits<int64_t>::min();
constexpr int64_t maxInt64 = std::numeric_limits<int64_t>::max();
// Regions are written by people or small rewrites; this only bounds the stack.
constexpr unsigned maxDepth = 128;

/// A sum that is the value where all guards hold.
struct Int {
  Linear sum;
  Guards guards;
};

class MaskParser {
public:
  explicit MaskParser(MaskExpr &expr) : expr(expr) {}

  void parseBlock(Block &block);

private:
  void findDepends(Block &block);

  const MaskNode *parseBool(Value value, bool negated, unsigned depth);
  const MaskNode *parseBoolUncached(Value value, bool negated, unsigned depth);
  const MaskNode *parseCompare(arith::CmpIOp op, bool negated, unsigned depth);
  const MaskNode *compare(arith::CmpIPredicate pred, const Int &lhs,
                          const Int &rhs);
  void solve(MaskNode &node);
  void solveFor(MaskNode &node, Linear sum, bool upper, bool strict);

  std::optional<Int> parseInt(Value value, unsigned depth);
  std::optional<Int> parseSum(Value value, unsigned depth);
  std::optional<Int> parseArithmetic(Operation *op, unsigned width,
                                     unsigned depth);
  std::optional<Int> parseDivision(Value lhs, Value rhs, bool floor,
                                   unsigned depth);
  std::optional<Int> parsePair(Atom::Kind kind, Value lhs, Value rhs,
                               unsigned depth);

  const MaskNode *node(MaskNode n) {
    expr.nodes.push_back(std::move(n));
    return &expr.nodes.back();
  }
  const MaskNode *constant(bool value) {
    return node({MaskNode::Kind::Constant, value});
  }
  const MaskNode *both(MaskNode::Kind kind, const MaskNode *left,
                       const MaskNode *right);
  /// a xor b = (a and not b) or (not a and b)
  const MaskNode *exclusive(Value a, Value b, bool negated, unsigned depth);
  const MaskNode *unknown(Value value, const Twine &why);

  const Atom *atom(Atom a) {
    expr.atoms.push_back(std::move(a));
    return &expr.atoms.back();
  }
  const Atom *valueAtom(Value value, Atom::Kind kind);
  const Guard *guard(const Linear &sum, int64_t min, int64_t max) {
    expr.guards.push_back({sum, min, max});
    return &expr.guards.back();
  }
  /// Guards the atoms of a true sum that might make it wrap.
  void guardData(const Linear &sum, Guards &guards);

  /// True if the value depends on i alone or on j alone, and can be computed in
  /// a loop.
  bool isLoop(Value value) {
    unsigned depends = expr.dependsOf(value);
    return depends == OnQuery || depends == OnKey;
  }

  MaskExpr &expr;
  DenseMap<std::pair<Value, int>, const MaskNode *> bools;
  DenseMap<Value, std::optional<Int>> ints;
  DenseMap<Value, const Atom *> valueAtoms;
  llvm::SmallPtrSet<Operation *, 4> reported;
};

} // namespace mlir::attn

#endif // ATTN_LIB_ANALYSIS_MASKPARSER_H
