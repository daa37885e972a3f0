// The interpreter against values found by hand and against the reference.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Interpreter/Interpreter.h"
#include "attn/IR/Attn.h"
#include "attn/Reference/Attention.h"
#include "attn/Reference/Masks.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

using namespace mlir;
using namespace mlir::attn;
using reference::AnyTensor;
using reference::Index;
using reference::IntTensor;
using reference::Tensor;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

class Interpreter : public ::testing::Test {
protected:
  Interpreter() {
    context.loadDialect<AttnDialect, affine::AffineDialect, arith::ArithDialect,
                        cf::ControlFlowDialect, func::FuncDialect,
                        linalg::LinalgDialect, math::MathDialect,
                        scf::SCFDialect, tensor::TensorDialect>();
  }

  /// Evaluates @f of `source`; what is diagnosed goes to `messages`.
  FailureOr<std::vector<AnyTensor>> run(StringRef source,
                                        ArrayRef<AnyTensor> inputs) {
    messages.clear();
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      messages += diagnostic.str() + "\n";
      return success();
    });
    module = parseSourceString<ModuleOp>(source, &context);
    if (!module) {
      ADD_FAILURE() << messages;
      return failure();
    }
    return evaluate(module->lookupSymbol<func::FuncOp>("f"), inputs);
  }

  std::vector<double> reals(StringRef source, ArrayRef<AnyTensor> inputs) {
    auto results = run(source, inputs);
    if (failed(results)) {
      ADD_FAILURE() << messages;
      return {};
    }
    return std::get<Tensor>(results->front()).data;
  }

  std::vector<int64_t> integers(StringRef source, ArrayRef<AnyTensor> inputs) {
    auto results = run(source, inputs);
    if (failed(results)) {
      ADD_FAILURE() << messages;
      return {};
    }
    return std::get<IntTensor>(results->front()).data;
  }

  /// Expects a failure that says `message`.
  void expectError(StringRef source, ArrayRef<AnyTensor> inputs,
                   StringRef message) {
    EXPECT_TRUE(failed(run(source, inputs)));
    EXPECT_NE(messages.find(message), std::string::npos) << messages;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::string messages;
};

Tensor random(reference::Shape shape, int seed) {
  Tensor result(std::move(shape));
  std::mt19937 generator(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (double &x : result.data)
    x = uniform(generator);
  return result;
}

Tensor scalar(double value) { return Tensor(reference::Shape{}, {value}); }
IntTensor scalarInteger(int64_t value) {
  return IntTensor(reference::Shape{}, {value});
}

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

TEST_F(Interpreter, FloatsStayDoubleUntilTruncf) {
  StringRef sum = R"(
    func.func @f(%a: f32, %b: f32) -> (f32, f16) {
      %0 = arith.addf %a, %b : f32
      %1 = arith.truncf %0 : f32 to f16
      return %0, %1 : f32, f16
    })";
  auto results = run(sum, {scalar(1), scalar(1e-12)});
  ASSERT_TRUE(succeeded(results));
  EXPECT_EQ(std::get<Tensor>((*results)[0]).data[0], 1 + 1e-12);
  EXPECT_EQ(std::get<Tensor>((*results)[1]).data[0], 1);
}

TEST_F(Interpreter, ConstantsHaveThePrecisionOfTheirType) {
  EXPECT_EQ(reals(R"(func.func @f() -> f32 {
    %0 = arith.constant 0.1 : f32
    return %0 : f32
  })",
                  {})[0],
            double(0.1f));
}

TEST_F(Interpreter, IntegersWrapAndKeepTheirSign) {
  StringRef source = R"(
    func.func @f(%a: i8, %b: i8) -> tensor<6xi64> {
      %0 = arith.addi %a, %b : i8
      %1 = arith.extsi %0 : i8 to i64
      %2 = arith.extui %0 : i8 to i64
      %3 = arith.floordivsi %a, %b : i8
      %4 = arith.extsi %3 : i8 to i64
      %5 = arith.cmpi ult, %0, %a : i8
      %6 = arith.extui %5 : i1 to i64
      %7 = arith.extsi %5 : i1 to i64
      %8 = arith.shrsi %0, %b : i8
      %9 = arith.extsi %8 : i8 to i64
      %t = tensor.from_elements %1, %2, %4, %6, %7, %9 : tensor<6xi64>
      return %t : tensor<6xi64>
    })";
  EXPECT_EQ(integers(source, {scalarInteger(127), scalarInteger(2)}),
            (std::vector<int64_t>{-127, 129, 63, 0, 0, -32}));
}

