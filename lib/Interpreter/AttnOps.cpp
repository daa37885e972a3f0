// Graph and fused ops of attn, through the reference.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Evaluator.h"
#include "attn/IR/Attn.h"
#include "attn/Reference/Attention.h"
#include "attn/Reference/Masks.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::attn {
namespace {

using reference::IntTensor;
using reference::Tensor;

Tensor realsOf(const Evaluator &evaluator, Value value) {
  const Array &array = evaluator[value];
  Tensor result(array.shape);
  llvm::transform(array.data, result.data.begin(),
                  [](Number number) { return number.real; });
  return result;
}

IntTensor integersOf(const Evaluator &evaluator, Value value) {
  const Array &array = evaluator[value];
  IntTensor result(array.shape);
  llvm::transform(array.data, result.data.begin(),
                  [](Number number) { return number.integer; });
  return result;
}

LogicalResult setReals(Evaluator &evaluator, Operation *op, Value value,
                       const Tensor &tensor) {
  Array array(tensor.shape);
  llvm::transform(tensor.data, array.data.begin(), Number::ofReal);
  return evaluator.set(op, value, std::move(array));
}

/// What does not hold, as an error at `op`; success if `reason` is empty.
LogicalResult require(Operation *op, const std::string &reason) {
  return reason.empty() ? success() : LogicalResult(op->emitOpError(reason));
}

//===----------------------------------------------------------------------===//
// Regions as functions
//===----------------------------------------------------------------------===//

/// A region that the reference calls. The first failure has been diagnosed
/// where it happened; after it the region is not run again.
class Function {
public:
  LogicalResult compile(Evaluator &evaluator, Region &region) {
    FailureOr<ScalarProgram> compiled = evaluator.compile(region);
    if (failed(compiled))
      return failure();
    program = std::move(*compiled);
    return success();
  }
  explicit operator bool() const { return program.has_value(); }
  /// Whether no call has failed.
  LogicalResult status() const { return result; }

  reference::ScoreFunction asScore() {
    return [this](const std::vector<double> &x) {
      args.clear();
      llvm::append_range(args, llvm::map_range(x, Number::ofReal));
      return run().real;
    };
  }
  reference::ModFunction asMod() {
    return [this](double score, const reference::Index &index) {
      args.assign(1, Number::ofReal(score));
      llvm::append_range(args, llvm::map_range(index, Number::ofInteger));
      return run().real;
    };
  }
  reference::KeepFunction asKeep() {
    return [this](const reference::Index &index) {
      args.clear();
      llvm::append_range(args, llvm::map_range(index, Number::ofInteger));
      return run().integer != 0;
    };
  }

private:
  Number run() {
    if (succeeded(result))
      result = program->run(args);
    return succeeded(result) ? program->result() : Number();
  }

  std::optional<ScalarProgram> program;
  SmallVector<Number> args;
  LogicalResult result = success();
};

//===----------------------------------------------------------------------===//
// Score
//===----------------------------------------------------------------------===//

/// The inputs of attn.score, and of attn.fused up to its scores.
struct ScoreInputs {
  std::optional<Tensor> query;
  Tensor key;
  std::vector<Tensor> params;
  reference::Shape leading;
  Function f;

