// The target machine, and just-in-time compilation.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/ExecutionEngine/Compiler.h"
#include "Libcalls.h"
#include "Optimize.h"
#include "attn/Runtime/Runtime.h"

#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/OpenMP/OpenMPToLLVMIRTranslation.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace mlir::attn;
using llvm::createStringError;

void mlir::attn::registerLLVMIRTranslations(DialectRegistry &registry) {
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerOpenMPDialectTranslation(registry);
}

void mlir::attn::setNumThreads(int count) {
  ::attn::runtime::setNumThreads(count);
}

static llvm::CodeGenOptLevel getCodeGenLevel(const CompilerOptions &options) {
  return llvm::CodeGenOpt::getLevel(std::min(options.optLevel, 3u))
      .value_or(llvm::CodeGenOptLevel::Default);
}

/// LLVM itself only warns of an unknown cpu or feature, and compiles for
/// another one. An empty `cpu` is this machine.
static llvm::Error checkCpu(const llvm::Triple &triple, StringRef cpu,
                            ArrayRef<StringRef> features) {
  std::string message;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return createStringError(message);
  std::unique_ptr<llvm::MCSubtargetInfo> info(
      target->createMCSubtargetInfo(triple, "", ""));
  if (!cpu.empty() && !info->isCPUStringValid(cpu))
    return createStringError("'%s' is not a cpu of %s", cpu.str().c_str(),
                             triple.str().c_str());
  for (StringRef feature : features) {
    StringRef name = feature.ltrim("+-");
    if (llvm::none_of(info->getAllProcessorFeatures(),
                      [&](const auto &known) { return name == known.Key; }))
      return createStringError("'%s' is not a feature of %s",
                               name.str().c_str(), triple.str().c_str());
  }
  return llvm::Error::success();
}

static llvm::Expected<llvm::orc::JITTargetMachineBuilder>
createBuilder(StringRef name) {
  if (name.empty()) {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    return llvm::orc::JITTargetMachineBuilder::detectHost();
  }
  llvm::InitializeAllTargetInfos();
  llvm::InitializeAllTargets();
  llvm::InitializeAllTargetMCs();
  llvm::InitializeAllAsmPrinters();
  llvm::Triple triple(llvm::Triple::normalize(name));
  // An index has 64 bits everywhere, and inputs are little-endian.
  if (triple.getArch() != llvm::Triple::UnknownArch &&
      (!triple.isArch64Bit() || !triple.isLittleEndian()))
    return createStringError("'%s' is not a little-endian machine of 64 bits",
                             triple.str().c_str());
  return llvm::orc::JITTargetMachineBuilder(triple);
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
mlir::attn::createTargetMachine(const CompilerOptions &options) {
  auto builder = createBuilder(options.triple);
  if (!builder)
    return builder.takeError();
  SmallVector<StringRef> features;
  StringRef(options.features).split(features, ',', -1, /*KeepEmpty=*/false);
  if (llvm::Error error =
          checkCpu(builder->getTargetTriple(), options.cpu, features))
    return std::move(error);
  if (!options.cpu.empty()) {
    // The features of this machine would add to those of the cpu.
    builder->setCPU(options.cpu);
    builder->setFeatures("");
  }
  builder->addFeatures(
      std::vector<std::string>(features.begin(), features.end()));
  // A small model cannot reach from the heap to the libraries, but the engine
  // makes stubs; and shared libraries need position independence.
  builder->setRelocationModel(llvm::Reloc::PIC_);
  builder->setCodeGenOptLevel(getCodeGenLevel(options));
  auto machine = builder->createTargetMachine();
  if (!machine)
    return machine.takeError();
  // No emulated thread-local storage, which is the JIT's default.
  (*machine)->Options.EmulatedTLS = false;
  return machine;
}

Machine mlir::attn::getMachine(const llvm::TargetMachine &machine) {
  // All that are on, those that the cpu implies included.
  std::string features;
  for (const auto &feature :
       machine.getMCSubtargetInfo()->getEnabledProcessorFeatures())
    features += (features.empty() ? "+" : ",+") + std::string(feature.Key);
  return Machine::fromFeatures(machine.getTargetTriple().getArchName().str(),
                               features);
}

static llvm::orc::SymbolMap getSymbols(llvm::orc::MangleAndInterner mangle) {
  llvm::orc::SymbolMap symbols;
  auto add = [&](StringRef name, auto *function) {
    symbols[mangle(name)] = {llvm::orc::ExecutorAddr::fromPtr(function),
                             llvm::JITSymbolFlags::Exported};
  };
  add("puts", &attn_runtime_puts);
  add("abort", &attn_runtime_abort);
  add("malloc", &attn_runtime_malloc);
  add("aligned_alloc", &attn_runtime_aligned_alloc);
  return symbols;
}

llvm::Expected<Callable> mlir::attn::compile(ModuleOp module,
                                             const Signature &signature,
                                             const CompilerOptions &options) {
  if (!options.triple.empty())
    return createStringError("code for '%s' can be written, but not run",
                             options.triple.c_str());
  auto machine = createTargetMachine(options);
  if (!machine)
    return machine.takeError();
  ExecutionEngineOptions engineOptions;
  auto transform = [&, target = machine->get()](llvm::Module *llvmModule) {
    addLibcalls(*llvmModule);
    optimize(*llvmModule, *target, options.optLevel);
    return llvm::Error::success();
  };
  engineOptions.transformer = transform;
  engineOptions.jitCodeGenOptLevel = getCodeGenLevel(options);
  engineOptions.enableObjectDump = !options.objectDump.empty();
  engineOptions.enableGDBNotificationListener = false;
  engineOptions.enablePerfNotificationListener = false;
  auto engine =
      ExecutionEngine::create(module, engineOptions, std::move(*machine));
  if (!engine)
    return engine.takeError();
  (*engine)->registerSymbols(getSymbols);
  auto function = (*engine)->lookupPacked(signature.getCInterfaceName());
  if (!function)
    return createStringError("@%s cannot be compiled: %s",
                             signature.name.c_str(),
                             llvm::toString(function.takeError()).c_str());
  (*engine)->initialize();
  if (!options.objectDump.empty()) {
    // It prints the reason, but does not return it.
    (*engine)->dumpToObjectFile(options.objectDump);
    if (!llvm::sys::fs::exists(options.objectDump))
      return createStringError("cannot write '%s'", options.objectDump.c_str());
  }
  return Callable(std::move(*engine), signature, *function);
}