TEST_F(Interpreter, IntegersAreExactBeyondDouble) {
  int64_t big = (int64_t(1) << 53) + 1;
  EXPECT_EQ(integers(R"(func.func @f(%a: tensor<1xi64>) -> tensor<1xi64> {
    return %a : tensor<1xi64>
  })",
                     {IntTensor({1}, {big})})[0],
            big);
}

TEST_F(Interpreter, ComparisonOfNaN) {
  StringRef source = R"(
    func.func @f(%a: f32) -> tensor<4xi1> {
      %zero = arith.constant 0.0 : f32
      %0 = arith.cmpf oeq, %a, %a : f32
      %1 = arith.cmpf une, %a, %a : f32
      %2 = arith.cmpf ult, %a, %zero : f32
      %3 = math.isnan %a : f32
      %t = tensor.from_elements %0, %1, %2, %3 : tensor<4xi1>
      return %t : tensor<4xi1>
    })";
  EXPECT_EQ(integers(source, {scalar(std::nan(""))}),
            (std::vector<int64_t>{0, 1, 1, 1}));
  EXPECT_EQ(integers(source, {scalar(-1)}), (std::vector<int64_t>{1, 0, 1, 0}));
}

TEST_F(Interpreter, ControlFlow) {
  // Sum of the even numbers below n, by a call in a loop.
  StringRef source = R"(
    func.func private @even(%i: index) -> i1 {
      %two = arith.constant 2 : index
      %zero = arith.constant 0 : index
      %r = arith.remui %i, %two : index
      %e = arith.cmpi eq, %r, %zero : index
      return %e : i1
    }
    func.func @f(%n: index) -> index {
      %0 = arith.constant 0 : index
      %1 = arith.constant 1 : index
      %sum = scf.for %i = %0 to %n step %1 iter_args(%s = %0) -> index {
        %e = func.call @even(%i) : (index) -> i1
        %next = scf.if %e -> index {
          %t = affine.apply affine_map<(d0)[s0] -> (d0 + s0)>(%i)[%s]
          scf.yield %t : index
        } else {
          scf.yield %s : index
        }
        scf.yield %next : index
      }
      return %sum : index
    })";
  EXPECT_EQ(integers(source, {scalarInteger(10)})[0], 20);
  EXPECT_EQ(integers(source, {scalarInteger(0)})[0], 0);
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

TEST_F(Interpreter, SlicesAndReshapes) {
  StringRef source = R"(
    func.func @f(%a: tensor<4x6xf32>, %o: index) -> tensor<2x?xf32> {
      %0 = tensor.extract_slice %a[%o, 1] [1, 2] [1, 3]
          : tensor<4x6xf32> to tensor<2xf32>
      %z = arith.constant dense<0.0> : tensor<2x2xf32>
      %1 = tensor.insert_slice %0 into %z[1, 0] [1, 2] [1, 1]
          : tensor<2xf32> into tensor<2x2xf32>
      %2 = tensor.collapse_shape %1 [[0, 1]] : tensor<2x2xf32> into tensor<4xf32>
      %3 = tensor.expand_shape %2 [[0, 1]] output_shape [2, 2]
          : tensor<4xf32> into tensor<2x2xf32>
      %4 = tensor.concat dim(1) %3, %3
          : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
      %5 = tensor.cast %4 : tensor<2x4xf32> to tensor<2x?xf32>
      return %5 : tensor<2x?xf32>
    })";
  Tensor a({4, 6});
  for (int64_t i = 0; i < 24; ++i)
    a.data[i] = i;
  EXPECT_EQ(reals(source, {a, scalarInteger(2)}),
            (std::vector<double>{0, 0, 0, 0, 13, 16, 13, 16}));
  expectError(source, {a, scalarInteger(4)}, "index 4 is out of bounds");
}

TEST_F(Interpreter, PadAndGenerate) {
  StringRef source = R"(
    func.func @f(%a: tensor<2xindex>, %n: index) -> tensor<?xindex> {
      %g = tensor.generate %n {
      ^bb0(%i: index):
        %one = arith.constant 1 : index
        %v = tensor.extract %a[%one] : tensor<2xindex>
        %w = arith.addi %i, %v : index
        tensor.yield %w : index
      } : tensor<?xindex>
      %c = arith.constant 7 : index
      %p = tensor.pad %g low[1] high[%n] {
      ^bb0(%i: index):
        tensor.yield %c : index
      } : tensor<?xindex> to tensor<?xindex>
      return %p : tensor<?xindex>
    })";
  EXPECT_EQ(integers(source, {IntTensor({2}, {0, 5}), scalarInteger(2)}),
            (std::vector<int64_t>{7, 5, 6, 7, 7}));
}

