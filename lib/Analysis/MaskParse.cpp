// Mask region -> MaskExpr: conditions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "MaskParser.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace mlir::attn;

using Kind = MaskNode::Kind;
using Pred = arith::CmpIPredicate;

static Pred swapSides(Pred p) {
  switch (p) {
  case Pred::slt:
    return Pred::sgt;
  case Pred::sle:
    return Pred::sge;
  case Pred::sgt:
    return Pred::slt;
  case Pred::sge:
    return Pred::sle;
  case Pred::ult:
    return Pred::ugt;
  case Pred::ule:
    return Pred::uge;
  case Pred::ugt:
    return Pred::ult;
  case Pred::uge:
    return Pred::ule;
  default:
    return p;
  }
}

//===----------------------------------------------------------------------===//
// Blocks and leaves
//===----------------------------------------------------------------------===//

void MaskParser::findDepends(Block &block) {
  unsigned numArgs = block.getNumArguments();
  expr.depends[block.getArgument(numArgs - 2)] = OnQuery;
  expr.depends[block.getArgument(numArgs - 1)] = OnKey;
  for (Operation &op : block.without_terminator()) {
    unsigned depends = 0;
    for (Value operand : op.getOperands())
      depends |= expr.dependsOf(operand);
    // A value that may have to be replaced by zero must be a scalar.
    bool scalar = llvm::all_of(op.getResultTypes(),
                               [](Type t) { return t.isIntOrIndexOrFloat(); });
    // Nothing writes what a mask reads while its attention runs.
    bool isPlain = isMemoryEffectFree(&op) || isa<memref::LoadOp>(op);
    if (op.getNumRegions() != 0 || !isPlain ||
        (!scalar && needsPair(&op, &block)))
      depends |= Opaque;
    for (Value result : op.getResults())
      expr.depends[result] = depends;
  }
}

void MaskParser::parseBlock(Block &block) {
  findDepends(block);
  expr.root = parseBool(block.getTerminator()->getOperand(0), false, 0);
}

const MaskNode *MaskParser::unknown(Value value, const Twine &why) {
  Operation *op = value.getDefiningOp();
  if (!op)
    op = expr.block->getParentOp();
  if (reported.insert(op).second)
    expr.unknowns.emplace_back(op, why.str());
  return node({Kind::Unknown});
}

const MaskNode *MaskParser::both(Kind kind, const MaskNode *left,
                                 const MaskNode *right) {
  // true and x = x, false and x = false; dually for or.
  bool isAnd = kind == Kind::And;
  if (left->kind == Kind::Constant)
    return left->flag == isAnd ? right : left;
  if (right->kind == Kind::Constant)
    return right->flag == isAnd ? left : right;
  MaskNode n{kind};
  n.depends = left->depends | right->depends;
  n.left = left;
  n.right = right;
  return node(std::move(n));
}

//===----------------------------------------------------------------------===//
// Booleans
//===----------------------------------------------------------------------===//

const MaskNode *MaskParser::parseBool(Value value, bool negated,
                                      unsigned depth) {
  if (const MaskNode *found = bools.lookup({value, negated}))
    return found;
  const MaskNode *result = parseBoolUncached(value, negated, depth);
  bools[{value, negated}] = result;
  return result;
}

const MaskNode *MaskParser::exclusive(Value a, Value b, bool negated,
                                      unsigned depth) {
  const MaskNode *onlyA = both(Kind::And, parseBool(a, false, depth + 1),
                               parseBool(b, !negated, depth + 1));
  const MaskNode *onlyB = both(Kind::And, parseBool(a, true, depth + 1),
                               parseBool(b, negated, depth + 1));
  return both(Kind::Or, onlyA, onlyB);
}

