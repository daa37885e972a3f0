// attn.step on buffers: scores, softmax and weighted sum of one tile of keys.
//
//   for each block of queries (a few vectors), over the keys it may keep:
//     for each few keys:  s = mask(mod(scale * score(q, k)));
//                         p = exp(s - max)                   speculative
//     if some s > max + headroom, or there is no max yet:    exact
//       for each few keys:  s as before;  t = max(s)
//       max' = t > max + headroom ? t : max                  query by query
//       sum, acc *= exp(max - max')
//       for each few keys:  p = exp(s - max')
//     sum += sum over keys of p
//     for each few value features:  acc += sum over keys of p * v
//
// `max` is a reference for the weights, which any number near the true maximum
// can be: a floating-point number is as precise at 2^16 as at 1. So it only
// moves when scores outgrow it by the headroom, and until then one pass over
// the scores is enough. Whether a query's reference moves depends on its own
// scores alone, and a query whose reference stays gets the same bits on both
// ways (S6).
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
#include "StepEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::attn;

/// Weights reach 2^16 before the reference moves. Sums of them are far from the
/// largest float, and scores outgrow the first tile's maximum that much only if
/// they are spread unusually far.
static constexpr double kHeadroomBits = 16;

/// Sums of a product of pairs.
static constexpr int64_t kPairLanes = 16;

/// As many vectors as registers are for, but no part of a block.
static int64_t getBlockVectors(StepOp op, int64_t lanes,
                               const Machine &machine) {
  int64_t vectors = machine.getBlockVectors();
  while (vectors > 1 && op.getNumQueries() % (vectors * lanes) != 0)
    vectors /= 2;
  return vectors;
}

StepEmitter::StepEmitter(RewriterBase &rewriter, StepOp op, FloatType compute,
                         const Machine &machine)
    : b(op.getLoc(), rewriter, compute, machine), op(op),
      mask(MaskAnalysis::analyze(op.getMaskBody())),
      numVectors(getBlockVectors(op, b.lanes, machine)),
      numRows(machine.getBlockRows(numVectors)),
      program(b, op.getLoc(), b.lanes, op.getRows() ? 1 : numVectors,
              machine.hasMaskedLoads()) {}

/// A buffer for all steps of a tile of queries. Not on the stack, which a loop
/// inside a thread's work would grow; buffer deallocation ends its life.
Value StepEmitter::allocateScratch(MemRefType type, bool zeroed) {
  OpBuilder::InsertionGuard guard(b);
  if (auto loop = op->getParentOfType<scf::ForallOp>())
    b.setInsertionPointToStart(loop.getBody());
  else
    b.setInsertionPointToStart(
        &op->getParentOfType<FunctionOpInterface>().getFunctionBody().front());
  Value buffer = memref::AllocOp::create(b, type, b.getI64IntegerAttr(64));
  if (zeroed) {
    Value zero =
        arith::ConstantOp::create(b, b.getZeroAttr(type.getElementType()));
    b.loop(b.index(0), b.index(type.getDimSize(0)), 1,
           [&](Value i) { memref::StoreOp::create(b, zero, buffer, i); });
  }
  return buffer;
}

/// True if no value of the tile is NaN or infinite: the sum of x - x is 0.
Value StepEmitter::emitAllFinite() {
  Value features = b.createOrFold<memref::DimOp>(op.getValue(), b.index(1));
  Value last = b.addIndex(count, -1);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(b.compute));
  // Several rows at once: a sum each, so that none waits for another.
  constexpr int64_t kChains = 4;
  SmallVector<Value> zeros(kChains, b.splat(0));
  SmallVector<Value> total = b.loop(
      b.index(0), count, kChains, zeros, [&](Value j, ValueRange carried) {
        SmallVector<Value> rows;
        for (int64_t r = 0; r < kChains; ++r)
          rows.push_back(
              arith::MinSIOp::create(b, b.addIndex(j, r), last).getResult());
        return b.columns(
            features, carried, [&](Value e, bool whole, ValueRange sums) {
              SmallVector<Value> next;
              for (auto [row, sum] : llvm::zip(rows, sums)) {
                Value x = vector::TransferReadOp::create(
                    b, b.vectorType, op.getValue(), ValueRange{row, e}, zero,
                    ArrayRef<bool>{whole});
                Value none = arith::SubFOp::create(b, x, x);
                next.push_back(arith::AddFOp::create(b, sum, none));
              }
              return next;
            });
      });
  Value sum = total[0];
  for (Value more : llvm::drop_begin(total))
    sum = arith::AddFOp::create(b, sum, more);
  sum = vector::ReductionOp::create(b, vector::CombiningKind::ADD, sum);
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, sum, zero);
}

