// Calls through MLIR's C interface, with descriptors built at run time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/ExecutionEngine/Callable.h"

#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace mlir;
using namespace mlir::attn;

/// What memref.get_global writes as the allocated pointer: not to be freed.
static constexpr int64_t kGlobalMark = 0xdeadbeef;

static size_t getDescriptorBytes(const ValueType &type) {
  return (3 + 2 * type.shape.size()) * sizeof(int64_t);
}

/// Scalars are stored as C stores them, i1 as a byte.
static size_t getStoredBytes(const ValueType &type) {
  return type.isScalar ? getByteWidth(type.element) : getDescriptorBytes(type);
}

static size_t getStoredAlignment(const ValueType &type) {
  return type.isScalar ? getByteWidth(type.element) : sizeof(int64_t);
}

static int64_t toWord(const void *pointer) {
  return static_cast<int64_t>(reinterpret_cast<intptr_t>(pointer));
}

static std::vector<int64_t> makeDescriptor(HostTensor &tensor) {
  const Shape &shape = tensor.getShape();
  std::vector<int64_t> words(3 + 2 * shape.size());
  words[0] = words[1] = toWord(tensor.getData());
  int64_t stride = 1;
  for (size_t axis = shape.size(); axis-- > 0;) {
    words[3 + axis] = shape[axis];
    words[3 + shape.size() + axis] = stride;
    stride *= shape[axis];
  }
  return words;
}

//===----------------------------------------------------------------------===//
// Invocation
//===----------------------------------------------------------------------===//

// One scalar is returned by value, one tensor through a pointer to its
// descriptor, several results of any kind through a pointer to a struct. Such
// a pointer is the first argument. The packed form takes, for each argument,
// the address of its value, and the address of the return value at the end.
Invocation::Invocation(Packed function, const Signature &signature,
                       MutableArrayRef<HostTensor> arguments)
    : function(function), signature(&signature) {
  size_t size = 0;
  for (const ValueType &type : signature.results)
    size = llvm::alignTo(size, getStoredAlignment(type)) + getStoredBytes(type);
  results.resize(size);
  resultsAddress = results.data();

  for (auto [tensor, type] : llvm::zip_equal(arguments, signature.arguments)) {
    if (type.isScalar) {
      values.push_back(tensor.getData());
    } else {
      descriptors.push_back(makeDescriptor(tensor));
      values.push_back(descriptors.back().data());
    }
  }

  bool returnsByValue =
      signature.results.size() == 1 && signature.results.front().isScalar;
  if (!signature.results.empty() && !returnsByValue)
    packed.push_back(&resultsAddress);
  for (auto [i, type] : llvm::enumerate(signature.arguments))
    packed.push_back(type.isScalar ? values[i] : &values[i]);
  packed.push_back(resultsAddress);
}

// The addresses that `packed` holds are those of elements of `values`, which
// stay where they are, and of `resultsAddress`, which moves.
Invocation::Invocation(Invocation &&other)
    : function(other.function), signature(other.signature),
      descriptors(std::move(other.descriptors)),
      values(std::move(other.values)), packed(std::move(other.packed)),
      results(std::move(other.results)), resultsAddress(other.resultsAddress),
      hasRun(std::exchange(other.hasRun, false)) {
  for (void *&address : packed)
    if (address == &other.resultsAddress)
      address = &resultsAddress;
}

const char *Invocation::getResult(size_t number) const {
  size_t offset = 0;
  for (size_t i = 0;; ++i) {
    const ValueType &type = signature->results[i];
    offset = llvm::alignTo(offset, getStoredAlignment(type));
    if (i == number)
      return results.data() + offset;
    offset += getStoredBytes(type);
  }
}

bool Invocation::isArgument(const void *buffer) const {
  return llvm::any_of(descriptors, [&](const std::vector<int64_t> &words) {
    return words[0] == toWord(buffer);
  });
}

void Invocation::run() {
  freeResults();
  function(packed.data());
  hasRun = true;
}