  const Tensor *queryOrNull() const { return query ? &*query : nullptr; }
};

template <typename Op>
LogicalResult readScoreInputs(Evaluator &evaluator, Op op, Region &body,
                              ScoreInputs &inputs) {
  if (op.getQuery())
    inputs.query = realsOf(evaluator, op.getQuery());
  inputs.key = realsOf(evaluator, op.getKey());
  for (Value param : op.getParams())
    inputs.params.push_back(realsOf(evaluator, param));
  // Without a query, the type of the result may say that the key is broadcast.
  inputs.leading = reference::leadingAxes(inputs.queryOrNull(), inputs.key);
  ArrayRef<int64_t> declared = op.getResult().getType().getShape();
  for (auto [size, wanted] : llvm::zip(inputs.leading, declared))
    if (!inputs.query && !ShapedType::isDynamic(wanted))
      size = wanted;
  if (failed(require(op, reference::checkScore(inputs.queryOrNull(), inputs.key,
                                               inputs.params, inputs.leading))))
    return failure();
  if (!body.empty() && failed(inputs.f.compile(evaluator, body)))
    return failure();
  // The scores are not made unless they are of a size to evaluate.
  reference::Shape sizes = inputs.leading;
  sizes.push_back(inputs.query ? inputs.query->dim(-2) : 1);
  sizes.push_back(inputs.key.dim(-2));
  return LogicalResult(allocate(op, sizes));
}

LogicalResult evaluateScore(Evaluator &evaluator, ScoreOp op) {
  ScoreInputs inputs;
  if (failed(readScoreInputs(evaluator, op, op.getBody(), inputs)))
    return failure();
  Tensor result =
      reference::score(inputs.queryOrNull(), inputs.key, inputs.params,
                       op.getScale().convertToDouble(),
                       inputs.f ? inputs.f.asScore() : nullptr, inputs.leading);
  if (failed(inputs.f.status()))
    return failure();
  return setReals(evaluator, op, op.getResult(), result);
}

//===----------------------------------------------------------------------===//
// Mod and mask
//===----------------------------------------------------------------------===//

LogicalResult evaluateScoreMod(Evaluator &evaluator, ScoreModOp op) {
  Function mod;
  if (failed(mod.compile(evaluator, op.getBody())))
    return failure();
  Tensor result =
      reference::scoreMod(realsOf(evaluator, op.getScores()), mod.asMod());
  if (failed(mod.status()))
    return failure();
  return setReals(evaluator, op, op.getResult(), result);
}

/// The predicate of a named mask; an error if its operands do not fit.
FailureOr<reference::KeepFunction> namedMask(Evaluator &evaluator, MaskOp op,
                                             const reference::Shape &scores) {
  SmallVector<IntTensor> args;
  for (Value arg : op.getArgs())
    args.push_back(integersOf(evaluator, arg));
  bool topLeft = op.getTopLeft();
  switch (op.getKind()) {
  case MaskKind::Region:
    break;
  case MaskKind::Causal:
    return reference::causal(scores, topLeft);
  case MaskKind::Window:
    return reference::window(scores, op.getLeft(), op.getRight(), topLeft);
  case MaskKind::Lengths:
    if (failed(require(op, reference::checkLengths(scores, args[0]))))
      return failure();
    return reference::lengths(args[0]);
  case MaskKind::Prefix:
    if (failed(require(op, reference::checkLengths(scores, args[0]))))
      return failure();
    return reference::prefix(scores, args[0], topLeft);
  case MaskKind::Segments:
    if (failed(require(op, reference::checkSegments(scores, args[0], args[1]))))
      return failure();
    return reference::segments(args[0], args[1]);
  case MaskKind::Dense:
    if (failed(require(op, reference::checkDense(scores, args[0]))))
      return failure();
    return reference::dense(args[0]);
  }
  return emitUnsupported(op);
}

LogicalResult evaluateMask(Evaluator &evaluator, MaskOp op) {
  Tensor scores = realsOf(evaluator, op.getScores());
  Function keep;
  FailureOr<reference::KeepFunction> predicate;
  if (op.getKind() == MaskKind::Region) {
    if (failed(keep.compile(evaluator, op.getBody())))
      return failure();
    predicate = keep.asKeep();
  } else {
    predicate = namedMask(evaluator, op, scores.shape);
    if (failed(predicate))
      return failure();
  }
  Tensor result = reference::mask(scores, *predicate);
  if (failed(keep.status()))
    return failure();
  return setReals(evaluator, op, op.getResult(), result);
}

//===----------------------------------------------------------------------===//
// Softmax, weighted sum and their composition
//===----------------------------------------------------------------------===//

LogicalResult evaluateSoftmax(Evaluator &evaluator, SoftmaxOp op) {
  Tensor scores = realsOf(evaluator, op.getScores());
  std::optional<Tensor> sink;
  if (op.getSink())
    sink = realsOf(evaluator, op.getSink());
  const Tensor *sinkOrNull = sink ? &*sink : nullptr;
  if (failed(require(op, reference::checkSoftmax(scores.shape, sinkOrNull))))
    return failure();
  reference::Softmax result = reference::softmax(scores, sinkOrNull);
  if (op.getLse() && failed(setReals(evaluator, op, op.getLse(), result.lse)))
    return failure();
  return setReals(evaluator, op, op.getResult(), result.weights);
}

LogicalResult evaluateWeightedSum(Evaluator &evaluator, WeightedSumOp op) {
  Tensor weights = realsOf(evaluator, op.getWeights());
  Tensor value = realsOf(evaluator, op.getValue());
  if (failed(require(op, reference::checkWeightedSum(weights.shape, value))))
    return failure();
  reference::Shape sizes = weights.shape;
  sizes.back() = value.dim(-1);
  if (failed(allocate(op, sizes)))
    return failure();
  return setReals(evaluator, op, op.getResult(),
                  reference::weightedSum(weights, value));
}

LogicalResult evaluateFused(Evaluator &evaluator, FusedOp op) {
  ScoreInputs inputs;
  Function mod, keep;
  if (failed(readScoreInputs(evaluator, op, op.getScoreBody(), inputs)) ||
      (!op.getModBody().empty() &&
       failed(mod.compile(evaluator, op.getModBody()))) ||
      (!op.getMaskBody().empty() &&
       failed(keep.compile(evaluator, op.getMaskBody()))))
    return failure();
  Tensor value = realsOf(evaluator, op.getValue());
  std::optional<Tensor> sink;
  if (op.getSink())
    sink = realsOf(evaluator, op.getSink());

  reference::Attention attention;
  attention.query = inputs.queryOrNull();
  attention.key = &inputs.key;
  attention.value = &value;
  attention.params = inputs.params;
  attention.sink = sink ? &*sink : nullptr;
  attention.scale = op.getScale().convertToDouble();
  if (inputs.f)
    attention.score = inputs.f.asScore();
  if (mod)
    attention.mod = mod.asMod();
  if (keep)
    attention.keep = keep.asKeep();

  reference::Shape scores = inputs.leading;
  scores.push_back(inputs.query ? inputs.query->dim(-2) : 1);
  scores.push_back(inputs.key.dim(-2));
  if (failed(require(op, reference::checkSoftmax(scores, attention.sink))) ||
      failed(require(op, reference::checkWeightedSum(scores, value))))
    return failure();
  reference::AttentionResult result =
      reference::attention(attention, inputs.leading);
  if (failed(inputs.f.status()) || failed(mod.status()) ||
      failed(keep.status()))
    return failure();
  if (op.getLse() && failed(setReals(evaluator, op, op.getLse(), result.lse)))
    return failure();
  return setReals(evaluator, op, op.getResult(), result.output);
}

} // namespace

LogicalResult evaluateAttnOp(Evaluator &evaluator, Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](ScoreOp op) { return evaluateScore(evaluator, op); })
      .Case([&](ScoreModOp op) { return evaluateScoreMod(evaluator, op); })
      .Case([&](MaskOp op) { return evaluateMask(evaluator, op); })
      .Case([&](SoftmaxOp op) { return evaluateSoftmax(evaluator, op); })
      .Case(
          [&](WeightedSumOp op) { return evaluateWeightedSum(evaluator, op); })
      .Case([&](FusedOp op) { return evaluateFused(evaluator, op); })
      .Default([](Operation *op) { return emitUnsupported(op); });
}

} // namespace mlir::attn
