// Running the f64 reference, and judging results by it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Oracle.h"
#include "Progress.h"

#include "attn/IR/Attn.h"
#include "attn/Reference/Compare.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/Format.h"

#include <cmath>

using namespace mlir;
using namespace mlir::attn;

static reference::AnyTensor toReference(const HostTensor &tensor) {
  int64_t count = tensor.getNumElements();
  if (isFloat(tensor.getElementType())) {
    reference::Tensor result(tensor.getShape());
    for (int64_t i = 0; i < count; ++i)
      result.data[i] = tensor.getFloat(i);
    return result;
  }
  reference::IntTensor result(tensor.getShape());
  for (int64_t i = 0; i < count; ++i)
    result.data[i] = tensor.getInt(i);
  return result;
}

static llvm::Expected<HostTensor> fromReference(const reference::AnyTensor &any,
                                                ElementType type) {
  return std::visit(
      [&](const auto &tensor) -> llvm::Expected<HostTensor> {
        auto result = HostTensor::create(type, tensor.shape);
        if (!result)
          return result;
        for (int64_t i = 0, e = result->getNumElements(); i < e; ++i)
          if constexpr (std::is_same_v<std::decay_t<decltype(tensor)>,
                                       reference::Tensor>)
            result->setFloat(i, tensor.data[i]);
          else
            result->setInt(i, tensor.data[i]);
        return result;
      },
      any);
}

Oracle::Oracle(func::FuncOp function, ArrayRef<HostTensor> tensors)
    : function(function) {
  for (const HostTensor &tensor : tensors)
    inputs.push_back(toReference(tensor));
}

LogicalResult Oracle::run() {
  Progress progress("the reference is running");
  auto results = evaluate(function, inputs);
  if (failed(results))
    return failure();
  expected = std::move(*results);
  return success();
}

llvm::Expected<std::vector<HostTensor>>
Oracle::getResults(const Signature &signature) const {
  std::vector<HostTensor> results;
  for (auto [tensor, type] : llvm::zip_equal(expected, signature.results)) {
    auto result = fromReference(tensor, type.element);
    if (!result)
      return result.takeError();
    results.push_back(std::move(*result));
  }
  return results;
}

static reference::FloatFormat getFormat(ElementType type) {
  switch (type) {
  case ElementType::F16:
    return reference::FloatFormat::F16;
  case ElementType::BF16:
    return reference::FloatFormat::BF16;
  case ElementType::F64:
    return reference::FloatFormat::F64;
  default:
    return reference::FloatFormat::F32;
  }
}

/// The longest axis: no sum in an attention has more terms.
static int64_t getLongestAxis(ArrayRef<reference::AnyTensor> inputs) {
  int64_t longest = 1;
  for (const reference::AnyTensor &any : inputs)
    std::visit(
        [&](const auto &tensor) {
          for (int64_t size : tensor.shape)
            longest = std::max(longest, size);
        },
        any);
  return longest;
}

/// The largest finite element: no sum has a larger term, as weights are at most
/// one.
static double getMagnitude(ArrayRef<reference::AnyTensor> inputs) {
  double magnitude = 0;
  for (const reference::AnyTensor &any : inputs)
    if (const auto *tensor = std::get_if<reference::Tensor>(&any))
      for (double x : tensor->data)
        if (std::isfinite(x))
          magnitude = std::max(magnitude, std::fabs(x));
  return magnitude;
}

/// The argument that holds the values, if result `index` is a weighted sum of
/// one.
static std::optional<unsigned> getValueArgument(func::FuncOp function,
                                                unsigned index) {
  auto ends = function.getOps<func::ReturnOp>();
  if (!llvm::hasSingleElement(ends))
    return std::nullopt;
  Value result = (*ends.begin()).getOperand(index), values;
  if (auto sum = result.getDefiningOp<WeightedSumOp>())
    values = sum.getValue();
  else if (auto fused = result.getDefiningOp<FusedOp>();
           fused && result == fused.getResult())
    values = fused.getValue();
  auto argument = dyn_cast_if_present<BlockArgument>(values);
  if (!argument || argument.getOwner() != &function.getBody().front())
    return std::nullopt;
  return argument.getArgNumber();
}

