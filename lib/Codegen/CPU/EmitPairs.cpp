// Products of pairs: where tiles stand in pairs of bf16, one instruction adds
// two products to each sum.
//
//   sum[l] = sum[l] + a[2 l] * b[2 l] + a[2 l + 1] * b[2 l + 1]
//
// Products of queries and keys are exact. Weights are rounded to bf16 for
// products with values; the sum that divides the result is that of the rounded
// ones, so that weights still add up to one.
//
// Tested by test/Codegen/CPU/emit-pairs.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "StepEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

using namespace mlir;
using namespace mlir::attn;

/// A vector of as many pairs as a vector has sums.
static VectorType pairsType(TileBuilder &b) {
  return VectorType::get({2 * b.lanes}, b.getBF16Type());
}

/// All halves of a vector of pairs with the value `x`.
static Value splatPairs(TileBuilder &b, float x) {
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(pairsType(b),
                                b.getFloatAttr(b.getBF16Type(), x).getValue()));
}

Value StepEmitter::loadPairs(Value matrix, Value row, Value column) {
  return vector::LoadOp::create(b, pairsType(b), matrix,
                                ValueRange{row, column});
}

/// Elements `column` and `column` + 1 of a row, in each pair of a vector.
Value StepEmitter::broadcastPair(Value matrix, Value row, Value column) {
  auto pair = VectorType::get({2}, b.getBF16Type());
  auto word = VectorType::get({1}, b.getI32Type());
  auto words = VectorType::get({b.lanes}, b.getI32Type());
  Value x = vector::LoadOp::create(b, pair, matrix, ValueRange{row, column});
  x = vector::BitCastOp::create(b, word, x);
  x = vector::ExtractOp::create(b, x, int64_t(0));
  x = vector::BroadcastOp::create(b, words, x);
  return vector::BitCastOp::create(b, pairsType(b), x);
}

Value StepEmitter::multiplyAddPairs(Value x, Value y, Value sum) {
  return x86vector::DotBF16Op::create(b, sum.getType(), sum, x, y);
}

/// Rounds the weights of two keys at a time, and adds both to the sums.
void StepEmitter::storeWeightPairs(const RegisterBlock &weights, Value key0,
                                   SmallVectorImpl<Value> &sums) {
  auto half = VectorType::get({b.lanes}, b.getBF16Type());
  Value ones = splatPairs(b, 1);
  Value row0 = arith::DivUIOp::create(b, key0, b.index(2));
  for (size_t r = 0; r < weights.size(); r += 2)
    for (int64_t v = 0; v < numVectors; ++v) {
      Value first = arith::TruncFOp::create(b, half, weights[r][v]);
      Value second = arith::TruncFOp::create(b, half, weights[r + 1][v]);
      Value both = vector::InterleaveOp::create(b, first, second);
      sums[v] = multiplyAddPairs(both, ones, sums[v]);
      b.store(both, weightPairs,
              {b.addIndex(row0, r / 2), b.index(2 * v * b.lanes)});
    }
}

/// True if no value of the tile is NaN or infinite: the sum of x * 0 is 0.
Value StepEmitter::emitPairsFinite() {
  Value rows = arith::CeilDivSIOp::create(b, count, b.index(2));
  Value width = b.createOrFold<memref::DimOp>(valuePairs, b.index(1));
  Value zeros = splatPairs(b, 0);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(b.getBF16Type()));
  // Several sums, so that none waits for another.
  constexpr int64_t kChains = 4;
  SmallVector<Value> sums(kChains, b.splat(0));
  sums = b.loop(b.index(0), rows, 1, sums, [&](Value j, ValueRange outer) {
    return b.loop(b.index(0), width, kChains * 2 * b.lanes, outer,
                  [&](Value e, ValueRange carried) {
                    SmallVector<Value> next;
                    for (auto [n, old] : llvm::enumerate(carried)) {
                      Value x = vector::TransferReadOp::create(
                          b, pairsType(b), valuePairs,
                          ValueRange{j, b.addIndex(e, n * 2 * b.lanes)}, zero,
                          ArrayRef<bool>{false});
                      next.push_back(multiplyAddPairs(x, zeros, old));
                    }
                    return next;
                  });
  });
  Value sum = sums[0];
  for (Value more : llvm::drop_begin(sums))
    sum = arith::AddFOp::create(b, sum, more);
  sum = vector::ReductionOp::create(b, vector::CombiningKind::ADD, sum);
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(b.compute));
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, sum, none);
}

/// `value`, and zero where the weight is zero.
Value StepEmitter::withoutZeroWeights(Value value, Value weight) {
  auto bits = VectorType::get({2 * b.lanes}, b.getI16Type());
  Value word = vector::BitCastOp::create(b, bits, weight);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(bits));
  Value isZero = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, word, zero);
  return arith::SelectOp::create(b, isZero, splatPairs(b, 0), value);
}
