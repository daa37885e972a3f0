// attn.step for one query, or none, with a score that is not a dot product:
// features are lanes.
//
//   terms[key] = sum over d of f(q[d], k[key][d], w[d], ..), lane by lane
//   for each block of keys:
//     s[key] = mask(mod(sum over lanes of terms[key]))
//     if some s > max + headroom: max' = max(s); out, sum *= exp(max - max')
//     p = exp(s - max'),  sum += p
//     for each key:  out[e] += p[key] * v[key][e]
//                    terms of the key one block ahead
//   acc[e] = c * acc[e] + out[e],  c of all blocks
//
// Where a sequence is pooled, keys and values are the same rows. They are read
// from memory once: a block is in the first-level cache when it is summed, and
// the loads of the next come between sums, so that memory always has work. The
// reference moves by the rule of EmitStep.cpp, block by block: blocks begin at
// multiples of their size, so how it moves depends on the scores alone (S6).
//
// Tested by test/Codegen/CPU/emit-pooling.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "StepEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::attn;

/// Sums of values in registers, beside what a region needs.
static constexpr int64_t kSums = 8;
/// Sums of terms in registers.
static constexpr int64_t kTermSums = 4;
/// Vectors of terms that are computed without a loop.
static constexpr int64_t kUnrolledTerms = 16;
/// Rows of a block of keys.
static constexpr int64_t kBlockBytes = 8 * 1024;
/// How far ahead keys are fetched: beside so much arithmetic few loads would be
/// under way.
static constexpr int64_t kAheadBytes = 6 * 1024;
/// Rows that are fetched while weights are computed.
static constexpr int64_t kRowsMeanwhile = 4;

/// A buffer of rows of known size, one element after the other.
static bool hasKnownRows(Value tile) {
  auto type = cast<MemRefType>(tile.getType());
  return !ShapedType::isDynamic(type.getDimSize(1)) && type.getDimSize(1) > 0 &&
         type.isLastDimUnitStride();
}

static int64_t getRowBytes(Value tile) {
  auto type = cast<MemRefType>(tile.getType());
  return type.getDimSize(1) * type.getElementTypeBitWidth() / 8;
}

/// Keys of a block: with the next one they fit the first-level cache, if rows
/// are not too long.
int64_t StepEmitter::getBlockKeys() {
  int64_t bytes = getRowBytes(op.getKey());
  if (op.getValue() != op.getKey())
    bytes = std::max(bytes, getRowBytes(op.getValue()));
  int64_t keys = llvm::bit_floor(uint64_t(kBlockBytes / bytes));
  return std::clamp(keys, b.lanes, 4 * b.lanes);
}

bool StepEmitter::isForPooling() {
  std::optional<int64_t> queries =
      op.getQueries() ? getConstantIntValue(op.getQueries()) : std::nullopt;
  return queries && *queries == 1 && !op.isDot() &&
         op.getNumQueries() == b.lanes && op.getMaxCount() % b.lanes == 0 &&
         hasKnownRows(op.getKey()) && hasKnownRows(op.getValue());
}

/// Elements `column`.. of a row, zero past its end.
Value StepEmitter::readRow(Value buffer, ValueRange at, bool whole) {
  if (whole)
    return b.load(buffer, at);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(b.compute));
  return vector::TransferReadOp::create(b, b.vectorType, buffer, at, zero,
                                        ArrayRef<bool>{false});
}