TEST_F(Interpreter, Linalg) {
  StringRef source = R"(
    func.func @f(%a: tensor<?x3xf32>, %b: tensor<3x?xf32>) -> tensor<?x?xf32> {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %m = tensor.dim %a, %c0 : tensor<?x3xf32>
      %n = tensor.dim %b, %c1 : tensor<3x?xf32>
      %e = tensor.empty(%m, %n) : tensor<?x?xf32>
      %one = arith.constant 1.0 : f32
      %i = linalg.fill ins(%one : f32) outs(%e : tensor<?x?xf32>)
          -> tensor<?x?xf32>
      %p = linalg.matmul ins(%a, %b : tensor<?x3xf32>, tensor<3x?xf32>)
          outs(%i : tensor<?x?xf32>) -> tensor<?x?xf32>
      %t = tensor.empty(%n, %m) : tensor<?x?xf32>
      %r = linalg.transpose ins(%p : tensor<?x?xf32>)
          outs(%t : tensor<?x?xf32>) permutation = [1, 0]
      return %r : tensor<?x?xf32>
    })";
  Tensor a({2, 3}, {1, 2, 3, 4, 5, 6}), b({3, 2}, {1, 0, 0, 1, 1, 1});
  EXPECT_EQ(reals(source, {a, b}), (std::vector<double>{5, 11, 6, 12}));
}

TEST_F(Interpreter, LinalgGenericWithIndexAndReduction) {
  // r[i, j] = sum over k of a[i, j + k] * (j + k - i): a map that is no
  // permutation of the loops.
  StringRef source = R"(
    func.func @f(%a: tensor<2x4xf32>) -> tensor<2x3xf32> {
      %z = arith.constant dense<0.0> : tensor<2x3xf32>
      %w = tensor.empty() : tensor<2xf32>
      %r = linalg.generic {
        indexing_maps = [affine_map<(i, j, k) -> (i, j + k)>,
                         affine_map<(i, j, k) -> (k)>,
                         affine_map<(i, j, k) -> (i, j)>],
        iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%a, %w : tensor<2x4xf32>, tensor<2xf32>)
        outs(%z : tensor<2x3xf32>) {
      ^bb0(%x: f32, %y: f32, %s: f32):
        %i = linalg.index 0 : index
        %j = linalg.index 1 : index
        %k = linalg.index 2 : index
        %1 = arith.addi %j, %k : index
        %2 = arith.subi %1, %i : index
        %3 = arith.index_cast %2 : index to i32
        %4 = arith.sitofp %3 : i32 to f32
        %5 = arith.mulf %x, %4 : f32
        %6 = arith.addf %s, %5 : f32
        linalg.yield %6 : f32
      } -> tensor<2x3xf32>
      return %r : tensor<2x3xf32>
    })";
  EXPECT_EQ(reals(source, {Tensor({2, 4}, {1, 1, 1, 1, 1, 2, 3, 4})}),
            (std::vector<double>{1, 3, 5, -1, 3, 11}));
}

TEST_F(Interpreter, LinalgSoftmaxOfARowWithoutKeysIsNaN) {
  StringRef source = R"(
    func.func @f(%a: tensor<2x2xf32>) -> tensor<2x2xf32> {
      %e = tensor.empty() : tensor<2x2xf32>
      %r = linalg.softmax dimension(1) ins(%a : tensor<2x2xf32>)
          outs(%e : tensor<2x2xf32>) -> tensor<2x2xf32>
      return %r : tensor<2x2xf32>
    })";
  std::vector<double> result =
      reals(source, {Tensor({2, 2}, {3, 3, -infinity, -infinity})});
  EXPECT_EQ(result[0], 0.5);
  EXPECT_EQ(result[1], 0.5);
  EXPECT_TRUE(std::isnan(result[2]) && std::isnan(result[3]));
}

TEST_F(Interpreter, OperandsOfLinalgMustAgree) {
  expectError(R"(
    func.func @f(%a: tensor<?xf32>, %b: tensor<?xf32>) {
      %0 = linalg.add ins(%a, %a : tensor<?xf32>, tensor<?xf32>)
          outs(%b : tensor<?xf32>) -> tensor<?xf32>
      return
    })",
              {Tensor({2}), Tensor({3})}, "do not fit");
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

