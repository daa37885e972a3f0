// Verifiers of the ops on whole tensors. The labels (score_c1, ..) are those of
// the op descriptions; test/IR has one negative test for each.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Verify.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::attn;

using Shape = ArrayRef<int64_t>;

static constexpr int64_t kMaxRank = 8;

bool mlir::attn::agree(int64_t a, int64_t b) {
  return ShapedType::isDynamic(a) || ShapedType::isDynamic(b) || a == b;
}

bool mlir::attn::agree(Shape a, Shape b) {
  return a.size() == b.size() &&
         llvm::all_of_zip(a, b,
                          [](int64_t x, int64_t y) { return agree(x, y); });
}

static std::string text(int64_t size) {
  return ShapedType::isDynamic(size) ? "?" : std::to_string(size);
}

Shape mlir::attn::shapeOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

Type mlir::attn::elementOf(Value value) { return getElementTypeOrSelf(value); }

//===----------------------------------------------------------------------===//
// Shared by the graph ops and attn.fused
//===----------------------------------------------------------------------===//

/// score_mod_c2, mask_c1, softmax_c1
static LogicalResult verifyScoresRank(Operation *op, size_t rank) {
  if (rank < 2 || rank > kMaxRank)
    return op->emitOpError() << "expected scores of rank 2 to " << kMaxRank
                             << ", got rank " << rank;
  return success();
}

/// score_c3, weighted_sum_c3: may an operand of leading axes `operand` be read
/// by scores of leading axes `scores`?
static LogicalResult verifyLeading(Operation *op, StringRef name, Shape operand,
                                   Shape scores) {
  size_t numLeading = scores.size() - 2;
  for (size_t axis = 0; axis != numLeading; ++axis) {
    int64_t size = operand[axis], want = scores[axis];
    if (agree(size, want) || size == 1)
      continue;
    bool isHeads = axis + 1 == numLeading;
    if (isHeads && size > 0 && want % size == 0)
      continue;
    InFlightDiagnostic diag = op->emitOpError()
                              << "expected leading axis " << axis << " of the "
                              << name << " to be " << want << " or 1";
    if (isHeads)
      diag << " or a divisor of " << want;
    return diag << ", got " << size;
  }
  return success();
}

/// score_c1 to score_c6 for scores of shape `scores`.
static LogicalResult verifyScore(Operation *op, Value query, Value key,
                                 ValueRange params, Shape scores, bool isDot) {
  // score_c1
  Shape k = shapeOf(key);
  int64_t rank = k.size();
  if (rank < 2 || rank > kMaxRank)
    return op->emitOpError() << "expected a key of rank 2 to " << kMaxRank
                             << ", got rank " << rank;
  if (query && shapeOf(query).size() != k.size())
    return op->emitOpError() << "expected query and key of one rank, got "
                             << shapeOf(query).size() << " and " << rank;
  if (scores.size() != k.size())
    return op->emitOpError()
           << "expected a result of rank " << rank << ", got " << scores.size();
  if (!query && scores[rank - 2] != 1)
    return op->emitOpError()
           << "expected one row of scores without a query, got "
           << text(scores[rank - 2]);
  // score_c2
  if (query && !agree(shapeOf(query).back(), k.back()))
    return op->emitOpError() << "expected query and key to agree on the size "
                                "of a feature vector, got "
                             << shapeOf(query).back() << " and " << k.back();
  if (query && !agree(shapeOf(query)[rank - 2], scores[rank - 2]))
    return op->emitOpError()
           << "expected one row of scores for each query, got "
           << scores[rank - 2] << " for " << shapeOf(query)[rank - 2];
  if (!agree(k[rank - 2], scores[rank - 1]))
    return op->emitOpError() << "expected one score for each key, got "
                             << scores[rank - 1] << " for " << k[rank - 2];
  // score_c3
  Shape lead = query ? shapeOf(query) : k;
  if (!agree(lead.drop_back(2), scores.drop_back(2)))
    return op->emitOpError()
           << "expected the leading axes of the " << (query ? "query" : "key")
           << " and of the result to agree";
  if (failed(verifyLeading(op, "key", k, scores)))
    return failure();
  // score_c4
  for (Value input : params)
    if (elementOf(input) != elementOf(key))
      return op->emitOpError()
             << "expected parameters of the key's element type "
             << elementOf(key) << ", got " << elementOf(input);
  if (query && elementOf(query) != elementOf(key))
    return op->emitOpError()
           << "expected query and key of one element type, got "
           << elementOf(query) << " and " << elementOf(key);
  // score_c5
  for (Value param : params) {
    Shape p = shapeOf(param);
    bool fits = !p.empty() && p.size() < k.size() && agree(p.back(), k.back());
    for (size_t i = 1; fits && i < p.size(); ++i) {
      int64_t size = p[p.size() - 1 - i], want = scores[rank - 2 - i];
      fits = size == 1 || agree(size, want);
    }
    if (!fits)
      return op->emitOpError()
             << "expected a parameter of shape [.., D] with D = "
             << text(k.back())
             << " and leading axes of size 1 or of the scores, got "
             << param.getType();
  }
  // score_c6
  if (isDot && !query)
    return op->emitOpError("expected a query for the dot product");
  if (isDot && !params.empty())
    return op->emitOpError("expected no parameters for the dot product");
  return success();
}

