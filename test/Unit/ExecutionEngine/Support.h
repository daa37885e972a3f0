// Making tensors, and what the tests expect of errors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TEST_UNIT_EXECUTIONENGINE_SUPPORT_H
#define ATTN_TEST_UNIT_EXECUTIONENGINE_SUPPORT_H

#include "attn/ExecutionEngine/HostTensor.h"

#include "gtest/gtest.h"

namespace mlir::attn {

template <typename T>
std::string errorOf(llvm::Expected<T> value) {
  return value ? "no error" : llvm::toString(value.takeError());
}

inline std::string errorOf(llvm::Error error) {
  return error ? llvm::toString(std::move(error)) : "no error";
}

inline HostTensor makeTensor(ElementType type, Shape shape) {
  return llvm::cantFail(HostTensor::create(type, std::move(shape)));
}

inline std::vector<double> floatsOf(const HostTensor &tensor) {
  std::vector<double> values;
  for (int64_t i = 0; i < tensor.getNumElements(); ++i)
    values.push_back(tensor.getFloat(i));
  return values;
}

inline std::vector<int64_t> intsOf(const HostTensor &tensor) {
  std::vector<int64_t> values;
  for (int64_t i = 0; i < tensor.getNumElements(); ++i)
    values.push_back(tensor.getInt(i));
  return values;
}

inline constexpr ElementType kAllTypes[] = {
    ElementType::F16, ElementType::BF16, ElementType::F32,
    ElementType::F64, ElementType::I1,   ElementType::I8,
    ElementType::I32, ElementType::I64,  ElementType::Index};

} // namespace mlir::attn

#endif // ATTN_TEST_UNIT_EXECUTIONENGINE_SUPPORT_H
