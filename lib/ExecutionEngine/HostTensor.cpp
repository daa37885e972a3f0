// Storage, element access, random filling and printing of host tensors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/ExecutionEngine/HostTensor.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <cstring>
#include <unistd.h>

using namespace mlir;
using namespace mlir::attn;

static constexpr size_t kAlignment = 64;

namespace {
struct ElementInfo {
  ElementType type;
  const char *name;
  unsigned width;
};
} // namespace

static constexpr ElementInfo kElements[] = {
    {ElementType::F16, "f16", 2},    {ElementType::BF16, "bf16", 2},
    {ElementType::F32, "f32", 4},    {ElementType::F64, "f64", 8},
    {ElementType::I1, "i1", 1},      {ElementType::I8, "i8", 1},
    {ElementType::I32, "i32", 4},    {ElementType::I64, "i64", 8},
    {ElementType::Index, "index", 8}};

StringRef attn::toString(ElementType type) {
  return kElements[static_cast<unsigned>(type)].name;
}

unsigned attn::getByteWidth(ElementType type) {
  return kElements[static_cast<unsigned>(type)].width;
}

std::optional<ElementType> attn::elementTypeFromString(StringRef name) {
  for (const ElementInfo &info : kElements)
    if (name == info.name)
      return info.type;
  return std::nullopt;
}

static std::string shapedString(ArrayRef<int64_t> shape, ElementType element) {
  std::string text;
  for (int64_t size : shape)
    text += (size == kDynamicSize ? "?" : std::to_string(size)) + "x";
  return text + toString(element).str();
}

std::string ValueType::str() const {
  std::string text = shapedString(shape, element);
  return isScalar ? text : "tensor<" + text + ">";
}

std::optional<uint64_t> attn::getNumBytes(ElementType element,
                                          ArrayRef<int64_t> shape) {
  // A zero hides no overflow: the strides of the other axes must fit, too.
  int64_t bytes = getByteWidth(element);
  bool isEmpty = false;
  for (int64_t size : shape) {
    if (size < 0)
      return std::nullopt;
    isEmpty |= size == 0;
    if (size != 0 && llvm::MulOverflow(bytes, size, bytes))
      return std::nullopt;
  }
  return isEmpty ? 0 : bytes;
}

static uint64_t getMemorySize() {
  static const uint64_t size = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                               static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return size;
}

llvm::Expected<HostTensor> HostTensor::create(ElementType element,
                                              Shape shape) {
  std::string name = shapedString(shape, element);
  std::optional<uint64_t> size = attn::getNumBytes(element, shape);
  if (!size)
    return llvm::createStringError("the shape of %s is not valid",
                                   name.c_str());
  if (*size > getMemorySize())
    return llvm::createStringError(
        "%s takes %llu bytes, more than the memory of this machine",
        name.c_str(), static_cast<unsigned long long>(*size));
  HostTensor tensor;
  tensor.element = element;
  tensor.shape = std::move(shape);
  tensor.numElements = *size / getByteWidth(element);
  // Never empty: a descriptor of no elements still has a pointer.
  size_t rounded = llvm::alignTo(std::max<uint64_t>(*size, 1), kAlignment);
  tensor.bytes.reset(
      static_cast<char *>(std::aligned_alloc(kAlignment, rounded)));
  if (!tensor.bytes)
    return llvm::createStringError("out of memory for %s", name.c_str());
  return tensor;
}

HostTensor HostTensor::borrow(ElementType element, Shape shape, char *data) {
  HostTensor tensor;
  tensor.element = element;
  tensor.shape = std::move(shape);
  std::optional<uint64_t> size = attn::getNumBytes(element, tensor.shape);
  assert(size && "the shape is not valid");
  tensor.numElements = *size / getByteWidth(element);
  tensor.bytes = {data, [](void *) {}};
  return tensor;
}

llvm::Expected<HostTensor> HostTensor::clone() const {
  llvm::Expected<HostTensor> copy = create(element, shape);
  if (copy)
    std::memcpy(copy->getData(), getData(), getNumBytes());
  return copy;
}

std::string HostTensor::typeString() const {
  return shapedString(shape, element);
}

