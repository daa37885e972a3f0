// The state before, between and after key loops: the first one, the union of
// two, the result.
//
//   attn.init, attn.merge, attn.finish on memrefs
//     ==>  scf.for over vectors of queries, or with `rows` over queries
//
// Tested by test/Codegen/CPU/emit-edges.mlir and emit-rows.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TileBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::attn;

namespace {

/// One way to go through a state: a vector of queries at a time, each a lane,
/// or with `rows` one query, whose numbers are in all lanes.
struct StateBuilder : TileBuilder {
  StateBuilder(Location loc, OpBuilder &builder, FloatType compute,
               const Machine &machine, bool rows)
      : TileBuilder(loc, builder, compute, machine), rows(rows) {}

  Value loadRow(Value part, Value i) {
    if (!rows)
      return load(part, i);
    return broadcast(memref::LoadOp::create(*this, part, i));
  }
  void storeRow(Value x, Value part, Value i) {
    if (!rows)
      return store(x, part, i);
    Value first = vector::ExtractOp::create(*this, x, int64_t(0));
    memref::StoreOp::create(*this, first, part, i);
  }
  /// Calls `body(i)` for all `queries`.
  void forQueries(Value queries, llvm::function_ref<void(Value)> body) {
    loop(index(0), queries, rows ? 1 : lanes, body);
  }
  /// Calls `body(place, width is whole)` for the vectors of `acc` that belong
  /// to what is at `i`.
  void forSums(Value acc, Value i,
               llvm::function_ref<void(ArrayRef<Value>, bool)> body) {
    Value size = createOrFold<memref::DimOp>(acc, index(rows ? 1 : 0));
    if (rows)
      return columns(size, [&](Value e, bool whole) { body({i, e}, whole); });
    loop(index(0), size, 1, [&](Value e) { body({e, i}, true); });
  }
  Value read(Value acc, ArrayRef<Value> place, bool whole) {
    return readWide(*this, acc, place, vectorType, {whole});
  }
  void write(Value x, Value acc, ArrayRef<Value> place, bool whole) {
    writeNarrow(*this, x, acc, place, {whole});
  }

  bool rows;
};

} // namespace

LogicalResult mlir::attn::emitInit(RewriterBase &rewriter, InitOp op,
                                   const Machine &machine) {
  Value max = op.getOuts()[0], sum = op.getOuts()[1], acc = op.getOuts()[2];
  FailureOr<FloatType> compute =
      checkTile(rewriter, op, max, machine, op.getRows());
  if (failed(compute))
    return failure();
  StateBuilder b(op.getLoc(), rewriter, *compute, machine, op.getRows());
  int64_t queries = cast<MemRefType>(max.getType()).getDimSize(0);
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
  b.forQueries(b.index(queries), [&](Value i) {
    b.storeRow(max0, max, i);
    b.storeRow(sum0, sum, i);
    b.forSums(acc, i, [&](ArrayRef<Value> place, bool whole) {
      b.write(zero, acc, place, whole);
    });
  });
  rewriter.eraseOp(op);
  return success();
}

