// The weighted sum of the values of a tile, for one block of queries.
//
//   acc = acc + sum over keys of p * v
//
// Tested by test/Codegen/CPU/emit-step.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "StepEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::attn;

/// acc = acc + sum over keys of p * v, for all value features.
void StepEmitter::emitWeightedSum(const Window &window) {
  Value features = b.createOrFold<memref::DimOp>(op.getValue(), b.index(1));
  auto plain = [&]() {
    Value rest = b.createOrFold<arith::RemSIOp>(features, b.index(numRows));
    Value whole = b.createOrFold<arith::SubIOp>(features, rest);
    b.loop(b.index(0), whole, numRows,
           [&](Value e) { emitValueRows(window, e, numRows, false); });
    if (std::optional<int64_t> known = getConstantIntValue(rest)) {
      if (*known > 0)
        emitValueRows(window, whole, *known, false);
    } else {
      b.loop(whole, features, 1,
             [&](Value e) { emitValueRows(window, e, 1, false); });
    }
    return SmallVector<Value>();
  };
  // Rare, so it may be slow and shall be small.
  auto guarded = [&]() {
    b.loop(b.index(0), features, 1,
           [&](Value e) { emitValueRows(window, e, 1, true); });
    return SmallVector<Value>();
  };
  b.branch(allFinite, plain, guarded);
}

/// The same for `rows` features from `row0`. `guarded`: a weight of zero
/// contributes nothing even if the value is NaN or infinite (S3).
void StepEmitter::emitValueRows(const Window &window, Value row0, int64_t rows,
                                bool guarded) {
  SmallVector<Value> zeros(rows * numVectors, b.splat(0)), sums;
  if (valuePairs) {
    Value first = arith::DivUIOp::create(b, window.first, b.index(2));
    Value last = arith::CeilDivSIOp::create(b, window.last, b.index(2));
    sums = b.loop(first, last, 1, zeros, [&](Value pair, ValueRange carried) {
      return addValuePairs(pair, row0, rows, guarded, carried);
    });
  } else {
    sums = b.loop(window.first, window.last, 1, zeros,
                  [&](Value key, ValueRange carried) {
                    return addValues(key, row0, rows, guarded, carried);
                  });
  }
  Value acc = op.getOuts()[2];
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < numVectors; ++v) {
      SmallVector<Value> place = {b.addIndex(row0, r), at(window.query0, v)};
      Value old = b.load(acc, place);
      Value sum = arith::AddFOp::create(b, old, sums[r * numVectors + v]);
      b.store(sum, acc, place);
    }
}

/// sums + p * v for one key.
SmallVector<Value> StepEmitter::addValues(Value key, Value row0, int64_t rows,
                                          bool guarded, ValueRange sums) {
  SmallVector<Value> weights = loadScores(key), next;
  if (isOnlyBlock())
    for (int64_t r = 0; r < rows; r += lineSize(op.getValue()))
      emitPrefetchLine(op.getValue(), key, count, b.addIndex(row0, r),
                       /*level=*/2);
  for (int64_t r = 0; r < rows; ++r) {
    Value x = memref::LoadOp::create(b, op.getValue(),
                                     ValueRange{key, b.addIndex(row0, r)});
    Value value = b.broadcast(x);
    for (int64_t v = 0; v < numVectors; ++v) {
      Value old = sums[r * numVectors + v];
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
}

/// sums + p * v for a pair of keys.
SmallVector<Value> StepEmitter::addValuePairs(Value pair, Value row0,
                                              int64_t rows, bool guarded,
                                              ValueRange sums) {
  SmallVector<Value> weights, next;
  for (int64_t v = 0; v < numVectors; ++v)
    weights.push_back(loadPairs(weightPairs, pair, b.index(2 * v * b.lanes)));
  for (int64_t r = 0; r < rows; ++r) {
    Value column = arith::MulIOp::create(b, b.addIndex(row0, r), b.index(2));
    Value value = broadcastPair(valuePairs, pair, column);
    for (int64_t v = 0; v < numVectors; ++v) {
      Value x = guarded ? withoutZeroWeights(value, weights[v]) : value;
      next.push_back(multiplyAddPairs(weights[v], x, sums[r * numVectors + v]));
    }
  }
  return next;
}
