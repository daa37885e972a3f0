// The four floating-point formats: conversion from and to double, rounding.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_REFERENCE_FLOATFORMAT_H
#define ATTN_REFERENCE_FLOATFORMAT_H

#include <cstdint>

namespace attn::reference {

enum class FloatFormat { F16, BF16, F32, F64 };

/// Exact. The payload of a NaN is kept.
double f16ToDouble(uint16_t bits);
double bf16ToDouble(uint16_t bits);

/// Rounds to nearest, ties to even; subnormals are kept, and what is beyond
/// the largest finite number becomes infinity. A NaN keeps its sign and the
/// leading bits of its payload.
uint16_t doubleToF16(double value);
uint16_t doubleToBF16(double value);

/// The nearest number of the format, as a double.
double roundTo(double value, FloatFormat format);

/// The distance between neighbouring numbers of the format at `value`: for
/// 2^e <= |value| < 2^(e+1), 2^(e - p + 1) with p bits of precision; for
/// anything smaller than the smallest normal number, the smallest subnormal.
double unitInLastPlace(double value, FloatFormat format);

/// u = 2^-p: rounding changes a normal number by at most u times itself.
double unitRoundoff(FloatFormat format);

} // namespace attn::reference

#endif // ATTN_REFERENCE_FLOATFORMAT_H
