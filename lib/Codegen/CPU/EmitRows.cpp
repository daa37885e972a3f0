// attn.step for a few queries: features and keys are lanes.
//
//   for each key:       s[q][key] = sum over lanes of q[q][d] * k[key][d]
//   for each query:     max', p = exp(mask(mod(s)) - max'), sum'
//   for a few vectors:  o[q][e] = sum over keys of p[q][key] * v[key][e]
//   acc[e][q] = c * acc[e][q] + o[q][e]
//
// With one query in each lane a decoder would use one lane of sixteen, and read
// keys one scalar a cycle; here it reads vectors. The reference of a query
// moves by the rule of EmitStep.cpp.
//
// Tested by test/Codegen/CPU/emit-rows.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "StepEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::attn;

/// More queries than that fill enough lanes of a vector of queries.
static constexpr int64_t kMaxQueries = 8;
/// Sums of values in registers, and sums of products that are on their way.
static constexpr int64_t kSums = 16, kChains = 8;

/// Rows of whole vectors, one element after the other.
static bool hasWholeRows(Value tile, int64_t lanes) {
  auto type = cast<MemRefType>(tile.getType());
  int64_t columns = type.getDimSize(1);
  return !ShapedType::isDynamic(columns) && columns % lanes == 0 &&
         columns > 0 && type.isLastDimUnitStride();
}

bool StepEmitter::isForRows() {
  std::optional<int64_t> queries =
      op.getQueries() ? getConstantIntValue(op.getQueries()) : std::nullopt;
  return queries && *queries <= kMaxQueries && op.isDot() &&
         op.getNumQueries() == b.lanes && op.getMaxCount() % b.lanes == 0 &&
         hasWholeRows(op.getKey(), b.lanes) &&
         hasWholeRows(op.getValue(), b.lanes);
}

/// `rows` [T, n] = transpose of `columns` [n, T], T the lanes of a vector.
void StepEmitter::transposeToRows(Value columns, Value rows) {
  int64_t size = cast<MemRefType>(rows.getType()).getDimSize(1);
  auto square = VectorType::get({b.lanes, b.lanes}, b.compute);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(b.compute));
  b.loop(b.index(0), b.index(size), b.lanes, [&](Value d) {
    Value block = vector::TransferReadOp::create(
        b, square, columns, ValueRange{d, b.index(0)}, zero,
        ArrayRef<bool>{true, true});
    block = vector::TransposeOp::create(b, block, ArrayRef<int64_t>{1, 0});
    vector::TransferWriteOp::create(b, block, rows, ValueRange{b.index(0), d},
                                    ArrayRef<bool>{true, true});
  });
}

void StepEmitter::emitRows() {
  int64_t queries = *getConstantIntValue(op.getQueries());
  int64_t keys = op.getMaxCount();
  int64_t features = cast<MemRefType>(op.getKey().getType()).getDimSize(1);
  int64_t values = cast<MemRefType>(op.getValue().getType()).getDimSize(1);
  Value query = allocateScratch(MemRefType::get({b.lanes, features}, b.compute),
                                /*zeroed=*/false);
  Value out = allocateScratch(MemRefType::get({b.lanes, values}, b.compute),
                              /*zeroed=*/false);
  Value factors =
      allocateScratch(MemRefType::get({b.lanes}, b.compute), /*zeroed=*/true);
  scores = allocateScratch(MemRefType::get({queries, keys}, b.compute),
                           /*zeroed=*/false);
  transposeToRows(op.getQuery(), query);
  emitRowScores(query, queries);
  b.loop(b.index(0), b.index(queries), 1,
         [&](Value q) { emitRowSoftmax(q, factors); });
  // Values are read once: whether all are finite is known only afterwards.
  Value isFinite = emitRowSums(out, queries, /*guarded=*/false);
  b.branch(
      isFinite, []() { return SmallVector<Value>(); },
      [&]() {
        emitRowSums(out, queries, /*guarded=*/true);
        return SmallVector<Value>();
      });

  // acc[e, :] = c * acc[e, :] + transpose(out)[e, :], for as many rows as lanes
  auto square = VectorType::get({b.lanes, b.lanes}, b.compute);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(b.compute));
  Value acc = op.getOuts()[2], factor = b.load(factors, b.index(0));
  b.loop(b.index(0), b.index(values), b.lanes, [&](Value e) {
    Value block = vector::TransferReadOp::create(
        b, square, out, ValueRange{b.index(0), e}, zero,
        ArrayRef<bool>{true, true});
    block = vector::TransposeOp::create(b, block, ArrayRef<int64_t>{1, 0});
    for (int64_t row = 0; row < b.lanes; ++row) {
      SmallVector<Value> place = {b.addIndex(e, row), b.index(0)};
      Value old = b.rescale(factor, b.load(acc, place));
      Value more = vector::ExtractOp::create(b, block, row);
      b.store(arith::AddFOp::create(b, old, more), acc, place);
    }
  });
}