TEST_F(Interpreter, GraphIsTheReference) {
  StringRef source = R"(
    func.func @f(%q: tensor<1x4x3x8xf16>, %k: tensor<1x2x?x8xf16>,
                 %v: tensor<1x2x?x5xf16>, %slope: tensor<4xf32>,
                 %sink: tensor<4xf32>)
        -> (tensor<1x4x3x5xf16>, tensor<1x4x3xf32>) {
      %s = attn.score dot(%q, %k) scale(0.25)
          : tensor<1x4x3x8xf16>, tensor<1x2x?x8xf16> -> tensor<1x4x3x?xf32>
      %m = attn.mask %s causal : tensor<1x4x3x?xf32>
      %a = attn.score_mod %m {
      ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
        %c = tensor.extract %slope[%h] : tensor<4xf32>
        %d = arith.subi %j, %i : index
        %e = arith.index_cast %d : index to i64
        %g = arith.sitofp %e : i64 to f32
        %y = math.fma %c, %g, %x : f32
        attn.yield %y : f32
      } : tensor<1x4x3x?xf32>
      %p, %lse = attn.softmax %a sink(%sink : tensor<4xf32>)
          : tensor<1x4x3x?xf32>, tensor<1x4x3xf32>
      %o = attn.weighted_sum %p, %v
          : tensor<1x4x3x?xf32>, tensor<1x2x?x5xf16> -> tensor<1x4x3x5xf16>
      return %o, %lse : tensor<1x4x3x5xf16>, tensor<1x4x3xf32>
    })";
  Tensor q = random({1, 4, 3, 8}, 1), k = random({1, 2, 6, 8}, 2),
         v = random({1, 2, 6, 5}, 3), slope = random({4}, 4),
         sink = random({4}, 5);
  reference::Attention attention;
  attention.query = &q;
  attention.key = &k;
  attention.value = &v;
  attention.sink = &sink;
  attention.scale = 0.25;
  attention.mod = [&](double x, const Index &at) {
    return std::fma(slope.data[at[1]], double(at[3] - at[2]), x);
  };
  attention.keep = reference::causal({1, 4, 3, 6});
  auto expected = reference::attention(attention, {1, 4});
  auto results = run(source, {q, k, v, slope, sink});
  ASSERT_TRUE(succeeded(results)) << messages;
  EXPECT_EQ(std::get<Tensor>((*results)[0]).data, expected.output.data);
  EXPECT_EQ(std::get<Tensor>((*results)[1]).data, expected.lse.data);
}

// attn.fused is the composition of the graph ops.
TEST_F(Interpreter, FusedIsTheGraph) {
  StringRef regions[] = {
      "^bb0(%x: f32, %y: f32, %u: f32): %0 = arith.addf %x, %y : f32 "
      "%1 = math.tanh %0 : f32 %2 = arith.mulf %u, %1 : f32 "
      "attn.yield %2 : f32",
      "^bb0(%x: f32, %i: index, %j: index): %0 = arith.addf %x, %x : f32 "
      "attn.yield %0 : f32",
      "^bb0(%i: index, %j: index): %0 = arith.cmpi ne, %i, %j : index "
      "attn.yield %0 : i1"};
  std::string head = "func.func @f(%q: tensor<3x4xf32>, %k: tensor<5x4xf32>, "
                     "%v: tensor<5x2xf32>, %w: tensor<4xf32>) "
                     "-> tensor<3x2xf32> {\n";
  std::string tail = "return %o : tensor<3x2xf32> }";
  std::string graph =
      head + "%s = attn.score pairwise(%q, %k) params(%w) scale(0.5) {" +
      regions[0].str() +
      "} : tensor<3x4xf32>, tensor<5x4xf32>, tensor<4xf32> -> tensor<3x5xf32>\n"
      "%a = attn.score_mod %s {" +
      regions[1].str() +
      "} : tensor<3x5xf32>\n"
      "%m = attn.mask %a {" +
      regions[2].str() +
      "} : tensor<3x5xf32>\n"
      "%p = attn.softmax %m : tensor<3x5xf32>\n"
      "%o = attn.weighted_sum %p, %v"
      " : tensor<3x5xf32>, tensor<5x2xf32> -> tensor<3x2xf32>\n" +
      tail;
  std::string fused =
      head +
      "%o = attn.fused query(%q) key(%k) value(%v) params(%w) scale(0.5)"
      " score {" +
      regions[0].str() + "} mod {" + regions[1].str() + "} mask {" +
      regions[2].str() +
      "} : (tensor<3x4xf32>, tensor<5x4xf32>, tensor<5x2xf32>, tensor<4xf32>)"
      " -> tensor<3x2xf32>\n" +
      tail;
  AnyTensor inputs[] = {random({3, 4}, 1), random({5, 4}, 2), random({5, 2}, 3),
                        random({4}, 4)};
  std::vector<double> one = reals(graph, inputs), other = reals(fused, inputs);
  EXPECT_EQ(one.size(), 6u);
  EXPECT_EQ(one, other);
}

