// attn.step on buffers: scores, softmax and weighted sum of one tile of keys.
//
//   for each block of queries (a few vectors):
//     for each few keys:  s = mask(mod(scale * score(q, k)));  max' = max(s)
//     for each few keys:  p = exp(s - max')
//     sum' = c * sum + sum over keys of p
//     for each few value features:  acc' = c * acc + sum over keys of p * v
//
// Sums over the keys of a tile begin at zero and are added to the state as one:
// rounding errors grow with the keys of a tile and the number of tiles, not
// with the number of keys.
//
// Queries are lanes: row maxima and sums need no shuffles, and keys and values
// are read as scalars that are broadcast. The scores of one block stand in a
// buffer of the size of the first-level cache.
//
// Tested by test/Codegen/CPU/emit-step.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TileBuilder.h"

#include "attn/Codegen/Score/LaneProgram.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace mlir::attn;

namespace {

/// Values of a register block: [row][vector].
using RegisterBlock = SmallVector<SmallVector<Value>>;

class StepEmitter {
public:
  StepEmitter(RewriterBase &rewriter, StepOp op, FloatType compute,
              const Machine &machine)
      : b(op.getLoc(), rewriter, compute, machine), op(op),
        program(b, op.getLoc(), b.lanes) {
    // Sums, vectors of queries and one broadcast must fit the registers:
    // 4 x 4 + 4 + 1 of 32, or 4 x 2 + 2 + 1 of 16.
    numVectors = machine.numVectorRegisters >= 32 ? 4 : 2;
    while (op.getNumQueries() % (numVectors * b.lanes) != 0)
      numVectors /= 2;
  }

  void emit();

private:
  static constexpr int64_t kRows = 4;

  Value allocateScores();
  Value emitAllFinite();
  Value padKeys();
  void emitQueryBlock(Value query0);
  RegisterBlock emitScores(Value query0, Value key0);
  RegisterBlock emitDot(Value query0, Value key0);
  RegisterBlock emitPairwise(Value query0, Value key0);
  void applyMod(RegisterBlock &scores, Value query0, Value key0);
  RegisterBlock applyMask(const RegisterBlock &scores, Value query0,
                          Value key0);
  void emitWeightedSum(Value query0, ArrayRef<Value> factors);
  void emitValueRows(Value query0, ArrayRef<Value> factors, Value row0,
                     int64_t numRows, bool guarded);

  LaneValue queryIndex(Value query0, int64_t vector);
  SmallVector<LaneValue> regionIndices(Value query0, int64_t vector, Value key);
  Value at(Value query0, int64_t vector) {
    return b.addIndex(query0, vector * b.lanes);
  }
  Value column(int64_t vector) { return b.index(vector * b.lanes); }
  SmallVector<Value> loadVectors(Value buffer, Value query0);
  SmallVector<Value> loadScores(Value key);

  TileBuilder b;
  StepOp op;
  LaneProgram program;
  int64_t numVectors;
  Value scores, count, paddedCount, allFinite;
};

} // namespace

/// The scores of one block of queries, allocated once for a tile of queries.
/// Not on the stack, which a loop inside a thread's work would grow; buffer
/// deallocation ends its life.
Value StepEmitter::allocateScores() {
  int64_t keys = cast<MemRefType>(op.getKey().getType()).getDimSize(0);
  auto type = MemRefType::get({keys, numVectors * b.lanes}, b.compute);
  OpBuilder::InsertionGuard guard(b);
  if (auto loop = op->getParentOfType<scf::ForallOp>())
    b.setInsertionPointToStart(loop.getBody());
  else
    b.setInsertionPointToStart(
        &op->getParentOfType<FunctionOpInterface>().getFunctionBody().front());
  return memref::AllocOp::create(b, type, b.getI64IntegerAttr(64));
}

/// True if no value of the tile is NaN or infinite: the sum of x - x is 0.
Value StepEmitter::emitAllFinite() {
  Value features = b.createOrFold<memref::DimOp>(op.getValue(), b.index(1));
  SmallVector<Value> total = b.loop(
      b.index(0), count, 1, b.splat(0), [&](Value j, ValueRange carried) {
        Value zero = arith::ConstantOp::create(b, b.getZeroAttr(b.compute));
        return b.loop(b.index(0), features, b.lanes, carried,
                      [&](Value e, ValueRange inner) -> SmallVector<Value> {
                        Value x = vector::TransferReadOp::create(
                            b, b.vectorType, op.getValue(), ValueRange{j, e},
                            zero, ArrayRef<bool>{false});
                        Value none = arith::SubFOp::create(b, x, x);
                        return {arith::AddFOp::create(b, inner[0], none)};
                      });
      });
  Value sum =
      vector::ReductionOp::create(b, vector::CombiningKind::ADD, total[0]);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(b.compute));
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, sum, zero);
}