/// f(q[d], k[key][d], w[d], ..) for the features `d`.. of a vector.
Value StepEmitter::emitPooledTerm(Value query, Value key, Value d, bool whole) {
  SmallVector<LaneValue> args;
  if (query)
    args.push_back(LaneValue::vectors(b.load(query, d)));
  args.push_back(LaneValue::vectors(readRow(op.getKey(), {key, d}, whole)));
  for (Value param : op.getParams())
    args.push_back(LaneValue::vectors(readRow(param, d, whole)));
  Value term =
      program.toVectors(program.inlineRegion(op.getScoreBody(), args))[0];
  if (whole)
    return term;
  // f(0, ..) need not be 0.
  Value features = b.createOrFold<memref::DimOp>(op.getKey(), b.index(1));
  Value left = arith::SubIOp::create(b, features, d);
  Value exists = vector::CreateMaskOp::create(
      b, VectorType::get({b.lanes}, b.getI1Type()), left);
  return arith::SelectOp::create(b, exists, term, b.splat(0));
}

/// terms[row] = the terms of the score of `key`, summed lane by lane. A few
/// sums take turns: one alone would wait for itself.
void StepEmitter::emitPooledTerms(Value query, Value key, Value terms,
                                  Value row) {
  int64_t features = cast<MemRefType>(op.getKey().getType()).getDimSize(1);
  int64_t rowsAhead = llvm::divideCeil(kAheadBytes, getRowBytes(op.getKey()));
  emitPrefetchRow(op.getKey(), key, b.index(rowsAhead), /*level=*/1);
  int64_t wholeVectors = features / b.lanes;
  SmallVector<Value> sums(std::clamp<int64_t>(wholeVectors, 1, kTermSums),
                          b.splat(0));
  auto add = [&](Value d, bool whole, Value &sum) {
    sum = addTerm(emitPooledTerm(query, key, d, whole), sum);
  };
  int64_t stride = sums.size() * b.lanes;
  int64_t looped =
      wholeVectors > kUnrolledTerms ? features / stride * stride : 0;
  if (looped > 0)
    sums = b.loop(b.index(0), b.index(looped), stride, sums,
                  [&](Value d, ValueRange carried) {
                    SmallVector<Value> next(carried);
                    for (auto [v, sum] : llvm::enumerate(next))
                      add(b.addIndex(d, v * b.lanes), true, sum);
                    return next;
                  });
  for (int64_t d = looped; d < features; d += b.lanes)
    add(b.index(d), d + b.lanes <= features, sums[(d / b.lanes) % sums.size()]);
  Value sum = sums[0];
  for (Value other : ArrayRef(sums).drop_front())
    sum = arith::AddFOp::create(b, sum, other);
  b.store(sum, terms, {row, b.index(0)});
}

/// The weights of keys [key0, end), from their terms. Carries the reference,
/// the sums of weights in each lane, and what the state before the tile is
/// multiplied by.
SmallVector<Value> StepEmitter::emitPooledWeights(Value out, Value terms,
                                                  Value key0, Value end,
                                                  ValueRange carried) {
  Value zero = b.index(0);
  // Little is read here: memory goes on with rows that are used soon.
  int64_t rowsAhead = llvm::divideCeil(kAheadBytes, getRowBytes(op.getKey()));
  for (int64_t r = 0; r < kRowsMeanwhile; ++r)
    emitPrefetchRow(op.getKey(), end, b.index(rowsAhead + r), /*level=*/1);
  // Terms of keys that are not there may be anything: they are removed.
  Value largest = b.loop(
      key0, end, b.lanes, b.negInf(), [&](Value key, ValueRange carried) {
        SmallVector<Value> vectors;
        Value row0 = arith::SubIOp::create(b, key, key0);
        for (int64_t r = 0; r < b.lanes; ++r)
          vectors.push_back(b.load(terms, {b.addIndex(row0, r), zero}));
        Value sums = b.sumLanesOfEach(vectors);
        b.store(sums, scores, {zero, key});
        Value s = emitRowOfScores(zero, key);
        b.store(s, scores, {zero, key});
        return SmallVector<Value>{b.max(s, carried[0])};
      })[0];

  Value reference = carried[0], sum = carried[1], factor = carried[2];
  SmallVector<Value> moved = b.branch(
      isAny(exceeds(largest, reference)),
      [&]() {
        Value max = b.maxOfLanes(largest);
        Value below = arith::SubFOp::create(b, reference, b.finiteMax(max));
        Value c = b.expOf(below, op.getLog2());
        auto type = cast<MemRefType>(out.getType());
        b.loop(zero, b.index(type.getDimSize(0)), b.lanes,
               [&](Value e) { b.store(b.rescale(c, b.load(out, e)), out, e); });
        return SmallVector<Value>{max, arith::MulFOp::create(b, sum, c),
                                  arith::MulFOp::create(b, factor, c)};
      },
      [&]() { return SmallVector<Value>(carried); });
  Value bound = b.finiteMax(moved[0]);
  moved[1] =
      b.loop(key0, end, b.lanes, moved[1], [&](Value key, ValueRange carried) {
        Value s = b.load(scores, {zero, key});
        Value p = b.expOf(arith::SubFOp::create(b, s, bound), op.getLog2());
        b.store(p, scores, {zero, key});
        return SmallVector<Value>{arith::AddFOp::create(b, carried[0], p)};
      })[0];
  return moved;
}