TEST_F(Interpreter, NamedMasks) {
  StringRef source = R"(
    func.func @f(%s: tensor<1x2x3xf32>, %n: tensor<1xi64>, %qi: tensor<1x2xi32>,
                 %ki: tensor<1x3xi32>, %d: tensor<3xi1>) -> tensor<1x2x3xf32> {
      %0 = attn.mask %s lengths(%n : tensor<1xi64>) : tensor<1x2x3xf32>
      %1 = attn.mask %0 segments(%qi, %ki : tensor<1x2xi32>, tensor<1x3xi32>)
          : tensor<1x2x3xf32>
      %2 = attn.mask %1 dense(%d : tensor<3xi1>) : tensor<1x2x3xf32>
      %3 = attn.mask %2 window(-1, 1) top_left : tensor<1x2x3xf32>
      return %3 : tensor<1x2x3xf32>
    })";
  auto masked = [&](int64_t n) {
    return run(source, {Tensor({1, 2, 3}), IntTensor({1}, {n}),
                        IntTensor({1, 2}, {7, 8}), IntTensor({1, 3}, {7, 8, 7}),
                        IntTensor({3}, {0, 1, 1})});
  };
  auto results = masked(3);
  ASSERT_TRUE(succeeded(results)) << messages;
  EXPECT_EQ(std::get<Tensor>((*results)[0]).data,
            (std::vector<double>{-infinity, -infinity, -infinity, -infinity, 0,
                                 -infinity}));
  EXPECT_TRUE(failed(masked(4)));
  EXPECT_NE(messages.find("length 4 is not between 0 and 3"),
            std::string::npos);
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

TEST_F(Interpreter, SaysWhatItCannotEvaluate) {
  expectError(R"(func.func @f(%a: vector<4xf32>) { return })", {Tensor({4})},
              "argument of type");
  expectError(R"(func.func @f(%a: f32) { return })", {}, "takes 1 arguments");
  expectError(R"(func.func @f(%a: f32) { return })", {scalarInteger(1)},
              "is given integers");
  expectError(R"(func.func @f(%a: tensor<2xf32>) { return })", {Tensor({3})},
              "where the type is");
  expectError(R"(func.func @f(%a: tensor<2xf32>) { return })",
              {Tensor(reference::Shape{2}, {1, 2, 3})}, "as many elements");
  expectError(R"(func.func private @f())", {}, "has no body");
  expectError(R"(func.func @f() { func.call @f() : () -> () return })", {},
              "nested too deeply");
  expectError(R"(func.func @f(%n: index) {
    %0 = tensor.empty(%n) : tensor<?xf32>
    return
  })",
              {scalarInteger(-1)}, "size -1 is negative");
  expectError(R"(func.func @f(%n: index) {
    %0 = arith.divsi %n, %n : index
    return
  })",
              {scalarInteger(0)}, "has no defined value");
  expectError(R"(func.func @f(%a: tensor<2x?xf32>, %b: tensor<2x?xf32>) {
    %s = attn.score dot(%a, %b)
        : tensor<2x?xf32>, tensor<2x?xf32> -> tensor<2x2xf32>
    return
  })",
              {Tensor({2, 3}), Tensor({2, 4})}, "score_c2");
  expectError(R"(func.func @f(%s: tensor<1x2xf32>, %t: tensor<1xf32>) {
    %0 = attn.score_mod %s {
    ^bb0(%x: f32, %i: index, %j: index):
      %y = tensor.extract %t[%j] : tensor<1xf32>
      attn.yield %y : f32
    } : tensor<1x2xf32>
    return
  })",
              {Tensor({1, 2}), Tensor({1})},
              "index 1 is out of bounds of size 1");
}

} // namespace
