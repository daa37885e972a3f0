// The ops before and after the key loop: packing, the first state, the result.
//
//   attn.pack_query, attn.pack_key, attn.init, attn.merge, attn.finish on
//   memrefs  ==>  scf.for over vector.transfer_read / transfer_write
//
// Tested by test/Codegen/CPU/emit-edges.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TileBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::attn;

/// Reads a vector of `type`'s shape from `buffer` at `at`, zero outside it, and
/// widens it to the compute type.
static Value readWide(TileBuilder &b, Value buffer, ValueRange at,
                      VectorType type, ArrayRef<bool> inBounds) {
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(element));
  Value read = vector::TransferReadOp::create(
      b, type.cloneWith(std::nullopt, element), buffer, at, zero, inBounds);
  if (element == type.getElementType())
    return read;
  return arith::ExtFOp::create(b, type, read);
}

/// Rounds `vector` to the element type of `buffer` and writes what lies in it.
static void writeNarrow(TileBuilder &b, Value vector, Value buffer,
                        ValueRange at, ArrayRef<bool> inBounds) {
  auto type = cast<VectorType>(vector.getType());
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  if (element != type.getElementType())
    vector = arith::TruncFOp::create(b, type.cloneWith(std::nullopt, element),
                                     vector);
  vector::TransferWriteOp::create(b, vector, buffer, at, inBounds);
}

static Value transpose(TileBuilder &b, Value square) {
  return vector::TransposeOp::create(b, square, ArrayRef<int64_t>{1, 0});
}

LogicalResult mlir::attn::emitPackQuery(RewriterBase &rewriter, PackQueryOp op,
                                        const Machine &machine) {
  Value out = op.getOuts()[0], query = op.getQuery();
  FailureOr<FloatType> compute = checkTile(rewriter, op, out, machine);
  if (failed(compute))
    return failure();
  TileBuilder b(op.getLoc(), rewriter, *compute, machine);
  auto square = VectorType::get({b.lanes, b.lanes}, b.compute);
  int64_t queries = cast<MemRefType>(out.getType()).getDimSize(1);
  Value features = b.createOrFold<memref::DimOp>(out, b.index(0));
  Value scale = vector::BroadcastOp::create(
      b, square,
      arith::ConstantOp::create(
          b, b.getFloatAttr(b.compute, op.getScale().convertToDouble())));
  b.loop(b.index(0), b.index(queries), b.lanes, [&](Value i) {
    b.columns(features, [&](Value d, bool whole) {
      // out[d.., i..] = scale * query[i.., d..]^T, zero past the last query
      Value tile = readWide(b, query, {i, d}, square, {false, whole});
      Value scaled = arith::MulFOp::create(b, tile, scale);
      writeNarrow(b, transpose(b, scaled), out, {d, i}, {whole, true});
    });
  });
  rewriter.eraseOp(op);
  return success();
}

LogicalResult mlir::attn::emitPackKey(RewriterBase &rewriter, PackKeyOp op,
                                      const Machine &machine) {
  Value out = op.getOuts()[0], key = op.getKey();
  auto type = dyn_cast<MemRefType>(out.getType());
  if (!type)
    return rewriter.notifyMatchFailure(op, "not bufferized yet");
  TileBuilder b(op.getLoc(), rewriter, cast<FloatType>(type.getElementType()),
                machine);
  Value rows = b.createOrFold<memref::DimOp>(out, b.index(0));
  Value features = b.createOrFold<memref::DimOp>(out, b.index(1));
  Value count = b.createOrFold<memref::DimOp>(key, b.index(0));
  b.loop(b.index(0), count, 1, [&](Value j) {
    b.columns(features, [&](Value d, bool whole) {
      Value row = readWide(b, key, {j, d}, b.vectorType, {whole});
      writeNarrow(b, row, out, {j, d}, {whole});
    });
  });
  b.loop(count, rows, 1, [&](Value j) {
    b.columns(features, [&](Value d, bool whole) {
      writeNarrow(b, b.splat(0), out, {j, d}, {whole});
    });
  });
  rewriter.eraseOp(op);
  return success();
}

LogicalResult mlir::attn::emitInit(RewriterBase &rewriter, InitOp op,
                                   const Machine &machine) {
  Value max = op.getOuts()[0], sum = op.getOuts()[1], acc = op.getOuts()[2];
  FailureOr<FloatType> compute = checkTile(rewriter, op, max, machine);
  if (failed(compute))
    return failure();
  TileBuilder b(op.getLoc(), rewriter, *compute, machine);
  int64_t queries = cast<MemRefType>(max.getType()).getDimSize(0);
  Value rows = b.createOrFold<memref::DimOp>(acc, b.index(0));
  Value max0 = b.negInf(), sum0 = b.splat(0), zero = b.splat(0);
  if (op.getSink()) {
    // sum = sink == -inf ? 0 : exp(sink - sink), which is 1 or, for a sink that
    // is not finite, NaN
    max0 = b.broadcast(op.getSink());
    Value none =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, max0, b.negInf());
    Value distance = arith::SubFOp::create(b, max0, max0);
    Value one = arith::AddFOp::create(b, distance, b.splat(1));
    sum0 = arith::SelectOp::create(b, none, zero, one);
  }
  b.loop(b.index(0), b.index(queries), b.lanes, [&](Value i) {
    b.store(max0, max, i);
    b.store(sum0, sum, i);
    b.loop(b.index(0), rows, 1, [&](Value e) { b.store(zero, acc, {e, i}); });
  });
  rewriter.eraseOp(op);
  return success();
}

