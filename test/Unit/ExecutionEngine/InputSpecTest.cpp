// Input values as given on a command line.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support.h"

#include "attn/ExecutionEngine/InputSpec.h"

#include <cmath>

using namespace mlir;
using namespace mlir::attn;

static const ValueType kMatrix = {ElementType::F32, {2, 3}};
static const ValueType kDynamic = {ElementType::F32,
                                   {kDynamicSize, kDynamicSize}};
static const ValueType kInts = {ElementType::I64, {2}};
static const ValueType kScalar = {ElementType::F32, {}, true};

static std::string errorOfSpec(StringRef spec, const ValueType &type) {
  return errorOf(parseInput(spec, type));
}

TEST(InputSpec, Values) {
  HostTensor list =
      llvm::cantFail(parseInput("2x3xf32=1 2,3, -4 5e-1\tinf", kDynamic));
  EXPECT_EQ(list.getShape(), (Shape{2, 3}));
  EXPECT_EQ(floatsOf(list), (std::vector<double>{1, 2, 3, -4, 0.5, INFINITY}));
  HostTensor splat = llvm::cantFail(parseInput("2x3xf32=1.5", kMatrix));
  EXPECT_EQ(floatsOf(splat), std::vector<double>(6, 1.5));
  HostTensor zero = llvm::cantFail(parseInput("2x3xf32", kMatrix));
  EXPECT_EQ(floatsOf(zero), std::vector<double>(6, 0));
  HostTensor ints = llvm::cantFail(parseInput("2xi64=5 -7", kInts));
  EXPECT_EQ(intsOf(ints), (std::vector<int64_t>{5, -7}));
}

TEST(InputSpec, Empty) {
  for (const char *spec :
       {"0x3xf32", "0x3xf32=", "0x3xf32=random", "0x3xf32=1"})
    EXPECT_EQ(llvm::cantFail(parseInput(spec, kDynamic)).getNumElements(), 0);
}

TEST(InputSpec, Scalars) {
  EXPECT_EQ(floatsOf(llvm::cantFail(parseInput("0.5", kScalar))),
            std::vector<double>{0.5});
  EXPECT_EQ(floatsOf(llvm::cantFail(parseInput("f32=-2", kScalar))),
            std::vector<double>{-2});
  ValueType flag = {ElementType::I1, {}, true};
  EXPECT_EQ(intsOf(llvm::cantFail(parseInput("true", flag))),
            std::vector<int64_t>{1});
}

TEST(InputSpec, TypeOfTheArgument) {
  EXPECT_EQ(floatsOf(llvm::cantFail(parseInput("2", kMatrix))),
            std::vector<double>(6, 2));
  EXPECT_EQ(errorOfSpec("2", kDynamic),
            "tensor<?x?xf32> has dynamic sizes: give them, as in 2x3xf32=2");
}

TEST(InputSpec, RandomSeeds) {
  auto values = [](StringRef spec, unsigned position) {
    return floatsOf(llvm::cantFail(parseInput(spec, kMatrix, position)));
  };
  EXPECT_EQ(values("2x3xf32=random:7", 0), values("random:7", 1));
  EXPECT_EQ(values("random", 3), values("random:3", 0));
  EXPECT_NE(values("random", 0), values("random", 1));
}

TEST(InputSpec, Errors) {
  EXPECT_EQ(errorOfSpec("", kMatrix), "the value is empty");
  EXPECT_EQ(errorOfSpec("2x3xf32=", kMatrix), "no value after '='");
  EXPECT_EQ(errorOfSpec("2x3xf32=1 2", kMatrix),
            "2x3xf32 takes 1 or 6 values, got 2");
  EXPECT_EQ(errorOfSpec("2x3xf32=,", kMatrix),
            "2x3xf32 takes 1 or 6 values, got 0");
  EXPECT_EQ(errorOfSpec("2x3xf32=x", kMatrix), "'x' is not a value of f32");
  EXPECT_EQ(errorOfSpec("2x3xf32=random:x", kMatrix),
            "'random:x' is not a value of f32");
  EXPECT_EQ(errorOfSpec("2x3xf31=1", kMatrix),
            "'2x3xf31' is not a type such as 2x3xf32");
  EXPECT_EQ(errorOfSpec("-2x3xf32=1", kMatrix),
            "'-2x3xf32' is not a type such as 2x3xf32");
  EXPECT_EQ(errorOfSpec("99999999999999999999xf32=1", kMatrix),
            "'99999999999999999999xf32' is not a type such as 2x3xf32");
  EXPECT_EQ(errorOfSpec("2x4xf32=1", kMatrix),
            "expected tensor<2x3xf32>, got 2x4xf32");
  EXPECT_EQ(errorOfSpec("3xf32=1", kScalar), "expected f32, got 3xf32");
  EXPECT_EQ(errorOfSpec("2xi64=1.5", kInts), "'1.5' is not a value of i64");
  EXPECT_EQ(errorOfSpec("2xi64=9223372036854775808", kInts),
            "'9223372036854775808' is not a value of i64");
  ValueType byte = {ElementType::I8, {}, true};
  EXPECT_EQ(errorOfSpec("128", byte), "'128' is not a value of i8");
  ValueType flag = {ElementType::I1, {}, true};
  EXPECT_EQ(errorOfSpec("2", flag), "'2' is not a value of i1");
  EXPECT_EQ(errorOfSpec("@/nowhere/q.npy", kMatrix),
            "cannot read '/nowhere/q.npy': No such file or directory");
  EXPECT_EQ(errorOfSpec("1000000x1000000x1000000xf32=1", kDynamic),
            "1000000x1000000x1000000xf32 takes 4000000000000000000 bytes, more "
            "than the memory of this machine");
}
