// The face of the mask analysis: what it knows, and how it says it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Analysis/MaskAnalysis.h"
#include "MaskEmitter.h"
#include "MaskExpr.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::attn;

using Kind = MaskNode::Kind;

MaskAnalysis MaskAnalysis::analyze(Region &mask) {
  return MaskAnalysis(parseMask(mask));
}

//===----------------------------------------------------------------------===//
// What can be known before any tile is
//===----------------------------------------------------------------------===//

namespace {

/// Memo for a walk over shared nodes.
template <typename T>
using Memo = DenseMap<const MaskNode *, T>;

/// What a node can say at run time, beyond the answer that is always right.
struct Knows {
  bool empty = false, full = false, lo = false, hi = false;
};

} // namespace

static Knows knows(const MaskNode *node, Memo<Knows> &memo) {
  if (auto found = memo.find(node); found != memo.end())
    return found->second;
  Knows result;
  switch (node->kind) {
  case Kind::Unknown:
    break;
  case Kind::Constant:
    result = {!node->flag, node->flag, false, !node->flag};
    break;
  case Kind::Uniform:
  case Kind::Loop:
  case Kind::Compare:
    result.empty = result.full = true;
    result.hi = !(node->depends & OnKey);
    for (const KeyLimit &limit : node->limits)
      (limit.upper ? result.hi : result.lo) = true;
    break;
  case Kind::And:
  case Kind::Or: {
    Knows l = knows(node->left, memo), r = knows(node->right, memo);
    if (node->kind == Kind::And)
      result = {l.empty || r.empty, l.full && r.full, l.lo || r.lo,
                l.hi || r.hi};
    else
      result = {l.empty && r.empty, l.full || r.full, l.lo && r.lo,
                l.hi && r.hi};
    break;
  }
  }
  return memo[node] = result;
}

static Knows knows(const MaskExpr &expr) {
  Memo<Knows> memo;
  return knows(expr.root, memo);
}

bool MaskAnalysis::hasKeyBounds() const {
  Knows known = knows(*expr);
  return known.lo || known.hi;
}
bool MaskAnalysis::canBeEmpty() const { return knows(*expr).empty; }
bool MaskAnalysis::canBeFull() const { return knows(*expr).full; }

ArrayRef<MaskAnalysis::Unknown> MaskAnalysis::unknowns() const {
  return expr->unknowns;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

namespace {

/// Prints a mask for people: i, j, u0.. (uniform), f0(i).. (read in a loop).
class Describer {
public:
  explicit Describer(llvm::raw_ostream &os) : os(os) {}

  void print(const MaskNode *node, bool nested) {
    // Shared nodes are printed each time, so the text must have an end.
    if (os.tell() > 400) {
      os << "..";
      return;
    }
    switch (node->kind) {
    case Kind::Constant:
      os << (node->flag ? "true" : "false");
      return;
    case Kind::Unknown:
      os << "?";
      return;
    case Kind::Uniform:
    case Kind::Loop:
      os << (node->flag ? "not " : "");
      printValue(node->value, node->depends);
      return;
    case Kind::Compare:
      print(node->lhs);
      os << " " << sign(node->predicate) << " ";
      print(node->rhs);
      return;
    case Kind::And:
    case Kind::Or:
      os << (nested ? "(" : "");
      print(node->left, true);
      os << (node->kind == Kind::And ? " and " : " or ");
      print(node->right, true);
      os << (nested ? ")" : "");
      return;
    }
  }

private:
  static StringRef sign(arith::CmpIPredicate predicate) {
    switch (predicate) {
    case arith::CmpIPredicate::slt:
      return "<";
    case arith::CmpIPredicate::sle:
      return "<=";
    case arith::CmpIPredicate::sgt:
      return ">";
    case arith::CmpIPredicate::sge:
      return ">=";
    case arith::CmpIPredicate::eq:
      return "==";
    default:
      return "!=";
    }
  }

  void print(const Linear &sum) {
    bool first = true;
    for (const Linear::Term &term : sum.terms) {
      os << (term.factor < 0 ? first ? "-" : " - " : first ? "" : " + ");
      if (std::abs(term.factor) != 1)
        os << std::abs(term.factor) << " * ";
      print(term.atom);
      first = false;
    }
    if (first)
      os << sum.constant;
    else if (sum.constant != 0)
      os << (sum.constant < 0 ? " - " : " + ") << std::abs(sum.constant);
  }

  void print(const Atom *atom) {
    switch (atom->kind) {
    case Atom::Kind::Query:
      os << "i";
      return;
    case Atom::Kind::Key:
      os << "j";
      return;
    case Atom::Kind::Uniform:
    case Atom::Kind::Loop:
      printValue(atom->value, atom->depends);
      return;
    case Atom::Kind::FloorDiv:
      os << "floor((";
      print(atom->lhs);
      os << ") / " << atom->divisor << ")";
      return;
    case Atom::Kind::Min:
    case Atom::Kind::Max:
    case Atom::Kind::Either:
      os << (atom->kind == Atom::Kind::Min   ? "min("
             : atom->kind == Atom::Kind::Max ? "max("
                                             : "either(");
      print(atom->lhs);
      os << ", ";
      print(atom->rhs);
      os << ")";
      return;
    }
  }

  void printValue(Value value, unsigned depends) {
    unsigned number = numbers.try_emplace(value, numbers.size()).first->second;
    os << (depends == 0 ? "u" : "f") << number;
    if (depends != 0)
      os << (depends == OnQuery ? "(i)" : "(j)");
  }

  llvm::raw_ostream &os;
  DenseMap<Value, unsigned> numbers;
};

} // namespace

std::string MaskAnalysis::describe() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  Describer(os).print(expr->root, false);
  return text;
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

MaskAnalysis::KeyBounds MaskAnalysis::emitKeyBounds(OpBuilder &builder,
                                                    Location loc,
                                                    ValueRange leading,
                                                    Value iLo, Value iHi,
                                                    Value n) const {
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  MaskEmitter emitter(*expr, builder, loc, leading, iLo, iHi, zero, n);
  return emitter.clamp(emitter.boundsOf(expr->root));
}

MaskAnalysis::TileClass
MaskAnalysis::emitTileClass(OpBuilder &builder, Location loc,
                            ValueRange leading, Value iLo, Value iHi, Value jLo,
                            Value jHi) const {
  MaskEmitter emitter(*expr, builder, loc, leading, iLo, iHi, jLo, jHi);
  return emitter.classOf(expr->root);
}
