// The header of .npy files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_EXECUTIONENGINE_NPYHEADER_H
#define ATTN_LIB_EXECUTIONENGINE_NPYHEADER_H

#include "attn/ExecutionEngine/HostTensor.h"

namespace mlir::attn {

inline constexpr llvm::StringLiteral kNpyMagic = "\x93NUMPY";

struct NpyHeader {
  std::string descr;
  bool fortranOrder = false;
  Shape shape;
};

/// Splits `contents` into the header, which is parsed, and the data, which
/// stays.
llvm::Expected<NpyHeader> takeNpyHeader(StringRef &contents);

} // namespace mlir::attn

#endif // ATTN_LIB_EXECUTIONENGINE_NPYHEADER_H