/// The number of keys, rounded up to whole register blocks.
Value StepEmitter::padKeys() {
  Value rounded =
      arith::DivSIOp::create(b, b.addIndex(count, kRows - 1), b.index(kRows));
  return arith::MulIOp::create(b, rounded, b.index(kRows));
}

void StepEmitter::emit() {
  count = op.getCount();
  scores = allocateScores();
  paddedCount = padKeys();
  // Also without a mask: a score may be -inf, or a weight underflow.
  allFinite = emitAllFinite();
  b.loop(b.index(0), b.index(op.getNumQueries()), numVectors * b.lanes,
         [&](Value query0) { emitQueryBlock(query0); });
}

SmallVector<Value> StepEmitter::loadVectors(Value buffer, Value query0) {
  SmallVector<Value> vectors;
  for (int64_t v = 0; v < numVectors; ++v)
    vectors.push_back(b.load(buffer, at(query0, v)));
  return vectors;
}

SmallVector<Value> StepEmitter::loadScores(Value key) {
  SmallVector<Value> vectors;
  for (int64_t v = 0; v < numVectors; ++v)
    vectors.push_back(b.load(scores, {key, column(v)}));
  return vectors;
}

void StepEmitter::emitQueryBlock(Value query0) {
  Value max = op.getOuts()[0], sum = op.getOuts()[1];
  Value zero = b.index(0);
  SmallVector<Value> oldMax = loadVectors(max, query0);

  // max' = max(max, s)
  SmallVector<Value> newMax = b.loop(
      zero, paddedCount, kRows, oldMax, [&](Value key0, ValueRange carried) {
        SmallVector<Value> bound(carried);
        RegisterBlock block = emitScores(query0, key0);
        for (int64_t r = 0; r < kRows; ++r)
          for (int64_t v = 0; v < numVectors; ++v) {
            b.store(block[r][v], scores, {b.addIndex(key0, r), column(v)});
            bound[v] = b.max(block[r][v], bound[v]);
          }
        return bound;
      });

  // c = exp(max - max')
  SmallVector<Value> bound, factors;
  for (int64_t v = 0; v < numVectors; ++v) {
    bound.push_back(b.finiteMax(newMax[v]));
    Value below = arith::SubFOp::create(b, oldMax[v], bound[v]);
    factors.push_back(b.expOf(below, op.getLog2()));
  }

  // p = exp(s - max'), sum' = c * sum + sum of p
  SmallVector<Value> zeros(numVectors, b.splat(0));
  SmallVector<Value> total = b.loop(
      zero, paddedCount, kRows, zeros, [&](Value key0, ValueRange carried) {
        SmallVector<Value> sums(carried);
        for (int64_t r = 0; r < kRows; ++r) {
          Value key = b.addIndex(key0, r);
          SmallVector<Value> row = loadScores(key);
          for (int64_t v = 0; v < numVectors; ++v) {
            Value below = arith::SubFOp::create(b, row[v], bound[v]);
            Value p = b.expOf(below, op.getLog2());
            sums[v] = arith::AddFOp::create(b, sums[v], p);
            b.store(p, scores, {key, column(v)});
          }
        }
        return sums;
      });
  for (int64_t v = 0; v < numVectors; ++v) {
    b.store(newMax[v], max, at(query0, v));
    Value old = b.load(sum, at(query0, v));
    Value scaled = arith::MulFOp::create(b, old, factors[v]);
    b.store(arith::AddFOp::create(b, scaled, total[v]), sum, at(query0, v));
  }
  emitWeightedSum(query0, factors);
}

RegisterBlock StepEmitter::emitScores(Value query0, Value key0) {
  RegisterBlock block =
      op.isDot() ? emitDot(query0, key0) : emitPairwise(query0, key0);
  if (!op.getScale().isExactlyValue(1.0)) {
    Value scale = b.splat(op.getScale().convertToDouble());
    for (auto &row : block)
      for (Value &score : row)
        score = arith::MulFOp::create(b, score, scale);
  }
  if (!op.getModBody().empty())
    applyMod(block, query0, key0);
  return applyMask(block, query0, key0);
}

