// Tile classes and key bounds of a mask: the conditions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "MaskEmitter.h"

using namespace mlir;
using namespace mlir::attn;

using Kind = MaskNode::Kind;
using Pred = arith::CmpIPredicate;

Value MaskEmitter::guardsHold(const Guards &all) {
  Value result;
  for (const Guard *guard : all) {
    Value &holds = guards[guard];
    if (!holds) {
      // min <= lo and hi <= max
      Range range = rangeOf(guard->sum);
      holds = fold<arith::AndIOp>(
          compare(Pred::sge, range.lo, constant(guard->min)),
          compare(Pred::sle, range.hi, constant(guard->max)));
    }
    result = result ? fold<arith::AndIOp>(result, holds) : holds;
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Tile classes
//===----------------------------------------------------------------------===//

MaskEmitter::TileClass MaskEmitter::classOf(const MaskNode *node) {
  if (auto found = classes.find(node); found != classes.end())
    return found->second;
  TileClass result;
  switch (node->kind) {
  case Kind::Constant:
    result.may = result.full = boolean(node->flag);
    break;
  case Kind::Unknown:
    result = {boolean(true), boolean(false)};
    break;
  case Kind::Uniform: {
    Value value = uniform(node->value);
    result.may = result.full = node->flag ? logicalNot(value) : value;
    break;
  }
  case Kind::Loop: {
    // may = some of them, full = all of them; negated: not all, none.
    Range range = scan(node->value, node->depends);
    result = {range.hi, range.lo};
    if (node->flag)
      result = {logicalNot(range.lo), logicalNot(range.hi)};
    break;
  }
  case Kind::Compare:
    result = classOfCompare(node);
    break;
  case Kind::And:
  case Kind::Or: {
    TileClass left = classOf(node->left), right = classOf(node->right);
    if (node->kind == Kind::And)
      result = {fold<arith::AndIOp>(left.may, right.may),
                fold<arith::AndIOp>(left.full, right.full)};
    else
      result = {fold<arith::OrIOp>(left.may, right.may),
                fold<arith::OrIOp>(left.full, right.full)};
    break;
  }
  }
  return classes[node] = result;
}

MaskEmitter::TileClass MaskEmitter::classOfCompare(const MaskNode *node) {
  Value holds = guardsHold(node->guards);
  Range l = rangeOf(node->lhs), r = rangeOf(node->rhs);
  TileClass result;
  switch (node->predicate) {
  case Pred::slt:
  case Pred::sle:
    // l < r:  may = l.lo < r.hi,  full = l.hi < r.lo
    result = {compare(node->predicate, l.lo, r.hi),
              compare(node->predicate, l.hi, r.lo)};
    break;
  case Pred::sgt:
  case Pred::sge:
    // l > r:  may = l.hi > r.lo,  full = l.lo > r.hi
    result = {compare(node->predicate, l.hi, r.lo),
              compare(node->predicate, l.lo, r.hi)};
    break;
  default: {
    // l == r:  may = the ranges meet,  full = they are one and the same point:
    // l.lo <= l.hi = r.lo <= r.hi = l.lo
    Value meet = fold<arith::AndIOp>(compare(Pred::sle, l.lo, r.hi),
                                     compare(Pred::sle, r.lo, l.hi));
    Value same = fold<arith::AndIOp>(compare(Pred::eq, l.hi, r.lo),
                                     compare(Pred::eq, r.hi, l.lo));
    result = {meet, same};
    if (node->predicate == Pred::ne)
      result = {logicalNot(same), logicalNot(meet)};
  }
  }
  if (holds)
    result = {fold<arith::OrIOp>(result.may, logicalNot(holds)),
              fold<arith::AndIOp>(result.full, holds)};
  return result;
}

//===----------------------------------------------------------------------===//
// Key bounds
//===----------------------------------------------------------------------===//

MaskEmitter::KeyBounds MaskEmitter::boundsOf(const MaskNode *node) {
  if (auto found = bounds.find(node); found != bounds.end())
    return found->second;
  KeyBounds result;
  if (node->kind == Kind::And || node->kind == Kind::Or) {
    bool isAnd = node->kind == Kind::And;
    KeyBounds left = boundsOf(node->left), right = boundsOf(node->right);
    // and: the intersection; or: the least range around both, if both are
    // bounded.
    if (left.lo && right.lo)
      result.lo = isAnd ? fold<arith::MaxSIOp>(left.lo, right.lo)
                        : fold<arith::MinSIOp>(left.lo, right.lo);
    else if (isAnd)
      result.lo = left.lo ? left.lo : right.lo;
    if (left.hi && right.hi)
      result.hi = isAnd ? fold<arith::MinSIOp>(left.hi, right.hi)
                        : fold<arith::MaxSIOp>(left.hi, right.hi);
    else if (isAnd)
      result.hi = left.hi ? left.hi : right.hi;
  } else if (node->kind != Kind::Unknown && !(node->depends & OnKey)) {
    // Independent of j: all keys or none.
    if (node->kind != Kind::Constant || !node->flag)
      result.hi = arith::SelectOp::create(builder, loc, classOf(node).may, jHi,
                                          constant(0));
  } else if (node->kind == Kind::Compare) {
    result = boundsOfCompare(node);
  }
  return bounds[node] = result;
}

MaskEmitter::KeyBounds MaskEmitter::boundsOfCompare(const MaskNode *node) {
  KeyBounds result;
  for (const KeyLimit &limit : node->limits) {
    Range range = rangeOf(limit.limit);
    Value one = constant(1);
    // Each is clamped before 1 is added: the limit may be any number.
    // j <= limit:  hi = min(limit.hi, n - 1) + 1     j < limit:  hi = limit.hi
    // j >= limit:  lo = limit.lo     j > limit:  lo = max(limit.lo, -1) + 1
    if (limit.upper)
      result.hi = limit.strict
                      ? fold<arith::MinSIOp>(range.hi, jHi)
                      : fold<arith::AddIOp>(
                            fold<arith::MinSIOp>(range.hi,
                                                 fold<arith::SubIOp>(jHi, one)),
                            one);
    else
      result.lo = limit.strict
                      ? fold<arith::AddIOp>(
                            fold<arith::MaxSIOp>(range.lo, constant(-1)), one)
                      : fold<arith::MaxSIOp>(range.lo, constant(0));
  }
  if (node->limits.empty())
    return result;
  Guards all = node->guards;
  all.insert(node->limitGuards.begin(), node->limitGuards.end());
  if (Value holds = guardsHold(all)) {
    if (result.lo)
      result.lo =
          arith::SelectOp::create(builder, loc, holds, result.lo, constant(0));
    if (result.hi)
      result.hi = arith::SelectOp::create(builder, loc, holds, result.hi, jHi);
  }
  return result;
}

MaskEmitter::KeyBounds MaskEmitter::clamp(KeyBounds keys) {
  Value zero = constant(0);
  auto inside = [&](Value v) {
    return fold<arith::MaxSIOp>(fold<arith::MinSIOp>(v, jHi), zero);
  };
  return {keys.lo ? inside(keys.lo) : zero, keys.hi ? inside(keys.hi) : jHi};
}