/// A region of scalars: takes `args`, yields `result`, writes nothing.
static LogicalResult verifyScalarRegion(Operation *op, Region &region,
                                        StringRef name, ArrayRef<Type> args,
                                        Type result) {
  if (region.empty())
    return success();
  if (TypeRange(region.getArgumentTypes()) != TypeRange(args)) {
    InFlightDiagnostic diag = op->emitOpError()
                              << "expected the " << name << " region to take (";
    llvm::interleaveComma(args, diag);
    diag << "), got (";
    llvm::interleaveComma(region.getArgumentTypes(), diag);
    return diag << ")";
  }
  auto yield = dyn_cast<YieldOp>(region.front().getTerminator());
  if (!yield || yield.getValue().getType() != result) {
    InFlightDiagnostic diag = op->emitOpError()
                              << "expected the " << name << " region to yield "
                              << result;
    diag.attachNote(region.front().getTerminator()->getLoc())
        << "its terminator is here";
    return diag;
  }
  WalkResult walk = region.walk([&](Operation *inner) {
    if (isMemoryEffectFree(inner) ||
        inner->hasTrait<OpTrait::HasRecursiveMemoryEffects>() ||
        (isa<StepOp>(op) && hasSingleEffect<MemoryEffects::Read>(inner)))
      return WalkResult::advance();
    InFlightDiagnostic diag = op->emitOpError()
                              << "expected no side effects in the " << name
                              << " region";
    diag.attachNote(inner->getLoc()) << "'" << inner->getName() << "' is here";
    return WalkResult::interrupt();
  });
  return failure(walk.wasInterrupted());
}

LogicalResult mlir::attn::verifyScoreRegion(Operation *op, Region &region,
                                            FloatType compute,
                                            int64_t numInputs) {
  return verifyScalarRegion(op, region, "score",
                            SmallVector<Type>(numInputs, compute), compute);
}

LogicalResult mlir::attn::verifyModRegion(Operation *op, Region &region,
                                          FloatType compute,
                                          int64_t numIndices) {
  SmallVector<Type> args(numIndices + 1, IndexType::get(op->getContext()));
  args[0] = compute;
  return verifyScalarRegion(op, region, "score_mod", args, compute);
}

LogicalResult mlir::attn::verifyMaskRegion(Operation *op, Region &region,
                                           int64_t numIndices) {
  SmallVector<Type> args(numIndices, IndexType::get(op->getContext()));
  return verifyScalarRegion(op, region, "mask", args,
                            IntegerType::get(op->getContext(), 1));
}

/// softmax_c4, fused_c1: the types that a program may ask weights to be of.
static bool isHalf(Type type) { return type.isF16() || type.isBF16(); }

/// softmax_c3
static LogicalResult verifySink(Operation *op, Value sink, Shape scores,
                                Type compute) {
  if (!sink)
    return success();
  Shape heads = scores.drop_back(2);
  if (!heads.empty())
    heads = heads.take_back(1);
  if (!agree(shapeOf(sink), heads) || elementOf(sink) != compute)
    return op->emitOpError()
           << "expected a sink of element type " << compute
           << " with one value for each head, got " << sink.getType();
  return success();
}

/// softmax_c2
static LogicalResult verifyLse(Operation *op, Value lse, Shape scores,
                               Type compute) {
  if (lse &&
      (!agree(shapeOf(lse), scores.drop_back()) || elementOf(lse) != compute))
    return op->emitOpError()
           << "expected an lse of element type " << compute
           << " with one value for each row of scores, got " << lse.getType();
  return success();
}

