// The walk over a function: calls, control flow and elementwise ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Interpreter/Interpreter.h"
#include "Evaluator.h"
#include "attn/IR/Attn.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::attn {

/// A limit on recursion, far below what would overflow the stack.
static constexpr unsigned maxCallDepth = 200;

/// Numbers, and tensors of them.
static bool isSupported(Type type) {
  return isNumber(type) ||
         (isa<RankedTensorType>(type) && isNumber(getElementTypeOrSelf(type)));
}

//===----------------------------------------------------------------------===//
// Functions and blocks
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<ArrayPtr>>
Evaluator::evaluateBody(func::FuncOp func, ArrayRef<ArrayPtr> args) {
  if (func.isExternal() || !func.getBody().hasOneBlock())
    return func.emitOpError("has no body of one block to evaluate");
  if (depth > maxCallDepth)
    return func.emitOpError("calls are nested too deeply to evaluate");
  for (auto [arg, value] : llvm::zip_equal(func.getArguments(), args)) {
    if (failed(set(func, arg, value)))
      return failure();
  }
  Block &body = func.getBody().front();
  if (failed(evaluateBlock(body)))
    return failure();
  return llvm::map_to_vector(body.getTerminator()->getOperands(),
                             [&](Value value) { return lookup(value); });
}

LogicalResult Evaluator::evaluateBlock(Block &block) {
  for (Operation &op : block.without_terminator())
    if (failed(evaluateOp(&op)))
      return failure();
  return success();
}

LogicalResult Evaluator::evaluateOp(Operation *op) {
  auto supported = [](Type type) { return isSupported(type); };
  if (!llvm::all_of(op->getOperandTypes(), supported) ||
      !llvm::all_of(op->getResultTypes(), supported))
    return emitUnsupported(op);
  Dialect *dialect = op->getDialect();
  if (isa_and_nonnull<AttnDialect>(dialect))
    return evaluateAttnOp(*this, op);
  if (isa_and_nonnull<linalg::LinalgDialect>(dialect))
    return evaluateLinalgOp(*this, op);
  if (isa_and_nonnull<tensor::TensorDialect>(dialect))
    return evaluateTensorOp(*this, op);
  if (isa<arith::ConstantOp>(op))
    return evaluateConstant(op);
  if (op->getNumRegions() || isa<func::CallOp, cf::AssertOp>(op))
    return evaluateControlFlow(op);
  return evaluateElementwise(op);
}

LogicalResult Evaluator::evaluateConstant(Operation *op) {
  auto constant = cast<arith::ConstantOp>(op);
  if (isNumber(constant.getType()))
    return set(op, constant, numberOf(constant.getValue()));
  auto elements = dyn_cast<DenseElementsAttr>(constant.getValue());
  if (!elements)
    return emitUnsupported(op);
  FailureOr<Array> array = allocate(op, elements.getType().getShape());
  if (failed(array))
    return failure();
  for (auto [to, from] :
       llvm::zip(array->data, elements.getValues<Attribute>()))
    to = numberOf(from);
  return set(op, constant, std::move(*array));
}

LogicalResult Evaluator::evaluateControlFlow(Operation *op) {
  if (auto call = dyn_cast<func::CallOp>(op))
    return evaluateCall(call);
  if (auto check = dyn_cast<cf::AssertOp>(op)) {
    if (!integer(check.getArg()))
      return op->emitOpError("failed: ") << check.getMsg();
    return success();
  }
  if (auto ifOp = dyn_cast<scf::IfOp>(op)) {
    Block *taken =
        integer(ifOp.getCondition()) ? ifOp.thenBlock() : ifOp.elseBlock();
    if (!taken)
      return success();
    if (failed(evaluateBlock(*taken)))
      return failure();
    return passOn(*taken, op->getResults());
  }
  if (isa<scf::ForOp>(op))
    return evaluateFor(op);
  return emitUnsupported(op);
}

LogicalResult Evaluator::passOn(Block &block, ValueRange targets) {
  Operation *terminator = block.getTerminator();
  // All are read before one is written: a loop may swap its arguments.
  auto passed = llvm::map_to_vector(terminator->getOperands(),
                                    [&](Value value) { return lookup(value); });
  for (auto [target, value] : llvm::zip_equal(targets, passed))
    if (failed(set(terminator, target, value)))
      return failure();
  return success();
}

LogicalResult Evaluator::evaluateFor(Operation *op) {
  auto loop = cast<scf::ForOp>(op);
  int64_t lower = integer(loop.getLowerBound());
  int64_t upper = integer(loop.getUpperBound());
  int64_t step = integer(loop.getStep());
  if (step <= 0)
    return op->emitOpError("step ") << step << " is not positive";
  for (auto [arg, init] :
       llvm::zip_equal(loop.getRegionIterArgs(), loop.getInitArgs()))
    if (failed(set(op, arg, lookup(init))))
      return failure();
  for (int64_t i = lower; i < upper;) {
    if (failed(set(op, loop.getInductionVar(), Number::ofInteger(i))) ||
        failed(evaluateBlock(*loop.getBody())) ||
        failed(passOn(*loop.getBody(), loop.getRegionIterArgs())))
      return failure();
    if (__builtin_add_overflow(i, step, &i))
      break;
  }
  for (auto [result, arg] :
       llvm::zip_equal(op->getResults(), loop.getRegionIterArgs()))
    if (failed(set(op, result, lookup(arg))))
      return failure();
  return success();
}

