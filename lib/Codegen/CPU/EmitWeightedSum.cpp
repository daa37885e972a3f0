// The weighted sum of the values of a tile, for one block of queries.
//
//   acc = acc + sum over keys of p * v
//
// Tested by test/Codegen/CPU/emit-step.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "StepEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::attn;

/// acc = acc + sum over keys of p * v, for all value features.
void StepEmitter::emitWeightedSum(const Window &window) {
  Value features = b.createOrFold<memref::DimOp>(op.getValue(), b.index(1));
  Value rest = arith::RemSIOp::create(b, features, b.index(kRows));
  Value whole = arith::SubIOp::create(b, features, rest);
  auto rows = [&](bool guarded) {
    b.loop(b.index(0), whole, kRows,
           [&](Value e) { emitValueRows(window, e, kRows, guarded); });
    b.loop(whole, features, 1,
           [&](Value e) { emitValueRows(window, e, 1, guarded); });
    return SmallVector<Value>();
  };
  b.branch(
      allFinite, [&]() { return rows(/*guarded=*/false); },
      [&]() { return rows(/*guarded=*/true); });
}

/// The same for `numRows` features from `row0`. `guarded`: a weight of zero
/// contributes nothing even if the value is NaN or infinite (S3).
void StepEmitter::emitValueRows(const Window &window, Value row0,
                                int64_t numRows, bool guarded) {
  SmallVector<Value> sums(numRows * numVectors, b.splat(0));
  sums = b.loop(
      window.first, window.last, 1, sums, [&](Value key, ValueRange carried) {
        SmallVector<Value> weights = loadScores(key), next;
        for (int64_t r = 0; r < numRows; ++r) {
          Value x = memref::LoadOp::create(
              b, op.getValue(), ValueRange{key, b.addIndex(row0, r)});
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
      SmallVector<Value> place = {b.addIndex(row0, r), at(window.query0, v)};
      Value old = b.load(acc, place);
      Value sum = arith::AddFOp::create(b, old, sums[r * numVectors + v]);
      b.store(sum, acc, place);
    }
}
