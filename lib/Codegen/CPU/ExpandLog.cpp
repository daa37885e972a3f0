// log, log2 and log1p: exponent, and the odd series of atanh.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ExpandMathUtils.h"

#include <limits>

using namespace mlir;
using namespace mlir::attn;

/// R(z) / z where log((1+s)/(1-s)) = 2s + s R(s^2), for s^2 up to
/// ((sqrt2 - 1)/(sqrt2 + 1))^2 = 0.0295, from a Remez exchange in 160-bit
/// arithmetic. Error of R relative to s 5.6e-10 and 2.8e-17.
static constexpr double logSeriesF32[] = {0x1.555556p-1, 0x1.99988ep-2,
                                          0x1.24b3eep-2, 0x1.d107e4p-3};
static constexpr double logSeriesF64[] = {
    0x1.555555555556bp-1, 0x1.999999998c4f4p-2, 0x1.249249376e410p-2,
    0x1.c71c5a33566c6p-3, 0x1.7464a4716f094p-3, 0x1.39c963f6e1eaap-3,
    0x1.2d85c5b2142adp-3};

namespace {
/// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt2), and log(1 + f) = f - w.
struct ReducedLog {
  Value k, f, w;
};
} // namespace

static ReducedLog reduceLog(MathBuilder &m, Value x) {
  // Subnormals are scaled into the normal range first.
  Value small = m.compare(arith::CmpFPredicate::OLT, x,
                          m.real(m.isF64 ? 0x1p-1022 : 0x1p-126));
  Value scaled = m.mul(x, m.real(m.isF64 ? 0x1p54 : 0x1p25));
  Value shift = m.select(small, m.real(m.isF64 ? -54.0 : -25.0), m.real(0.0));
  Value bits = m.asInteger(m.select(small, scaled, x));

  // Counting exponents from sqrt(1/2) centres the mantissa around 1.
  Value sqrtHalf = m.integer(m.isF64 ? 0x3fe6a09e667f3bcd : 0x3f3504f3);
  Value k = m.shrSigned(m.subi(bits, sqrtHalf), m.mantissa());
  Value significand = m.asReal(m.subi(bits, m.shl(k, m.mantissa())));
  Value f = m.sub(significand, m.real(1.0));

  // s = f/(2+f): log(1+f) = 2s + sR = f - (f^2/2 - s (f^2/2 + R)), where f is
  // exact and the bracket small, so its error hardly counts.
  Value s = m.div(f, m.add(f, m.real(2.0)));
  Value z = m.mul(s, s);
  ArrayRef<double> c =
      m.isF64 ? ArrayRef(logSeriesF64) : ArrayRef(logSeriesF32);
  Value series = m.mul(z, m.polynomial(c, z));
  Value halfSquare = m.mul(m.mul(f, m.real(0.5)), f);
  Value minusS = arith::NegFOp::create(m.b, s);
  Value w = m.fma(minusS, m.add(halfSquare, series), halfSquare);
  Value exponent = arith::SIToFPOp::create(m.b, m.floatType, k);
  return {m.add(exponent, shift), f, w};
}

/// The values of a logarithm at x = 0, x < 0, +inf and NaN; `y` elsewhere.
static Value selectSpecialLogs(MathBuilder &m, Value x, Value y) {
  double inf = std::numeric_limits<double>::infinity();
  double nan = std::numeric_limits<double>::quiet_NaN();
  // +inf and NaN are their own logarithms.
  y = m.select(m.compare(arith::CmpFPredicate::OLT, x, m.real(inf)), y, x);
  Value zero = m.real(0.0);
  y = m.select(m.compare(arith::CmpFPredicate::OLT, x, zero), m.real(nan), y);
  return m.select(m.compare(arith::CmpFPredicate::OEQ, x, zero), m.real(-inf),
                  y);
}

/// k ln2 + f - w + extra. ln2 is split so that k times its upper part is
/// exact; for small k adding f to that is exact too.
static Value combineLog(MathBuilder &m, const ReducedLog &log,
                        Value extra = {}) {
  double ln2Hi = m.isF64 ? 0x1.62e42fefa4p-1 : 0x1.62e4p-1;
  double ln2Lo = m.isF64 ? -0x1.8432a1b0e2634p-43 : 0x1.7f7d1cp-20;
  Value hi = m.fma(log.k, m.real(ln2Hi), log.f);
  Value lo = m.fma(log.k, m.real(-ln2Lo), log.w);
  if (extra)
    lo = m.sub(lo, extra);
  return m.sub(hi, lo);
}

Value mlir::attn::expandLog(ImplicitLocOpBuilder &builder, Value x,
                            const ExpandMathOptions &) {
  return inComputeType(builder, x, [&](MathBuilder &m, Value x) {
    return selectSpecialLogs(m, x, combineLog(m, reduceLog(m, x)));
  });
}

/// k + (f - w) log2(e), with log2(e) in two parts where it meets f. Exact at
/// powers of two.
Value mlir::attn::expandLog2(ImplicitLocOpBuilder &builder, Value x,
                             const ExpandMathOptions &) {
  return inComputeType(builder, x, [&](MathBuilder &m, Value x) {
    ReducedLog log = reduceLog(m, x);
    Value hi = m.real(m.isF64 ? 0x1.71547652b82fep+0 : 0x1.715476p+0);
    Value lo = m.real(m.isF64 ? 0x1.777d0ffda0d24p-56 : 0x1.4ae0cp-26);
    Value minusW = arith::NegFOp::create(m.b, log.w);
    Value correction = m.fma(log.f, lo, m.mul(minusW, hi));
    Value fractional = m.fma(log.f, hi, correction);
    return selectSpecialLogs(m, x, m.add(log.k, fractional));
  });
}

/// u = fl(1 + x), c = 1 + x - u exactly (Knuth's two-sum):
/// log1p x = log(u + c) = log u + c/u to first order.
Value mlir::attn::expandLog1p(ImplicitLocOpBuilder &builder, Value x,
                              const ExpandMathOptions &) {
  return inComputeType(builder, x, [&](MathBuilder &m, Value x) {
    Value one = m.real(1.0);
    Value u = m.add(x, one);
    Value oneInU = m.sub(u, x);
    Value c = m.add(m.sub(x, m.sub(u, oneInU)), m.sub(one, oneInU));
    Value y = combineLog(m, reduceLog(m, u), m.div(c, u));
    y = selectSpecialLogs(m, u, y);
    // Keeps the sign of a zero.
    Value isZero = m.compare(arith::CmpFPredicate::OEQ, x, m.real(0.0));
    return m.select(isZero, x, y);
  });
}
