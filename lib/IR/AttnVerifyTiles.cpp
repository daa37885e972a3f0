// Verifiers of the tiled ops. The labels (step_c1, ..) are those of the op
// descriptions; test/IR has one negative test for each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Verify.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::attn;

/// The sizes (E, T) of `acc`, or of any tile that turns around with `rows`.
static std::pair<int64_t, int64_t> turned(Value tile, bool rows) {
  ArrayRef<int64_t> shape = shapeOf(tile);
  return rows ? std::pair(shape[1], shape[0]) : std::pair(shape[0], shape[1]);
}

/// init_c1: `state` is (max, sum, acc) of shapes [T], [T], [E, T], or [T, E]
/// with `rows`, and of one compute type.
static LogicalResult verifyState(Operation *op, StringRef name,
                                 ValueRange state, bool rows) {
  bool fits = state.size() == 3 && shapeOf(state[0]).size() == 1 &&
              shapeOf(state[1]).size() == 1 && shapeOf(state[2]).size() == 2;
  if (fits) {
    int64_t queries = shapeOf(state[0])[0];
    Type element = elementOf(state[0]);
    fits =
        agree(queries, shapeOf(state[1])[0]) &&
        agree(queries, turned(state[2], rows).second) &&
        (element.isF32() || element.isF64()) &&
        llvm::all_of(state, [&](Value v) { return elementOf(v) == element; });
  }
  if (fits)
    return success();
  InFlightDiagnostic diag = op->emitOpError() << "expected the " << name
                                              << " to be a state [T], [T], "
                                              << (rows ? "[T, E]" : "[E, T]")
                                              << " of f32 or f64, got ";
  llvm::interleaveComma(state.getTypes(), diag);
  return diag;
}

/// Whether `tile` is [n / 2, size, 2] of type `element`, of one size or
/// another.
static bool isPairsOf(Value tile, int64_t size, Type element) {
  ArrayRef<int64_t> shape = shapeOf(tile);
  return shape.size() == 3 && shape[2] == 2 && agree(shape[1], size) &&
         elementOf(tile) == element;
}

/// Whether one size is known to be larger than the other.
static bool isMore(int64_t size, int64_t limit) {
  return !ShapedType::isDynamicShape({size, limit}) && size > limit;
}

/// Whether `size` is twice `half`, as far as they are known.
static bool isTwice(int64_t size, int64_t half) {
  return ShapedType::isDynamicShape({size, half}) || size == 2 * half;
}

LogicalResult PackQueryOp::verify() {
  // pack_query_c1
  bool fits = getOuts().size() == 1 && shapeOf(getQuery()).size() == 2;
  Type element = elementOf(getQuery());
  bool pairs = fits && shapeOf(getOuts()[0]).size() == 3;
  if (fits) {
    ArrayRef<int64_t> q = shapeOf(getQuery());
    Value out = getOuts()[0];
    if (pairs) {
      fits = isPairsOf(out, ShapedType::kDynamic, element) &&
             isTwice(q[1], shapeOf(out)[0]) && !isMore(q[0], shapeOf(out)[1]);
    } else {
      fits = shapeOf(out).size() == 2 &&
             elementOf(out) == attn::getComputeType(element);
      if (fits) {
        auto [features, queries] = turned(out, getRows());
        fits = agree(q[1], features) && !isMore(q[0], queries);
      }
    }
  }
  if (!fits)
    return emitOpError("expected a query [m, D] and an out ")
           << (getRows() ? "[T, D]" : "[D, T]")
           << " of the compute type or [D / 2, T, 2] of its own, m at most T";
  // pack_query_c2
  if (pairs && (getRows() || !getScale().isExactlyValue(1.0)))
    return emitOpError("expected neither rows nor a scale with pairs");
  return success();
}

LogicalResult PackKeyOp::verify() {
  // pack_key_c1
  bool fits = getOuts().size() == 1 && shapeOf(getKey()).size() == 2;
  if (fits) {
    ArrayRef<int64_t> key = shapeOf(getKey()), out = shapeOf(getOuts()[0]);
    Type element = elementOf(getKey()), outElement = elementOf(getOuts()[0]);
    if (out.size() == 3)
      fits = isPairsOf(getOuts()[0], key[1], element) &&
             !(ShapedType::isStatic(out[0]) && isMore(key[0], 2 * out[0]));
    else
      fits = out.size() == 2 && agree(key[1], out[1]) &&
             !isMore(key[0], out[0]) &&
             (outElement == element ||
              outElement == attn::getComputeType(element));
  }
  if (!fits)
    return emitOpError("expected a key [n, D] and an out [B, D] of the compute "
                       "type or its own, or [B / 2, D, 2] of its own, n at "
                       "most B");
  return success();
}

LogicalResult InitOp::verify() {
  if (failed(verifyState(*this, "outs", getOuts(), getRows())))
    return failure();
  if (getSink() && getSink().getType() != elementOf(getOuts()[0]))
    return emitOpError() << "expected a sink of type "
                         << elementOf(getOuts()[0]) << ", got "
                         << getSink().getType();
  return success();
}

