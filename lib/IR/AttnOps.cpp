// Shapes, effects and generated code of the attn ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/IR/Attn.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::attn;

FloatType mlir::attn::getComputeType(Type input) {
  if (input.isF64())
    return cast<FloatType>(input);
  return Float32Type::get(input.getContext());
}

bool mlir::attn::hasDiagonal(MaskKind kind) {
  return kind == MaskKind::Causal || kind == MaskKind::Window ||
         kind == MaskKind::Prefix;
}

std::optional<int64_t> mlir::attn::getGroupSize(int64_t querySize,
                                                int64_t operandSize) {
  if (operandSize == 1)
    return querySize == 1 ? 1 : 0;
  if (ShapedType::isDynamic(querySize) || ShapedType::isDynamic(operandSize))
    return std::nullopt;
  return operandSize == 0 ? 1 : querySize / operandSize;
}

FloatType FusedOp::getComputeType() {
  return attn::getComputeType(getKey().getType().getElementType());
}

FloatType FusedOp::getWeightsType() {
  std::optional<Type> weights = getWeights();
  return weights ? cast<FloatType>(*weights) : getComputeType();
}

FloatType StepOp::getComputeType() {
  return cast<FloatType>(getElementTypeOrSelf(getOuts()[0].getType()));
}

int64_t StepOp::getNumQueries() {
  return cast<ShapedType>(getOuts()[0].getType()).getDimSize(0);
}

bool StepOp::hasQueryPairs() {
  return getQuery() && cast<ShapedType>(getQuery().getType()).getRank() == 3;
}

bool StepOp::hasValuePairs() {
  return cast<ShapedType>(getValue().getType()).getRank() == 3;
}

int64_t StepOp::getMaxCount() {
  int64_t size = cast<ShapedType>(getKey().getType()).getDimSize(0);
  std::optional<int64_t> most = getAtMost();
  if (!most)
    return size;
  return ShapedType::isDynamic(size) ? *most : std::min(*most, size);
}

//===----------------------------------------------------------------------===//
// Result shapes
//===----------------------------------------------------------------------===//

/// The sizes of `value`, all but the last `drop`.
static SmallVector<OpFoldResult> leadingSizes(OpBuilder &b, Location loc,
                                              Value value, int64_t drop) {
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, value);
  sizes.resize(sizes.size() - drop);
  return sizes;
}

static OpFoldResult sizeFromEnd(OpBuilder &b, Location loc, Value value,
                                int64_t fromEnd) {
  int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
  return tensor::getMixedSize(b, loc, value, rank - fromEnd);
}

/// The sizes of the scores of `query` (null: one query) against `key`.
static SmallVector<OpFoldResult> scoreSizes(OpBuilder &b, Location loc,
                                            Value query, Value key) {
  SmallVector<OpFoldResult> sizes =
      leadingSizes(b, loc, query ? query : key, query ? 1 : 2);
  if (!query)
    sizes.push_back(b.getIndexAttr(1));
  sizes.push_back(sizeFromEnd(b, loc, key, 2));
  return sizes;
}

LogicalResult ScoreOp::reifyResultShapes(OpBuilder &b,
                                         ReifiedRankedShapedTypeDims &dims) {
  dims.push_back(scoreSizes(b, getLoc(), getQuery(), getKey()));
  return success();
}

LogicalResult ScoreModOp::reifyResultShapes(OpBuilder &b,
                                            ReifiedRankedShapedTypeDims &dims) {
  dims.push_back(tensor::getMixedSizes(b, getLoc(), getScores()));
  return success();
}

LogicalResult MaskOp::reifyResultShapes(OpBuilder &b,
                                        ReifiedRankedShapedTypeDims &dims) {
  dims.push_back(tensor::getMixedSizes(b, getLoc(), getScores()));
  return success();
}

LogicalResult SoftmaxOp::reifyResultShapes(OpBuilder &b,
                                           ReifiedRankedShapedTypeDims &dims) {
  dims.push_back(tensor::getMixedSizes(b, getLoc(), getScores()));
  if (getLse())
    dims.push_back(leadingSizes(b, getLoc(), getScores(), 1));
  return success();
}

LogicalResult
WeightedSumOp::reifyResultShapes(OpBuilder &b,
                                 ReifiedRankedShapedTypeDims &dims) {
  SmallVector<OpFoldResult> sizes = leadingSizes(b, getLoc(), getWeights(), 1);
  sizes.push_back(sizeFromEnd(b, getLoc(), getValue(), 1));
  dims.push_back(sizes);
  return success();
}

LogicalResult FusedOp::reifyResultShapes(OpBuilder &b,
                                         ReifiedRankedShapedTypeDims &dims) {
  SmallVector<OpFoldResult> rows =
      scoreSizes(b, getLoc(), getQuery(), getKey());
  rows.pop_back();
  dims.push_back(rows);
  dims.back().push_back(sizeFromEnd(b, getLoc(), getValue(), 1));
  if (getLse())
    dims.push_back(rows);
  return success();
}

//===----------------------------------------------------------------------===//
// Memory effects of tiled ops
//===----------------------------------------------------------------------===//

using Effects =
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>;

/// Buffers among the operands are read; those that are written, too.
static void addBufferEffects(DestinationStyleOpInterface op, Effects &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    effects.emplace_back(MemoryEffects::Read::get(), &operand, 0, true,
                         SideEffects::DefaultResource::get());
    if (op.isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand, 0, true,
                           SideEffects::DefaultResource::get());
  }
}

void PackQueryOp::getEffects(Effects &effects) {
  addBufferEffects(*this, effects);
}
void PackKeyOp::getEffects(Effects &effects) {
  addBufferEffects(*this, effects);
}
void InitOp::getEffects(Effects &effects) { addBufferEffects(*this, effects); }
void StepOp::getEffects(Effects &effects) { addBufferEffects(*this, effects); }
void MergeOp::getEffects(Effects &effects) { addBufferEffects(*this, effects); }
void FinishOp::getEffects(Effects &effects) {
  addBufferEffects(*this, effects);
}

//===----------------------------------------------------------------------===//
// Syntax: what declarative formats call
//===----------------------------------------------------------------------===//

/// `scores [-> weights]`: without an arrow they are of one type.
static ParseResult parseScoresAndWeights(OpAsmParser &parser, Type &scores,
                                         Type &weights) {
  if (parser.parseType(scores))
    return failure();
  weights = scores;
  return failed(parser.parseOptionalArrow()) ? ParseResult(success())
                                             : parser.parseType(weights);
}

static void printScoresAndWeights(OpAsmPrinter &p, Operation *, Type scores,
                                  Type weights) {
  p << scores;
  if (weights != scores)
    p << " -> " << weights;
}

#define GET_OP_CLASSES
#include "attn/IR/AttnOps.cpp.inc"
