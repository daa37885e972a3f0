// Patterns and pass of attn-expand-math.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ExpandMathUtils.h"
#include "attn/Codegen/CPU/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

using namespace mlir;
using namespace mlir::attn;

namespace mlir::attn {
#define GEN_PASS_DEF_EXPANDMATHPASS
#include "attn/Codegen/CPU/Passes.h.inc"
} // namespace mlir::attn

bool mlir::attn::isExpandableMathType(Type type) {
  if (isa<ShapedType>(type) && !isa<VectorType>(type))
    return false;
  Type element = getElementTypeOrSelf(type);
  return element.isF16() || element.isBF16() || element.isF32() ||
         element.isF64();
}

Value mlir::attn::inComputeType(
    ImplicitLocOpBuilder &builder, Value x,
    function_ref<Value(MathBuilder &, Value)> compute) {
  Type type = x.getType(), wide = type;
  if (getElementTypeOrSelf(type).getIntOrFloatBitWidth() < 32) {
    wide = builder.getF32Type();
    if (auto vector = dyn_cast<VectorType>(type))
      wide = vector.clone(wide);
    x = arith::ExtFOp::create(builder, wide, x);
  }
  MathBuilder math(builder, wide);
  Value result = compute(math, x);
  if (wide == type)
    return result;
  return arith::TruncFOp::create(builder, type, result);
}

namespace {

using Expansion = Value (*)(ImplicitLocOpBuilder &, Value,
                            const ExpandMathOptions &);

/// y = math.f x  ->  the arithmetic built by `expand`.
template <typename MathOp, Expansion expand>
struct ExpandMathOp : OpRewritePattern<MathOp> {
  ExpandMathOp(MLIRContext *context, const ExpandMathOptions &options)
      : OpRewritePattern<MathOp>(context), options(options) {}

  LogicalResult matchAndRewrite(MathOp op,
                                PatternRewriter &rewriter) const override {
    if (!isExpandableMathType(op.getType()))
      return rewriter.notifyMatchFailure(
          op, "not a scalar or vector of f16, bf16, f32 or f64");
    ImplicitLocOpBuilder builder(op.getLoc(), rewriter);
    ExpandMathOptions options = this->options;
    options.approximate = op->hasAttr(kApproximateAttr);
    rewriter.replaceOp(op, expand(builder, op.getOperand(), options));
    return success();
  }

  ExpandMathOptions options;
};

struct ExpandMathPass : attn::impl::ExpandMathPassBase<ExpandMathPass> {
  using ExpandMathPassBase::ExpandMathPassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateExpandMathPatterns(patterns, {avx512, /*approximate=*/false});
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace

void mlir::attn::populateExpandMathPatterns(RewritePatternSet &patterns,
                                            const ExpandMathOptions &options) {
  patterns.add<ExpandMathOp<math::Exp2Op, expandExp2>,
               ExpandMathOp<math::ExpOp, expandExp>,
               ExpandMathOp<math::TanhOp, expandTanh>,
               ExpandMathOp<math::LogOp, expandLog>,
               ExpandMathOp<math::Log2Op, expandLog2>,
               ExpandMathOp<math::Log1pOp, expandLog1p>>(patterns.getContext(),
                                                         options);
}