LogicalResult Evaluator::evaluateCall(func::CallOp op) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      op, op.getCalleeAttr());
  if (!callee)
    return emitUnsupported(op);
  auto args = llvm::map_to_vector(op.getOperands(),
                                  [&](Value value) { return lookup(value); });
  FailureOr<SmallVector<ArrayPtr>> results =
      Evaluator(depth + 1).evaluateBody(callee, args);
  if (failed(results))
    return failure();
  for (auto [result, value] : llvm::zip_equal(op.getResults(), *results))
    if (failed(set(op, result, value)))
      return failure();
  return success();
}

/// A scalar op on tensors of one shape, element by element; arith.select also
/// takes a scalar condition.
LogicalResult Evaluator::evaluateElementwise(Operation *op) {
  Kernel kernel = getKernel(op);
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op))
    kernel = getAffineKernel(apply.getAffineMap());
  if (!kernel)
    return emitUnsupported(op);
  auto operands = llvm::map_to_vector(
      op->getOperands(), [&](Value value) { return lookup(value); });
  reference::Shape shape;
  if (isa<ShapedType>(op->getResult(0).getType()))
    shape = operands.back()->shape;
  FailureOr<Array> result = allocate(op, shape);
  if (failed(result))
    return failure();
  for (const ArrayPtr &operand : operands)
    if (operand->rank() != 0 && operand->shape != shape)
      return emitSizeMismatch(op, operand->shape, shape);
  SmallVector<Number> args(operands.size());
  for (size_t position = 0; position < result->data.size(); ++position) {
    for (auto [arg, operand] : llvm::zip(args, operands))
      arg = operand->data[operand->rank() ? position : 0];
    if (failed(kernel(args.data(), result->data[position])))
      return emitNoValue(op);
  }
  return set(op, op->getResult(0), std::move(*result));
}

//===----------------------------------------------------------------------===//
// The entry
//===----------------------------------------------------------------------===//

/// The input as an array; integers wrap to the width of `type`.
static ArrayPtr toArray(const reference::AnyTensor &input, Type type) {
  auto array = std::make_shared<Array>();
  if (auto *real = std::get_if<reference::Tensor>(&input)) {
    *array = Array(real->shape);
    llvm::transform(real->data, array->data.begin(), Number::ofReal);
  } else {
    auto &integer = std::get<reference::IntTensor>(input);
    *array = Array(integer.shape);
    unsigned width = integerWidth(getElementTypeOrSelf(type));
    llvm::transform(integer.data, array->data.begin(), [&](int64_t value) {
      return ofAPInt(toAPInt(Number::ofInteger(value), width));
    });
  }
  return array;
}

static reference::AnyTensor fromArray(const Array &array, bool isReal) {
  if (isReal) {
    reference::Tensor result(array.shape);
    llvm::transform(array.data, result.data.begin(),
                    [](Number number) { return number.real; });
    return result;
  }
  reference::IntTensor result(array.shape);
  llvm::transform(array.data, result.data.begin(),
                  [](Number number) { return number.integer; });
  return result;
}

static bool isReal(Type type) {
  return isa<FloatType>(getElementTypeOrSelf(type));
}

FailureOr<std::vector<reference::AnyTensor>>
evaluate(func::FuncOp func, ArrayRef<reference::AnyTensor> inputs) {
  if (inputs.size() != func.getNumArguments())
    return func.emitOpError("takes ")
           << func.getNumArguments() << " arguments, not " << inputs.size();
  SmallVector<ArrayPtr> args;
  for (auto [index, type] : llvm::enumerate(func.getArgumentTypes())) {
    const reference::AnyTensor &input = inputs[index];
    if (isReal(type) != std::holds_alternative<reference::Tensor>(input))
      return func.emitOpError("argument ")
             << index << " of type " << type << " is given "
             << (isReal(type) ? "integers" : "reals");
    if (!isSupported(type))
      return func.emitOpError("cannot be evaluated: argument of type ") << type;
    bool isWhole = std::visit(
        [](const auto &tensor) {
          return reference::numElements(tensor.shape) ==
                 static_cast<int64_t>(tensor.data.size());
        },
        input);
    if (!isWhole)
      return func.emitOpError("argument ")
             << index << " has not as many elements as its shape says";
    args.push_back(toArray(input, type));
  }
  FailureOr<SmallVector<ArrayPtr>> results =
      Evaluator(0).evaluateBody(func, args);
  if (failed(results))
    return failure();
  std::vector<reference::AnyTensor> outputs;
  for (auto [value, type] : llvm::zip_equal(*results, func.getResultTypes()))
    outputs.push_back(fromArray(*value, isReal(type)));
  return outputs;
}

} // namespace mlir::attn
