// The scores of one register block: a few keys against a few vectors of
// queries.
//
//   s = mask(mod(scale * score(q, k)))
//
// Tested by test/Codegen/CPU/emit-step.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "StepEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::attn;

Value StepEmitter::scaled(Value score) {
  if (op.getScale().isExactlyValue(1.0))
    return score;
  Value scale = b.splat(op.getScale().convertToDouble());
  return arith::MulFOp::create(b, score, scale);
}

StepEmitter::RegisterBlock StepEmitter::emitScores(const Window &window,
                                                   const KeyBlock &keys) {
  RegisterBlock block = op.isDot() ? emitDot(window.query0, keys)
                                   : emitPairwise(window.query0, keys);
  for (auto &row : block)
    for (Value &score : row)
      score = scaled(score);
  if (!op.getModBody().empty())
    applyMod(block, window.query0, keys);
  if (!op.getMaskBody().empty())
    applyMask(block, window, keys);
  // s = key < end ? s : -inf
  for (int64_t r = 1; keys.end && r < keys.rows; ++r) {
    Value exists = arith::CmpIOp::create(b, arith::CmpIPredicate::slt,
                                         b.addIndex(keys.key0, r), keys.end);
    for (Value &score : block[r])
      score = arith::SelectOp::create(b, exists, score, b.negInf());
  }
  return block;
}

Value StepEmitter::keyAt(const KeyBlock &keys, int64_t r) {
  Value key = b.addIndex(keys.key0, r);
  if (!keys.end || r == 0)
    return key;
  return arith::MinSIOp::create(b, key, b.addIndex(keys.end, -1));
}

/// s[r][v] = sum over d of k[key0 + r, d] * q[d, query0 + v], features one by
/// one or in pairs.
StepEmitter::RegisterBlock StepEmitter::emitDot(Value query0,
                                                const KeyBlock &keys) {
  Value features = b.createOrFold<memref::DimOp>(op.getKey(), b.index(1));
  int64_t rows = keys.rows, terms = queryPairs ? 2 : 1;
  SmallVector<Value> key;
  for (int64_t r = 0; r < rows; ++r)
    key.push_back(keyAt(keys, r));
  auto multiplyAdd = [&](Value d, ValueRange carried) {
    SmallVector<Value> query, next;
    Value half = queryPairs
                     ? arith::DivUIOp::create(b, d, b.index(2)).getResult()
                     : Value();
    for (int64_t v = 0; v < numVectors; ++v) {
      Value i = at(query0, v);
      query.push_back(queryPairs
                          ? loadPairs(queryPairs, half,
                                      arith::MulIOp::create(b, i, b.index(2)))
                          : b.load(op.getQuery(), {d, i}));
    }
    for (int64_t r = 0; r < rows; ++r) {
      Value k = queryPairs ? broadcastPair(op.getKey(), key[r], d)
                           : b.broadcast(memref::LoadOp::create(
                                 b, op.getKey(), ValueRange{key[r], d}));
      for (int64_t v = 0; v < numVectors; ++v) {
        Value sum = carried[r * numVectors + v];
        next.push_back(queryPairs ? multiplyAddPairs(query[v], k, sum)
                                  : vector::FMAOp::create(b, k, query[v], sum));
      }
    }
    return next;
  };
  SmallVector<Value> zeros(rows * numVectors, b.splat(0));
  SmallVector<Value> sums;
  if (isOnlyBlock()) {
    int64_t line = lineSize(op.getKey());
    sums = b.loop(
        b.index(0), features, line, zeros,
        [&](Value column, ValueRange carried) {
          Value end =
              arith::MinSIOp::create(b, b.addIndex(column, line), features);
          for (Value tile : {op.getKey(), op.getValue()})
            for (int64_t r = 0; r < rows; ++r)
              emitPrefetchLine(tile, b.addIndex(keys.key0, r), count, column,
                               /*level=*/2);
          return b.loop(column, end, terms, carried, multiplyAdd);
        });
  } else {
    sums = b.loop(b.index(0), features, terms, zeros, multiplyAdd);
  }
  RegisterBlock block;
  for (int64_t r = 0; r < rows; ++r)
    block.emplace_back(sums.begin() + r * numVectors,
                       sums.begin() + (r + 1) * numVectors);
  return block;
}

/// sum + term, rounded once if the term is a product.
Value StepEmitter::addTerm(Value term, Value sum) {
  if (auto product = term.getDefiningOp<arith::MulFOp>())
    if (isa<VectorType>(term.getType()))
      return vector::FMAOp::create(b, product.getLhs(), product.getRhs(), sum);
  return arith::AddFOp::create(b, sum, term);
}

