// Verifiers of the tiled ops. The labels (step_c1, ..) are those of the op
// descriptions; test/IR has one negative test for each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Verify.h"

using namespace mlir;
using namespace mlir::attn;

/// init_c1: `state` is (max, sum, acc) of shapes [T], [T], [E, T] and of one
/// compute type.
static LogicalResult verifyState(Operation *op, StringRef name,
                                 ValueRange state) {
  bool fits = state.size() == 3 && shapeOf(state[0]).size() == 1 &&
              shapeOf(state[1]).size() == 1 && shapeOf(state[2]).size() == 2;
  if (fits) {
    int64_t queries = shapeOf(state[0])[0];
    Type element = elementOf(state[0]);
    fits =
        agree(queries, shapeOf(state[1])[0]) &&
        agree(queries, shapeOf(state[2])[1]) &&
        (element.isF32() || element.isF64()) &&
        llvm::all_of(state, [&](Value v) { return elementOf(v) == element; });
  }
  if (fits)
    return success();
  InFlightDiagnostic diag =
      op->emitOpError()
      << "expected the " << name
      << " to be a state [T], [T], [E, T] of f32 or f64, got ";
  llvm::interleaveComma(state.getTypes(), diag);
  return diag;
}

LogicalResult PackQueryOp::verify() {
  // pack_query_c1
  bool fits = getOuts().size() == 1 && shapeOf(getQuery()).size() == 2 &&
              shapeOf(getOuts()[0]).size() == 2;
  if (fits) {
    ArrayRef<int64_t> q = shapeOf(getQuery()), out = shapeOf(getOuts()[0]);
    fits =
        agree(q[1], out[0]) &&
        (ShapedType::isDynamicShape({q[0], out[1]}) || q[0] <= out[1]) &&
        elementOf(getOuts()[0]) == attn::getComputeType(elementOf(getQuery()));
  }
  if (!fits)
    return emitOpError("expected a query [m, D] and an out [D, T] of the "
                       "compute type, m at most T");
  return success();
}

LogicalResult PackKeyOp::verify() {
  // pack_key_c1
  bool fits = getOuts().size() == 1 && shapeOf(getKey()).size() == 2 &&
              shapeOf(getOuts()[0]).size() == 2;
  if (fits) {
    ArrayRef<int64_t> key = shapeOf(getKey()), out = shapeOf(getOuts()[0]);
    fits = agree(key[1], out[1]) &&
           (ShapedType::isDynamicShape({key[0], out[0]}) || key[0] <= out[0]) &&
           elementOf(getOuts()[0]) == attn::getComputeType(elementOf(getKey()));
  }
  if (!fits)
    return emitOpError("expected a key [n, D] and an out [B, D] of the compute "
                       "type, n at most B");
  return success();
}

LogicalResult InitOp::verify() {
  if (failed(verifyState(*this, "outs", getOuts())))
    return failure();
  if (getSink() && getSink().getType() != elementOf(getOuts()[0]))
    return emitOpError() << "expected a sink of type "
                         << elementOf(getOuts()[0]) << ", got "
                         << getSink().getType();
  return success();
}

LogicalResult StepOp::verify() {
  // step_c1
  if (failed(verifyState(*this, "outs", getOuts())))
    return failure();
  // step_c2
  int64_t queries = getNumQueries();
  bool ranks = shapeOf(getKey()).size() == 2 &&
               shapeOf(getValue()).size() == 2 &&
               (!getQuery() || shapeOf(getQuery()).size() == 2);
  if (!ranks)
    return emitOpError(
        "expected a query [D, T], a key [B, D] and a value [B, E]");
  ArrayRef<int64_t> key = shapeOf(getKey()), value = shapeOf(getValue());
  if (getQuery() && !agree(shapeOf(getQuery()), {key[1], queries}))
    return emitOpError() << "expected a query [D, T] that fits the key and the "
                            "state, got "
                         << getQuery().getType();
  SmallVector<Value> inputs = {getKey(), getValue()};
  if (getQuery())
    inputs.push_back(getQuery());
  llvm::append_range(inputs, getParams());
  for (Value input : inputs)
    if (elementOf(input) != getComputeType())
      return emitOpError() << "expected tiles of the compute type "
                           << getComputeType() << ", got " << elementOf(input);
  if (!agree(key[0], value[0]))
    return emitOpError() << "expected one value for each key, got " << value[0]
                         << " for " << key[0];
  if (!agree(value[1], shapeOf(getOuts()[2])[0]))
    return emitOpError() << "expected values of the size of acc, got "
                         << value[1] << " for " << shapeOf(getOuts()[2])[0];
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
  if (failed(verifyState(*this, "ins", getIns())) ||
      failed(verifyState(*this, "outs", getOuts())))
    return failure();
  for (auto [in, out] : llvm::zip(getIns(), getOuts()))
    if (!agree(shapeOf(in), shapeOf(out)) || elementOf(in) != elementOf(out))
      return emitOpError() << "expected states of one type, got "
                           << in.getType() << " and " << out.getType();
  return success();
}

LogicalResult FinishOp::verify() {
  // finish_c1
  if (failed(verifyState(*this, "ins", getIns())))
    return failure();
  // finish_c2
  ArrayRef<int64_t> acc = shapeOf(getIns()[2]);
  bool fits = getOuts().size() == 1 || getOuts().size() == 2;
  if (fits) {
    ArrayRef<int64_t> out = shapeOf(getOuts()[0]);
    fits = out.size() == 2 && agree(out[1], acc[0]) &&
           (ShapedType::isDynamicShape({out[0], acc[1]}) || out[0] <= acc[1]);
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
