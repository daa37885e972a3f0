// Functions that LLVM's code generator calls and that not every system has.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Libcalls.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

/// Not only fptrunc: without instructions for bf16, LLVM keeps such values as
/// f32, and moving one may round it again.
static bool usesBrain(const Module &module) {
  for (const Function &function : module)
    for (const Instruction &instruction : instructions(function))
      if (instruction.getType()->getScalarType()->isBFloatTy())
        return true;
  return false;
}

void mlir::attn::addLibcalls(Module &module) {
  constexpr StringLiteral kName = "__truncsfbf2";
  if (module.getFunction(kName) || !usesBrain(module))
    return;
  LLVMContext &context = module.getContext();
  auto *type = FunctionType::get(Type::getBFloatTy(context),
                                 {Type::getFloatTy(context)}, false);
  auto *function =
      Function::Create(type, GlobalValue::LinkOnceODRLinkage, kName, module);
  function->setVisibility(GlobalValue::HiddenVisibility);
  function->setDoesNotThrow();
  // No instruction calls it yet.
  appendToCompilerUsed(module, {function});

  // To nearest, ties to even; a NaN becomes quiet and keeps its upper bits.
  IRBuilder<> builder(BasicBlock::Create(context, "entry", function));
  Value *x = function->getArg(0);
  Value *bits = builder.CreateBitCast(x, builder.getInt32Ty());
  Value *upper = builder.CreateLShr(bits, 16);
  Value *isOdd = builder.CreateAnd(upper, 1);
  Value *half = builder.CreateAdd(isOdd, builder.getInt32(0x7fff));
  Value *rounded = builder.CreateLShr(builder.CreateAdd(bits, half), 16);
  Value *quiet = builder.CreateOr(upper, 0x40);
  Value *result =
      builder.CreateSelect(builder.CreateFCmpUNO(x, x), quiet, rounded);
  builder.CreateRet(
      builder.CreateBitCast(builder.CreateTrunc(result, builder.getInt16Ty()),
                            Type::getBFloatTy(context)));
}