LogicalResult mlir::attn::emitMerge(RewriterBase &rewriter, MergeOp op,
                                    const Machine &machine) {
  ValueRange one = op.getOuts(), two = op.getIns();
  FailureOr<FloatType> compute = checkTile(rewriter, op, one[0], machine);
  if (failed(compute))
    return failure();
  TileBuilder b(op.getLoc(), rewriter, *compute, machine);
  int64_t queries = cast<MemRefType>(one[0].getType()).getDimSize(0);
  Value rows = b.createOrFold<memref::DimOp>(one[2], b.index(0));
  b.loop(b.index(0), b.index(queries), b.lanes, [&](Value i) {
    // max' = max(max, max2), f = exp(max - max'), f2 = exp(max2 - max')
    Value max1 = b.load(one[0], i), max2 = b.load(two[0], i);
    Value max = b.max(max2, max1);
    Value bound = b.finiteMax(max);
    Value f1 = b.expOf(arith::SubFOp::create(b, max1, bound), op.getLog2());
    Value f2 = b.expOf(arith::SubFOp::create(b, max2, bound), op.getLog2());
    // x' = f * x + f2 * x2 for the sum and each row of acc
    auto join = [&](Value x1, Value x2) -> Value {
      return arith::AddFOp::create(b, b.rescale(f1, x1), b.rescale(f2, x2));
    };
    b.store(max, one[0], i);
    Value sum = arith::AddFOp::create(
        b, arith::MulFOp::create(b, f1, b.load(one[1], i)),
        arith::MulFOp::create(b, f2, b.load(two[1], i)));
    b.store(sum, one[1], i);
    b.loop(b.index(0), rows, 1, [&](Value e) {
      b.store(join(b.load(one[2], {e, i}), b.load(two[2], {e, i})), one[2],
              {e, i});
    });
  });
  rewriter.eraseOp(op);
  return success();
}

LogicalResult mlir::attn::emitFinish(RewriterBase &rewriter, FinishOp op,
                                     const Machine &machine) {
  Value max = op.getIns()[0], sum = op.getIns()[1], acc = op.getIns()[2];
  FailureOr<FloatType> compute = checkTile(rewriter, op, max, machine);
  if (failed(compute))
    return failure();
  TileBuilder b(op.getLoc(), rewriter, *compute, machine);
  auto square = VectorType::get({b.lanes, b.lanes}, b.compute);
  Value out = op.getOuts()[0];
  Value rows = b.createOrFold<memref::DimOp>(out, b.index(0));
  Value features = b.createOrFold<memref::DimOp>(acc, b.index(0));
  b.loop(b.index(0), rows, b.lanes, [&](Value i) {
    // factor = sum == 0 ? 0 : 1 / sum
    Value total = b.load(sum, i);
    Value none =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, total, b.splat(0));
    Value inverse = arith::DivFOp::create(b, b.splat(1), total);
    Value factor = arith::SelectOp::create(b, none, b.splat(0), inverse);
    Value factors = vector::BroadcastOp::create(b, square, factor);
    Value zeros = vector::BroadcastOp::create(b, square, b.splat(0));
    b.columns(features, [&](Value e, bool whole) {
      // out[i.., e..] = (factor * acc[e.., i..])^T. Adding zero turns -0 into
      // +0: the sign of a zero could tell the sign of a removed value (S3).
      Value tile = readWide(b, acc, {e, i}, square, {whole, true});
      Value divided = arith::MulFOp::create(b, tile, factors);
      Value positive = arith::AddFOp::create(b, divided, zeros);
      writeNarrow(b, transpose(b, positive), out, {i, e}, {false, whole});
    });
    if (op.getOuts().size() == 2) {
      // lse = max + log(sum), where max may be in units of log2(e)
      Value bound = b.load(max, i);
      if (op.getLog2())
        bound = arith::MulFOp::create(b, bound, b.splat(llvm::numbers::ln2));
      Value lse =
          arith::AddFOp::create(b, bound, math::LogOp::create(b, total));
      writeNarrow(b, lse, op.getOuts()[1], i, {false});
    }
  });
  rewriter.eraseOp(op);
  return success();
}
