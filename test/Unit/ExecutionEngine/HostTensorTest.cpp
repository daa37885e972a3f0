// Host tensors: sizes, elements, random values, printing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support.h"

#include <cmath>

using namespace mlir;
using namespace mlir::attn;

TEST(HostTensor, NamesOfTypesAreThoseOfMlir) {
  for (ElementType type : kAllTypes)
    EXPECT_EQ(elementTypeFromString(toString(type)), type);
  EXPECT_FALSE(elementTypeFromString("f8"));
  EXPECT_FALSE(elementTypeFromString(""));
  ValueType type{ElementType::BF16, {2, kDynamicSize}, false};
  EXPECT_EQ(type.str(), "tensor<2x?xbf16>");
  EXPECT_FALSE(type.hasStaticShape());
}

TEST(HostTensor, SizesAreChecked) {
  constexpr int64_t kLarge = int64_t(1) << 40;
  EXPECT_EQ(getNumBytes(ElementType::F32, {}), 4u);
  EXPECT_EQ(getNumBytes(ElementType::F64, {3, 5}), 120u);
  EXPECT_EQ(getNumBytes(ElementType::F64, {3, 0}), 0u);
  EXPECT_FALSE(getNumBytes(ElementType::F64, {-1}));
  EXPECT_FALSE(getNumBytes(ElementType::I8, {kLarge, kLarge}));
  // The zero comes too late for the strides.
  EXPECT_FALSE(getNumBytes(ElementType::I8, {0, kLarge, kLarge}));
  EXPECT_FALSE(getNumBytes(ElementType::F64, {int64_t(1) << 60}));
  EXPECT_EQ(errorOf(HostTensor::create(ElementType::F32, {kLarge, 1000})),
            "1099511627776x1000xf32 takes 4398046511104000 bytes, more than "
            "the memory of this machine");
  EXPECT_EQ(errorOf(HostTensor::create(ElementType::F32, {-1})),
            "the shape of -1xf32 is not valid");
}

TEST(HostTensor, DataIsAligned) {
  for (int64_t size : {0, 1, 63, 1000}) {
    HostTensor tensor = makeTensor(ElementType::I8, {size});
    EXPECT_NE(tensor.getData(), nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.getData()) % 64, 0u);
  }
}

TEST(HostTensor, ElementsAreRounded) {
  HostTensor half = makeTensor(ElementType::F16, {4});
  double values[] = {1.0 + 1.0 / 2048, 1.0 + 3.0 / 2048, 65520, NAN};
  for (auto [i, value] : llvm::enumerate(values))
    half.setFloat(i, value);
  EXPECT_EQ(half.getFloat(0), 1.0); // a tie goes to even
  EXPECT_EQ(half.getFloat(1), 1.0 + 2.0 / 1024);
  EXPECT_EQ(half.getFloat(2), INFINITY);
  EXPECT_TRUE(std::isnan(half.getFloat(3)));

  HostTensor brain = makeTensor(ElementType::BF16, {2});
  brain.setFloat(0, 1.0 + 1.0 / 256);
  brain.setFloat(1, -INFINITY);
  EXPECT_EQ(brain.getFloat(0), 1.0);
  EXPECT_EQ(brain.getFloat(1), -INFINITY);

  HostTensor byte = makeTensor(ElementType::I8, {1});
  byte.setInt(0, 0xfe);
  EXPECT_EQ(byte.getInt(0), -2);
}

TEST(HostTensor, TypesAreCompared) {
  HostTensor tensor = makeTensor(ElementType::F32, {2, 3});
  EXPECT_EQ(errorOf(checkType(tensor, {ElementType::F32, {2, 3}})), "no error");
  EXPECT_EQ(errorOf(checkType(tensor, {ElementType::F32, {2, kDynamicSize}})),
            "no error");
  EXPECT_EQ(errorOf(checkType(tensor, {ElementType::F32, {2, 4}})),
            "expected tensor<2x4xf32>, got 2x3xf32");
  EXPECT_EQ(errorOf(checkType(tensor, {ElementType::F16, {2, 3}})),
            "expected tensor<2x3xf16>, got 2x3xf32");
  EXPECT_EQ(errorOf(checkType(tensor, {ElementType::F32, {6}})),
            "expected tensor<6xf32>, got 2x3xf32");
  EXPECT_EQ(errorOf(checkType(tensor, {ElementType::F32, {}, true})),
            "expected f32, got 2x3xf32");
}

TEST(HostTensor, RandomValuesAreDocumented) {
  // SplitMix64 started at 0: e220a8397b1dcdaf, 6e789e6aa1b965f4, ...
  HostTensor floats = makeTensor(ElementType::F32, {2});
  fillRandom(floats, 0);
  EXPECT_EQ(floats.getFloat(0), std::ldexp(0xe220a8, -23) - 1);
  EXPECT_EQ(floats.getFloat(1), std::ldexp(0x6e789e, -23) - 1);
  HostTensor ints = makeTensor(ElementType::I64, {2});
  fillRandom(ints, 0);
  EXPECT_EQ(intsOf(ints), (std::vector<int64_t>{7, 3}));
}

TEST(HostTensor, RandomValuesFillTheirRange) {
  for (ElementType type : kAllTypes) {
    HostTensor tensor = makeTensor(type, {4096});
    fillRandom(tensor, 42);
    std::vector<double> values = floatsOf(tensor);
    auto [least, most] = std::minmax_element(values.begin(), values.end());
    double sum = 0;
    for (double value : values)
      sum += value;
    double low = isFloat(type) ? -1 : 0;
    double high = isFloat(type) ? 1 : type == ElementType::I1 ? 1 : 7;
    EXPECT_GE(*least, low);
    EXPECT_LE(*most, high);
    EXPECT_LT(*least, low + 0.01);
    EXPECT_GT(*most, high - 0.01);
    EXPECT_NEAR(sum / 4096, (low + high) / 2, 0.2);
  }
}

TEST(HostTensor, PrintsNestedLists) {
  auto text = [](const HostTensor &tensor, int64_t limit = 100) {
    std::string result;
    llvm::raw_string_ostream stream(result);
    print(tensor, stream, limit);
    return result;
  };
  HostTensor tensor = makeTensor(ElementType::I32, {2, 2});
  for (int64_t i = 0; i < 4; ++i)
    tensor.setInt(i, i - 1);
  EXPECT_EQ(text(tensor), "2x2xi32=[[-1, 0], [1, 2]]");
  EXPECT_EQ(text(tensor, 3), "2x2xi32=[[-1, 0], [1, ...]]");
  HostTensor scalar = makeTensor(ElementType::F32, {});
  scalar.setFloat(0, 0.1);
  EXPECT_EQ(text(scalar), "f32=0.100000001");
  EXPECT_EQ(text(makeTensor(ElementType::F32, {1000000000, 0})),
            "1000000000x0xf32=[]");
}
