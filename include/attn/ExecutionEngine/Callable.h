// A compiled function, called with tensors whose types are known at run time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_EXECUTIONENGINE_CALLABLE_H
#define ATTN_EXECUTIONENGINE_CALLABLE_H

#include "attn/ExecutionEngine/Signature.h"

namespace mlir {
class ExecutionEngine;
}

namespace mlir::attn {

/// A function and the arguments of its calls. The tensors must outlive it; the
/// function may write into them, if it was compiled to.
class Invocation {
public:
  ~Invocation() { freeResults(); }
  Invocation(Invocation &&other);

  /// Calls the function. Allocates nothing itself, so that it may be timed; the
  /// results of the call before are freed first.
  void run();

  /// Copies of the results of the last run.
  llvm::Expected<std::vector<HostTensor>> getResults() const;

private:
  friend class Callable;
  using Packed = void (*)(void **);
  Invocation(Packed function, const Signature &signature,
             MutableArrayRef<HostTensor> arguments);

  void freeResults();
  bool isArgument(const void *buffer) const;
  /// The address of the descriptor or scalar.
  const char *getResult(size_t number) const;

  Packed function;
  const Signature *signature;
  /// { T *allocated, *aligned; int64_t offset, sizes[rank], strides[rank]; }
  std::vector<std::vector<int64_t>> descriptors;
  /// Where a descriptor is, or a scalar; and where that is said.
  std::vector<void *> values;
  std::vector<void *> packed;
  /// The results one after the other, aligned as in a C struct.
  std::vector<char> results;
  void *resultsAddress = nullptr;
  bool hasRun = false;
};

class Callable {
public:
  ~Callable();
  Callable(Callable &&);

  const Signature &getSignature() const { return *signature; }

  /// Fails unless `arguments` are as the signature says.
  llvm::Expected<Invocation> bind(MutableArrayRef<HostTensor> arguments) const;
  llvm::Expected<std::vector<HostTensor>>
  call(MutableArrayRef<HostTensor> arguments) const;

private:
  friend llvm::Expected<Callable> compile(ModuleOp, const Signature &,
                                          const struct CompilerOptions &);
  Callable(std::unique_ptr<ExecutionEngine> engine, Signature signature,
           Invocation::Packed function);

  std::unique_ptr<ExecutionEngine> engine;
  /// At a fixed address, for the invocations.
  std::unique_ptr<Signature> signature;
  Invocation::Packed function;
};

} // namespace mlir::attn

#endif // ATTN_EXECUTIONENGINE_CALLABLE_H
