// Reading and writing NumPy's .npy files, formats 1.0, 2.0 and 3.0.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_EXECUTIONENGINE_NPY_H
#define ATTN_EXECUTIONENGINE_NPY_H

#include "attn/ExecutionEngine/HostTensor.h"

namespace llvm {
class MemoryBuffer;
}

namespace mlir::attn {

/// Reads the one array that is `contents`. Little-endian and without structure:
///
/// | dtype | element types |
/// |---|---|
/// | f2, f4, f8 | f16, f32, f64 |
/// | b1 | i1, or i8 if wanted |
/// | i1, u1 | i8, or i1 if wanted and all elements are 0 or 1 |
/// | i4 | i32 |
/// | i8 | i64, index |
/// | V2, u2 | bf16; written as V2 |
///
/// NumPy has no bf16 of its own: the package ml_dtypes stores its bfloat16 as
/// `V2`, to be read with `numpy.load(f).view(ml_dtypes.bfloat16)`. A u2 holds
/// the bits of bf16, too.
///
/// Without `wanted`, the first element type is taken. A dtype that does not fit
/// `wanted` is an error.
llvm::Expected<HostTensor> parseNpy(StringRef contents,
                                    std::optional<ElementType> wanted = {});
llvm::Expected<HostTensor> readNpy(StringRef path,
                                   std::optional<ElementType> wanted = {});

/// Writes format 1.0 in the dtype that has the element type first in the table;
/// index is written as i8. An existing file is replaced.
llvm::Error writeNpy(StringRef path, const HostTensor &tensor);
void writeNpy(raw_ostream &os, const HostTensor &tensor);

/// The contents of a regular file.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> readFile(StringRef path);

} // namespace mlir::attn

#endif // ATTN_EXECUTIONENGINE_NPY_H