/// out[e] += sum over keys [key0, end) of p[key] * v[key, e], and meanwhile the
/// terms of the keys of the next block: these come from memory, the values from
/// the first-level cache. A value that is not finite shows in the sum, which is
/// then taken again: there a weight of zero contributes nothing (S3).
void StepEmitter::emitPooledValues(Value query, Value out, Value terms,
                                   Value key0, Value end) {
  int64_t columns = cast<MemRefType>(out.getType()).getDimSize(0) / b.lanes;
  int64_t values = cast<MemRefType>(op.getValue().getType()).getDimSize(1);
  Value nextEnd =
      arith::MinSIOp::create(b, b.addIndex(end, getBlockKeys()), count);
  Value ahead = arith::SubIOp::create(b, end, key0);
  Value both = arith::SubIOp::create(b, nextEnd, ahead);
  for (int64_t v0 = 0; v0 < columns; v0 += kSums) {
    int64_t width = std::min(kSums, columns - v0);
    auto column = [&](int64_t v) { return (v0 + v) * b.lanes; };
    auto add = [&](Value from, Value to, ValueRange old, bool next,
                   bool guarded) {
      return b.loop(from, to, 1, old, [&](Value key, ValueRange carried) {
        if (next) {
          Value row = arith::SubIOp::create(b, key, key0);
          emitPooledTerms(query, arith::AddIOp::create(b, end, row), terms,
                          row);
        }
        Value p = b.broadcast(
            memref::LoadOp::create(b, scores, ValueRange{b.index(0), key}));
        SmallVector<Value> sums;
        for (int64_t v = 0; v < width; ++v) {
          bool whole = column(v) + b.lanes <= values;
          Value x = readRow(op.getValue(), {key, b.index(column(v))}, whole);
          Value sum = vector::FMAOp::create(b, p, x, carried[v]);
          if (guarded) {
            Value isZero = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ,
                                                 p, b.splat(0));
            sum = arith::SelectOp::create(b, isZero, carried[v], sum);
          }
          sums.push_back(sum);
        }
        return sums;
      });
    };
    SmallVector<Value> old, bad;
    for (int64_t v = 0; v < width; ++v)
      old.push_back(b.load(out, b.index(column(v))));
    SmallVector<Value> sums;
    if (v0 == 0) {
      sums = add(key0, both, old, /*next=*/true, /*guarded=*/false);
      sums = add(both, end, sums, false, false);
    } else {
      sums = add(key0, end, old, false, false);
    }
    for (Value sum : sums) {
      Value none = arith::SubFOp::create(b, sum, sum);
      bad.push_back(arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, none,
                                          b.splat(0)));
    }
    sums = b.branch(
        isAny(bad),
        [&]() { return add(key0, end, old, false, /*guarded=*/true); },
        [&]() { return sums; });
    for (int64_t v = 0; v < width; ++v)
      b.store(sums[v], out, b.index(column(v)));
  }
}