LogicalResult StepOp::verify() {
  // step_c1
  if (failed(verifyState(*this, "outs", getOuts(), getRows())))
    return failure();
  // step_c2
  bool queryPairs = hasQueryPairs(), valuePairs = hasValuePairs();
  bool ranks = shapeOf(getKey()).size() == 2 &&
               (valuePairs || shapeOf(getValue()).size() == 2) &&
               (!getQuery() || queryPairs || shapeOf(getQuery()).size() == 2);
  if (!ranks)
    return emitOpError(
        "expected a query [D, T], a key [B, D] and a value [B, E]");
  ArrayRef<int64_t> key = shapeOf(getKey()), value = shapeOf(getValue());
  if (getQuery() && !queryPairs) {
    auto [features, queries] = turned(getQuery(), getRows());
    if (!agree(features, key[1]) || !agree(queries, getNumQueries()))
      return emitOpError() << "expected a query "
                           << (getRows() ? "[T, D]" : "[D, T]")
                           << " that fits the key and the state, got "
                           << getQuery().getType();
  }
  if (queryPairs && (!isTwice(key[1], shapeOf(getQuery())[0]) ||
                     !agree(shapeOf(getQuery())[1], getNumQueries())))
    return emitOpError() << "expected a query [D / 2, T, 2] that fits the key "
                            "and the state, got "
                         << getQuery().getType();
  SmallVector<Value> tiles;
  if (!queryPairs)
    tiles.push_back(getKey());
  if (!valuePairs)
    tiles.push_back(getValue());
  // With rows they may be widened.
  llvm::erase_if(tiles, [&](Value tile) {
    return getRows() &&
           attn::getComputeType(elementOf(tile)) == getComputeType();
  });
  if (getQuery() && !queryPairs)
    tiles.push_back(getQuery());
  llvm::append_range(tiles, getParams());
  for (Value tile : tiles)
    if (elementOf(tile) != getComputeType())
      return emitOpError() << "expected tiles of the compute type "
                           << getComputeType() << ", got " << elementOf(tile);
  // With a bound of its own, `count` need not reach the end of either tile.
  int64_t values =
      valuePairs && ShapedType::isStatic(value[0]) ? 2 * value[0] : value[0];
  bool oneEach = getAtMost() ||
                 (valuePairs ? !isMore(key[0], values) : agree(key[0], values));
  if (!oneEach)
    return emitOpError() << "expected one value for each key, got " << value[0]
                         << (valuePairs ? " pairs for " : " for ") << key[0];
  if (std::optional<int64_t> known = getConstantIntValue(getCount()))
    if (isMore(*known, key[0]) || isMore(*known, values))
      return emitOpError() << "expected no more keys than the tiles have, got "
                           << *known;
  int64_t sums = turned(getOuts()[2], getRows()).first;
  if (!agree(value[1], sums))
    return emitOpError() << "expected values of the size of acc, got "
                         << value[1] << " for " << sums;
  for (Value param : getParams())
    if (!agree(shapeOf(param), {key[1]}))
      return emitOpError() << "expected a parameter [D], got "
                           << param.getType();
  // step_c3
  if (getAt().size() < 2)
    return emitOpError() << "expected at least two indices in 'at', got "
                         << getAt().size();
  // step_c4
  if (getLog2() && (!getModBody().empty() || !isDot()))
    return emitOpError("expected no mod region and no score region with log2");
  if (isDot() && (!getQuery() || !getParams().empty()))
    return emitOpError(
        "expected a query and no parameters for the dot product");
  // step_c5
  if (std::optional<int64_t> most = getAtMost(); most && *most <= 0)
    return emitOpError() << "expected a positive 'at_most', got " << *most;
  // step_c6
  Type bf16 = BFloat16Type::get(getContext());
  bool pairsFit =
      (!queryPairs || (isPairsOf(getQuery(), ShapedType::kDynamic, bf16) &&
                       elementOf(getKey()) == bf16)) &&
      (!valuePairs || isPairsOf(getValue(), ShapedType::kDynamic, bf16));
  if ((queryPairs || valuePairs) &&
      (!pairsFit || getRows() || !isDot() || !getComputeType().isF32()))
    return emitOpError("expected pairs of bf16 with keys of bf16 and a state "
                       "of f32, for a dot product without rows");
  return success();
}

LogicalResult StepOp::verifyRegions() {
  int64_t numInputs = getParams().size() + (getQuery() ? 2 : 1);
  int64_t numIndices = getAt().size();
  if (failed(verifyScoreRegion(*this, getScoreBody(), getComputeType(),
                               numInputs)) ||
      failed(
          verifyModRegion(*this, getModBody(), getComputeType(), numIndices)))
    return failure();
  return verifyMaskRegion(*this, getMaskBody(), numIndices);
}

LogicalResult MergeOp::verify() {
  // merge_c1
  if (failed(verifyState(*this, "ins", getIns(), getRows())) ||
      failed(verifyState(*this, "outs", getOuts(), getRows())))
    return failure();
  for (auto [in, out] : llvm::zip(getIns(), getOuts()))
    if (!agree(shapeOf(in), shapeOf(out)) || elementOf(in) != elementOf(out))
      return emitOpError() << "expected states of one type, got "
                           << in.getType() << " and " << out.getType();
  return success();
}

LogicalResult FinishOp::verify() {
  // finish_c1
  if (failed(verifyState(*this, "ins", getIns(), getRows())))
    return failure();
  // finish_c2
  auto [features, queries] = turned(getIns()[2], getRows());
  bool fits = getOuts().size() == 1 || getOuts().size() == 2;
  if (fits) {
    ArrayRef<int64_t> out = shapeOf(getOuts()[0]);
    fits =
        out.size() == 2 && agree(out[1], features) && !isMore(out[0], queries);
    if (fits && getOuts().size() == 2) {
      Value lse = getOuts()[1];
      fits = shapeOf(lse).size() == 1 && agree(shapeOf(lse)[0], out[0]) &&
             elementOf(lse) == elementOf(getIns()[0]);
    }
  }
  if (!fits)
    return emitOpError("expected outs [m, E] and, for the lse, [m] of the "
                       "compute type, m at most T");
  return success();
}