LogicalResult mlir::attn::emitMerge(RewriterBase &rewriter, MergeOp op,
                                    const Machine &machine) {
  ValueRange one = op.getOuts(), two = op.getIns();
  FailureOr<FloatType> compute =
      checkTile(rewriter, op, one[0], machine, op.getRows());
  if (failed(compute))
    return failure();
  StateBuilder b(op.getLoc(), rewriter, *compute, machine, op.getRows());
  int64_t queries = cast<MemRefType>(one[0].getType()).getDimSize(0);
  b.forQueries(b.index(queries), [&](Value i) {
    // max' = max(max, max2), f = exp(max - max'), f2 = exp(max2 - max')
    Value max1 = b.loadRow(one[0], i), max2 = b.loadRow(two[0], i);
    Value max = b.max(max2, max1);
    Value bound = b.finiteMax(max);
    Value f1 = b.expOf(arith::SubFOp::create(b, max1, bound), op.getLog2());
    Value f2 = b.expOf(arith::SubFOp::create(b, max2, bound), op.getLog2());
    // x' = f * x + f2 * x2 for the sum and each row of acc
    b.storeRow(max, one[0], i);
    Value sum = arith::AddFOp::create(
        b, arith::MulFOp::create(b, f1, b.loadRow(one[1], i)),
        arith::MulFOp::create(b, f2, b.loadRow(two[1], i)));
    b.storeRow(sum, one[1], i);
    b.forSums(one[2], i, [&](ArrayRef<Value> place, bool whole) {
      Value x1 = b.rescale(f1, b.read(one[2], place, whole));
      Value x2 = b.rescale(f2, b.read(two[2], place, whole));
      b.write(arith::AddFOp::create(b, x1, x2), one[2], place, whole);
    });
  });
  rewriter.eraseOp(op);
  return success();
}

/// out[i.., e..] = (factor * acc[e.., i..])^T, with `rows` no transpose. Adding
/// zero turns -0 into +0: the sign of a zero could tell the sign of a removed
/// value (S3).
static void emitQuotients(StateBuilder &b, Value factor, Value acc, Value out,
                          Value i) {
  auto scaled = [&](Value tile, Value factors, Value zeros) -> Value {
    return arith::AddFOp::create(b, arith::MulFOp::create(b, tile, factors),
                                 zeros);
  };
  if (b.rows)
    return b.forSums(acc, i, [&](ArrayRef<Value> place, bool whole) {
      Value row = b.read(acc, place, whole);
      b.write(scaled(row, factor, b.splat(0)), out, place, whole);
    });
  auto square = VectorType::get({b.lanes, b.lanes}, b.compute);
  Value factors = vector::BroadcastOp::create(b, square, factor);
  Value zeros = vector::BroadcastOp::create(b, square, b.splat(0));
  Value features = b.createOrFold<memref::DimOp>(acc, b.index(0));
  b.columns(features, [&](Value e, bool whole) {
    Value tile = readWide(b, acc, {e, i}, square, {whole, true});
    Value turned = vector::TransposeOp::create(b, scaled(tile, factors, zeros),
                                               ArrayRef<int64_t>{1, 0});
    writeNarrow(b, turned, out, {i, e}, {false, whole});
  });
}

LogicalResult mlir::attn::emitFinish(RewriterBase &rewriter, FinishOp op,
                                     const Machine &machine) {
  Value max = op.getIns()[0], sum = op.getIns()[1], acc = op.getIns()[2];
  FailureOr<FloatType> compute =
      checkTile(rewriter, op, max, machine, op.getRows());
  if (failed(compute))
    return failure();
  StateBuilder b(op.getLoc(), rewriter, *compute, machine, op.getRows());
  Value out = op.getOuts()[0];
  Value queries = b.createOrFold<memref::DimOp>(out, b.index(0));
  b.forQueries(queries, [&](Value i) {
    // factor = sum == 0 ? 0 : 1 / sum
    Value total = b.loadRow(sum, i);
    Value none =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, total, b.splat(0));
    Value inverse = arith::DivFOp::create(b, b.splat(1), total);
    Value factor = arith::SelectOp::create(b, none, b.splat(0), inverse);
    emitQuotients(b, factor, acc, out, i);
    if (op.getOuts().size() == 2) {
      // lse = max + log(sum), where max may be in units of log2(e)
      Value bound = b.loadRow(max, i);
      if (op.getLog2())
        bound = arith::MulFOp::create(b, bound, b.splat(llvm::numbers::ln2));
      Value lse =
          arith::AddFOp::create(b, bound, math::LogOp::create(b, total));
      if (b.rows)
        b.storeRow(lse, op.getOuts()[1], i);
      else
        writeNarrow(b, lse, op.getOuts()[1], i, {false});
    }
  });
  rewriter.eraseOp(op);
  return success();
}