/// s[r][v] = sum over d of f(q[d, query0 + v], k[key0 + r, d], w[d], ..).
/// Without a query all lanes agree, and the sum is a scalar.
StepEmitter::RegisterBlock StepEmitter::emitPairwise(Value query0,
                                                     const KeyBlock &keys) {
  int64_t rows = keys.rows;
  Value features = b.createOrFold<memref::DimOp>(op.getKey(), b.index(1));
  bool hasQuery = static_cast<bool>(op.getQuery());
  int64_t width = hasQuery ? numVectors : 1;
  Value zero =
      hasQuery
          ? b.splat(0)
          : arith::ConstantOp::create(b, b.getZeroAttr(b.compute)).getResult();
  SmallVector<Value> zeros(rows * width, zero);
  SmallVector<Value> sums =
      b.loop(b.index(0), features, 1, zeros, [&](Value d, ValueRange carried) {
        SmallVector<Value> query, next;
        for (int64_t v = 0; hasQuery && v < width; ++v)
          query.push_back(b.load(op.getQuery(), {d, at(query0, v)}));
        SmallVector<LaneValue> params;
        for (Value param : op.getParams())
          params.push_back(LaneValue::uniform(
              memref::LoadOp::create(b, param, ValueRange{d})));
        for (int64_t r = 0; r < rows; ++r) {
          Value key = memref::LoadOp::create(b, op.getKey(),
                                             ValueRange{keyAt(keys, r), d});
          SmallVector<LaneValue> args;
          if (hasQuery)
            args.push_back(LaneValue::vectors(query));
          args.push_back(LaneValue::uniform(key));
          args.append(params);
          LaneValue f = program.inlineRegion(op.getScoreBody(), args);
          SmallVector<Value> terms =
              hasQuery ? program.toVectors(f) : SmallVector<Value>{f.base};
          for (auto [v, term] : llvm::enumerate(terms))
            next.push_back(addTerm(term, carried[r * width + v]));
        }
        return next;
      });
  RegisterBlock block(rows);
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < numVectors; ++v)
      block[r].push_back(hasQuery ? sums[r * width + v] : b.broadcast(sums[r]));
  return block;
}

/// The indices of a region: i = i0 + query0 + lane, j = j0 + key.
SmallVector<LaneValue> StepEmitter::regionIndices(Value query0, Value key) {
  SmallVector<LaneValue> indices;
  for (Value leading : op.getAt().drop_back(2))
    indices.push_back(LaneValue::uniform(leading));
  Value i0 = op.getAt()[op.getAt().size() - 2], j0 = op.getAt().back();
  indices.push_back(LaneValue::affine(arith::AddIOp::create(b, i0, query0), 1));
  indices.push_back(LaneValue::uniform(arith::AddIOp::create(b, j0, key)));
  return indices;
}

void StepEmitter::applyMod(RegisterBlock &block, Value query0,
                           const KeyBlock &keys) {
  for (auto [r, row] : llvm::enumerate(block))
    row = modified(row, regionIndices(query0, keyAt(keys, r)));
}

SmallVector<Value> StepEmitter::modified(ArrayRef<Value> scores,
                                         ArrayRef<LaneValue> indices) {
  SmallVector<LaneValue> args = {LaneValue::vectors(scores)};
  llvm::append_range(args, indices);
  SmallVector<Value> result =
      program.toVectors(program.inlineRegion(op.getModBody(), args));
  for (auto [score, changed] : llvm::zip(scores, result)) {
    Value removed =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, score, b.negInf());
    changed = arith::SelectOp::create(b, removed, b.negInf(), changed);
  }
  return result;
}

SmallVector<Value> StepEmitter::masked(ArrayRef<Value> scores,
                                       ArrayRef<LaneValue> indices) {
  LaneValue keep = program.inlineRegion(op.getMaskBody(), indices);
  SmallVector<Value> result;
  for (auto [score, kept] : llvm::zip(scores, program.toVectors(keep)))
    result.push_back(arith::SelectOp::create(b, kept, score, b.negInf()));
  return result;
}

/// The mask, where the window is not full.
void StepEmitter::applyMask(RegisterBlock &block, const Window &window,
                            const KeyBlock &keys) {
  auto change = [&]() {
    SmallVector<Value> result;
    for (auto [r, row] : llvm::enumerate(block))
      result.append(masked(row, regionIndices(window.query0, keyAt(keys, r))));
    return result;
  };
  auto same = [&]() {
    SmallVector<Value> result;
    for (const auto &row : block)
      result.append(row);
    return result;
  };
  SmallVector<Value> result =
      window.full ? b.branch(window.full, same, change) : change();
  for (size_t r = 0; r < block.size(); ++r)
    block[r].assign(result.begin() + r * numVectors,
                    result.begin() + (r + 1) * numVectors);
}
