// exp2 and exp: range reduction, polynomial, scaling by a power of two.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ExpandMathUtils.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace mlir::attn;

// Coefficients, lowest degree first. All come from a Remez exchange in 160-bit
// arithmetic with the leading terms held fixed. For f32 the coefficients were
// rounded one by one from the lowest degree up, the rest being fitted anew each
// time; for f64 they were rounded all at once. The error quoted is the maximum
// of |polynomial - f| over the spacing of the format at f, before the rounding
// of the evaluation itself.

/// 2^f on [-1/2, 1/2]; constant term 1. Error 0.07 ulp and 0.09 ulp.
static constexpr double exp2SymmetricF32[] = {
    1.0,           0x1.62e432p-1,  0x1.ebfbf2p-3, 0x1.c6ada4p-5,
    0x1.3b1bf6p-7, 0x1.5fb8bep-10, 0x1.4dc06cp-13};
static constexpr double exp2SymmetricF64[] = {1.0,
                                              0x1.62e42fefa39efp-1,
                                              0x1.ebfbdff82c58ep-3,
                                              0x1.c6b08d704a0e3p-5,
                                              0x1.3b2ab6fba5036p-7,
                                              0x1.5d87fe789ee67p-10,
                                              0x1.430912f7e24a6p-13,
                                              0x1.ffcbfc84ea40cp-17,
                                              0x1.62c02485add5cp-20,
                                              0x1.b524bd2727bbbp-24,
                                              0x1.e4c68112cfe33p-28,
                                              0x1.ea303210712c0p-32,
                                              0x1.d098ffb4b895cp-36};

/// 2^f on [0, 1]; constant term 1. Error 0.03 ulp and 0.001 ulp. One degree
/// less in f32 has an error of 1 ulp, and 2.4 ulp in all: near f = 1 the
/// rounding of f itself counts as well.
static constexpr double exp2UnitF32[] = {
    1.0,           0x1.62e42ap-1,  0x1.ebfda8p-3, 0x1.c6832p-5,
    0x1.3d3c5cp-7, 0x1.456c08p-10, 0x1.c9274cp-13};
static constexpr double exp2UnitF64[] = {1.0,
                                         0x1.62e42fefa39efp-1,
                                         0x1.ebfbdff82c5c5p-3,
                                         0x1.c6b08d7048d8cp-5,
                                         0x1.3b2ab6fbdb419p-7,
                                         0x1.5d87fe6d65519p-10,
                                         0x1.43091473aad73p-13,
                                         0x1.ffcbb9e633645p-17,
                                         0x1.62c4183d0e433p-20,
                                         0x1.b4d2c1257acb1p-24,
                                         0x1.e94d84e2e97d4p-28,
                                         0x1.c0ee486f22b03p-32,
                                         0x1.459318a83c332p-35};

/// The same if approximate, of a degree whose error, 9e-5 of the value, is
/// little beside the rounding of a result to bf16.
static constexpr double exp2UnitApproximate[] = {1.0, 0x1.63e658p-1,
                                                 0x1.d2378ap-3, 0x1.3baaa6p-4};

/// (e^r - 1 - r) / r^2 on [-ln2/2, ln2/2]. Error in e^r 0.04 and 0.01 ulp.
static constexpr double expTailF32[] = {
    0x1.fffffap-2, 0x1.555484p-3, 0x1.555938p-5, 0x1.124336p-7, 0x1.6a8522p-10};
static constexpr double expTailF64[] = {
    0x1.0000000000000p-1,  0x1.555555555555bp-3,  0x1.55555555554cdp-5,
    0x1.111111110ebcbp-7,  0x1.6c16c16c3d907p-10, 0x1.a01a01b3b6e50p-13,
    0x1.a01a010781b3dp-16, 0x1.71ddef94b05c2p-19, 0x1.27e601ac678edp-22,
    0x1.af6cd8c536291p-26, 0x1.1ddceca1614eap-29};

//===----------------------------------------------------------------------===//
// AVX-512
//===----------------------------------------------------------------------===//

static bool usesAVX512(MathBuilder &m, const ExpandMathOptions &options) {
  auto vector = dyn_cast<VectorType>(m.floatType);
  return options.avx512 && vector && !vector.isScalable() &&
         vector.getRank() == 1 && vector.getDimSize(0) == (m.isF64 ? 8 : 16);
}

/// Calls llvm.x86.avx512.mask.<name>.p[sd].512 with every lane active and the
/// current rounding mode; `operands` come before the pass-through value.
static Value callMasked(MathBuilder &m, StringRef name,
                        ArrayRef<Value> operands) {
  Type i32 = m.b.getI32Type();
  Type mask = m.b.getIntegerType(m.isF64 ? 8 : 16);
  SmallVector<Value> args(operands);
  args.push_back(m.real(0.0));
  args.push_back(
      LLVM::ConstantOp::create(m.b, mask, m.b.getIntegerAttr(mask, -1)));
  args.push_back(LLVM::ConstantOp::create(m.b, i32, m.b.getI32IntegerAttr(4)));
  std::string intrinsic =
      ("llvm.x86.avx512.mask." + name + (m.isF64 ? ".pd.512" : ".ps.512"))
          .str();
  return LLVM::CallIntrinsicOp::create(m.b, m.floatType,
                                       m.b.getStringAttr(intrinsic), args)
      .getResults();
}

