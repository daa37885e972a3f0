// The value of one argument, as given on a command line.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_EXECUTIONENGINE_INPUTSPEC_H
#define ATTN_EXECUTIONENGINE_INPUTSPEC_H

#include "attn/ExecutionEngine/HostTensor.h"

namespace mlir::attn {

/// Makes the tensor that `spec` describes, for an argument of `type`:
///
/// | spec | value |
/// |---|---|
/// | `@q.npy` | the array of a file |
/// | `2x8xf32=random:7` | fillRandom with seed 7 |
/// | `2x8xf32=random` | the same with seed `position` |
/// | `2x3xi64=5 7 1 2 3 4` | elements in row-major order; commas may separate
/// them | | `4x4xf32=1.5` | every element | | `4x4xf32=@data.bin` | the bytes
/// of a file, row-major and little-endian | | `4x4xf32` | zero | | `f32=0.5` |
/// a scalar, or a tensor of rank 0 |
///
/// Without the type, as in `random:7`, `1.5` or `0 1 2`, the argument's is
/// taken, which must have no dynamic size then. Floats are decimal, `inf`,
/// `-inf` or `nan`, integers decimal, i1 also `true` or `false`.
llvm::Expected<HostTensor> parseInput(StringRef spec, const ValueType &type,
                                      unsigned position = 0);

} // namespace mlir::attn

#endif // ATTN_EXECUTIONENGINE_INPUTSPEC_H