llvm::Error attn::checkType(const HostTensor &tensor, const ValueType &type) {
  bool fits = tensor.getElementType() == type.element &&
              tensor.getShape().size() == type.shape.size();
  for (size_t axis = 0; fits && axis < type.shape.size(); ++axis)
    fits = type.shape[axis] == kDynamicSize ||
           type.shape[axis] == tensor.getShape()[axis];
  if (fits)
    return llvm::Error::success();
  return llvm::createStringError("expected %s, got %s", type.str().c_str(),
                                 tensor.typeString().c_str());
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

template <typename T>
static T load(const HostTensor &tensor, int64_t position) {
  T value;
  std::memcpy(&value, tensor.getData() + position * sizeof(T), sizeof(T));
  return value;
}

template <typename T>
static void store(HostTensor &tensor, int64_t position, T value) {
  std::memcpy(tensor.getData() + position * sizeof(T), &value, sizeof(T));
}

static const llvm::fltSemantics &getHalfSemantics(ElementType type) {
  return type == ElementType::F16 ? llvm::APFloat::IEEEhalf()
                                  : llvm::APFloat::BFloat();
}

double HostTensor::getFloat(int64_t position) const {
  switch (element) {
  case ElementType::F32:
    return load<float>(*this, position);
  case ElementType::F64:
    return load<double>(*this, position);
  case ElementType::F16:
  case ElementType::BF16: {
    llvm::APFloat value(getHalfSemantics(element),
                        llvm::APInt(16, load<uint16_t>(*this, position)));
    return value.convertToDouble();
  }
  default:
    return static_cast<double>(getInt(position));
  }
}

void HostTensor::setFloat(int64_t position, double number) {
  switch (element) {
  case ElementType::F32:
    return store<float>(*this, position, static_cast<float>(number));
  case ElementType::F64:
    return store<double>(*this, position, number);
  case ElementType::F16:
  case ElementType::BF16: {
    llvm::APFloat value(number);
    bool losesInfo;
    value.convert(getHalfSemantics(element), llvm::APFloat::rmNearestTiesToEven,
                  &losesInfo);
    return store<uint16_t>(*this, position,
                           value.bitcastToAPInt().getZExtValue());
  }
  default:
    return setInt(position, static_cast<int64_t>(number));
  }
}

int64_t HostTensor::getInt(int64_t position) const {
  switch (element) {
  case ElementType::I1:
    return load<uint8_t>(*this, position) & 1;
  case ElementType::I8:
    return load<int8_t>(*this, position);
  case ElementType::I32:
    return load<int32_t>(*this, position);
  case ElementType::I64:
  case ElementType::Index:
    return load<int64_t>(*this, position);
  default:
    return static_cast<int64_t>(getFloat(position));
  }
}

void HostTensor::setInt(int64_t position, int64_t value) {
  switch (element) {
  case ElementType::I1:
    return store<uint8_t>(*this, position, value != 0);
  case ElementType::I8:
    return store<int8_t>(*this, position, static_cast<int8_t>(value));
  case ElementType::I32:
    return store<int32_t>(*this, position, static_cast<int32_t>(value));
  case ElementType::I64:
  case ElementType::Index:
    return store<int64_t>(*this, position, value);
  default:
    return setFloat(position, static_cast<double>(value));
  }
}

void attn::fillZero(HostTensor &tensor) {
  std::memset(tensor.getData(), 0, tensor.getNumBytes());
}

static uint64_t splitMix64(uint64_t state) {
  state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9ULL;
  state = (state ^ (state >> 27)) * 0x94d049bb133111ebULL;
  return state ^ (state >> 31);
}

void attn::fillRandom(HostTensor &tensor, uint64_t seed) {
  bool isI1 = tensor.getElementType() == ElementType::I1;
  for (int64_t i = 0, e = tensor.getNumElements(); i < e; ++i) {
    seed += 0x9e3779b97f4a7c15ULL;
    uint64_t bits = splitMix64(seed);
    if (isFloat(tensor.getElementType()))
      tensor.setFloat(i, std::ldexp(static_cast<double>(bits >> 40), -23) - 1);
    else
      tensor.setInt(i, static_cast<int64_t>(bits >> (isI1 ? 63 : 61)));
  }
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

static void printElement(const HostTensor &tensor, raw_ostream &os,
                         int64_t position) {
  if (!isFloat(tensor.getElementType())) {
    os << tensor.getInt(position);
    return;
  }
  // As many digits as make the number unique; f16 and bf16 need no more than
  // 5, but get what is short.
  const char *format = "%.9g";
  if (getByteWidth(tensor.getElementType()) == 2)
    format = "%.5g";
  else if (tensor.getElementType() == ElementType::F64)
    format = "%.17g";
  os << llvm::format(format, tensor.getFloat(position));
}

static void printAxis(const HostTensor &tensor, raw_ostream &os, size_t axis,
                      int64_t &position, int64_t limit) {
  if (axis == tensor.getShape().size()) {
    printElement(tensor, os, position++);
    return;
  }
  os << "[";
  for (int64_t i = 0; i < tensor.getShape()[axis]; ++i) {
    if (i != 0)
      os << ", ";
    if (position >= limit) {
      os << "...";
      break;
    }
    printAxis(tensor, os, axis + 1, position, limit);
  }
  os << "]";
}

void attn::print(const HostTensor &tensor, raw_ostream &os, int64_t limit) {
  os << tensor.typeString() << "=";
  int64_t position = 0;
  // An axis of size zero behind a large one would print many empty lists.
  if (tensor.getNumElements() == 0)
    os << "[]";
  else
    printAxis(tensor, os, 0, position, limit);
}