/// x * 2^floor(y), rounded once, with the limits at y = +-inf.
static Value scalef(MathBuilder &m, Value x, Value y) {
  return callMasked(m, "scalef", {x, y});
}

/// x - floor(x); 0 for infinities.
static Value fraction(MathBuilder &m, Value x) {
  // 9 = floor, no scaling, inexact suppressed.
  Type i32 = m.b.getI32Type();
  Value floor = LLVM::ConstantOp::create(m.b, i32, m.b.getI32IntegerAttr(9));
  return callMasked(m, "reduce", {x, floor});
}

//===----------------------------------------------------------------------===//
// Portable scaling
//===----------------------------------------------------------------------===//

/// Adding this rounds to an integer n and leaves k = n + 2 bias > 0 in the low
/// bits of the sum.
static double reductionMagic(const MathBuilder &m) {
  return m.roundingMagic(2 * m.bias());
}

/// p * 2^n for p near 1, given t = n + reductionMagic. Two factors, with biased
/// exponents k >> 1 and k - (k >> 1), are needed since 2^n alone may not be a
/// normal number. The first product is exact, so a subnormal result is rounded
/// once. The bits of t above k are zero in the places that survive the shift
/// left. A NaN in p stays a NaN whatever the factors are.
static Value scaleByPowerOfTwo(MathBuilder &m, Value p, Value t) {
  Value bits = m.asInteger(t);
  Value half = m.shrUnsigned(bits, 1);
  Value rest = m.subi(bits, half);
  Value scaled = m.mul(p, m.asReal(m.shl(half, m.mantissa())));
  return m.mul(scaled, m.asReal(m.shl(rest, m.mantissa())));
}

//===----------------------------------------------------------------------===//
// exp2 and exp
//===----------------------------------------------------------------------===//

/// 2^x = 2^floor(x) * 2^(x - floor(x)). No clamp: both instructions take any x.
static Value exp2AVX512(MathBuilder &m, Value x, bool approximate) {
  ArrayRef<double> c = m.isF64       ? ArrayRef(exp2UnitF64)
                       : approximate ? ArrayRef(exp2UnitApproximate)
                                     : ArrayRef(exp2UnitF32);
  return scalef(m, m.polynomial(c, fraction(m, x)), x);
}

/// 2^x = 2^n * 2^f, n = round(x), f = x - n exactly. Outside the clamp the
/// result is 0 or +inf already; inside it n is small enough for two factors.
static Value exp2Portable(MathBuilder &m, Value x) {
  x = m.atLeast(x, m.isF64 ? -1076.0 : -151.0);
  x = m.atMost(x, m.isF64 ? 1025.0 : 129.0);
  Value magic = m.real(reductionMagic(m));
  Value t = m.add(x, magic);
  Value f = m.sub(x, m.sub(t, magic));
  ArrayRef<double> c =
      m.isF64 ? ArrayRef(exp2SymmetricF64) : ArrayRef(exp2SymmetricF32);
  return scaleByPowerOfTwo(m, m.polynomial(c, f), t);
}

Value mlir::attn::expandExp2(ImplicitLocOpBuilder &builder, Value x,
                             const ExpandMathOptions &options) {
  return inComputeType(builder, x, [&](MathBuilder &m, Value x) {
    return usesAVX512(m, options) ? exp2AVX512(m, x, options.approximate)
                                  : exp2Portable(m, x);
  });
}

/// e^x = 2^n * e^r, n = round(x log2 e), r = x - n ln2. ln2 is split in two
/// (Cody and Waite): the upper part has so few bits that n times it is exact,
/// and the lower part carries the rest of ln2 beyond the precision of r.
Value mlir::attn::expandExp(ImplicitLocOpBuilder &builder, Value x,
                            const ExpandMathOptions &options) {
  return inComputeType(builder, x, [&](MathBuilder &m, Value x) {
    x = m.atLeast(x, m.isF64 ? -746.0 : -105.0);
    x = m.atMost(x, m.isF64 ? 710.0 : 89.0);
    Value magic = m.real(reductionMagic(m));
    Value t = m.fma(x, m.real(0x1.71547652b82fep+0), magic);
    Value n = m.sub(t, magic);
    double ln2Hi = m.isF64 ? 0x1.62e42fefa4p-1 : 0x1.62e4p-1;
    double ln2Lo = m.isF64 ? -0x1.8432a1b0e2634p-43 : 0x1.7f7d1cp-20;
    Value r = m.fma(n, m.real(-ln2Lo), m.fma(n, m.real(-ln2Hi), x));
    ArrayRef<double> c = m.isF64 ? ArrayRef(expTailF64) : ArrayRef(expTailF32);
    Value tail = m.fma(m.mul(r, r), m.polynomial(c, r), r);
    Value p = m.add(tail, m.real(1.0));
    return usesAVX512(m, options) ? scalef(m, p, n)
                                  : scaleByPowerOfTwo(m, p, t);
  });
}
