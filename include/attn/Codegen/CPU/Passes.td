// Table of the passes of the CPU code generator.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_CODEGEN_CPU_PASSES
#define ATTN_CODEGEN_CPU_PASSES

include "mlir/Pass/PassBase.td"

def ExpandMathPass : Pass<"attn-expand-math"> {
  let summary = "replace elementary functions by arithmetic with error bounds";
  let description = [{
    Rewrites `math.exp2`, `exp`, `tanh`, `log`, `log2` and `log1p` on scalars
    and vectors of f32 and f64 into `arith` operations and `math.fma`, without
    branches, tables, library calls or fast-math flags. f16 and bf16 are
    computed in f32 and rounded.
  }];
  let dependentDialects = ["arith::ArithDialect", "math::MathDialect",
                           "LLVM::LLVMDialect"];
  let options = [Option<"avx512", "avx512", "bool", "false", "x">];
}

#endif // ATTN_CODEGEN_CPU_PASSES
