// Reading and writing NumPy's .npy files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/ExecutionEngine/Npy.h"
#include "NpyHeader.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ToolOutputFile.h"

#include <cstring>

using namespace mlir;
using namespace mlir::attn;
using llvm::createStringError;

/// NumPy's own limit.
static constexpr size_t kMaxRank = 32;

namespace {
struct Dtype {
  const char *name;
  ElementType element;
};
} // namespace

// The first row of an element type is the one that is written.
static constexpr Dtype kDtypes[] = {
    {"<f2", ElementType::F16},  {"<f4", ElementType::F32},
    {"<f8", ElementType::F64},  {"<V2", ElementType::BF16},
    {"|V2", ElementType::BF16}, {"bfloat16", ElementType::BF16},
    {"<u2", ElementType::BF16}, {"|b1", ElementType::I1},
    {"|i1", ElementType::I8},   {"|u1", ElementType::I8},
    {"|b1", ElementType::I8},   {"|i1", ElementType::I1},
    {"|u1", ElementType::I1},   {"<i4", ElementType::I32},
    {"<i8", ElementType::I64},  {"<i8", ElementType::Index}};

static llvm::Expected<Dtype> findDtype(StringRef descr,
                                       std::optional<ElementType> wanted) {
  const Dtype *found = nullptr;
  for (const Dtype &dtype : kDtypes) {
    if (descr != dtype.name)
      continue;
    if (!wanted || dtype.element == *wanted)
      return dtype;
    found = &dtype;
  }
  if (found)
    return createStringError("npy: dtype '%s' does not hold %s",
                             descr.str().c_str(),
                             toString(*wanted).str().c_str());
  if (descr.ends_with("O"))
    return createStringError("npy: arrays of objects are not supported");
  if (descr.starts_with(">"))
    return createStringError("npy: big-endian dtype '%s' is not supported",
                             descr.str().c_str());
  return createStringError("npy: dtype '%s' is not supported",
                           descr.str().c_str());
}

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

/// Copies column-major elements to row-major ones.
static void transpose(StringRef from, HostTensor &to) {
  const Shape &shape = to.getShape();
  size_t width = getByteWidth(to.getElementType());
  Shape strides(shape.size()), index(shape.size());
  int64_t stride = 1;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  int64_t source = 0;
  for (int64_t i = 0, e = to.getNumElements(); i < e; ++i) {
    std::memcpy(to.getData() + i * width, from.data() + source * width, width);
    for (size_t axis = shape.size(); axis-- > 0;) {
      source += strides[axis];
      if (++index[axis] < shape[axis])
        break;
      source -= index[axis] * strides[axis];
      index[axis] = 0;
    }
  }
}

llvm::Expected<HostTensor> attn::parseNpy(StringRef contents,
                                          std::optional<ElementType> wanted) {
  llvm::Expected<NpyHeader> header = takeNpyHeader(contents);
  if (!header)
    return header.takeError();
  llvm::Expected<Dtype> dtype = findDtype(header->descr, wanted);
  if (!dtype)
    return dtype.takeError();
  if (header->shape.size() > kMaxRank)
    return createStringError("npy: rank %zu is more than %zu",
                             header->shape.size(), kMaxRank);
  if (llvm::any_of(header->shape, [](int64_t size) { return size < 0; }))
    return createStringError("npy: a size is negative");
  // The file must have the data before any memory is asked for.
  std::optional<uint64_t> bytes = getNumBytes(dtype->element, header->shape);
  if (!bytes)
    return createStringError("npy: the shape overflows 64 bits");
  if (*bytes > contents.size())
    return createStringError(
        "npy: truncated: the shape needs %llu bytes of data, the file has %zu",
        static_cast<unsigned long long>(*bytes), contents.size());
  if (*bytes < contents.size())
    return createStringError(
        "npy: %llu bytes after the data",
        static_cast<unsigned long long>(contents.size() - *bytes));

  llvm::Expected<HostTensor> tensor =
      HostTensor::create(dtype->element, header->shape);
  if (!tensor)
    return tensor.takeError();
  if (header->fortranOrder)
    transpose(contents, *tensor);
  else
    std::memcpy(tensor->getData(), contents.data(), *bytes);
  // Compiled code may rely on an i1 being 0 or 1.
  if (dtype->element == ElementType::I1)
    for (char byte : contents)
      if (byte != 0 && byte != 1)
        return createStringError("npy: an element of an i1 array is %d",
                                 static_cast<uint8_t>(byte));
  return tensor;
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
attn::readFile(StringRef path) {
  // A device or a pipe could go on for ever.
  llvm::sys::fs::file_status status;
  if (std::error_code error = llvm::sys::fs::status(path, status))
    return createStringError(error, "cannot read '%s': %s", path.str().c_str(),
                             error.message().c_str());
  if (!llvm::sys::fs::is_regular_file(status))
    return createStringError("cannot read '%s': not a regular file",
                             path.str().c_str());
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(buffer.getError(), "cannot read '%s': %s",
                             path.str().c_str(),
                             buffer.getError().message().c_str());
  return std::move(*buffer);
}

llvm::Expected<HostTensor> attn::readNpy(StringRef path,
                                         std::optional<ElementType> wanted) {
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  llvm::Expected<HostTensor> tensor = parseNpy((*buffer)->getBuffer(), wanted);
  if (!tensor)
    return createStringError("'%s': %s", path.str().c_str(),
                             llvm::toString(tensor.takeError()).c_str());
  return std::move(*tensor);
}

void attn::writeNpy(raw_ostream &os, const HostTensor &tensor) {
  const Dtype *dtype = llvm::find_if(kDtypes, [&](const Dtype &dtype) {
    return dtype.element == tensor.getElementType();
  });
  std::string header = std::string("{'descr': '") + dtype->name +
                       "', 'fortran_order': False, 'shape': (";
  llvm::raw_string_ostream headerStream(header);
  llvm::interleaveComma(tensor.getShape(), headerStream);
  // As Python writes tuples.
  headerStream << (tensor.getRank() == 1 ? ",), }" : "), }");
  // The data starts at a multiple of 64, after a newline.
  size_t prefix = kNpyMagic.size() + 4;
  header.resize(llvm::alignTo(prefix + header.size() + 1, 64) - prefix - 1,
                ' ');
  header += '\n';
  char length[2];
  llvm::support::endian::write16le(length, header.size());
  os << kNpyMagic << '\1' << '\0' << StringRef(length, 2) << header;
  os.write(tensor.getData(), tensor.getNumBytes());
}

llvm::Error attn::writeNpy(StringRef path, const HostTensor &tensor) {
  std::error_code error;
  llvm::ToolOutputFile file(path, error, llvm::sys::fs::OF_None);
  if (!error) {
    writeNpy(file.os(), tensor);
    file.os().close();
    error = file.os().error();
    file.os().clear_error();
  }
  if (error)
    return createStringError(error, "cannot write '%s': %s", path.str().c_str(),
                             error.message().c_str());
  file.keep();
  return llvm::Error::success();
}
