// tanh through e^(2|x|) - 1.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ExpandMathUtils.h"

using namespace mlir;
using namespace mlir::attn;

/// (e^(2r) - 1 - 2r) / r^2 on [-ln2/4, ln2/4], from a Remez exchange in 160-bit
/// arithmetic on the error relative to e^(2r) - 1, rounded as in the other
/// tables. Relative error 1.4e-8 (0.24 * 2^-24) and 1.1e-18 (0.01 * 2^-53).
static constexpr double expm1TailF32[] = {
    0x1.fffffep+0, 0x1.5554aap+0, 0x1.555798p-1, 0x1.122bfep-2, 0x1.6ac9e2p-4};
static constexpr double expm1TailF64[] = {
    0x1.0000000000000p+1,  0x1.5555555555559p+0,  0x1.555555555553ep-1,
    0x1.111111110f6abp-2,  0x1.6c16c16c1f16ap-4,  0x1.a01a01afe9190p-6,
    0x1.a01a017b946a1p-8,  0x1.71ddf84387870p-10, 0x1.27e53662d39d2p-12,
    0x1.af5ee56f0799fp-15, 0x1.1ee8833dd4f04p-17};

/// tanh x = sign(x) * E / (E + 2), E = e^(2|x|) - 1, so nothing cancels for
/// small |x|, and E + 2 >= E keeps the quotient at most 1.
///   |x| = n ln2/2 + r:  E = 2^n (e^(2r) - 1) + (2^n - 1), the sum in one fma.
/// n >= 0, and an error of r matters less and less as n grows, so a one-step
/// reduction by ln2/2 rounded to the format is enough.
Value mlir::attn::expandTanh(ImplicitLocOpBuilder &builder, Value x,
                             const ExpandMathOptions &) {
  return inComputeType(builder, x, [&](MathBuilder &m, Value x) {
    // From here on E + 2 rounds to E: the quotient is exactly 1.
    Value a = math::AbsFOp::create(m.b, x);
    a = m.atMost(a, m.isF64 ? 20.0 : 10.0);

    // The low bits of t are n + bias: shifted into place they are 2^n.
    Value magic = m.real(m.roundingMagic(m.bias()));
    Value t = m.fma(a, m.real(0x1.71547652b82fep+1), magic);
    Value n = m.sub(t, magic);
    Value r = m.fma(n, m.real(-0x1.62e42fefa39efp-2), a);
    Value power = m.asReal(m.shl(m.asInteger(t), m.mantissa()));

    ArrayRef<double> c =
        m.isF64 ? ArrayRef(expm1TailF64) : ArrayRef(expm1TailF32);
    Value expm1 = m.fma(m.mul(r, r), m.polynomial(c, r), m.add(r, r));
    Value e = m.fma(power, expm1, m.sub(power, m.real(1.0)));
    Value quotient = m.div(e, m.add(e, m.real(2.0)));
    return Value(math::CopySignOp::create(m.b, quotient, x));
  });
}
