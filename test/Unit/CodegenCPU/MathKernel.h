// A loop over a buffer that applies one math op, compiled for this host.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TEST_UNIT_CODEGENCPU_MATHKERNEL_H
#define ATTN_TEST_UNIT_CODEGENCPU_MATHKERNEL_H

#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/IR/MLIRContext.h"

#include <cstdint>
#include <memory>
#include <string>

namespace attn_test {

/// out[i] = f(in[i]) for i < count, by a loop over vectors of `lanes` elements
/// (scalars if 1), where f is `op` after attn-expand-math. `count` must be a
/// multiple of `lanes`.
class MathKernel {
public:
  /// `op` is for example "math.exp2" or "math.exp2 {attn.approximate}", `element` "f32", "f64", "f16" or "bf16".
  MathKernel(const std::string &op, const std::string &element, int lanes,
             bool avx512 = false);
  ~MathKernel();

  void operator()(const void *in, void *out, int64_t count);

private:
  std::unique_ptr<mlir::MLIRContext> context;
  std::unique_ptr<mlir::ExecutionEngine> engine;
  void (*function)(void **) = nullptr;
};

/// This host can run what the option `avx512` produces.
bool hostHasAVX512();

} // namespace attn_test

#endif // ATTN_TEST_UNIT_CODEGENCPU_MATHKERNEL_H
