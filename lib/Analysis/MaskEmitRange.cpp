// Tile classes and key bounds of a mask: ranges of integers over a tile.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "MaskEmitter.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;
using namespace mlir::attn;

using Pred = arith::CmpIPredicate;

MaskEmitter::MaskEmitter(const MaskExpr &expr, OpBuilder &builder, Location loc,
                         ValueRange leading, Value iLo, Value iHi, Value jLo,
                         Value jHi)
    : expr(expr), builder(builder), loc(loc), iLo(iLo), iHi(iHi), jLo(jLo),
      jHi(jHi) {
  if (!expr.block)
    return;
  assert(leading.size() + 2 == expr.block->getNumArguments() &&
         "one leading index for each argument before i and j");
  uniforms.map(expr.block->getArguments().drop_back(2), leading);
}

//===----------------------------------------------------------------------===//
// Small operations
//===----------------------------------------------------------------------===//

Value MaskEmitter::constant(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value MaskEmitter::boolean(bool value) {
  return arith::ConstantIntOp::create(builder, loc, value, 1);
}

Value MaskEmitter::toIndex(Value value) {
  if (value.getType().isIndex())
    return value;
  return arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                    value);
}

Value MaskEmitter::compare(Pred predicate, Value lhs, Value rhs) {
  return builder.createOrFold<arith::CmpIOp>(loc, predicate, lhs, rhs);
}

Value MaskEmitter::logicalNot(Value value) {
  return fold<arith::XOrIOp>(value, boolean(true));
}

Value MaskEmitter::floorDiv(Value value, int64_t divisor) {
  if (llvm::isPowerOf2_64(divisor))
    return fold<arith::ShRSIOp>(value, constant(llvm::Log2_64(divisor)));
  // Spelled with a division that rounds to zero, which every target has:
  // floor(x / c) = (x < 0 ? x - (c - 1) : x) / c
  Value negative = compare(Pred::slt, value, constant(0));
  Value shifted = fold<arith::SubIOp>(value, constant(divisor - 1));
  Value biased =
      arith::SelectOp::create(builder, loc, negative, shifted, value);
  return fold<arith::DivSIOp>(biased, constant(divisor));
}

//===----------------------------------------------------------------------===//
// Code of the region, moved out
//===----------------------------------------------------------------------===//

Value MaskEmitter::hasPair() {
  if (!pair)
    pair = fold<arith::AndIOp>(compare(Pred::slt, iLo, iHi),
                               compare(Pred::slt, jLo, jHi));
  return pair;
}

void MaskEmitter::cloneIfPair(Operation *op, IRMapping &map) {
  Value condition = hasPair();
  auto ifOp = scf::IfOp::create(
      builder, loc, condition,
      [&](OpBuilder &b, Location l) {
        scf::YieldOp::create(b, l, b.clone(*op, map)->getResults());
      },
      [&](OpBuilder &b, Location l) {
        SmallVector<Value> zeros;
        for (Type type : op->getResultTypes())
          zeros.push_back(arith::ConstantOp::create(b, l, b.getZeroAttr(type)));
        scf::YieldOp::create(b, l, zeros);
      });
  map.map(op->getResults(), ifOp.getResults());
}

void MaskEmitter::cloneSlice(Value value, IRMapping &map, bool all) {
  DenseSet<Operation *> needed;
  SmallVector<Value> todo{value};
  while (!todo.empty()) {
    Operation *op = todo.pop_back_val().getDefiningOp();
    if (op && op->getBlock() == expr.block && needed.insert(op).second)
      llvm::append_range(todo, op->getOperands());
  }
  if (needed.empty())
    return;
  for (Operation &op : expr.block->without_terminator()) {
    if (!needed.contains(&op) ||
        (op.getNumResults() != 0 && map.contains(op.getResult(0))))
      continue;
    bool isUniform = expr.dependsOf(op.getResult(0)) == 0;
    // Inside a loop over the tile (`all`) there is a pair.
    if (isUniform && !all && needsPair(&op, expr.block))
      cloneIfPair(&op, map);
    else if (isUniform || all)
      builder.clone(op, map);
  }
}

Value MaskEmitter::uniform(Value value) {
  cloneSlice(value, uniforms, /*all=*/false);
  return uniforms.lookupOrDefault(value);
}

//===----------------------------------------------------------------------===//
// Ranges
//===----------------------------------------------------------------------===//

