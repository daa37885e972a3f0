// attn.step with `rows`, for a few queries: features and keys are lanes.
//
//   for a few keys:       s[q][key] = sum over lanes of q[q][d] * k[key][d]
//   for each query:       max', p = exp(mask(mod(s)) - max'), sum', acc *= c
//   for some keys:
//     for a few vectors:  acc[q][e] += sum over keys of p[q][key] * v[key][e]
//
// With one query in each lane a decoder would use one lane of sixteen, and read
// keys one scalar at a time; here it reads vectors. The reference of a query
// moves by the rule of EmitStep.cpp.
//
// Tested by test/Codegen/CPU/emit-rows.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "StepEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::attn;

/// Keys of a register block of scores, vectors of features that are written
/// out in one iteration, and keys whose values are summed in registers.
static constexpr int64_t kBlockKeys = 4, kFeatureVectors = 8, kSumKeys = 16;
/// How far ahead of its use memory is asked for: what it brings in a few
/// hundred cycles.
static constexpr int64_t kBytesAhead = 8192;

/// Rows of whole vectors, one element after the other.
static bool hasWholeRows(Value tile, int64_t lanes) {
  auto type = cast<MemRefType>(tile.getType());
  int64_t columns = type.getDimSize(1);
  return !ShapedType::isDynamic(columns) && columns % lanes == 0 &&
         columns > 0 && type.isLastDimUnitStride();
}

bool StepEmitter::canEmitRows() {
  return op.isDot() && hasWholeRows(op.getKey(), b.lanes) &&
         hasWholeRows(op.getValue(), b.lanes);
}

void StepEmitter::emitRows() {
  int64_t keys = llvm::alignTo(op.getMaxCount(), b.lanes);
  scores = allocateScratch(
      MemRefType::get({op.getNumQueries(), keys}, b.compute), /*zeroed=*/false);
  emitRowScores();
  b.loop(b.index(0), b.index(op.getNumQueries()), 1,
         [&](Value q) { emitRowSoftmax(q); });
  b.loop(b.index(0), count, kSumKeys, [&](Value key0) {
    Value end = arith::MinSIOp::create(b, b.addIndex(key0, kSumKeys), count);
    emitRowSums(key0, end);
  });
}

/// A vector of a row of keys or values, in the compute type.
Value StepEmitter::loadRow(Value tile, Value row, Value column) {
  Type element = cast<MemRefType>(tile.getType()).getElementType();
  auto type = VectorType::get({b.lanes}, element);
  Value x = vector::LoadOp::create(b, type, tile, ValueRange{row, column});
  if (element == b.compute)
    return x;
  return arith::ExtFOp::create(b, b.vectorType, x);
}

/// scores[q][key] = sum over d of q[q, d] * k[key, d], a few keys at a time.
/// Past the last key it is read again.
void StepEmitter::emitRowScores() {
  int64_t queries = op.getNumQueries();
  int64_t features = cast<MemRefType>(op.getKey().getType()).getDimSize(1);
  int64_t rows = std::min(kBlockKeys, b.lanes);
  while (rows > 1 && rows * queries > numVectors * numRows)
    rows /= 2;
  Value last = b.addIndex(count, -1);
  b.loop(b.index(0), count, rows, [&](Value key0) {
    SmallVector<Value> keys;
    for (int64_t r = 0; r < rows; ++r)
      keys.push_back(arith::MinSIOp::create(b, b.addIndex(key0, r), last));
    SmallVector<Value> sums = emitRowProducts(keys, features);
    // As many queries at once as there are lanes for their scores.
    int64_t together = b.lanes / rows;
    for (int64_t q0 = 0; q0 < queries; q0 += together) {
      int64_t end = std::min(queries, q0 + together);
      SmallVector<Value> vectors(sums.begin() + q0 * rows,
                                 sums.begin() + end * rows);
      vectors.resize(llvm::PowerOf2Ceil(vectors.size()), vectors.back());
      Value each = b.sumLanesOfEach(vectors);
      for (int64_t q = q0; q < end; ++q) {
        Value few = vector::ExtractStridedSliceOp::create(
            b, each, (q - q0) * rows, rows, 1);
        b.store(few, scores, {b.index(q), key0});
      }
    }
  });
}

