// Files of LLVM IR, assembly, objects and shared libraries.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Libcalls.h"
#include "Optimize.h"
#include "attn/ExecutionEngine/Compiler.h"

#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace mlir::attn;
using llvm::createStringError;

static llvm::Error
writeFile(StringRef path,
          function_ref<llvm::Error(llvm::raw_pwrite_stream &)> write) {
  std::error_code error;
  llvm::ToolOutputFile file(path, error, llvm::sys::fs::OF_None);
  if (!error) {
    // Stdout may be a pipe, in which nothing can be written twice.
    SmallString<0> contents;
    llvm::raw_svector_ostream stream(contents);
    if (llvm::Error failure = write(stream))
      return failure;
    file.os() << contents;
    file.os().flush();
    error = file.os().error();
    file.os().clear_error();
  }
  if (error)
    return createStringError(error, "cannot write '%s': %s", path.str().c_str(),
                             error.message().c_str());
  file.keep();
  return llvm::Error::success();
}

static llvm::Error generate(llvm::Module &module, llvm::TargetMachine &machine,
                            FileKind kind, llvm::raw_pwrite_stream &os) {
  if (kind == FileKind::LLVM) {
    os << module;
    return llvm::Error::success();
  }
  llvm::legacy::PassManager passes;
  auto type = kind == FileKind::Assembly ? llvm::CodeGenFileType::AssemblyFile
                                         : llvm::CodeGenFileType::ObjectFile;
  if (machine.addPassesToEmitFile(passes, os, nullptr, type))
    return createStringError("the target cannot write this kind of file");
  passes.run(module);
  return llvm::Error::success();
}

/// The lowering of cf.assert calls `puts` and then `abort`, which would lose a
/// message that is still in the buffer of stdout. The JIT has functions of its
/// own for both; a file may depend on nothing but libc, so it gets one that
/// writes to stderr at once.
static void writeMessagesToStderr(llvm::Module &module) {
  llvm::Function *puts = module.getFunction("puts");
  if (!puts || !puts->isDeclaration())
    return;
  llvm::LLVMContext &context = module.getContext();
  auto *pointer = llvm::PointerType::get(context, 0);
  auto *int32 = llvm::Type::getInt32Ty(context);
  llvm::FunctionCallee dprintf = module.getOrInsertFunction(
      "dprintf",
      llvm::FunctionType::get(int32, {int32, pointer}, /*isVarArg=*/true));
  auto *report = llvm::Function::Create(puts->getFunctionType(),
                                        llvm::GlobalValue::InternalLinkage,
                                        "attn_report", module);
  report->addFnAttr(llvm::Attribute::Cold);
  report->addFnAttr(llvm::Attribute::NoInline);
  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context, "entry", report));
  llvm::Value *format = builder.CreateGlobalString("error: %s\n");
  llvm::Value *written = builder.CreateCall(
      dprintf, {builder.getInt32(2), format, report->getArg(0)});
  if (report->getReturnType()->isVoidTy())
    builder.CreateRetVoid();
  else
    builder.CreateRet(written);
  puts->replaceAllUsesWith(report);
  puts->eraseFromParent();
}

/// The compiler driver that links: it knows where libm and libc are. Clang last:
/// to start it takes longer than to link.
static llvm::Expected<std::string> findLinkDriver() {
  for (StringRef name : {"cc", "gcc", "clang-22", "clang"})
    if (auto path = llvm::sys::findProgramByName(name))
      return *path;
  return createStringError("cannot link: there is none of cc, gcc, clang-22 "
                           "and clang on the PATH");
}

static llvm::Error link(StringRef object, StringRef path) {
  auto driver = findLinkDriver();
  if (!driver)
    return driver.takeError();
  // The folder of the libomp that this program uses; the library's user needs
  // one, too, if there are parallel regions in it.
  std::string search = "-L" ATTN_LIBOMP_DIR;
  std::string runPath = "-Wl,-rpath," ATTN_LIBOMP_DIR;
  SmallVector<StringRef> arguments = {
      *driver, "-shared",         "-o",    path, object, search,
      runPath, "-Wl,--as-needed", "-lomp", "-lm"};
  std::string message;
  int status = llvm::sys::ExecuteAndWait(*driver, arguments, std::nullopt, {},
                                         0, 0, &message);
  if (status == 0)
    return llvm::Error::success();
  return createStringError("cannot link '%s': %s failed%s%s",
                           path.str().c_str(), driver->c_str(),
                           message.empty() ? "" : ": ", message.c_str());
}

static llvm::Error emitShared(llvm::Module &module,
                              llvm::TargetMachine &machine,
                              const Signature &signature, StringRef path) {
  const llvm::Triple &triple = machine.getTargetTriple();
  llvm::Triple here(llvm::sys::getProcessTriple());
  if (triple.getArch() != here.getArch() || triple.getOS() != here.getOS())
    return createStringError("a shared library can only be linked for this "
                             "machine; write an object file");
  if (path == "-")
    return createStringError("a shared library cannot be written to stdout");
  SmallString<128> object;
  if (std::error_code error =
          llvm::sys::fs::createTemporaryFile("attn", "o", object))
    return createStringError(error, "cannot create a temporary file: %s",
                             error.message().c_str());
  llvm::FileRemover remover(object);
  if (llvm::Error error = writeFile(object, [&](llvm::raw_pwrite_stream &os) {
        return generate(module, machine, FileKind::Object, os);
      }))
    return error;
  if (llvm::Error error = link(object, path))
    return error;
  SmallString<128> header(path);
  llvm::sys::path::replace_extension(header, "h");
  return writeFile(header, [&](llvm::raw_pwrite_stream &os) {
    writeCHeader(os, signature, llvm::sys::path::filename(header));
    return llvm::Error::success();
  });
}

llvm::Error attn::emit(ModuleOp module, const Signature &signature,
                       FileKind kind, StringRef path,
                       const CompilerOptions &options) {
  auto machine = createTargetMachine(options);
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  auto translated = translateModuleToLLVMIR(module, context);
  if (!translated)
    return createStringError("the module cannot be translated to LLVM IR");
  ExecutionEngine::setupTargetTripleAndDataLayout(translated.get(),
                                                  machine->get());
  writeMessagesToStderr(*translated);
  addLibcalls(*translated);
  optimize(*translated, **machine, options.optLevel);
  if (kind == FileKind::Shared)
    return emitShared(*translated, **machine, signature, path);
  return writeFile(path, [&](llvm::raw_pwrite_stream &os) {
    return generate(*translated, **machine, kind, os);
  });
}
