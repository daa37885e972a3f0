// Elementary functions as arithmetic, with stated error bounds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_CODEGEN_CPU_EXPANDMATH_H
#define ATTN_CODEGEN_CPU_EXPANDMATH_H

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::attn {

struct ExpandMathOptions {
  /// The target has AVX-512 F and DQ: vector<16xf32> and vector<8xf64> may use
  /// vreduce and vscalef. Other shapes always take the portable form.
  bool avx512 = false;
  /// exp2 only: what the attribute below asks for.
  bool approximate = false;
};

/// On a math.exp2 whose result is rounded to bf16: see attn-expand-math. Not a
/// fast-math flag, which a region may have and which is dropped (S7).
inline constexpr llvm::StringLiteral kApproximateAttr = "attn.approximate";

/// True for f16, bf16, f32, f64 and vectors of them: the types that the
/// functions below accept.
bool isExpandableMathType(Type type);

/// Each function returns f(x) with the type of `x`. The error bounds are in
/// the description of `attn-expand-math`; NaN gives NaN, and infinities and
/// signed zeros are treated as by libm. 16-bit types are computed in f32 and
/// rounded once more.
Value expandExp2(ImplicitLocOpBuilder &builder, Value x,
                 const ExpandMathOptions &options = {});
Value expandExp(ImplicitLocOpBuilder &builder, Value x,
                const ExpandMathOptions &options = {});
Value expandTanh(ImplicitLocOpBuilder &builder, Value x,
                 const ExpandMathOptions &options = {});
Value expandLog(ImplicitLocOpBuilder &builder, Value x,
                const ExpandMathOptions &options = {});
Value expandLog2(ImplicitLocOpBuilder &builder, Value x,
                 const ExpandMathOptions &options = {});
Value expandLog1p(ImplicitLocOpBuilder &builder, Value x,
                  const ExpandMathOptions &options = {});

/// Patterns that replace math.{exp2, exp, tanh, log, log2, log1p} by the
/// functions above.
void populateExpandMathPatterns(RewritePatternSet &patterns,
                                const ExpandMathOptions &options = {});

} // namespace mlir::attn

#endif // ATTN_CODEGEN_CPU_EXPANDMATH_H
