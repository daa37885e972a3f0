// A dense tensor in row-major order, and the indices into it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_REFERENCE_TENSOR_H
#define ATTN_REFERENCE_TENSOR_H

#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace attn::reference {

using Shape = std::vector<int64_t>;
using Index = std::vector<int64_t>;

/// The product of the sizes; 1 for rank 0.
inline int64_t numElements(const Shape &shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

/// Calls `f` with each index of `shape` in row-major order: once for rank 0,
/// never if a size is zero.
template <typename F>
void forEachIndex(const Shape &shape, F &&f) {
  Index index(shape.size(), 0);
  for (int64_t count = numElements(shape); count > 0; --count) {
    f(static_cast<const Index &>(index));
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis])
        break;
      index[axis] = 0;
    }
  }
}

template <typename T>
struct TensorOf {
  Shape shape;
  std::vector<T> data;

  /// A scalar, that is a tensor of rank 0.
  TensorOf() : data(1) {}
  /// All zero.
  explicit TensorOf(Shape s) : shape(std::move(s)), data(numElements(shape)) {}
  TensorOf(Shape s, std::vector<T> values)
      : shape(std::move(s)), data(std::move(values)) {}

  static TensorOf filled(Shape shape, T value) {
    TensorOf result(std::move(shape));
    result.data.assign(result.data.size(), value);
    return result;
  }

  int64_t rank() const { return static_cast<int64_t>(shape.size()); }
  /// The size of an axis; a negative axis counts from the end.
  int64_t dim(int64_t axis) const {
    return shape[axis < 0 ? axis + rank() : axis];
  }
  /// The position in `data` of the element at `index`.
  int64_t offset(const Index &index) const {
    int64_t position = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
      position = position * shape[axis] + index[axis];
    return position;
  }
  T &operator()(const Index &index) { return data[offset(index)]; }
  const T &operator()(const Index &index) const { return data[offset(index)]; }
};

/// Floating-point elements of any width, as doubles.
using Tensor = TensorOf<double>;
/// Integer elements of any width; i1 is 0 or 1.
using IntTensor = TensorOf<int64_t>;
/// What a function takes and returns; scalars have rank 0.
using AnyTensor = std::variant<Tensor, IntTensor>;

} // namespace attn::reference

#endif // ATTN_REFERENCE_TENSOR_H