// A result may be an argument, a constant of the module, or share the buffer of
// another result.
void Invocation::freeResults() {
  if (!std::exchange(hasRun, false))
    return;
  llvm::SmallDenseSet<int64_t> freed;
  for (auto [i, type] : llvm::enumerate(signature->results)) {
    if (type.isScalar)
      continue;
    int64_t word;
    std::memcpy(&word, getResult(i), sizeof(word));
    void *buffer = reinterpret_cast<void *>(static_cast<intptr_t>(word));
    if (word != kGlobalMark && !isArgument(buffer) && freed.insert(word).second)
      std::free(buffer);
  }
}

/// Copies `words`, a descriptor with any strides, to `to`.
static void copyStrided(ArrayRef<int64_t> words, HostTensor &to) {
  const Shape &shape = to.getShape();
  size_t rank = shape.size(), width = getByteWidth(to.getElementType());
  ArrayRef<int64_t> strides = words.drop_front(3 + rank);
  const char *from =
      reinterpret_cast<const char *>(static_cast<intptr_t>(words[1])) +
      words[2] * static_cast<int64_t>(width);
  // The inner axes that are contiguous are copied at once.
  int64_t block = 1;
  size_t outer = rank;
  while (outer > 0 && (shape[outer - 1] == 1 || strides[outer - 1] == block))
    block *= shape[--outer];
  Shape index(outer);
  int64_t source = 0;
  for (int64_t i = 0, e = to.getNumElements(); i < e; i += block) {
    std::memcpy(to.getData() + i * width,
                from + source * static_cast<int64_t>(width), block * width);
    for (size_t axis = outer; axis-- > 0;) {
      source += strides[axis];
      if (++index[axis] < shape[axis])
        break;
      source -= index[axis] * strides[axis];
      index[axis] = 0;
    }
  }
}

llvm::Expected<std::vector<HostTensor>> Invocation::getResults() const {
  assert(hasRun && "results before the first run");
  std::vector<HostTensor> tensors;
  for (auto [i, type] : llvm::enumerate(signature->results)) {
    const char *stored = getResult(i);
    std::vector<int64_t> words(getDescriptorBytes(type) / sizeof(int64_t));
    Shape shape;
    if (!type.isScalar) {
      std::memcpy(words.data(), stored, getDescriptorBytes(type));
      shape.assign(words.begin() + 3, words.begin() + 3 + type.shape.size());
    }
    auto tensor = HostTensor::create(type.element, std::move(shape));
    if (!tensor)
      return tensor.takeError();
    if (type.isScalar)
      std::memcpy(tensor->getData(), stored, getStoredBytes(type));
    else
      copyStrided(words, *tensor);
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

//===----------------------------------------------------------------------===//
// Callable
//===----------------------------------------------------------------------===//

Callable::Callable(std::unique_ptr<ExecutionEngine> engine, Signature signature,
                   Invocation::Packed function)
    : engine(std::move(engine)),
      signature(std::make_unique<Signature>(std::move(signature))),
      function(function) {}
Callable::Callable(Callable &&) = default;
Callable::~Callable() = default;

llvm::Expected<Invocation>
Callable::bind(MutableArrayRef<HostTensor> arguments) const {
  if (arguments.size() != signature->arguments.size())
    return llvm::createStringError(
        "@%s takes %zu inputs, got %zu", signature->name.c_str(),
        signature->arguments.size(), arguments.size());
  for (auto [i, tensor] : llvm::enumerate(arguments))
    if (llvm::Error error = checkType(tensor, signature->arguments[i]))
      return llvm::createStringError("input %zu: %s", i,
                                     llvm::toString(std::move(error)).c_str());
  return Invocation(function, *signature, arguments);
}

llvm::Expected<std::vector<HostTensor>>
Callable::call(MutableArrayRef<HostTensor> arguments) const {
  llvm::Expected<Invocation> invocation = bind(arguments);
  if (!invocation)
    return invocation.takeError();
  invocation->run();
  return invocation->getResults();
}
