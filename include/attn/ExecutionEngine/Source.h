// Reading a module from a file that may be hostile.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_EXECUTIONENGINE_SOURCE_H
#define ATTN_EXECUTIONENGINE_SOURCE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/SourceMgr.h"

namespace mlir::attn {

/// What the parser of MLIR survives is not bounded by the parser itself: it
/// recurses for each bracket, type and operator. These are.
constexpr size_t kMaxSourceBytes = 64 << 20;
constexpr unsigned kMaxBracketDepth = 256;
/// Text between two separators: a chain of operators or types.
constexpr size_t kMaxExpressionBytes = 8 << 10;
/// A name or a number, whose conversion takes quadratic time.
constexpr size_t kMaxWordBytes = 1 << 10;
/// Elements of a tensor or memref: sizes in bytes stay far from overflow.
constexpr int64_t kMaxTypeElements = int64_t(1) << 50;

/// Fails if `source` is too large or nested too deeply to be parsed, if it is
/// bytecode or has a zero byte, or if a resource in it has an alignment that is no power of two.
llvm::Error checkSource(StringRef source);

/// Parses and verifies a text file; "-" is stdin. Fails also if a static shape
/// has too many elements or if functions are recursive. Diagnostics of the
/// parser go to the handlers of `context`, with `sources` as the place to find
/// the text.
llvm::Expected<OwningOpRef<ModuleOp>>
parseSource(StringRef path, llvm::SourceMgr &sources, MLIRContext *context);

} // namespace mlir::attn

#endif // ATTN_EXECUTIONENGINE_SOURCE_H