/// The 16-bit format that weights behind result `index` of `function` may be
/// rounded to: the coarser one of two, none if the program allows none. Found
/// by walking back from the result, because an lse, or a result that has
/// nothing to do with such weights, is judged without them.
static std::optional<reference::FloatFormat>
getWeightsFormat(func::FuncOp function, unsigned index) {
  std::optional<reference::FloatFormat> format;
  auto note = [&](Type weights) {
    if (weights.isBF16())
      format = reference::FloatFormat::BF16;
    else if (weights.isF16() && !format)
      format = reference::FloatFormat::F16;
  };
  SmallVector<Value> left;
  auto addResult = [&](func::FuncOp function, unsigned index) {
    for (auto end : function.getOps<func::ReturnOp>())
      left.push_back(end.getOperand(index));
  };
  addResult(function, index);
  DenseSet<Value> seen;
  while (!left.empty()) {
    Value value = left.pop_back_val();
    // What the argument of a function is depends on its caller, all of whose
    // operands are visited.
    Operation *op = value.getParentBlock()->getParentOp();
    if (Operation *def = value.getDefiningOp())
      op = def;
    if (!seen.insert(value).second || isa<func::FuncOp>(op))
      continue;
    if (auto softmax = dyn_cast<SoftmaxOp>(op);
        softmax && value == softmax.getResult())
      note(getElementTypeOrSelf(value));
    if (auto fused = dyn_cast<FusedOp>(op); fused && value == fused.getResult())
      note(fused.getWeightsType());
    if (auto call = dyn_cast<func::CallOp>(op))
      if (auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
              call, call.getCalleeAttr()))
        addResult(callee, cast<OpResult>(value).getResultNumber());
    op->walk([&](Operation *inner) {
      llvm::append_range(left, inner->getOperands());
    });
  }
  return format;
}

/// Large queries and keys do not make large values: what weights are worth is
/// judged by the values where it is plain which they are.
std::optional<reference::RoundedWeights>
Oracle::getRoundedWeights(unsigned index) const {
  auto format = getWeightsFormat(function, index);
  if (!format)
    return std::nullopt;
  std::optional<unsigned> argument = getValueArgument(function, index);
  return reference::RoundedWeights{
      *format, getMagnitude(argument ? ArrayRef(inputs).slice(*argument, 1)
                                     : ArrayRef(inputs))};
}

LogicalResult Oracle::check(ArrayRef<HostTensor> results,
                            raw_ostream &os) const {
  int64_t longest = getLongestAxis(inputs);
  double magnitude = getMagnitude(inputs);
  bool passed = results.size() == expected.size();
  for (auto [i, result, any] : llvm::enumerate(results, expected)) {
    reference::AnyTensor actual = toReference(result);
    reference::Comparison comparison;
    if (actual.index() != any.index())
      comparison.reason = "one is of integers, the other of floats";
    else if (const auto *tensor = std::get_if<reference::Tensor>(&any))
      comparison =
          reference::compare(std::get<reference::Tensor>(actual), *tensor,
                             getFormat(result.getElementType()), longest,
                             magnitude, getRoundedWeights(i));
    else
      comparison = reference::compare(std::get<reference::IntTensor>(actual),
                                      std::get<reference::IntTensor>(any));
    os << "result[" << i << "]: " << (comparison.passed() ? "PASS" : "FAIL")
       << llvm::format(", RMSE %.3g, max abs error %.3g, max ulp error %.3g",
                       comparison.rmse, comparison.maxAbsError,
                       comparison.maxUlpError);
    if (!comparison.passed())
      os << "; " << comparison.numWrong << " wrong: " << comparison.reason;
    os << "\n";
    passed &= comparison.passed();
  }
  os.flush();
  return success(passed);
}