/// s[r][v] = sum over d of k[key0 + r, d] * q[d, query0 + v]
RegisterBlock StepEmitter::emitDot(Value query0, Value key0) {
  Value features = b.createOrFold<memref::DimOp>(op.getKey(), b.index(1));
  SmallVector<Value> zeros(kRows * numVectors, b.splat(0));
  SmallVector<Value> sums =
      b.loop(b.index(0), features, 1, zeros, [&](Value d, ValueRange carried) {
        SmallVector<Value> query, next;
        for (int64_t v = 0; v < numVectors; ++v)
          query.push_back(b.load(op.getQuery(), {d, at(query0, v)}));
        for (int64_t r = 0; r < kRows; ++r) {
          Value k = memref::LoadOp::create(b, op.getKey(),
                                           ValueRange{b.addIndex(key0, r), d});
          Value key = b.broadcast(k);
          for (int64_t v = 0; v < numVectors; ++v)
            next.push_back(vector::FMAOp::create(b, key, query[v],
                                                 carried[r * numVectors + v]));
        }
        return next;
      });
  RegisterBlock block;
  for (int64_t r = 0; r < kRows; ++r)
    block.emplace_back(sums.begin() + r * numVectors,
                       sums.begin() + (r + 1) * numVectors);
  return block;
}

/// s[r][v] = sum over d of f(q[d, query0 + v], k[key0 + r, d], w[d], ..).
/// Without a query all lanes agree, and the sum is a scalar.
RegisterBlock StepEmitter::emitPairwise(Value query0, Value key0) {
  Value features = b.createOrFold<memref::DimOp>(op.getKey(), b.index(1));
  bool hasQuery = static_cast<bool>(op.getQuery());
  int64_t width = hasQuery ? numVectors : 1;
  Value zero =
      hasQuery
          ? b.splat(0)
          : arith::ConstantOp::create(b, b.getZeroAttr(b.compute)).getResult();
  SmallVector<Value> zeros(kRows * width, zero);
  SmallVector<Value> sums =
      b.loop(b.index(0), features, 1, zeros, [&](Value d, ValueRange carried) {
        SmallVector<Value> query, next;
        for (int64_t v = 0; hasQuery && v < width; ++v)
          query.push_back(b.load(op.getQuery(), {d, at(query0, v)}));
        SmallVector<LaneValue> params;
        for (Value param : op.getParams())
          params.push_back(LaneValue::uniform(
              memref::LoadOp::create(b, param, ValueRange{d})));
        for (int64_t r = 0; r < kRows; ++r) {
          Value key = memref::LoadOp::create(
              b, op.getKey(), ValueRange{b.addIndex(key0, r), d});
          for (int64_t v = 0; v < width; ++v) {
            SmallVector<LaneValue> args;
            if (hasQuery)
              args.push_back(LaneValue::vector(query[v]));
            args.push_back(LaneValue::uniform(key));
            args.append(params);
            LaneValue f = program.inlineRegion(op.getScoreBody(), args);
            Value term = hasQuery ? program.toVector(f) : f.value;
            next.push_back(
                arith::AddFOp::create(b, carried[r * width + v], term));
          }
        }
        return next;
      });
  RegisterBlock block(kRows);
  for (int64_t r = 0; r < kRows; ++r)
    for (int64_t v = 0; v < numVectors; ++v)
      block[r].push_back(hasQuery ? sums[r * width + v] : b.broadcast(sums[r]));
  return block;
}

/// i = i0 + query0 + vector * lanes + lane
LaneValue StepEmitter::queryIndex(Value query0, int64_t vector) {
  Value i0 = op.getAt()[op.getAt().size() - 2];
  return LaneValue::affine(arith::AddIOp::create(b, i0, at(query0, vector)), 1);
}

SmallVector<LaneValue> StepEmitter::regionIndices(Value query0, int64_t vector,
                                                  Value key) {
  SmallVector<LaneValue> indices;
  for (Value leading : op.getAt().drop_back(2))
    indices.push_back(LaneValue::uniform(leading));
  indices.push_back(queryIndex(query0, vector));
  // j = j0 + key
  indices.push_back(
      LaneValue::uniform(arith::AddIOp::create(b, op.getAt().back(), key)));
  return indices;
}

/// s = s == -inf ? -inf : mod(s, .., i, j)
void StepEmitter::applyMod(RegisterBlock &block, Value query0, Value key0) {
  for (int64_t r = 0; r < kRows; ++r)
    for (int64_t v = 0; v < numVectors; ++v) {
      Value &score = block[r][v];
      SmallVector<LaneValue> args = {LaneValue::vector(score)};
      args.append(regionIndices(query0, v, b.addIndex(key0, r)));
      Value changed =
          program.toVector(program.inlineRegion(op.getModBody(), args));
      Value removed = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, score,
                                            b.negInf());
      score = arith::SelectOp::create(b, removed, b.negInf(), changed);
    }
}

