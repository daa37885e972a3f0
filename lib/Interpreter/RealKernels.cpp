// Kernels of floating-point functions, in f64, and of conversions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Kernels.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/APSInt.h"
#include "llvm/ADT/StringSwitch.h"

#include <cmath>
#include <limits>

namespace mlir::attn {
namespace {

using Unary = double (*)(double);
using Binary = double (*)(double, double);
using Test = bool (*)(double);

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// NaN if one of them is, and -0 < +0.
double maximum(double x, double y) {
  if (std::isnan(x) || std::isnan(y))
    return nan;
  if (x == y)
    return std::signbit(x) ? y : x;
  return x > y ? x : y;
}

double minimum(double x, double y) { return -maximum(-x, -y); }

Unary getUnary(StringRef name) {
  return llvm::StringSwitch<Unary>(name)
      .Case("arith.negf", [](double x) { return -x; })
      .Case("math.absf", [](double x) { return std::fabs(x); })
      .Case("math.acos", [](double x) { return std::acos(x); })
      .Case("math.acosh", [](double x) { return std::acosh(x); })
      .Case("math.asin", [](double x) { return std::asin(x); })
      .Case("math.asinh", [](double x) { return std::asinh(x); })
      .Case("math.atan", [](double x) { return std::atan(x); })
      .Case("math.atanh", [](double x) { return std::atanh(x); })
      .Case("math.cbrt", [](double x) { return std::cbrt(x); })
      .Case("math.ceil", [](double x) { return std::ceil(x); })
      .Case("math.cos", [](double x) { return std::cos(x); })
      .Case("math.cosh", [](double x) { return std::cosh(x); })
      .Case("math.erf", [](double x) { return std::erf(x); })
      .Case("math.erfc", [](double x) { return std::erfc(x); })
      .Case("math.exp", [](double x) { return std::exp(x); })
      .Case("math.exp2", [](double x) { return std::exp2(x); })
      .Case("math.expm1", [](double x) { return std::expm1(x); })
      .Case("math.floor", [](double x) { return std::floor(x); })
      .Case("math.log", [](double x) { return std::log(x); })
      .Case("math.log10", [](double x) { return std::log10(x); })
      .Case("math.log1p", [](double x) { return std::log1p(x); })
      .Case("math.log2", [](double x) { return std::log2(x); })
      .Case("math.round", [](double x) { return std::round(x); })
      .Case("math.roundeven", [](double x) { return std::nearbyint(x); })
      .Case("math.rsqrt", [](double x) { return 1 / std::sqrt(x); })
      .Case("math.sin", [](double x) { return std::sin(x); })
      .Case("math.sinh", [](double x) { return std::sinh(x); })
      .Case("math.sqrt", [](double x) { return std::sqrt(x); })
      .Case("math.tan", [](double x) { return std::tan(x); })
      .Case("math.tanh", [](double x) { return std::tanh(x); })
      .Case("math.trunc", [](double x) { return std::trunc(x); })
      .Default(nullptr);
}

Binary getBinary(StringRef name) {
  return llvm::StringSwitch<Binary>(name)
      .Case("arith.addf", [](double x, double y) { return x + y; })
      .Case("arith.subf", [](double x, double y) { return x - y; })
      .Case("arith.mulf", [](double x, double y) { return x * y; })
      .Case("arith.divf", [](double x, double y) { return x / y; })
      .Case("arith.remf", [](double x, double y) { return std::fmod(x, y); })
      .Case("arith.maximumf", maximum)
      .Case("arith.minimumf", minimum)
      .Case("arith.maxnumf", [](double x, double y) { return std::fmax(x, y); })
      .Case("arith.minnumf", [](double x, double y) { return std::fmin(x, y); })
      .Case("math.atan2", [](double x, double y) { return std::atan2(x, y); })
      .Case("math.copysign",
            [](double x, double y) { return std::copysign(x, y); })
      .Case("math.powf", [](double x, double y) { return std::pow(x, y); })
      .Default(nullptr);
}

Test getTest(StringRef name) {
  return llvm::StringSwitch<Test>(name)
      .Case("math.isnan", [](double x) { return std::isnan(x); })
      .Case("math.isinf", [](double x) { return std::isinf(x); })
      .Case("math.isfinite", [](double x) { return std::isfinite(x); })
      .Default(nullptr);
}

} // namespace

Kernel getRealKernel(StringRef name) {
  if (Unary f = getUnary(name))
    return [f](const Number *x, Number &result) {
      result.real = f(x[0].real);
      return success();
    };
  if (Binary f = getBinary(name))
    return [f](const Number *x, Number &result) {
      result.real = f(x[0].real, x[1].real);
      return success();
    };
  if (Test f = getTest(name))
    return [f](const Number *x, Number &result) {
      result.integer = f(x[0].real);
      return success();
    };
  if (name == "math.fma")
    return [](const Number *x, Number &result) {
      result.real = std::fma(x[0].real, x[1].real, x[2].real);
      return success();
    };
  if (name == "math.clampf")
    return [](const Number *x, Number &result) {
      result.real = minimum(maximum(x[0].real, x[1].real), x[2].real);
      return success();
    };
  if (name == "math.fpowi")
    return [](const Number *x, Number &result) {
      result.real = std::pow(x[0].real, static_cast<double>(x[1].integer));
      return success();
    };
  return {};
}

double roundToType(double value, FloatType to) {
  APFloat rounded(value);
  bool losesInfo;
  rounded.convert(to.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
  return rounded.convertToDouble();
}

/// The bits of a number of type `type`.
static APInt bitsOf(Number number, Type type) {
  auto floatType = dyn_cast<FloatType>(type);
  if (!floatType)
    return toAPInt(number, integerWidth(type));
  APFloat value(number.real);
  bool losesInfo;
  value.convert(floatType.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.bitcastToAPInt();
}

static Number ofBits(const APInt &bits, Type type) {
  if (auto floatType = dyn_cast<FloatType>(type))
    return Number::ofReal(
        APFloat(floatType.getFloatSemantics(), bits).convertToDouble());
  return ofAPInt(bits);
}

/// Float to integer, towards zero; what does not fit has no value.
static Kernel getFloatToInteger(unsigned width, bool isSigned) {
  return [=](const Number *x, Number &result) -> LogicalResult {
    APSInt value(width, /*isUnsigned=*/!isSigned);
    bool isExact;
    if (APFloat(x[0].real).convertToInteger(value, APFloat::rmTowardZero,
                                            &isExact) == APFloat::opInvalidOp)
      return failure();
    result = ofAPInt(value);
    return success();
  };
}

Kernel getCastKernel(StringRef name, Type from, Type to) {
  if (name == "arith.extf")
    return [](const Number *x, Number &result) {
      result = x[0];
      return success();
    };
  if (name == "arith.truncf")
    return [type = cast<FloatType>(to)](const Number *x, Number &result) {
      result.real = roundToType(x[0].real, type);
      return success();
    };
  if (name == "arith.bitcast")
    return [=](const Number *x, Number &result) {
      result = ofBits(bitsOf(x[0], from), to);
      return success();
    };
  if (name == "arith.fptosi" || name == "arith.fptoui")
    return getFloatToInteger(integerWidth(to), name == "arith.fptosi");
  if (name == "arith.sitofp" || name == "arith.uitofp")
    return [width = integerWidth(from), isSigned = name == "arith.sitofp"](
               const Number *x, Number &result) {
      result.real = toAPInt(x[0], width).roundToDouble(isSigned);
      return success();
    };
  bool isUnsigned = name == "arith.extui" || name == "arith.index_castui";
  if (isUnsigned || name == "arith.extsi" || name == "arith.trunci" ||
      name == "arith.index_cast")
    return [=, width = integerWidth(from),
            toWidth = integerWidth(to)](const Number *x, Number &result) {
      APInt value = toAPInt(x[0], width);
      result = ofAPInt(isUnsigned ? value.zextOrTrunc(toWidth)
                                  : value.sextOrTrunc(toWidth));
      return success();
    };
  return {};
}

Number numberOf(Attribute attribute) {
  if (auto real = dyn_cast<FloatAttr>(attribute))
    return Number::ofReal(real.getValue().convertToDouble());
  return ofAPInt(cast<IntegerAttr>(attribute).getValue());
}

} // namespace mlir::attn