void StepEmitter::emit() {
  count = op.getCount();
  if (op.getRows())
    return emitRows();
  int64_t width = numVectors * b.lanes, numBlocks = op.getNumQueries() / width;
  int64_t keys = op.getMaxCount();
  numQueries = op.getQueries() ? op.getQueries() : b.index(op.getNumQueries());
  if (op.hasQueryPairs())
    queryPairs = b.joinPairs(op.getQuery());
  if (op.hasValuePairs()) {
    keys = llvm::alignTo(keys, 2);
    weightPairs =
        allocateScratch(MemRefType::get({keys / 2, 2 * width}, b.getBF16Type()),
                        /*zeroed=*/false);
    valuePairs = b.joinPairs(op.getValue());
  }
  scores = allocateScratch(MemRefType::get({keys, width}, b.compute),
                           /*zeroed=*/false);
  raised = allocateScratch(MemRefType::get({numBlocks}, b.getI1Type()),
                           /*zeroed=*/true);
  // Also without a mask: a score may be -inf, or a weight underflow.
  allFinite = op.hasValuePairs() ? emitPairsFinite() : emitAllFinite();
  b.loop(b.index(0), numQueries, width, [&](Value query0) {
    Window window = findWindow(query0);
    if (!window.may)
      return emitBlock(window);
    b.branch(
        window.may,
        [&]() {
          emitBlock(window);
          return SmallVector<Value>();
        },
        []() { return SmallVector<Value>(); });
  });
}

/// The mask bounds the keys of a block more closely than those of a tile.
StepEmitter::Window StepEmitter::findWindow(Value query0) {
  Window window = {query0, b.index(0), count, op.getFull(), Value()};
  if (!mask.hasKeyBounds() && !mask.hasTileClasses())
    return window;
  auto add = [&](Value x, Value y) -> Value {
    return arith::AddIOp::create(b, x, y);
  };
  ValueRange leading = op.getAt().drop_back(2);
  Value i0 = op.getAt()[leading.size()], j0 = op.getAt().back();
  Value iLo = add(i0, query0);
  Value iHi = arith::MinSIOp::create(b, b.addIndex(iLo, numVectors * b.lanes),
                                     add(i0, numQueries));
  Value jHi = add(j0, count);
  if (mask.hasKeyBounds()) {
    MaskAnalysis::KeyBounds keys =
        mask.emitKeyBounds(b, b.getLoc(), leading, iLo, iHi, jHi);
    window.first =
        arith::SubIOp::create(b, arith::MaxSIOp::create(b, keys.lo, j0), j0);
    // Both keys of a pair, of which the mask may remove one.
    if (op.hasValuePairs())
      window.first = arith::AndIOp::create(b, window.first, b.index(-2));
    window.last = arith::SubIOp::create(b, keys.hi, j0);
    window.may = arith::CmpIOp::create(b, arith::CmpIPredicate::slt,
                                       window.first, window.last);
  }
  if (!mask.hasTileClasses())
    return window;
  MaskAnalysis::TileClass tile =
      mask.emitTileClass(b, b.getLoc(), leading, iLo, iHi,
                         add(j0, window.first), add(j0, window.last));
  if (mask.canBeFull())
    window.full = window.full ? arith::OrIOp::create(b, window.full, tile.full)
                              : tile.full;
  if (mask.canBeEmpty())
    window.may =
        window.may ? arith::AndIOp::create(b, window.may, tile.may) : tile.may;
  return window;
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

Value StepEmitter::isAny(ArrayRef<Value> conditions) {
  Value any = conditions[0];
  for (Value more : conditions.drop_front())
    any = arith::OrIOp::create(b, any, more);
  return vector::ReductionOp::create(b, vector::CombiningKind::OR, any);
}

SmallVector<Value> StepEmitter::exceeds(ArrayRef<Value> scores,
                                        ArrayRef<Value> reference) {
  SmallVector<Value> result;
  for (auto [s, max] : llvm::zip(scores, reference))
    result.push_back(isAboveHeadroom(arith::SubFOp::create(b, s, max)));
  return result;
}

Value StepEmitter::isAboveHeadroom(Value difference) {
  Value headroom = b.splat(op.getLog2() ? kHeadroomBits
                                        : kHeadroomBits * llvm::numbers::ln2);
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, difference,
                               headroom);
}

