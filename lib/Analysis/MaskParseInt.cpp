// Mask region -> MaskExpr: integers, and comparisons solved for j.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "MaskParser.h"

#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/ShapedOpInterfaces.h"

using namespace mlir;
using namespace mlir::attn;

using Kind = Atom::Kind;
using Pred = arith::CmpIPredicate;

// Numbers from memory may take part in sums up to this size.
static constexpr int64_t maxData = int64_t(1) << 44;

/// Bits of an integer or index type; 0 for any other, and for those above 64.
static unsigned widthOf(Type type) {
  if (type.isIndex())
    return 64;
  auto integer = dyn_cast<IntegerType>(type);
  return integer && integer.getWidth() <= 64 ? integer.getWidth() : 0;
}

static int64_t minOf(unsigned width) { return minInt64 >> (64 - width); }
static int64_t maxOf(unsigned width) { return maxInt64 >> (64 - width); }

/// True unless the value is a size, an index or fits into 32 bits.
static bool isWide(Value value, unsigned depth = 0) {
  if (widthOf(value.getType()) <= 32)
    return false;
  Operation *op = value.getDefiningOp();
  if (!op)
    return !value.getType().isIndex();
  if (matchPattern(op, m_Constant()) || isa<ShapedDimOpInterface>(op))
    return false;
  if (depth == 16 ||
      !isa<arith::AddIOp, arith::SubIOp, arith::DivSIOp, arith::DivUIOp,
           arith::CeilDivSIOp, arith::MinSIOp, arith::MaxSIOp,
           arith::FloorDivSIOp, arith::IndexCastOp, arith::ExtSIOp,
           arith::ExtUIOp, arith::SelectOp>(op))
    return true;
  return llvm::any_of(op->getOperands(),
                      [&](Value v) { return isWide(v, depth + 1); });
}

const Atom *MaskParser::valueAtom(Value value, Atom::Kind kind) {
  const Atom *&found = valueAtoms[value];
  if (!found) {
    Atom a{kind, expr.dependsOf(value), value};
    a.scansKeys = kind == Atom::Kind::Loop && a.depends == OnKey;
    a.wide = (kind == Atom::Kind::Loop || kind == Atom::Kind::Uniform) &&
             isWide(value);
    found = atom(std::move(a));
  }
  return found;
}