/// weighted_sum_c1 to weighted_sum_c4 for weights of shape `weights` and
/// element type `weight`.
static LogicalResult verifyWeightedSum(Operation *op, Shape weights,
                                       Type weight, Value value,
                                       RankedTensorType result) {
  // weighted_sum_c1
  Shape v = shapeOf(value), out = result.getShape();
  size_t rank = weights.size();
  if (rank < 2 || rank > kMaxRank || v.size() != rank || out.size() != rank)
    return op->emitOpError()
           << "expected weights, values and result of one rank from 2 to "
           << kMaxRank << ", got " << rank << ", " << v.size() << " and "
           << out.size();
  // weighted_sum_c2
  if (!agree(v[rank - 2], weights[rank - 1]))
    return op->emitOpError() << "expected one value for each key, got "
                             << v[rank - 2] << " for " << weights[rank - 1];
  if (!agree(out[rank - 2], weights[rank - 2]))
    return op->emitOpError()
           << "expected one row of the result for each query, got "
           << out[rank - 2] << " for " << weights[rank - 2];
  if (!agree(out.back(), v.back()))
    return op->emitOpError()
           << "expected result rows of the size of a value, got " << out.back()
           << " for " << v.back();
  // weighted_sum_c3
  if (!agree(out.drop_back(2), weights.drop_back(2)))
    return op->emitOpError(
        "expected the leading axes of the weights and of the result to agree");
  if (failed(verifyLeading(op, "values", v, weights)))
    return failure();
  // weighted_sum_c4
  Type compute = getComputeType(elementOf(value));
  if (weight != compute && weight != elementOf(value)) {
    InFlightDiagnostic diag = op->emitOpError()
                              << "expected weights of the values' compute type "
                              << compute;
    if (elementOf(value) != compute)
      diag << " or element type " << elementOf(value);
    return diag << ", got " << weight;
  }
  Type element = result.getElementType();
  if (element != elementOf(value) && element != compute)
    return op->emitOpError()
           << "expected a result of element type " << elementOf(value) << " or "
           << compute << ", got " << element;
  return success();
}

//===----------------------------------------------------------------------===//
// Graph ops
//===----------------------------------------------------------------------===//

LogicalResult ScoreOp::verify() {
  if (failed(verifyScore(*this, getQuery(), getKey(), getParams(),
                         getType().getShape(), isDot())))
    return failure();
  // score_c4
  FloatType compute = getComputeType(elementOf(getKey()));
  if (getType().getElementType() != compute)
    return emitOpError() << "expected scores of the compute type " << compute
                         << ", got " << getType().getElementType();
  return success();
}

LogicalResult ScoreOp::verifyRegions() {
  return verifyScoreRegion(
      *this, getBody(), getComputeType(elementOf(getKey())), getNumOperands());
}

LogicalResult ScoreModOp::verify() {
  return verifyScoresRank(*this, getType().getRank());
}

LogicalResult ScoreModOp::verifyRegions() {
  return verifyModRegion(*this, getBody(),
                         cast<FloatType>(getType().getElementType()),
                         getType().getRank());
}