/// p = exp(difference)
Value StepEmitter::weightOf(Value difference) {
  return b.expOf(difference, op.getLog2(),
                 /*approximate=*/op.hasValuePairs());
}

SmallVector<Value> StepEmitter::forKeys(const Window &window, ValueRange inits,
                                        BlockBody body) {
  Value size = arith::SubIOp::create(b, window.last, window.first);
  Value rest = arith::RemSIOp::create(b, size, b.index(numRows));
  Value whole = arith::SubIOp::create(b, window.last, rest);
  SmallVector<Value> carried = b.loop(
      window.first, whole, numRows, inits, [&](Value key0, ValueRange values) {
        return body({key0, numRows, Value()}, values);
      });
  int64_t few = op.hasValuePairs() ? 2 : 1;
  return b.loop(whole, window.last, few, carried,
                [&](Value key0, ValueRange values) {
                  KeyBlock keys = {key0, few, Value()};
                  if (few > 1)
                    keys.end = window.last;
                  return body(keys, values);
                });
}

void StepEmitter::emitBlock(const Window &window) {
  Value query0 = window.query0;
  Value max = op.getOuts()[0], sum = op.getOuts()[1];
  SmallVector<Value> reference = loadVectors(max, query0);
  Value index =
      arith::DivSIOp::create(b, query0, b.index(numVectors * b.lanes));
  Value wasRaised = memref::LoadOp::create(b, raised, index);

  // Not worth trying where a query has no reference yet, or where scores grew
  // in the last tile.
  SmallVector<Value> isFresh;
  for (Value m : reference)
    isFresh.push_back(
        arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, m, b.negInf()));
  Value hopeless = arith::OrIOp::create(b, isAny(isFresh), wasRaised);
  SmallVector<Value> attempt = b.branch(
      hopeless,
      [&]() {
        SmallVector<Value> nothing(numVectors, b.splat(0));
        nothing.push_back(arith::ConstantIntOp::create(b, true, 1));
        return nothing;
      },
      [&]() { return emitSpeculation(window, reference); });
  Value redo = attempt.pop_back_val();
  SmallVector<Value> total = b.branch(
      redo, [&]() { return emitExact(window, reference, index); },
      [&]() { return attempt; });

  // sum' = sum + sum over keys of p
  for (int64_t v = 0; v < numVectors; ++v) {
    Value old = b.load(sum, at(query0, v));
    b.store(arith::AddFOp::create(b, old, total[v]), sum, at(query0, v));
  }
  emitWeightedSum(window);
}

/// p = exp(s - max) with the old reference. Returns the sums of p, and whether
/// a score is too large for it.
SmallVector<Value> StepEmitter::emitSpeculation(const Window &window,
                                                ArrayRef<Value> reference) {
  SmallVector<Value> inits(numVectors, b.splat(0));
  inits.append(numVectors, b.negInf());
  SmallVector<Value> result =
      forKeys(window, inits, [&](const KeyBlock &keys, ValueRange carried) {
        for (Value tile : {op.getKey(), op.getValue()})
          if (!isOnlyBlock())
            emitPrefetchPart(tile, window.query0, keys);
        RegisterBlock block = emitScores(window, keys);
        SmallVector<Value> next(carried);
        for (auto &row : block)
          for (int64_t v = 0; v < numVectors; ++v) {
            Value &largest = next[numVectors + v];
            Value difference = arith::SubFOp::create(b, row[v], reference[v]);
            largest = b.max(difference, largest);
            row[v] = weightOf(difference);
          }
        storeWeights(block, keys.key0, next);
        return next;
      });
  SmallVector<Value> tooLarge;
  for (Value largest : ArrayRef(result).drop_front(numVectors))
    tooLarge.push_back(isAboveHeadroom(largest));
  result.truncate(numVectors);
  result.push_back(isAny(tooLarge));
  return result;
}

