// Parser of input values given on a command line.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/ExecutionEngine/InputSpec.h"
#include "attn/ExecutionEngine/Npy.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstring>

using namespace mlir;
using namespace mlir::attn;
using llvm::createStringError;

namespace {
struct TypeSpec {
  ElementType element;
  Shape shape;
};
} // namespace

/// "2x3xf32" or "f32"; nothing if `text` is not of this form.
static std::optional<TypeSpec> parseType(StringRef text) {
  TypeSpec type;
  while (!text.empty() && llvm::isDigit(text.front())) {
    int64_t size;
    if (text.consumeInteger(10, size) || !text.consume_front("x"))
      return std::nullopt;
    type.shape.push_back(size);
  }
  std::optional<ElementType> element = elementTypeFromString(text);
  if (!element)
    return std::nullopt;
  type.element = *element;
  return type;
}

static bool parseInt(StringRef text, ElementType type, int64_t &value) {
  if (type == ElementType::I1 && (text == "true" || text == "false")) {
    value = text == "true";
    return true;
  }
  if (text.getAsInteger(10, value))
    return false;
  switch (type) {
  case ElementType::I1:
    return value == 0 || value == 1;
  case ElementType::I8:
    return llvm::isInt<8>(value);
  case ElementType::I32:
    return llvm::isInt<32>(value);
  default:
    return true;
  }
}

static bool parseFloat(StringRef text, double &value) {
  // strtod also takes hexadecimal floats and `nan(..)`; neither does harm.
  std::string copy = text.str();
  char *end = nullptr;
  value = std::strtod(copy.c_str(), &end);
  return !copy.empty() && *end == '\0';
}

static llvm::Error setElement(HostTensor &tensor, int64_t position,
                              StringRef text) {
  ElementType type = tensor.getElementType();
  double number;
  int64_t integer;
  if (isFloat(type) && parseFloat(text, number))
    tensor.setFloat(position, number);
  else if (!isFloat(type) && parseInt(text, type, integer))
    tensor.setInt(position, integer);
  else
    return createStringError("'%s' is not a value of %s", text.str().c_str(),
                             toString(type).str().c_str());
  return llvm::Error::success();
}

static llvm::Error setElements(HostTensor &tensor, StringRef text) {
  SmallVector<StringRef> values;
  llvm::SplitString(text, values, " ,\t\n");
  int64_t count = tensor.getNumElements();
  if (values.size() != 1 && static_cast<int64_t>(values.size()) != count)
    return createStringError("%s takes 1 or %lld values, got %zu",
                             tensor.typeString().c_str(),
                             static_cast<long long>(count), values.size());
  for (auto [i, value] : llvm::enumerate(values)) {
    if (count == 0)
      break;
    if (llvm::Error error = setElement(tensor, i, value))
      return error;
  }
  if (values.size() == 1) {
    size_t width = getByteWidth(tensor.getElementType());
    for (int64_t i = 1; i < count; ++i)
      std::memcpy(tensor.getData() + i * width, tensor.getData(), width);
  }
  return llvm::Error::success();
}

static llvm::Error readBytes(HostTensor &tensor, StringRef path) {
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  StringRef bytes = (*buffer)->getBuffer();
  if (bytes.size() != tensor.getNumBytes())
    return createStringError("%s takes %zu bytes, '%s' has %zu",
                             tensor.typeString().c_str(), tensor.getNumBytes(),
                             path.str().c_str(), bytes.size());
  std::memcpy(tensor.getData(), bytes.data(), bytes.size());
  if (tensor.getElementType() == ElementType::I1 &&
      llvm::any_of(bytes, [](char byte) { return byte != 0 && byte != 1; }))
    return createStringError("'%s': an element of i1 is neither 0 nor 1",
                             path.str().c_str());
  return llvm::Error::success();
}

/// random, random:SEED; false if `text` is neither.
static bool parseRandom(StringRef text, uint64_t &seed) {
  if (!text.consume_front("random"))
    return false;
  return text.empty() ||
         (text.consume_front(":") && !text.getAsInteger(10, seed));
}

llvm::Expected<HostTensor>
attn::parseInput(StringRef spec, const ValueType &type, unsigned position) {
  spec = spec.trim();
  if (spec.starts_with("@")) {
    llvm::Expected<HostTensor> tensor =
        readNpy(spec.drop_front(), type.element);
    if (tensor)
      if (llvm::Error error = checkType(*tensor, type))
        return std::move(error);
    return tensor;
  }

  auto [left, right] = spec.split('=');
  std::optional<TypeSpec> given = parseType(left.trim());
  StringRef value = given ? right.trim() : spec;
  if (!given && spec.contains('='))
    return createStringError("'%s' is not a type such as 2x3xf32",
                             left.str().c_str());
  if (!given && spec.empty())
    return createStringError("the value is empty");
  if (!given && !type.hasStaticShape())
    return createStringError(
        "%s has dynamic sizes: give them, as in 2x3x%s=%s", type.str().c_str(),
        toString(type.element).str().c_str(), spec.str().c_str());

  llvm::Expected<HostTensor> tensor =
      given ? HostTensor::create(given->element, given->shape)
            : HostTensor::create(type.element, type.shape);
  if (!tensor)
    return tensor;
  if (llvm::Error error = checkType(*tensor, type))
    return std::move(error);

  uint64_t seed = position;
  if (parseRandom(value, seed)) {
    fillRandom(*tensor, seed);
    return tensor;
  }
  if (value.empty()) {
    if (spec.contains('=') && tensor->getNumElements() != 0)
      return createStringError("no value after '='");
    fillZero(*tensor);
    return tensor;
  }
  llvm::Error error = value.starts_with("@")
                          ? readBytes(*tensor, value.drop_front())
                          : setElements(*tensor, value);
  if (error)
    return std::move(error);
  return tensor;
}