LogicalResult MaskOp::verify() {
  MaskKind kind = getKind();
  Shape scores = getType().getShape();
  if (failed(verifyScoresRank(*this, scores.size())))
    return failure();
  // mask_c1, mask_c2: operands are [B?] or [B?, M], [B?, N]
  bool hasBatch = scores.size() > 2;
  SmallVector<SmallVector<int64_t>> want;
  if (kind == MaskKind::Lengths || kind == MaskKind::Prefix)
    want = {{}};
  if (kind == MaskKind::Segments)
    want = {{scores[scores.size() - 2]}, {scores.back()}};
  size_t numArgs = kind == MaskKind::Dense ? 1 : want.size();
  if (getArgs().size() != numArgs)
    return emitOpError() << "expected " << numArgs << " operands for '"
                         << stringifyMaskKind(kind) << "', got "
                         << getArgs().size();
  for (auto [arg, shape] : llvm::zip(getArgs(), want)) {
    if (hasBatch)
      shape.insert(shape.begin(), shapeOf(arg).size() == shape.size() + 1 &&
                                          shapeOf(arg)[0] == 1
                                      ? 1
                                      : scores[0]);
    if (!agree(shapeOf(arg), shape))
      return emitOpError() << "expected an operand of shape ["
                           << llvm::join(llvm::map_range(shape, text), ", ")
                           << "], got " << arg.getType();
  }
  if (kind == MaskKind::Dense) {
    Shape mask = shapeOf(getArgs()[0]);
    bool fits = mask.size() <= scores.size();
    for (size_t i = 1; fits && i <= mask.size(); ++i)
      fits = mask[mask.size() - i] == 1 ||
             agree(mask[mask.size() - i], scores[scores.size() - i]);
    if (!fits)
      return emitOpError() << "expected a dense mask whose axes are 1 or those "
                              "of the scores, got "
                           << getArgs()[0].getType();
  }
  // mask_c3
  for (Value arg : getArgs()) {
    Type element = elementOf(arg);
    bool fits = kind == MaskKind::Dense
                    ? element.isInteger(1)
                    : element.isIndex() || element.isInteger(32) ||
                          element.isInteger(64);
    if (!fits)
      return emitOpError() << "expected elements of type "
                           << (kind == MaskKind::Dense ? "i1"
                                                       : "i32, i64 or index")
                           << ", got " << element;
  }
  // mask_c4
  if (getLeft() < -1 || getRight() < -1)
    return emitOpError() << "expected window bounds of at least -1, got "
                         << getLeft() << " and " << getRight();
  if (kind != MaskKind::Window && (getLeft() != -1 || getRight() != -1))
    return emitOpError() << "expected no window bounds for '"
                         << stringifyMaskKind(kind) << "'";
  // mask_c5
  if (getBody().empty() == (kind == MaskKind::Region))
    return emitOpError("expected a region, or a named form without one");
  // mask_c6
  if (getTopLeft() && !hasDiagonal(kind))
    return emitOpError() << "expected no top_left for '"
                         << stringifyMaskKind(kind) << "'";
  return success();
}

LogicalResult MaskOp::verifyRegions() {
  return verifyMaskRegion(*this, getBody(), getType().getRank());
}

LogicalResult SoftmaxOp::verify() {
  auto type = cast<RankedTensorType>(getScores().getType());
  if (failed(verifyScoresRank(*this, type.getRank())) ||
      failed(
          verifyLse(*this, getLse(), type.getShape(), type.getElementType())) ||
      failed(
          verifySink(*this, getSink(), type.getShape(), type.getElementType())))
    return failure();
  // softmax_c4
  auto weights = cast<RankedTensorType>(getResult().getType());
  Type weight = weights.getElementType(), score = type.getElementType();
  bool fits = weight == score || (score.isF32() && isHalf(weight));
  if (!fits || weights.getShape() != type.getShape())
    return emitOpError() << "expected weights of type " << type
                         << (score.isF32() ? " or of f16 or bf16" : "")
                         << ", got " << weights;
  return success();
}

LogicalResult WeightedSumOp::verify() {
  auto weights = cast<RankedTensorType>(getWeights().getType());
  return verifyWeightedSum(*this, weights.getShape(), weights.getElementType(),
                           getValue(), getType());
}

LogicalResult FusedOp::verify() {
  // The scores this op stands for: [.., M, N].
  Shape k = shapeOf(getKey());
  SmallVector<int64_t> scores(getQuery() ? shapeOf(getQuery()) : k);
  if (scores.size() >= 2 && k.size() >= 2) {
    if (!getQuery())
      scores[scores.size() - 2] = 1;
    scores.back() = k[k.size() - 2];
  }
  if (failed(verifyScore(*this, getQuery(), getKey(), getParams(), scores,
                         isDot())) ||
      failed(verifyWeightedSum(*this, scores, getComputeType(), getValue(),
                               getResult().getType())) ||
      failed(verifyLse(*this, getLse(), scores, getComputeType())) ||
      failed(verifySink(*this, getSink(), scores, getComputeType())))
    return failure();
  // fused_c1
  std::optional<Type> weights = getWeights();
  if (weights && (!isHalf(*weights) || *weights != elementOf(getValue())))
    return emitOpError(
               "expected weights of f16 or bf16 as the values are, got ")
           << *weights << " for values of " << elementOf(getValue());
  return success();
}

LogicalResult FusedOp::verifyRegions() {
  int64_t numInputs = getParams().size() + (getQuery() ? 2 : 1);
  if (failed(verifyScoreRegion(*this, getScoreBody(), getComputeType(),
                               numInputs)) ||
      failed(verifyModRegion(*this, getModBody(), getComputeType(), getRank())))
    return failure();
  return verifyMaskRegion(*this, getMaskBody(), getRank());
}