void MaskParser::guardData(const Linear &sum, Guards &guards) {
  if (sum.isAtom())
    return;
  for (const Linear::Term &term : sum.terms)
    if (term.atom->wide)
      guards.insert(guard(Linear::of(term.atom), -maxData, maxData));
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

std::optional<Int> MaskParser::parseInt(Value value, unsigned depth) {
  if (auto found = ints.find(value); found != ints.end())
    return found->second;
  std::optional<Int> result = parseSum(value, depth);
  if (isLoop(value) && widthOf(value.getType()) > 1) {
    // A loop is exact where taking the parts one by one is not.
    auto depends = [](const Linear::Term &t) { return t.atom->depends != 0; };
    auto either = [](const Linear::Term &t) {
      return t.atom->kind == Kind::Either;
    };
    if (!result || llvm::count_if(result->sum.terms, depends) > 1 ||
        llvm::any_of(result->sum.terms, either))
      result = Int{Linear::of(valueAtom(value, Kind::Loop)), {}};
  }
  ints[value] = result;
  return result;
}

std::optional<Int> MaskParser::parseSum(Value value, unsigned depth) {
  unsigned width = widthOf(value.getType());
  if (width <= 1 || depth >= maxDepth)
    return std::nullopt;
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return Int{Linear::number(constant.getSExtValue()), {}};
  if (expr.dependsOf(value) == 0)
    return Int{Linear::of(valueAtom(value, Kind::Uniform)), {}};
  if (Operation *op = value.getDefiningOp())
    return parseArithmetic(op, width, depth);
  return Int{Linear::of(valueAtom(value, expr.dependsOf(value) == OnQuery
                                             ? Kind::Query
                                             : Kind::Key)),
             {}};
}

std::optional<Int> MaskParser::parseArithmetic(Operation *op, unsigned width,
                                               unsigned depth) {
  if (isa<arith::IndexCastOp, arith::IndexCastUIOp, arith::ExtSIOp,
          arith::ExtUIOp, arith::TruncIOp>(op)) {
    std::optional<Int> from = parseInt(op->getOperand(0), depth + 1);
    if (!from)
      return std::nullopt;
    unsigned fromWidth = widthOf(op->getOperand(0).getType());
    if (width < fromWidth)
      from->guards.insert(guard(from->sum, minOf(width), maxOf(width)));
    else if (width > fromWidth && isa<arith::IndexCastUIOp, arith::ExtUIOp>(op))
      from->guards.insert(guard(from->sum, 0, maxInt64));
    return from;
  }
  if (op->getNumOperands() < 2)
    return std::nullopt;
  Value left = op->getOperand(0), right = op->getOperand(1);
  if (isa<arith::MinSIOp>(op))
    return parsePair(Kind::Min, left, right, depth);
  if (isa<arith::MaxSIOp>(op))
    return parsePair(Kind::Max, left, right, depth);
  if (isa<arith::SelectOp>(op))
    return parsePair(Kind::Either, right, op->getOperand(2), depth);
  if (isa<arith::FloorDivSIOp, arith::DivSIOp, arith::DivUIOp>(op))
    return parseDivision(left, right, isa<arith::FloorDivSIOp>(op), depth);
  if (!isa<arith::AddIOp, arith::SubIOp, arith::MulIOp>(op))
    return std::nullopt;

  std::optional<Int> lhs = parseInt(left, depth + 1);
  std::optional<Int> rhs = lhs ? parseInt(right, depth + 1) : std::nullopt;
  if (!rhs)
    return std::nullopt;
  if (isa<arith::MulIOp>(op)) {
    if (lhs->sum.terms.empty())
      std::swap(lhs, rhs);
    if (!rhs->sum.terms.empty() || !lhs->sum.scale(rhs->sum.constant))
      return std::nullopt;
  } else if (!lhs->sum.add(rhs->sum, isa<arith::AddIOp>(op) ? 1 : -1)) {
    return std::nullopt;
  }
  lhs->guards.insert(rhs->guards.begin(), rhs->guards.end());
  guardData(lhs->sum, lhs->guards);
  if (width < 64)
    lhs->guards.insert(guard(lhs->sum, minOf(width), maxOf(width)));
  return lhs;
}

std::optional<Int> MaskParser::parseDivision(Value lhs, Value rhs, bool floor,
                                             unsigned depth) {
  APInt divisor;
  std::optional<Int> result = parseInt(lhs, depth + 1);
  if (!result || !matchPattern(rhs, m_ConstantInt(&divisor)) ||
      !divisor.isStrictlyPositive())
    return std::nullopt;
  // The other divisions round alike where there is no sign.
  if (!floor)
    result->guards.insert(guard(result->sum, 0, maxInt64));
  Atom a{Kind::FloorDiv, result->sum.depends()};
  a.lhs = result->sum;
  a.divisor = divisor.getSExtValue();
  a.scansKeys = a.lhs.scansKeys();
  a.wide = a.lhs.isWide();
  result->sum = Linear::of(atom(std::move(a)));
  return result;
}

std::optional<Int> MaskParser::parsePair(Kind kind, Value lhs, Value rhs,
                                         unsigned depth) {
  std::optional<Int> left = parseInt(lhs, depth + 1);
  std::optional<Int> right = left ? parseInt(rhs, depth + 1) : std::nullopt;
  if (!right)
    return std::nullopt;
  Atom a{kind, left->sum.depends() | right->sum.depends()};
  a.lhs = left->sum;
  a.rhs = right->sum;
  a.scansKeys = a.lhs.scansKeys() || a.rhs.scansKeys();
  a.wide = a.lhs.isWide() || a.rhs.isWide();
  left->guards.insert(right->guards.begin(), right->guards.end());
  left->sum = Linear::of(atom(std::move(a)));
  return left;
}

//===----------------------------------------------------------------------===//
// Comparisons solved for j
//===----------------------------------------------------------------------===//

void MaskParser::solve(MaskNode &node) {
  // lhs pred rhs = (lhs - rhs) pred 0
  Linear sum = node.lhs;
  if (!(node.depends & OnKey) || !sum.add(node.rhs, -1))
    return;
  Pred pred = node.predicate;
  bool strict = pred == Pred::slt || pred == Pred::sgt;
  if (pred == Pred::slt || pred == Pred::sle || pred == Pred::eq)
    solveFor(node, sum, /*upper=*/true, strict);
  if (pred == Pred::sgt || pred == Pred::sge || pred == Pred::eq)
    solveFor(node, sum, /*upper=*/false, strict);
  auto scans = [](const Guard *g) { return g->sum.scansKeys(); };
  if (llvm::any_of(node.guards, scans) || llvm::any_of(node.limitGuards, scans))
    node.limits.clear();
}

/// Solves `sum <= 0` (upper) or `sum >= 0` for j, or with < and > if strict.
void MaskParser::solveFor(MaskNode &node, Linear sum, bool upper, bool strict) {
  // Invariant: the condition is `sum <= limit` (or >=, <, >).
  Linear limit;
  while (true) {
    Linear rest = sum;
    llvm::erase_if(rest.terms, [](const Linear::Term &t) {
      return t.atom->depends & OnKey;
    });
    if (rest.terms.size() + 1 != sum.terms.size() || !sum.add(rest, -1) ||
        !limit.add(rest, -1))
      return;
    // factor * atom <= limit
    Linear::Term term = sum.terms.front();
    if (term.factor == -1) {
      upper = !upper;
      if (!limit.scale(-1))
        return;
    } else if (term.factor != 1) {
      return;
    }
    if (term.atom->kind == Kind::Key)
      break;
    if (term.atom->kind != Kind::FloorDiv)
      return;
    // floor(x / c) <= l  =  x <= l * c + c - 1
    // floor(x / c) <  l  =  x <  l * c
    // floor(x / c) >= l  =  x >= l * c
    // floor(x / c) >  l  =  x >  l * c + c - 1
    int64_t divisor = term.atom->divisor;
    if (!limit.scale(divisor) ||
        (upper != strict && !limit.add(Linear::number(divisor - 1), 1)))
      return;
    sum = term.atom->lhs;
  }
  guardData(limit, node.limitGuards);
  node.limits.push_back({limit, upper, strict});
}
