// Packing on buffers: queries transposed, keys and values widened, both in
// pairs where a product takes pairs.
//
//   attn.pack_query, attn.pack_key on memrefs
//     ==>  scf.for over vector.transfer_read / transfer_write
//
// Tested by test/Codegen/CPU/emit-edges.mlir, emit-rows.mlir, emit-pairs.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TileBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::attn;

/// out[i, :] = scale * in[i, :] for the rows of `in`, zero for those after it.
static void emitRowCopies(TileBuilder &b, Value in, Value out, double scale) {
  Value rows = b.createOrFold<memref::DimOp>(out, b.index(0));
  Value columns = b.createOrFold<memref::DimOp>(out, b.index(1));
  Value count = b.createOrFold<memref::DimOp>(in, b.index(0));
  b.loop(b.index(0), count, 1, [&](Value i) {
    b.columns(columns, [&](Value d, bool whole) {
      Value row = readWide(b, in, {i, d}, b.vectorType, {whole});
      if (scale != 1)
        row = arith::MulFOp::create(b, row, b.splat(scale));
      writeNarrow(b, row, out, {i, d}, {whole});
    });
  });
  b.loop(count, rows, 1, [&](Value i) {
    b.columns(columns, [&](Value d, bool whole) {
      writeNarrow(b, b.splat(0), out, {i, d}, {whole});
    });
  });
}

/// out[d, i, h] = query[i, 2 d + h]: a transpose of pairs, as of words.
static void emitQueryPairs(TileBuilder &b, Value query, Value out) {
  int64_t queries = cast<MemRefType>(out.getType()).getDimSize(1);
  Type half = cast<MemRefType>(out.getType()).getElementType();
  Value features = b.createOrFold<memref::DimOp>(out, b.index(0));
  Value matrix = b.joinPairs(out);
  auto halves = VectorType::get({b.lanes, 2 * b.lanes}, half);
  auto words = VectorType::get({b.lanes, b.lanes}, b.getI32Type());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(half));
  auto twice = [&](Value x) -> Value {
    return arith::MulIOp::create(b, x, b.index(2));
  };
  b.loop(b.index(0), b.index(queries), b.lanes, [&](Value i) {
    b.columns(features, [&](Value d, bool whole) {
      Value tile = vector::TransferReadOp::create(b, halves, query,
                                                  ValueRange{i, twice(d)}, zero,
                                                  ArrayRef<bool>{false, whole});
      tile = vector::BitCastOp::create(b, words, tile);
      tile = vector::TransposeOp::create(b, tile, ArrayRef<int64_t>{1, 0});
      tile = vector::BitCastOp::create(b, halves, tile);
      vector::TransferWriteOp::create(b, tile, matrix, ValueRange{d, twice(i)},
                                      ArrayRef<bool>{whole, true});
    });
  });
}

LogicalResult mlir::attn::emitPackQuery(RewriterBase &rewriter, PackQueryOp op,
                                        const Machine &machine) {
  Value out = op.getOuts()[0], query = op.getQuery();
  auto type = dyn_cast<MemRefType>(out.getType());
  if (type && type.getRank() == 3) {
    TileBuilder b(op.getLoc(), rewriter, rewriter.getF32Type(), machine);
    if (ShapedType::isDynamic(type.getDimSize(1)) ||
        type.getDimSize(1) % b.lanes != 0)
      return rewriter.notifyMatchFailure(
          op, "the queries of the tile do not fill whole vectors");
    if (type.getElementTypeBitWidth() != 16)
      return rewriter.notifyMatchFailure(op, "pairs are of 16 bits each");
    emitQueryPairs(b, query, out);
    rewriter.eraseOp(op);
    return success();
  }
  FailureOr<FloatType> compute =
      checkTile(rewriter, op, out, machine, op.getRows());
  if (failed(compute))
    return failure();
  TileBuilder b(op.getLoc(), rewriter, *compute, machine);
  double factor = op.getScale().convertToDouble();
  if (op.getRows()) {
    emitRowCopies(b, query, out, factor);
    rewriter.eraseOp(op);
    return success();
  }
  auto square = VectorType::get({b.lanes, b.lanes}, b.compute);
  Value features = b.createOrFold<memref::DimOp>(out, b.index(0));
  Value scale = vector::BroadcastOp::create(
      b, square,
      arith::ConstantOp::create(b, b.getFloatAttr(b.compute, factor)));
  b.loop(b.index(0), b.index(type.getDimSize(1)), b.lanes, [&](Value i) {
    b.columns(features, [&](Value d, bool whole) {
      // out[d.., i..] = scale * query[i.., d..]^T, zero past the last query
      Value tile = readWide(b, query, {i, d}, square, {false, whole});
      Value scaled = arith::MulFOp::create(b, tile, scale);
      Value turned =
          vector::TransposeOp::create(b, scaled, ArrayRef<int64_t>{1, 0});
      writeNarrow(b, turned, out, {d, i}, {whole, true});
    });
  });
  rewriter.eraseOp(op);
  return success();
}

/// out[j, d, h] = key[2 j + h, d], zero for rows past the last.
static void emitKeyPairs(TileBuilder &b, Value key, Value out) {
  Type half = cast<MemRefType>(out.getType()).getElementType();
  Value pairs = b.createOrFold<memref::DimOp>(out, b.index(0));
  Value features = b.createOrFold<memref::DimOp>(out, b.index(1));
  Value count = b.createOrFold<memref::DimOp>(key, b.index(0));
  Value matrix = b.joinPairs(out);
  auto row = VectorType::get({b.lanes}, half);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(half));
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(row));
  auto twice = [&](Value x) -> Value {
    return arith::MulIOp::create(b, x, b.index(2));
  };
  auto write = [&](Value j, int64_t rows) {
    b.columns(features, [&](Value d, bool whole) {
      SmallVector<Value> parts(2, none);
      for (int64_t r = 0; r < rows; ++r)
        parts[r] = vector::TransferReadOp::create(
            b, row, key, ValueRange{b.addIndex(twice(j), r), d}, zero,
            ArrayRef<bool>{whole});
      Value both = vector::InterleaveOp::create(b, parts[0], parts[1]);
      vector::TransferWriteOp::create(b, both, matrix, ValueRange{j, twice(d)},
                                      ArrayRef<bool>{whole});
    });
  };
  Value whole = arith::DivSIOp::create(b, count, b.index(2));
  Value end = arith::CeilDivSIOp::create(b, count, b.index(2));
  b.loop(b.index(0), whole, 1, [&](Value j) { write(j, 2); });
  b.loop(whole, end, 1, [&](Value j) { write(j, 1); });
  b.loop(end, pairs, 1, [&](Value j) { write(j, 0); });
}

LogicalResult mlir::attn::emitPackKey(RewriterBase &rewriter, PackKeyOp op,
                                      const Machine &machine) {
  Value out = op.getOuts()[0];
  auto type = dyn_cast<MemRefType>(out.getType());
  if (!type)
    return rewriter.notifyMatchFailure(op, "not bufferized yet");
  if (type.getRank() == 3) {
    TileBuilder b(op.getLoc(), rewriter, rewriter.getF32Type(), machine);
    emitKeyPairs(b, op.getKey(), out);
  } else {
    TileBuilder b(op.getLoc(), rewriter, cast<FloatType>(type.getElementType()),
                  machine);
    emitRowCopies(b, op.getKey(), out, /*scale=*/1);
  }
  rewriter.eraseOp(op);
  return success();
}