/// For each query and key, [query][key], a vector of sums over every lanes-th
/// feature.
SmallVector<Value> StepEmitter::emitRowProducts(ArrayRef<Value> keys,
                                                int64_t features) {
  int64_t queries = op.getNumQueries(), rows = keys.size();
  // The first products, without a sum to be added to, leave nothing to the loop
  // but whole groups of vectors.
  int64_t width = kFeatureVectors * b.lanes;
  int64_t first = (features - 1) % width + 1;
  // Lines of later keys, in the order of memory, as the first products go on.
  int64_t line = lineSize(op.getKey()),
          inRow = llvm::divideCeil(features, line);
  int64_t lines = rows * inRow, loads = rows * first / b.lanes, next = 0;
  auto prefetchUntil = [&](int64_t load) {
    for (; next < lines && next * loads < lines * load; ++next)
      emitPrefetchLine(op.getKey(), keys[next / inRow], rowsAhead(op.getKey()),
                       b.index(next % inRow * line), /*level=*/1);
  };
  auto part = [&](Value d0, int64_t width, ArrayRef<Value> carried) {
    SmallVector<Value> next(carried);
    for (int64_t n = 0; n < width; n += b.lanes) {
      Value d = b.addIndex(d0, n);
      SmallVector<Value> query;
      for (int64_t q = 0; q < queries; ++q)
        query.push_back(b.load(op.getQuery(), {b.index(q), d}));
      for (auto [r, key] : llvm::enumerate(keys)) {
        prefetchUntil(n / b.lanes * rows + r + 1);
        Value k = loadRow(op.getKey(), key, d);
        for (int64_t q = 0; q < queries; ++q) {
          Value &sum = next[q * keys.size() + r];
          if (sum)
            sum = vector::FMAOp::create(b, k, query[q], sum);
          else
            sum = arith::MulFOp::create(b, k, query[q]);
        }
      }
    }
    return next;
  };
  SmallVector<Value> sums(keys.size() * queries);
  sums = part(b.index(0), first, sums);
  sums = b.loop(b.index(first), b.index(features), width, sums,
                [&](Value d0, ValueRange carried) {
                  return part(d0, width, llvm::to_vector(carried));
                });
  return sums;
}

/// One vector of keys' scores of query `q`, after scale, mod and mask.
Value StepEmitter::emitRowOfScores(Value q, Value key0) {
  Value s = scaled(b.load(scores, {q, key0}));
  auto sum = [&](Value x, Value y) -> Value {
    return arith::AddIOp::create(b, x, y);
  };
  SmallVector<LaneValue> indices;
  for (Value leading : op.getAt().drop_back(2))
    indices.push_back(LaneValue::uniform(leading));
  Value i0 = op.getAt()[op.getAt().size() - 2], j0 = op.getAt().back();
  indices.push_back(LaneValue::uniform(sum(i0, q)));
  indices.push_back(LaneValue::affine(sum(j0, key0), 1));
  if (!op.getModBody().empty())
    s = modified(s, indices)[0];
  if (!op.getMaskBody().empty())
    s = masked(s, indices)[0];
  // key0 + lane < count
  auto mask = VectorType::get({b.lanes}, b.getI1Type());
  Value left = arith::SubIOp::create(b, count, key0);
  Value exists = vector::CreateMaskOp::create(b, mask, left);
  return arith::SelectOp::create(b, exists, s, b.negInf());
}

/// scores[q] becomes the weights; max, sum and acc of the query move on.
void StepEmitter::emitRowSoftmax(Value q) {
  Value max = op.getOuts()[0], sum = op.getOuts()[1], zero = b.index(0);
  Value largest = b.loop(zero, count, b.lanes, b.negInf(),
                         [&](Value key0, ValueRange carried) {
                           Value s = emitRowOfScores(q, key0);
                           b.store(s, scores, {q, key0});
                           return SmallVector<Value>{b.max(s, carried[0])};
                         })[0];
  largest = b.maxOfLanes(largest);

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
  Value old = memref::LoadOp::create(b, sum, q);
  Value scaled = arith::MulFOp::create(b, old, first(factor));
  memref::StoreOp::create(
      b, arith::AddFOp::create(b, scaled, b.sumLanes(total)), sum, q);
  b.branch(
      first(raise),
      [&]() {
        // acc = c * acc
        Value acc = op.getOuts()[2];
        Value values = b.createOrFold<memref::DimOp>(acc, b.index(1));
        b.loop(zero, values, b.lanes, [&](Value e) {
          b.store(b.rescale(factor, b.load(acc, {q, e})), acc, {q, e});
        });
        return SmallVector<Value>();
      },
      []() { return SmallVector<Value>(); });
}

/// Features whose sums for all queries fill the registers.
int64_t StepEmitter::getSumWidth() {
  int64_t values = cast<MemRefType>(op.getValue().getType()).getDimSize(1);
  int64_t vectors = numVectors * numRows / op.getNumQueries();
  return std::min(std::max<int64_t>(1, vectors) * b.lanes, values);
}

