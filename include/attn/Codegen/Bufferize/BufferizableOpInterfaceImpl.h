// Bufferization of the tiled ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_CODEGEN_BUFFERIZE_BUFFERIZABLEOPINTERFACEIMPL_H
#define ATTN_CODEGEN_BUFFERIZE_BUFFERIZABLEOPINTERFACEIMPL_H

#include "mlir/IR/DialectRegistry.h"

namespace mlir::attn {

/// Attaches the BufferizableOpInterface that the dialect promises.
void registerBufferizableOpInterfaceExternalModels(DialectRegistry &registry);

} // namespace mlir::attn

#endif // ATTN_CODEGEN_BUFFERIZE_BUFFERIZABLEOPINTERFACEIMPL_H
