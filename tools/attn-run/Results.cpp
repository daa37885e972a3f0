// Reading inputs; printing, writing and comparing results.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Results.h"

#include "attn/ExecutionEngine/InputSpec.h"
#include "attn/ExecutionEngine/Npy.h"

#include <cmath>

using namespace mlir;
using namespace mlir::attn;
using llvm::createStringError;

/// Nothing where the user expects nothing.
using ExpectedOutputs = std::vector<std::optional<HostTensor>>;

/// "NOUN NUMBER: MESSAGE"
static llvm::Error addPlace(const char *noun, size_t number,
                            llvm::Error error) {
  return createStringError("%s %zu: %s", noun, number,
                           llvm::toString(std::move(error)).c_str());
}

llvm::Expected<std::vector<HostTensor>>
attn::readInputs(const Options &options, const Signature &signature) {
  size_t expected = signature.arguments.size();
  if (options.inputs.size() > expected)
    return createStringError("@%s takes %zu inputs, got %zu",
                             signature.name.c_str(), expected,
                             options.inputs.size());
  if (options.inputs.size() < expected) {
    size_t missing = options.inputs.size();
    return createStringError(
        "@%s takes %zu inputs, got %zu: input %zu, %s, is missing",
        signature.name.c_str(), expected, missing, missing,
        signature.arguments[missing].str().c_str());
  }
  std::vector<HostTensor> tensors;
  for (auto [i, spec] : llvm::enumerate(options.inputs)) {
    auto tensor = parseInput(spec, signature.arguments[i], i);
    if (!tensor)
      return addPlace("input", i, tensor.takeError());
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

llvm::Error attn::checkOutputs(const Options &options,
                               const Signature &signature) {
  size_t count = signature.results.size();
  if (options.outputs.size() > count)
    return createStringError("@%s has %zu results, got %zu --output",
                             signature.name.c_str(), count,
                             options.outputs.size());
  if (options.expectedOutputs.size() > count)
    return createStringError("@%s has %zu results, got %zu --expected_output",
                             signature.name.c_str(), count,
                             options.expectedOutputs.size());
  for (StringRef output : options.outputs)
    if (!output.empty() && output != "-" &&
        (!output.starts_with("@") || output.size() == 1))
      return createStringError("--output=%s is neither @FILE.npy nor - nor "
                               "empty",
                               output.str().c_str());
  return llvm::Error::success();
}

llvm::Expected<std::vector<HostTensor>>
attn::readGivenOutputs(const Options &options, const Signature &signature) {
  std::vector<HostTensor> tensors;
  if (options.givenOutputs.empty())
    return tensors;
  if (!options.check)
    return createStringError("--given_output is for --check");
  if (options.givenOutputs.size() != signature.results.size())
    return createStringError("@%s has %zu results, got %zu --given_output",
                             signature.name.c_str(), signature.results.size(),
                             options.givenOutputs.size());
  for (auto [i, spec] : llvm::enumerate(options.givenOutputs)) {
    auto tensor = parseInput(spec, signature.results[i], i);
    if (!tensor)
      return addPlace("result", i, tensor.takeError());
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

static llvm::Error writeOutputs(const Options &options,
                                ArrayRef<HostTensor> results) {
  // Whoever compares or measures has no use for a page of numbers.
  bool printsByDefault = options.outputs.empty() && !options.check &&
                         !options.benchmark && options.expectedOutputs.empty();
  for (auto [i, result] : llvm::enumerate(results)) {
    StringRef output = printsByDefault ? "-" : "";
    if (i < options.outputs.size())
      output = options.outputs[i];
    if (output == "-") {
      llvm::outs() << "result[" << i << "]: ";
      print(result, llvm::outs());
      llvm::outs() << "\n";
    } else if (output.consume_front("@")) {
      if (llvm::Error error = writeNpy(output, result))
        return addPlace("result", i, std::move(error));
    }
  }
  llvm::outs().flush();
  return llvm::Error::success();
}

static bool isClose(double actual, double expected, double threshold,
                    double relative) {
  if (std::isnan(actual) || std::isnan(expected))
    return std::isnan(actual) && std::isnan(expected);
  if (std::isinf(actual) || std::isinf(expected))
    return actual == expected;
  return std::fabs(actual - expected) <=
         threshold + relative * std::fabs(expected);
}

static llvm::Error compare(const HostTensor &actual, const HostTensor &expected,
                           const Thresholds &thresholds) {
  if (actual.getShape() != expected.getShape())
    return createStringError("expected %s, got %s",
                             expected.typeString().c_str(),
                             actual.typeString().c_str());
  ElementType type = actual.getElementType();
  double threshold = thresholds.of(type);
  int64_t wrong = 0, first = 0;
  for (int64_t i = actual.getNumElements(); i-- > 0;) {
    bool matches = isFloat(type)
                       ? isClose(actual.getFloat(i), expected.getFloat(i),
                                 threshold, thresholds.relative)
                       : actual.getInt(i) == expected.getInt(i);
    if (!matches) {
      ++wrong;
      first = i;
    }
  }
  if (wrong == 0)
    return llvm::Error::success();
  return createStringError(
      "%lld of %lld elements differ; element %lld is %.9g, expected %.9g",
      static_cast<long long>(wrong),
      static_cast<long long>(actual.getNumElements()),
      static_cast<long long>(first), actual.getFloat(first),
      expected.getFloat(first));
}

static llvm::Expected<ExpectedOutputs>
readExpected(const Options &options, const Signature &signature,
             ArrayRef<HostTensor> results) {
  ExpectedOutputs tensors(options.expectedOutputs.size());
  for (auto [i, spec] : llvm::enumerate(options.expectedOutputs)) {
    if (spec == "(ignored)")
      continue;
    // A bare value takes the sizes that the result has.
    ValueType type = signature.results[i];
    type.shape = results[i].getShape();
    auto tensor = parseInput(spec, type, i);
    if (!tensor)
      return addPlace("result", i, tensor.takeError());
    tensors[i] = std::move(*tensor);
  }
  return tensors;
}

llvm::Error attn::handleResults(const Options &options,
                                const Signature &signature,
                                ArrayRef<HostTensor> results) {
  // First: a mistake on the command line leaves no files behind.
  auto expected = readExpected(options, signature, results);
  if (!expected)
    return expected.takeError();
  llvm::Error errors = writeOutputs(options, results);
  for (auto [i, tensor] : llvm::enumerate(*expected))
    if (tensor)
      if (llvm::Error error = compare(results[i], *tensor, options.thresholds))
        errors = llvm::joinErrors(std::move(errors),
                                  addPlace("result", i, std::move(error)));
  return errors;
}
