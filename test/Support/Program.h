// Compiling a function from text and calling it, in one process.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TEST_SUPPORT_PROGRAM_H
#define ATTN_TEST_SUPPORT_PROGRAM_H

#include "attn/ExecutionEngine/Compiler.h"
#include "attn/Interpreter/Interpreter.h"
#include "attn/Pipelines/Pipelines.h"
#include "attn/Reference/Compare.h"

#include "gtest/gtest.h"

#include <functional>

namespace attn::test {

namespace reference = ::attn::reference;
using mlir::attn::ElementType;
using mlir::attn::HostTensor;
using mlir::attn::Route;
using mlir::attn::Shape;
using Tensors = std::vector<HostTensor>;

struct Settings {
  Route route = Route::Fused;
  bool threads = false;
  unsigned optLevel = 2;
};

/// For programs that are called once: the naive route, loops over scalars, is
/// slow to optimize.
inline Settings quickly(Route route) {
  return {route, false, route == Route::Fused ? 1u : 0u};
}

/// The function of a module with one. What cannot be compiled ends the process.
class Program {
public:
  explicit Program(const std::string &source, Settings settings = {});
  ~Program();

  Tensors call(Tensors &inputs) const;
  /// What the results are in f64.
  std::vector<reference::AnyTensor> evaluate(const Tensors &inputs) const;

private:
  struct Impl;
  std::unique_ptr<Impl> impl;
};

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

HostTensor makeTensor(ElementType type, Shape shape);
/// Uniform in [-1, 1).
HostTensor makeRandom(ElementType type, Shape shape, uint64_t seed);
HostTensor makeIntegers(Shape shape, const std::vector<int64_t> &values);
Tensors cloneAll(const Tensors &tensors);

reference::AnyTensor toReference(const HostTensor &tensor);
reference::FloatFormat getFormat(ElementType type);

/// Equal types, shapes and bits.
testing::AssertionResult sameBits(const HostTensor &a, const HostTensor &b);
testing::AssertionResult sameBits(const Tensors &a, const Tensors &b);
/// Within the tolerance of lib/Reference.
testing::AssertionResult
matches(const HostTensor &actual, const reference::AnyTensor &expected,
        int64_t numKeys, double magnitude = 1,
        std::optional<reference::RoundedWeights> weights = std::nullopt);

//===----------------------------------------------------------------------===//
// Attention as text
//===----------------------------------------------------------------------===//

/// func.func @f(%q, %k, %v, extra..) -> (output, lse), on [heads, rows,
/// features]; without an lse, -> output
struct Attention {
  ElementType type = ElementType::F32;
  int64_t heads = 2, keyHeads = 1, queries = 40, keys = 150;
  int64_t features = 16, values = 24;
  /// Whether the types say the sizes.
  bool isStatic = true;
  /// Whether they leave the number of queries, or of keys, open all the same.
  bool openQueries = false, openKeys = false;
  /// Tensors of the function are [rows, heads, features], turned inside. Only
  /// for known sizes.
  bool isTurned = false;
  /// The type of the weights: that of scores if empty.
  std::string weights;
  bool hasLse = true;
  double scale = 0.5;
  /// Masks and score_mods in order; `$s` stands for the scores before and `$t`
  /// for their type.
  std::vector<std::string> steps;
  /// More arguments, each as "%x: type".
  std::vector<std::string> extra;
  /// Empty, or "%x : type" with the argument that is the sink.
  std::string sink;

  std::string text() const;
  /// Random values for %q, %k and %v.
  Tensors inputs(uint64_t seed) const;
  Program compile(Settings settings = {}) const {
    return Program(text(), settings);
  }
};

/// A step with a region of (head, i, j), or (score, head, i, j) for a
/// score_mod: its lines use %x, %h, %i and %j, and what it yields is %r.
std::string maskRegion(const std::string &lines);
std::string modRegion(const std::string &lines);

} // namespace attn::test

#endif // ATTN_TEST_SUPPORT_PROGRAM_H
