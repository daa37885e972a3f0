// Compiles one math op through attn-expand-math and the upstream lowerings.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "MathKernel.h"

#include "attn/Codegen/CPU/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;

/// The layout of memref<?xT> at the call boundary.
struct Descriptor {
  void *allocated, *aligned;
  int64_t offset, size, stride;
};

static std::string loopSource(const std::string &op, const std::string &element,
                              int lanes) {
  std::string count = std::to_string(lanes);
  std::string vector = "vector<" + count + "x" + element + ">";
  std::string memref = "memref<?x" + element + ">";
  std::string type = lanes == 1 ? element : vector;
  std::string access = memref + (lanes == 1 ? "" : ", " + vector);
  std::string dialect = lanes == 1 ? "memref." : "vector.";
  auto [name, flags] = llvm::StringRef(op).split(' ');
  return "func.func @kernel(%in: " + memref + ", %out: " + memref +
         ", %n: index) attributes {llvm.emit_c_interface} {\n"
         "  %zero = arith.constant 0 : index\n"
         "  %step = arith.constant " +
         count +
         " : index\n"
         "  scf.for %i = %zero to %n step %step {\n"
         "    %x = " +
         dialect + "load %in[%i] : " + access + "\n    %y = " + name.str() +
         " %x " + flags.str() + " : " + type + "\n    " + dialect +
         "store %y, %out[%i] : " + access +
         "\n  }\n"
         "  return\n"
         "}\n";
}

static void buildPipeline(PassManager &pm, bool avx512) {
  pm.addPass(attn::createExpandMathPass({avx512}));
  pm.addPass(createCSEPass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

attn_test::MathKernel::MathKernel(const std::string &op,
                                  const std::string &element, int lanes,
                                  bool avx512) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  context = std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED);
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  context->appendDialectRegistry(registry);
  context->loadDialect<arith::ArithDialect, func::FuncDialect,
                       math::MathDialect, memref::MemRefDialect,
                       scf::SCFDialect, vector::VectorDialect>();

  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(
      loopSource(op, element, lanes), context.get());
  PassManager pm(context.get());
  buildPipeline(pm, avx512);
  if (!module || failed(pm.run(*module)))
    llvm::report_fatal_error("test kernel does not compile");

  auto builder =
      llvm::cantFail(llvm::orc::JITTargetMachineBuilder::detectHost());
  std::unique_ptr<llvm::TargetMachine> machine =
      llvm::cantFail(builder.createTargetMachine());
  ExecutionEngineOptions options;
  auto transformer = makeOptimizingTransformer(3, 0, machine.get());
  options.transformer = transformer;
  options.jitCodeGenOptLevel = llvm::CodeGenOptLevel::Aggressive;
  engine = llvm::cantFail(
      ExecutionEngine::create(*module, options, std::move(machine)));
  function = llvm::cantFail(engine->lookupPacked("_mlir_ciface_kernel"));
}

attn_test::MathKernel::~MathKernel() = default;

void attn_test::MathKernel::operator()(const void *in, void *out,
                                       int64_t count) {
  Descriptor input{const_cast<void *>(in), const_cast<void *>(in), 0, count, 1};
  Descriptor output{out, out, 0, count, 1};
  Descriptor *inputArg = &input, *outputArg = &output;
  void *args[] = {&inputArg, &outputArg, &count};
  function(args);
}

bool attn_test::hostHasAVX512() {
  auto features = llvm::sys::getHostCPUFeatures();
  return features.lookup("avx512f") && features.lookup("avx512dq");
}
