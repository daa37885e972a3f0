// From a module at the llvm stage to something callable, or to a file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_EXECUTIONENGINE_COMPILER_H
#define ATTN_EXECUTIONENGINE_COMPILER_H

#include "attn/ExecutionEngine/Callable.h"
#include "attn/Target/Machine.h"

namespace llvm {
class TargetMachine;
}

namespace mlir::attn {

struct CompilerOptions {
  /// A name that LLVM knows; empty: this machine, with all its features.
  std::string cpu;
  /// "+avx2,-fma", after those of the cpu.
  std::string features;
  /// 0 to 3.
  unsigned optLevel = 3;
  /// Where to write the object that is run; empty: nowhere.
  std::string objectDump;
  /// What files are for, "aarch64-linux-gnu"; empty: this machine. Its `cpu` is
  /// then "generic" by default.
  std::string triple;
};

/// The dialects and translations that `compile` and `emit` need. To be called
/// for the registry of the module's context.
void registerLLVMIRTranslations(DialectRegistry &registry);

/// Code generation for the triple of `options`.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const CompilerOptions &options);

/// What the pipelines need to know of the machine.
Machine getMachine(const llvm::TargetMachine &machine);

/// Compiles a module at the llvm stage that has the C interface of
/// `signature`. Failed run-time checks in it end the process with a message on
/// stderr and status 1.
llvm::Expected<Callable> compile(ModuleOp module, const Signature &signature,
                                 const CompilerOptions &options = {});

enum class FileKind { LLVM, Assembly, Object, Shared };

/// Writes what `module`, at the llvm stage, compiles to. With a shared library
/// comes a C header of the same name, see writeCHeader. "-" is stdout, except
/// for shared libraries.
llvm::Error emit(ModuleOp module, const Signature &signature, FileKind kind,
                 StringRef path, const CompilerOptions &options = {});

/// Declares the C interface of `signature`; `name` gives the include guard.
void writeCHeader(raw_ostream &os, const Signature &signature, StringRef name);

/// The threads that compiled functions use when called from this thread.
void setNumThreads(int count);

} // namespace mlir::attn

#endif // ATTN_EXECUTIONENGINE_COMPILER_H