void StepEmitter::emitPooling() {
  count = op.getCount();
  Value max = op.getOuts()[0], sum = op.getOuts()[1], acc = op.getOuts()[2];
  Value zero = b.index(0);
  auto rowType = [&](Value tile) {
    int64_t size = cast<MemRefType>(tile.getType()).getDimSize(1);
    return MemRefType::get({int64_t(llvm::alignTo(size, b.lanes))}, b.compute);
  };
  Value out = allocateScratch(rowType(op.getValue()), /*zeroed=*/false);
  scores = allocateScratch(MemRefType::get({1, op.getMaxCount()}, b.compute),
                           /*zeroed=*/false);
  // Rows past the last key are read, too, and what comes of them is removed.
  Value terms = allocateScratch(
      MemRefType::get({getBlockKeys(), b.lanes}, b.compute), false);
  Value query;
  if (op.getQuery()) {
    query = allocateScratch(rowType(op.getKey()), /*zeroed=*/true);
    Value features = b.createOrFold<memref::DimOp>(op.getKey(), b.index(1));
    b.loop(zero, features, 1, [&](Value d) {
      Value x = memref::LoadOp::create(b, op.getQuery(), ValueRange{d, zero});
      memref::StoreOp::create(b, x, query, d);
    });
  }
  b.loop(zero, b.index(cast<MemRefType>(out.getType()).getDimSize(0)), b.lanes,
         [&](Value e) { b.store(b.splat(0), out, e); });

  Value reference = b.broadcast(memref::LoadOp::create(b, max, zero));
  SmallVector<Value> carried = {reference, b.splat(0), b.splat(1)};
  auto blockEnd = [&](Value key0) -> Value {
    return arith::MinSIOp::create(b, b.addIndex(key0, getBlockKeys()), count);
  };
  b.loop(zero, blockEnd(zero), 1,
         [&](Value key) { emitPooledTerms(query, key, terms, key); });
  carried = b.loop(zero, count, getBlockKeys(), carried,
                   [&](Value key0, ValueRange carried) {
                     Value end = blockEnd(key0);
                     SmallVector<Value> next =
                         emitPooledWeights(out, terms, key0, end, carried);
                     emitPooledValues(query, out, terms, key0, end);
                     return next;
                   });

  Value factor = carried[2];
  b.store(carried[0], max, zero);
  Value total = b.broadcast(b.sumLanes(carried[1]));
  Value scaled = arith::MulFOp::create(b, b.load(sum, zero), factor);
  b.store(arith::AddFOp::create(b, scaled, total), sum, zero);
  // acc[e] = c * acc[e] + out[e] in the lane of the query; a factor of zero
  // clears (S3).
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(b.compute));
  Value c = vector::ExtractOp::create(b, factor, int64_t(0));
  Value clears = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, c, none);
  Value values = b.createOrFold<memref::DimOp>(acc, zero);
  b.loop(zero, values, 1, [&](Value e) {
    Value old = memref::LoadOp::create(b, acc, ValueRange{e, zero});
    Value kept = arith::SelectOp::create(b, clears, none,
                                         arith::MulFOp::create(b, c, old));
    Value more = memref::LoadOp::create(b, out, e);
    memref::StoreOp::create(b, arith::AddFOp::create(b, kept, more), acc,
                            ValueRange{e, zero});
  });
}

LogicalResult mlir::attn::emitPoolingStep(RewriterBase &rewriter, StepOp op,
                                          const Machine &machine) {
  FailureOr<FloatType> compute =
      checkTile(rewriter, op, op.getOuts()[0], machine);
  if (failed(compute))
    return failure();
  StepEmitter emitter(rewriter, op, *compute, machine);
  if (!emitter.isForPooling())
    return rewriter.notifyMatchFailure(op, "not one query with such a score");
  emitter.emitPooling();
  rewriter.eraseOp(op);
  return success();
}
