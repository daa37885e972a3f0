// attn-plugin.so: the dialect and the passes for a stock mlir-opt.
//
//   mlir-opt --load-dialect-plugin=attn-plugin.so
//     --load-pass-plugin=attn-plugin.so --pass-pipeline='builtin.module(..)'
//
// Tested by test/Embedding/plugin.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/InitAll.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

extern "C" LLVM_ATTRIBUTE_WEAK mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "attn", LLVM_VERSION_STRING,
          [](mlir::DialectRegistry *registry) {
            mlir::attn::registerAllDialects(*registry);
          }};
}

extern "C" LLVM_ATTRIBUTE_WEAK mlir::PassPluginLibraryInfo
mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "attn", LLVM_VERSION_STRING,
          mlir::attn::registerAllPasses};
}