/// The sum of a vector's lanes, in the order of a tree.
static Value sumLanes(TileBuilder &b, Value vector) {
  return vector::ReductionOp::create(b, vector::CombiningKind::ADD, vector,
                                     arith::FastMathFlags::reassoc);
}

/// scores[q][key] = sum over d of q[q, d] * k[key, d]. Key by key: memory
/// brings consecutive lines sooner than those of several rows at once.
void StepEmitter::emitRowScores(Value query, int64_t queries) {
  int64_t features = cast<MemRefType>(op.getKey().getType()).getDimSize(1);
  // Several sums for each query, so that one need not wait for the other.
  int64_t chains =
      std::min(std::max<int64_t>(1, kChains / queries), features / b.lanes);
  int64_t width = chains * b.lanes;
  b.loop(b.index(0), count, 1, [&](Value key) {
    SmallVector<Value> sums(queries * chains, b.splat(0));
    auto part = [&](Value d0, int64_t width, ValueRange carried) {
      SmallVector<Value> next(carried);
      for (int64_t n = 0; n < width / b.lanes; ++n) {
        Value d = b.addIndex(d0, n * b.lanes);
        Value k = b.load(op.getKey(), {key, d});
        for (int64_t q = 0; q < queries; ++q) {
          Value &sum = next[q * chains + n];
          Value x = b.load(query, {b.index(q), d});
          sum = vector::FMAOp::create(b, k, x, sum);
        }
      }
      return next;
    };
    int64_t whole = features / width * width;
    sums = b.loop(
        b.index(0), b.index(whole), width, sums,
        [&](Value d0, ValueRange carried) { return part(d0, width, carried); });
    sums = part(b.index(whole), features - whole, sums);
    for (int64_t q = 0; q < queries; ++q) {
      Value sum = sums[q * chains];
      for (int64_t n = 1; n < chains; ++n)
        sum = arith::AddFOp::create(b, sum, sums[q * chains + n]);
      memref::StoreOp::create(b, sumLanes(b, sum), scores,
                              ValueRange{b.index(q), key});
    }
  });
}

/// One vector of keys' scores of query `q`, after scale, mod and mask.
Value StepEmitter::emitRowOfScores(Value q, Value key0) {
  Value s = b.load(scores, {q, key0});
  if (!op.getScale().isExactlyValue(1.0))
    s = arith::MulFOp::create(b, s, b.splat(op.getScale().convertToDouble()));
  auto sum = [&](Value x, Value y) -> Value {
    return arith::AddIOp::create(b, x, y);
  };
  SmallVector<LaneValue> indices;
  for (Value leading : op.getAt().drop_back(2))
    indices.push_back(LaneValue::uniform(leading));
  Value i0 = op.getAt()[op.getAt().size() - 2], j0 = op.getAt().back();
  indices.push_back(LaneValue::uniform(sum(i0, q)));
  indices.push_back(LaneValue::affine(sum(j0, key0), 1));
  if (!op.getModBody().empty()) {
    SmallVector<LaneValue> args = {LaneValue::vector(s)};
    args.append(indices);
    Value changed =
        program.toVector(program.inlineRegion(op.getModBody(), args));
    Value removed =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, s, b.negInf());
    s = arith::SelectOp::create(b, removed, b.negInf(), changed);
  }
  if (!op.getMaskBody().empty()) {
    LaneValue keep = program.inlineRegion(op.getMaskBody(), indices);
    s = arith::SelectOp::create(b, program.toVector(keep), s, b.negInf());
  }
  // key0 + lane < count
  auto mask = VectorType::get({b.lanes}, b.getI1Type());
  Value left = arith::SubIOp::create(b, count, key0);
  Value exists = vector::CreateMaskOp::create(b, mask, left);
  return arith::SelectOp::create(b, exists, s, b.negInf());
}