MaskEmitter::Range MaskEmitter::scan(Value value, unsigned depends) {
  cloneSlice(value, uniforms, /*all=*/false);
  bool overKeys = depends == OnKey;
  BlockArgument index = expr.block->getArgument(expr.block->getNumArguments() -
                                                (overKeys ? 1 : 2));
  // Nothing is read for a tile without a pair.
  Value lo = overKeys ? jLo : iLo;
  Value hi = arith::SelectOp::create(builder, loc, hasPair(),
                                     overKeys ? jHi : iHi, lo);
  bool isBool = value.getType().isInteger(1);
  SmallVector<Value> none =
      isBool
          ? SmallVector<Value>{boolean(true), boolean(false)}
          : SmallVector<Value>{constant(std::numeric_limits<int64_t>::max()),
                               constant(std::numeric_limits<int64_t>::min())};
  auto loop = scf::ForOp::create(
      builder, loc, lo, hi, constant(1), none,
      [&](OpBuilder &, Location, Value iv, ValueRange state) {
        IRMapping map = uniforms;
        map.map(index, iv);
        cloneSlice(value, map, /*all=*/true);
        Value v = map.lookupOrDefault(value);
        // (all, any) for conditions, (min, max) for integers
        Value least, greatest;
        if (isBool) {
          least = fold<arith::AndIOp>(state[0], v);
          greatest = fold<arith::OrIOp>(state[1], v);
        } else {
          v = toIndex(v);
          least = fold<arith::MinSIOp>(state[0], v);
          greatest = fold<arith::MaxSIOp>(state[1], v);
        }
        scf::YieldOp::create(builder, loc, ValueRange{least, greatest});
      });
  return {loop.getResult(0), loop.getResult(1)};
}

MaskEmitter::Range MaskEmitter::rangeOf(const Atom *atom) {
  if (auto found = ranges.find(atom); found != ranges.end())
    return found->second;
  Range result;
  switch (atom->kind) {
  case Atom::Kind::Query:
    result = {iLo, fold<arith::SubIOp>(iHi, constant(1))};
    break;
  case Atom::Kind::Key:
    result = {jLo, fold<arith::SubIOp>(jHi, constant(1))};
    break;
  case Atom::Kind::Uniform:
    result.lo = result.hi = toIndex(uniform(atom->value));
    break;
  case Atom::Kind::Loop:
    result = scan(atom->value, atom->depends);
    break;
  case Atom::Kind::FloorDiv: {
    Range range = rangeOf(atom->lhs);
    result = {floorDiv(range.lo, atom->divisor),
              floorDiv(range.hi, atom->divisor)};
    break;
  }
  case Atom::Kind::Min:
  case Atom::Kind::Max:
  case Atom::Kind::Either: {
    Range l = rangeOf(atom->lhs), r = rangeOf(atom->rhs);
    result = {atom->kind == Atom::Kind::Max ? fold<arith::MaxSIOp>(l.lo, r.lo)
                                            : fold<arith::MinSIOp>(l.lo, r.lo),
              atom->kind == Atom::Kind::Min ? fold<arith::MinSIOp>(l.hi, r.hi)
                                            : fold<arith::MaxSIOp>(l.hi, r.hi)};
    break;
  }
  }
  return ranges[atom] = result;
}

MaskEmitter::Range MaskEmitter::rangeOf(const Linear &sum) {
  // lo = constant + sum of factor > 0 ? factor * lo : factor * hi;  hi
  // likewise.
  Range result;
  auto accumulate = [&](Value &total, Value value, int64_t factor) {
    int64_t size = std::abs(factor);
    if (size != 1)
      value = fold<arith::MulIOp>(value, constant(size));
    if (!total)
      total = factor > 0 ? value : fold<arith::SubIOp>(constant(0), value);
    else
      total = factor > 0 ? fold<arith::AddIOp>(total, value)
                         : fold<arith::SubIOp>(total, value);
  };
  for (const Linear::Term &term : sum.terms) {
    Range range = rangeOf(term.atom);
    bool positive = term.factor > 0;
    accumulate(result.lo, positive ? range.lo : range.hi, term.factor);
    accumulate(result.hi, positive ? range.hi : range.lo, term.factor);
  }
  if (sum.terms.empty()) {
    result.lo = result.hi = constant(sum.constant);
  } else if (sum.constant != 0) {
    result.lo = fold<arith::AddIOp>(result.lo, constant(sum.constant));
    result.hi = fold<arith::AddIOp>(result.hi, constant(sum.constant));
  }
  return result;
}
