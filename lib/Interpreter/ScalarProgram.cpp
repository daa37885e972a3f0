// Compilation of scalar regions to slots and instructions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ScalarProgram.h"
#include "Evaluator.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::attn {

FailureOr<ScalarProgram> ScalarProgram::compile(Region &region, Lookup lookup) {
  ScalarProgram program;
  if (!region.hasOneBlock())
    return region.getParentOp()->emitOpError(
        "has a region that is not one block");
  for (BlockArgument arg : region.getArguments())
    program.slotOf(arg);
  if (failed(program.compileBlock(region.front(), lookup, program.code,
                                  program.yields)))
    return failure();
  return program;
}

LogicalResult ScalarProgram::run(ArrayRef<Number> args,
                                 ArrayRef<int64_t> loopIndices) {
  llvm::copy(args, slots.begin()); // the arguments have the first slots
  loops = loopIndices;
  for (Instruction &instruction : code)
    if (failed(instruction(*this)))
      return failure();
  return success();
}

unsigned ScalarProgram::slotOf(Value value) {
  auto [entry, isNew] = slotNumbers.try_emplace(value, slots.size());
  if (isNew)
    slots.emplace_back();
  return entry->second;
}

/// Makes sure that a scalar operand has a value: its own, or from outside.
LogicalResult ScalarProgram::use(Value value, Lookup lookup) {
  if (slotNumbers.contains(value))
    return success();
  ArrayPtr outer = lookup(value);
  if (!outer || outer->rank() != 0)
    return failure();
  slots[slotOf(value)] = outer->data[0];
  return success();
}

LogicalResult ScalarProgram::compileBlock(Block &block, Lookup lookup,
                                          Code &code,
                                          SmallVector<unsigned> &yielded) {
  for (Operation &op : block.without_terminator())
    if (failed(compileOp(&op, lookup, code)))
      return failure();
  for (Value value : block.getTerminator()->getOperands()) {
    if (failed(use(value, lookup)))
      return emitUnsupported(block.getTerminator());
    yielded.push_back(slotOf(value));
  }
  return success();
}

LogicalResult ScalarProgram::compileOp(Operation *op, Lookup lookup,
                                       Code &code) {
  if (isa<tensor::ExtractOp, tensor::DimOp>(op))
    return compileExtract(op, lookup, code);
  for (Value operand : op->getOperands())
    if (failed(use(operand, lookup)))
      return emitUnsupported(op);
  if (isa<scf::IfOp>(op))
    return compileIf(op, lookup, code);
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    if (!isNumber(constant.getType()))
      return emitUnsupported(op);
    slots[slotOf(constant)] = numberOf(constant.getValue());
    return success();
  }
  if (auto index = dyn_cast<linalg::IndexOp>(op)) {
    code.push_back([to = slotOf(index), loop = index.getDim()](auto &p) {
      p.slots[to].integer = p.loops[loop];
      return success();
    });
    return success();
  }
  return compileKernel(op, lookup, code);
}

LogicalResult ScalarProgram::compileIf(Operation *op, Lookup lookup,
                                       Code &code) {
  struct Branch {
    Code code;
    SmallVector<unsigned> yielded;
  };
  Branch branches[2]; // else, then
  auto ifOp = cast<scf::IfOp>(op);
  if (failed(compileBlock(*ifOp.thenBlock(), lookup, branches[1].code,
                          branches[1].yielded)))
    return failure();
  if (Block *block = ifOp.elseBlock())
    if (failed(compileBlock(*block, lookup, branches[0].code,
                            branches[0].yielded)))
      return failure();
  SmallVector<unsigned> results;
  for (Value result : op->getResults())
    results.push_back(slotOf(result));
  code.push_back([condition = slotOf(ifOp.getCondition()), results,
                  no = std::move(branches[0]),
                  yes = std::move(branches[1])](ScalarProgram &p) {
    const Branch &taken = p.slots[condition].integer ? yes : no;
    for (const Instruction &instruction : taken.code)
      if (failed(instruction(p)))
        return failure();
    for (auto [to, from] : llvm::zip(results, taken.yielded))
      p.slots[to] = p.slots[from];
    return success();
  });
  return success();
}

/// tensor.extract and tensor.dim of a tensor from outside the region.
LogicalResult ScalarProgram::compileExtract(Operation *op, Lookup lookup,
                                            Code &code) {
  ArrayPtr source = lookup(op->getOperand(0));
  if (!source)
    return emitUnsupported(op);
  SmallVector<unsigned> indices;
  for (Value index : op->getOperands().drop_front()) {
    if (failed(use(index, lookup)))
      return emitUnsupported(op);
    indices.push_back(slotOf(index));
  }
  unsigned to = slotOf(op->getResult(0));
  if (isa<tensor::DimOp>(op)) {
    code.push_back([=, axis = indices[0]](ScalarProgram &p) -> LogicalResult {
      int64_t which = p.slots[axis].integer;
      if (which < 0 || which >= source->rank())
        return op->emitOpError("axis ") << which << " is out of bounds";
      p.slots[to].integer = source->dim(which);
      return success();
    });
    return success();
  }
  code.push_back([=](ScalarProgram &p) -> LogicalResult {
    int64_t offset = 0;
    for (auto [slot, size] : llvm::zip(indices, source->shape)) {
      int64_t index = p.slots[slot].integer;
      if (index < 0 || index >= size)
        return emitOutOfBounds(op, index, size);
      offset = offset * size + index;
    }
    p.slots[to] = source->data[offset];
    return success();
  });
  return success();
}

LogicalResult ScalarProgram::compileKernel(Operation *op, Lookup lookup,
                                           Code &code) {
  Kernel kernel = getKernel(op);
  SmallVector<unsigned> operands;
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op))
    kernel = getAffineKernel(apply.getAffineMap());
  for (Type type : op->getOperandTypes())
    if (!isNumber(type))
      kernel = nullptr;
  if (!kernel)
    return emitUnsupported(op);
  for (Value operand : op->getOperands())
    operands.push_back(slotOf(operand));
  code.push_back(
      [=, to = slotOf(op->getResult(0))](ScalarProgram &p) -> LogicalResult {
        SmallVector<Number, 4> args;
        for (unsigned slot : operands)
          args.push_back(p.slots[slot]);
        if (failed(kernel(args.data(), p.slots[to])))
          return emitNoValue(op);
        return success();
      });
  return success();
}

} // namespace mlir::attn