/// scores[q] becomes the weights; max and sum of the query move on.
void StepEmitter::emitRowSoftmax(Value q, Value factors) {
  Value max = op.getOuts()[0], sum = op.getOuts()[1], zero = b.index(0);
  Value largest = b.loop(zero, count, b.lanes, b.negInf(),
                         [&](Value key0, ValueRange carried) {
                           Value s = emitRowOfScores(q, key0);
                           b.store(s, scores, {q, key0});
                           return SmallVector<Value>{b.max(s, carried[0])};
                         })[0];
  largest = b.broadcast(
      vector::ReductionOp::create(b, vector::CombiningKind::MAXNUMF, largest));

  // max' = t > max + headroom ? t : max,  c = exp(max - max')
  Value reference = b.broadcast(memref::LoadOp::create(b, max, q));
  Value raise = exceeds(largest, reference)[0];
  Value moved = arith::SelectOp::create(b, raise, largest, reference);
  Value bound = b.finiteMax(moved);
  Value below = arith::SubFOp::create(b, reference, bound);
  Value factor = arith::SelectOp::create(b, raise, b.expOf(below, op.getLog2()),
                                         b.splat(1));
  Value total = b.loop(
      zero, count, b.lanes, b.splat(0), [&](Value key0, ValueRange carried) {
        Value s = b.load(scores, {q, key0});
        Value p = b.expOf(arith::SubFOp::create(b, s, bound), op.getLog2());
        b.store(p, scores, {q, key0});
        return SmallVector<Value>{arith::AddFOp::create(b, carried[0], p)};
      })[0];
  auto first = [&](Value vector) -> Value {
    return vector::ExtractOp::create(b, vector, int64_t(0));
  };
  memref::StoreOp::create(b, first(moved), max, q);
  memref::StoreOp::create(b, first(factor), factors, q);
  Value old = memref::LoadOp::create(b, sum, q);
  Value scaled = arith::MulFOp::create(b, old, first(factor));
  memref::StoreOp::create(
      b, arith::AddFOp::create(b, scaled, sumLanes(b, total)), sum, q);
}

/// out[q][e] = sum over keys of p[q][key] * v[key, e]. Returns whether all
/// values are finite: the sum of x - x is 0. `guarded`: a weight of zero
/// contributes nothing even if the value is not (S3).
Value StepEmitter::emitRowSums(Value out, int64_t queries, bool guarded) {
  int64_t values = cast<MemRefType>(op.getValue().getType()).getDimSize(1);
  int64_t width =
      std::min(std::max<int64_t>(1, kSums / queries) * b.lanes, values);
  auto part = [&](Value e0, int64_t width, Value check) -> Value {
    int64_t numVectors = width / b.lanes;
    SmallVector<Value> inits(queries * numVectors, b.splat(0));
    inits.push_back(check);
    SmallVector<Value> sums =
        b.loop(b.index(0), count, 1, inits, [&](Value key, ValueRange carried) {
          SmallVector<Value> next(carried);
          if (!guarded)
            emitPrefetch(op.getValue(), key, 1, e0, b.addIndex(e0, width));
          for (int64_t n = 0; n < numVectors; ++n) {
            Value v = b.load(op.getValue(), {key, b.addIndex(e0, n * b.lanes)});
            Value none = arith::SubFOp::create(b, v, v);
            next.back() = arith::AddFOp::create(b, next.back(), none);
            for (int64_t q = 0; q < queries; ++q) {
              Value p = b.broadcast(memref::LoadOp::create(
                  b, scores, ValueRange{b.index(q), key}));
              Value &sum = next[q * numVectors + n], old = sum;
              sum = vector::FMAOp::create(b, p, v, old);
              if (guarded) {
                Value isZero = arith::CmpFOp::create(
                    b, arith::CmpFPredicate::OEQ, p, b.splat(0));
                sum = arith::SelectOp::create(b, isZero, old, sum);
              }
            }
          }
          return next;
        });
    for (int64_t q = 0; q < queries; ++q)
      for (int64_t n = 0; n < numVectors; ++n)
        b.store(sums[q * numVectors + n], out,
                {b.index(q), b.addIndex(e0, n * b.lanes)});
    return sums.back();
  };
  int64_t whole = values / width * width;
  Value check = b.loop(b.index(0), b.index(whole), width, b.splat(0),
                       [&](Value e0, ValueRange carried) {
                         return SmallVector<Value>{part(e0, width, carried[0])};
                       })[0];
  if (whole < values)
    check = part(b.index(whole), values - whole, check);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(b.compute));
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, sumLanes(b, check),
                               zero);
}