/// Moves the reference of those queries whose scores exceed it, then p. Returns
/// the sums of p.
SmallVector<Value> StepEmitter::emitExact(const Window &window,
                                          ArrayRef<Value> reference,
                                          Value blockIndex) {
  Value query0 = window.query0;
  Value max = op.getOuts()[0], sum = op.getOuts()[1];
  SmallVector<Value> none(numVectors, b.negInf());
  SmallVector<Value> largest =
      forKeys(window, none, [&](const KeyBlock &keys, ValueRange carried) {
        RegisterBlock block = emitScores(window, keys);
        SmallVector<Value> next(carried);
        for (int64_t r = 0; r < keys.rows; ++r)
          for (int64_t v = 0; v < numVectors; ++v) {
            b.store(block[r][v], scores, {b.addIndex(keys.key0, r), column(v)});
            next[v] = b.max(block[r][v], next[v]);
          }
        return next;
      });

  // max' = t > max + headroom ? t : max,  c = exp(max - max')
  SmallVector<Value> raise = exceeds(largest, reference), bound, factors;
  for (int64_t v = 0; v < numVectors; ++v) {
    Value moved =
        arith::SelectOp::create(b, raise[v], largest[v], reference[v]);
    bound.push_back(b.finiteMax(moved));
    Value drop = arith::SubFOp::create(b, reference[v], bound[v]);
    factors.push_back(arith::SelectOp::create(
        b, raise[v], b.expOf(drop, op.getLog2()), b.splat(1)));
    b.store(moved, max, at(query0, v));
    Value old = b.load(sum, at(query0, v));
    b.store(arith::MulFOp::create(b, old, factors[v]), sum, at(query0, v));
  }
  Value anyRaised = isAny(raise);
  memref::StoreOp::create(b, anyRaised, raised, blockIndex);
  b.branch(
      anyRaised,
      [&]() {
        rescaleAcc(query0, factors);
        return SmallVector<Value>();
      },
      []() { return SmallVector<Value>(); });

  SmallVector<Value> zeros(numVectors, b.splat(0));
  return forKeys(window, zeros, [&](const KeyBlock &keys, ValueRange carried) {
    SmallVector<Value> sums(carried);
    // No more rows at once than are stored together: exp2 takes registers.
    int64_t rows = op.hasValuePairs() ? 2 : 1;
    for (int64_t r = 0; r < keys.rows; r += rows) {
      Value key0 = b.addIndex(keys.key0, r);
      RegisterBlock block;
      for (int64_t n = 0; n < rows; ++n) {
        block.push_back(loadScores(b.addIndex(key0, n)));
        for (int64_t v = 0; v < numVectors; ++v)
          block[n][v] =
              weightOf(arith::SubFOp::create(b, block[n][v], bound[v]));
      }
      storeWeights(block, key0, sums);
    }
    return sums;
  });
}

/// Keeps the weights for the weighted sum and adds them to `sums`.
void StepEmitter::storeWeights(const RegisterBlock &weights, Value key0,
                               SmallVectorImpl<Value> &sums) {
  if (op.hasValuePairs())
    return storeWeightPairs(weights, key0, sums);
  for (auto [r, row] : llvm::enumerate(weights))
    for (int64_t v = 0; v < numVectors; ++v) {
      sums[v] = arith::AddFOp::create(b, sums[v], row[v]);
      b.store(row[v], scores, {b.addIndex(key0, r), column(v)});
    }
}

/// acc = c * acc
void StepEmitter::rescaleAcc(Value query0, ArrayRef<Value> factors) {
  Value acc = op.getOuts()[2];
  Value features = b.createOrFold<memref::DimOp>(acc, b.index(0));
  b.loop(b.index(0), features, 1, [&](Value e) {
    for (int64_t v = 0; v < numVectors; ++v) {
      Value old = b.load(acc, {e, at(query0, v)});
      b.store(b.rescale(factors[v], old), acc, {e, at(query0, v)});
    }
  });
}

LogicalResult mlir::attn::emitStep(RewriterBase &rewriter, StepOp op,
                                   const Machine &machine) {
  FailureOr<FloatType> compute =
      checkTile(rewriter, op, op.getOuts()[0], machine, op.getRows());
  if (failed(compute))
    return failure();
  if (ShapedType::isDynamic(op.getMaxCount()))
    return rewriter.notifyMatchFailure(
        op, "the number of keys has no known bound: add 'at_most'");
  StepEmitter emitter(rewriter, op, *compute, machine);
  if (op.getRows() && !emitter.canEmitRows())
    return rewriter.notifyMatchFailure(
        op, "with rows, expected a dot product and features and values that "
            "fill whole vectors, one after the other");
  if ((op.hasQueryPairs() || op.hasValuePairs()) &&
      machine.getLanes(4) != kPairLanes)
    return rewriter.notifyMatchFailure(
        op, "pairs of bf16 are multiplied in vectors of 64 bytes");
  emitter.emit();
  rewriter.eraseOp(op);
  return success();
}