/// acc[q][e] += sum over the keys [key0, end) of p[q][key] * v[key, e]. So few
/// keys that their values are near when the next features are summed.
void StepEmitter::emitRowSums(Value key0, Value end) {
  int64_t queries = op.getNumQueries();
  int64_t values = cast<MemRefType>(op.getValue().getType()).getDimSize(1);
  int64_t width = getSumWidth();
  auto part = [&](Value e0, int64_t width) {
    SmallVector<Value> sums = emitRowSumsOf(key0, end, e0, width, false);
    // The sum of x * 0 is 0 unless a sum is NaN or infinite, and then perhaps
    // because of a weight of zero.
    Value check = b.splat(0), zero = b.splat(0);
    for (Value sum : sums)
      check = vector::FMAOp::create(b, sum, zero, check);
    Value bad =
        isAny(arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, check, zero)
                  .getResult());
    sums = b.branch(
        bad, [&]() { return emitRowSumsOf(key0, end, e0, width, true); },
        [&]() { return sums; });
    Value acc = op.getOuts()[2];
    for (auto [n, sum] : llvm::enumerate(sums)) {
      SmallVector<Value> place = {b.index(n % queries),
                                  b.addIndex(e0, n / queries * b.lanes)};
      Value old = b.load(acc, place);
      b.store(arith::AddFOp::create(b, old, sum), acc, place);
    }
  };
  int64_t whole = values / width * width;
  b.loop(b.index(0), b.index(whole), width, [&](Value e0) { part(e0, width); });
  if (whole < values)
    part(b.index(whole), values - whole);
}

/// The sums of `width` features from e0, [vector of features][query].
/// `guarded`: a weight of zero contributes nothing even if the value is NaN or
/// infinite (S3).
SmallVector<Value> StepEmitter::emitRowSumsOf(Value key0, Value end, Value e0,
                                              int64_t width, bool guarded) {
  int64_t queries = op.getNumQueries(), vectors = width / b.lanes;
  SmallVector<Value> zeros(queries * vectors, b.splat(0));
  return b.loop(key0, end, 1, zeros, [&](Value key, ValueRange carried) {
    SmallVector<Value> next(carried), weights;
    for (int64_t q = 0; q < queries; ++q)
      weights.push_back(b.broadcast(
          memref::LoadOp::create(b, scores, ValueRange{b.index(q), key})));
    if (!guarded)
      prefetchValues(key0, key, e0);
    for (int64_t n = 0; n < vectors; ++n) {
      Value v = loadRow(op.getValue(), key, b.addIndex(e0, n * b.lanes));
      for (int64_t q = 0; q < queries; ++q) {
        Value &sum = next[n * queries + q], old = sum;
        sum = vector::FMAOp::create(b, weights[q], v, old);
        if (guarded) {
          Value isZero = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ,
                                               weights[q], b.splat(0));
          sum = arith::SelectOp::create(b, isZero, old, sum);
        }
      }
    }
    return next;
  });
}

/// Rows of `tile` that lie between the use of a row and that of another which
/// is asked for at the same time.
Value StepEmitter::rowsAhead(Value tile) {
  auto type = cast<MemRefType>(tile.getType());
  int64_t bytes = type.getDimSize(1) * type.getElementTypeBitWidth() / 8;
  return b.index(llvm::divideCeil(kBytesAhead, bytes));
}

/// The share of one key and the features from e0 in bringing later values near:
/// in the order of memory, whatever the order of the sums.
void StepEmitter::prefetchValues(Value key0, Value key, Value e0) {
  int64_t values = cast<MemRefType>(op.getValue().getType()).getDimSize(1);
  int64_t width = getSumWidth(), passes = llvm::divideCeil(values, width);
  int64_t line = lineSize(op.getValue());
  int64_t share =
      llvm::divideCeil(llvm::divideCeil(values, line), passes) * line;
  // place = pass * keys + key
  Value pass = arith::DivUIOp::create(b, e0, b.index(width));
  Value place = arith::AddIOp::create(
      b, arith::MulIOp::create(b, pass, b.index(kSumKeys)),
      arith::SubIOp::create(b, key, key0));
  Value row = arith::AddIOp::create(
      b, key0, arith::DivUIOp::create(b, place, b.index(passes)));
  Value part = arith::RemUIOp::create(b, place, b.index(passes));
  Value c0 = arith::MulIOp::create(b, part, b.index(share));
  for (int64_t offset = 0; offset < share; offset += line) {
    Value column = b.addIndex(c0, offset);
    if (share * passes > values)
      column = arith::MinSIOp::create(b, column, b.index(values - 1));
    emitPrefetchLine(op.getValue(), row, rowsAhead(op.getValue()), column,
                     /*level=*/1);
  }
}
