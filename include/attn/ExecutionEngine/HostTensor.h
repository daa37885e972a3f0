// A dense tensor in the memory of this machine, and the types of such tensors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_EXECUTIONENGINE_HOSTTENSOR_H
#define ATTN_EXECUTIONENGINE_HOSTTENSOR_H

#include "mlir/Support/LLVM.h"
#include "llvm/Support/Error.h"

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mlir::attn {

/// What may cross the boundary of a compiled function.
enum class ElementType { F16, BF16, F32, F64, I1, I8, I32, I64, Index };

/// The name in MLIR: "bf16", "index".
StringRef toString(ElementType type);
std::optional<ElementType> elementTypeFromString(StringRef name);
/// Bytes of one element; an i1 takes a whole one.
unsigned getByteWidth(ElementType type);
inline bool isFloat(ElementType type) { return type <= ElementType::F64; }

using Shape = std::vector<int64_t>;
/// In a ValueType: a size known only at run time.
constexpr int64_t kDynamicSize = std::numeric_limits<int64_t>::min();

/// The type of an argument or result: a ranked tensor or a scalar.
struct ValueType {
  ElementType element = ElementType::F32;
  Shape shape;
  bool isScalar = false;

  bool hasStaticShape() const {
    return !llvm::is_contained(shape, kDynamicSize);
  }
  /// As MLIR writes it: "tensor<2x?xf32>", "f32".
  std::string str() const;
};

/// Row-major elements, at a 64-byte boundary unless borrowed. A scalar has rank
/// 0.
class HostTensor {
public:
  /// Elements are not initialised. Fails if a size is negative or if the tensor
  /// does not fit into the memory of this machine.
  static llvm::Expected<HostTensor> create(ElementType element, Shape shape);

  /// A tensor in the caller's memory, aligned as its elements need, which must
  /// outlive it.
  static HostTensor borrow(ElementType element, Shape shape, char *data);

  ElementType getElementType() const { return element; }
  const Shape &getShape() const { return shape; }
  int64_t getRank() const { return shape.size(); }
  int64_t getNumElements() const { return numElements; }
  size_t getNumBytes() const { return numElements * getByteWidth(element); }
  char *getData() { return bytes.get(); }
  const char *getData() const { return bytes.get(); }

  /// One element. Floats are rounded to the nearest, ties to even; an integer
  /// is given as what it is in two's complement.
  double getFloat(int64_t position) const;
  void setFloat(int64_t position, double value);
  int64_t getInt(int64_t position) const;
  void setInt(int64_t position, int64_t value);

  /// "2x8xf32"; "f32" for rank 0.
  std::string typeString() const;

  llvm::Expected<HostTensor> clone() const;

private:
  HostTensor() = default;

  ElementType element = ElementType::F32;
  Shape shape;
  int64_t numElements = 0;
  std::unique_ptr<char, void (*)(void *)> bytes = {nullptr, std::free};
};

/// The bytes of `shape`, or nothing if a size is negative or the product
/// overflows.
std::optional<uint64_t> getNumBytes(ElementType element,
                                    ArrayRef<int64_t> shape);

/// Fails unless `tensor` may be passed as `type`.
llvm::Error checkType(const HostTensor &tensor, const ValueType &type);

/// Element i is a function of `seed` and i alone: number i of SplitMix64
/// started at `seed`, of which the 24 highest bits give a float uniform in
/// [-1, 1), rounded if the type is narrower, and the 3 highest an integer in
/// [0, 8); an i1 is the highest bit.
void fillRandom(HostTensor &tensor, uint64_t seed);
void fillZero(HostTensor &tensor);

/// Nested lists, as in `[[1, 2], [3, 4]]`; at most `limit` elements.
void print(const HostTensor &tensor, raw_ostream &os, int64_t limit = 1024);

} // namespace mlir::attn

#endif // ATTN_EXECUTIONENGINE_HOSTTENSOR_H