/// s = key < count and mask(.., i, j) ? s : -inf, where the tile is not full.
RegisterBlock StepEmitter::applyMask(const RegisterBlock &block, Value query0,
                                     Value key0) {
  bool hasMask = !op.getMaskBody().empty();
  Value end = b.addIndex(key0, kRows);
  Value partial =
      arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, end, count);
  if (hasMask && op.getFull()) {
    Value yes = arith::ConstantIntOp::create(b, true, 1);
    Value notFull = arith::XOrIOp::create(b, op.getFull(), yes);
    partial = arith::OrIOp::create(b, partial, notFull);
  }
  auto masked = [&]() {
    SmallVector<Value> result;
    for (int64_t r = 0; r < kRows; ++r) {
      Value key = b.addIndex(key0, r);
      Value exists =
          arith::CmpIOp::create(b, arith::CmpIPredicate::slt, key, count);
      for (int64_t v = 0; v < numVectors; ++v) {
        Value score = block[r][v];
        if (hasMask) {
          LaneValue keep = program.inlineRegion(op.getMaskBody(),
                                                regionIndices(query0, v, key));
          score = arith::SelectOp::create(b, program.toVector(keep), score,
                                          b.negInf());
        }
        result.push_back(arith::SelectOp::create(b, exists, score, b.negInf()));
      }
    }
    return result;
  };
  SmallVector<Value> result;
  if (hasMask && !op.getFull()) {
    result = masked();
  } else {
    result = b.branch(partial, masked, [&]() {
      SmallVector<Value> same;
      for (const auto &row : block)
        same.append(row);
      return same;
    });
  }
  RegisterBlock out;
  for (int64_t r = 0; r < kRows; ++r)
    out.emplace_back(result.begin() + r * numVectors,
                     result.begin() + (r + 1) * numVectors);
  return out;
}

/// acc' = c * acc + sum over keys of p * v, for all value features.
void StepEmitter::emitWeightedSum(Value query0, ArrayRef<Value> factors) {
  Value features = b.createOrFold<memref::DimOp>(op.getValue(), b.index(1));
  Value rest = arith::RemSIOp::create(b, features, b.index(kRows));
  Value whole = arith::SubIOp::create(b, features, rest);
  auto rows = [&](bool guarded) {
    b.loop(b.index(0), whole, kRows,
           [&](Value e) { emitValueRows(query0, factors, e, kRows, guarded); });
    b.loop(whole, features, 1,
           [&](Value e) { emitValueRows(query0, factors, e, 1, guarded); });
    return SmallVector<Value>();
  };
  b.branch(
      allFinite, [&]() { return rows(/*guarded=*/false); },
      [&]() { return rows(/*guarded=*/true); });
}

/// The same for `numRows` features from `row0`. `guarded`: a weight of zero
/// contributes nothing even if the value is NaN or infinite (S3).
void StepEmitter::emitValueRows(Value query0, ArrayRef<Value> factors,
                                Value row0, int64_t numRows, bool guarded) {
  SmallVector<Value> sums(numRows * numVectors, b.splat(0));
  sums = b.loop(b.index(0), count, 1, sums, [&](Value key, ValueRange carried) {
    SmallVector<Value> weights = loadScores(key), next;
    for (int64_t r = 0; r < numRows; ++r) {
      Value x = memref::LoadOp::create(b, op.getValue(),
                                       ValueRange{key, b.addIndex(row0, r)});
      Value value = b.broadcast(x);
      for (int64_t v = 0; v < numVectors; ++v) {
        Value old = carried[r * numVectors + v];
        Value sum = vector::FMAOp::create(b, value, weights[v], old);
        if (guarded) {
          Value none = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ,
                                             weights[v], b.splat(0));
          sum = arith::SelectOp::create(b, none, old, sum);
        }
        next.push_back(sum);
      }
    }
    return next;
  });
  Value acc = op.getOuts()[2];
  for (int64_t r = 0; r < numRows; ++r)
    for (int64_t v = 0; v < numVectors; ++v) {
      SmallVector<Value> place = {b.addIndex(row0, r), at(query0, v)};
      Value old = b.rescale(factors[v], b.load(acc, place));
      Value sum = arith::AddFOp::create(b, old, sums[r * numVectors + v]);
      b.store(sum, acc, place);
    }
}

LogicalResult mlir::attn::emitStep(RewriterBase &rewriter, StepOp op,
                                   const Machine &machine) {
  FailureOr<FloatType> compute =
      checkTile(rewriter, op, op.getOuts()[0], machine);
  if (failed(compute))
    return failure();
  int64_t keys = cast<MemRefType>(op.getKey().getType()).getDimSize(0);
  if (ShapedType::isDynamic(keys) || keys % 4 != 0)
    return rewriter.notifyMatchFailure(
        op, "the keys of the tile are not a static multiple of 4");
  StepEmitter(rewriter, op, *compute, machine).emit();
  rewriter.eraseOp(op);
  return success();
}