const MaskNode *MaskParser::parseBoolUncached(Value value, bool negated,
                                              unsigned depth) {
  APInt bit;
  if (matchPattern(value, m_ConstantInt(&bit)))
    return constant(bit.isZero() == negated);
  if (expr.dependsOf(value) == 0)
    return node({Kind::Uniform, negated, value});

  Operation *op = value.getDefiningOp();
  if (op && depth < maxDepth) {
    if (isa<arith::AndIOp, arith::OrIOp>(op)) {
      // not (a and b) = not a or not b
      Kind kind = isa<arith::AndIOp>(op) != negated ? Kind::And : Kind::Or;
      return both(kind, parseBool(op->getOperand(0), negated, depth + 1),
                  parseBool(op->getOperand(1), negated, depth + 1));
    }
    if (isa<arith::XOrIOp>(op))
      return exclusive(op->getOperand(0), op->getOperand(1), negated, depth);
    if (auto select = dyn_cast<arith::SelectOp>(op)) {
      // c ? a : b = (c and a) or (not c and b)
      Value c = select.getCondition();
      return both(Kind::Or,
                  both(Kind::And, parseBool(c, false, depth + 1),
                       parseBool(select.getTrueValue(), negated, depth + 1)),
                  both(Kind::And, parseBool(c, true, depth + 1),
                       parseBool(select.getFalseValue(), negated, depth + 1)));
    }
    if (auto cmp = dyn_cast<arith::CmpIOp>(op))
      if (const MaskNode *n = parseCompare(cmp, negated, depth))
        return n;
  }
  if (isLoop(value)) {
    MaskNode n{Kind::Loop, negated, value};
    n.depends = expr.dependsOf(value);
    return node(std::move(n));
  }
  if (depth >= maxDepth)
    return unknown(value, "the mask is nested too deeply");
  if (expr.dependsOf(value) & Opaque)
    return unknown(value, "the operation cannot be moved out of the region");
  return unknown(value, isa_and_nonnull<arith::CmpIOp>(op)
                            ? "one side of the comparison mixes i and j and is "
                              "not a sum of multiples of them"
                            : "the condition depends on both i and j and is "
                              "not a comparison of integers");
}

const MaskNode *MaskParser::parseCompare(arith::CmpIOp op, bool negated,
                                         unsigned depth) {
  Pred pred = op.getPredicate();
  if (negated)
    pred = arith::invertPredicate(pred);
  Value left = op.getLhs(), right = op.getRhs();
  if (left.getType().isInteger(1)) {
    if (pred == Pred::eq || pred == Pred::ne)
      return exclusive(left, right, pred == Pred::eq, depth);
    return nullptr;
  }
  std::optional<Int> lhs = parseInt(left, depth + 1);
  std::optional<Int> rhs = lhs ? parseInt(right, depth + 1) : std::nullopt;
  if (!rhs)
    return nullptr;

  if (pred == Pred::ult || pred == Pred::ule || pred == Pred::ugt ||
      pred == Pred::uge) {
    // Where 0 <= y:  x ult y = 0 <= x and x < y;  x uge y is its negation.
    if (lhs->sum.depends() == 0) {
      std::swap(lhs, rhs);
      pred = swapSides(pred);
    }
    rhs->guards.insert(guard(rhs->sum, 0, maxInt64));
    Int zero{Linear::number(0), rhs->guards};
    bool inside = pred == Pred::ult || pred == Pred::ule;
    Pred order = pred == Pred::ult   ? Pred::slt
                 : pred == Pred::ule ? Pred::sle
                 : pred == Pred::ugt ? Pred::sgt
                                     : Pred::sge;
    return both(inside ? Kind::And : Kind::Or,
                compare(inside ? Pred::sge : Pred::slt, *lhs, zero),
                compare(order, *lhs, *rhs));
  }
  const MaskNode *result = compare(pred, *lhs, *rhs);
  // The ranges of two functions of i, taken apart, say less than one loop.
  unsigned terms = 0;
  for (const Linear *side : {&result->lhs, &result->rhs})
    terms += llvm::count_if(side->terms, [](const Linear::Term &t) {
      return t.atom->depends != 0;
    });
  return terms > 1 && isLoop(op) ? nullptr : result;
}

const MaskNode *MaskParser::compare(Pred pred, const Int &lhs, const Int &rhs) {
  MaskNode n{Kind::Compare};
  n.predicate = pred;
  n.lhs = lhs.sum;
  n.rhs = rhs.sum;
  n.guards = lhs.guards;
  n.guards.insert(rhs.guards.begin(), rhs.guards.end());
  // What stands on both sides moves to the left, where it is counted once. If
  // that makes the numbers too large, the two ranges are still right.
  Linear left = n.lhs, right = n.rhs, common;
  for (const Linear::Term &term : n.rhs.terms)
    if (llvm::any_of(n.lhs.terms, [&](auto &t) { return t.atom == term.atom; }))
      common.terms.push_back(term);
  if (!common.terms.empty() && left.add(common, -1) && right.add(common, -1)) {
    n.lhs = left;
    n.rhs = right;
    guardData(left, n.guards);
    guardData(right, n.guards);
  }
  n.depends = n.lhs.depends() | n.rhs.depends();
  solve(n);
  return node(std::move(n));
}

std::shared_ptr<const MaskExpr> mlir::attn::parseMask(Region &region) {
  auto expr = std::make_shared<MaskExpr>();
  if (region.empty()) {
    expr->nodes.push_back({Kind::Constant, true});
    expr->root = &expr->nodes.back();
    return expr;
  }
  expr->block = &region.front();
  MaskParser(*expr).parseBlock(region.front());
  return expr;
}
