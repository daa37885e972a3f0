// A stock mlir-opt has attention from a plugin: dialect, passes and pipelines.
// Its own passes work on our ops, too.

// RUN: mlir-opt %s --load-dialect-plugin=%attn_lib/attn-plugin.so \
// RUN:     --load-pass-plugin=%attn_lib/attn-plugin.so \
// RUN:     --pass-pipeline='builtin.module(attn-fuse,canonicalize,attn-tile)' \
// RUN:   | FileCheck %s --check-prefix=TILED
// RUN: mlir-opt %s --load-dialect-plugin=%attn_lib/attn-plugin.so \
// RUN:     --load-pass-plugin=%attn_lib/attn-plugin.so \
// RUN:     --pass-pipeline='builtin.module(attn-to-llvm{isa=avx2 threads=false})' \
// RUN:   | mlir-translate --mlir-to-llvmir | FileCheck %s --check-prefix=LLVM
// RUN: attn-opt %s > %t.text
// RUN: mlir-opt %s --load-dialect-plugin=%attn_lib/attn-plugin.so --emit-bytecode \
// RUN:   | attn-opt | diff %t.text -
// RUN: not mlir-opt %s 2>&1 | FileCheck %s --check-prefix=WITHOUT

// TILED: scf.forall
// TILED: attn.step
// LLVM: define void @_mlir_ciface_attention
// WITHOUT: error: {{.*}}attn

func.func @attention(%q: tensor<?x64xf32>, %k: tensor<?x64xf32>, %v: tensor<?x64xf32>)
    -> tensor<?x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<?x64xf32>, tensor<?x64xf32> -> tensor<?x?xf32>
  %m = attn.mask %s causal : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x64xf32> -> tensor<?x64xf32>
  return %o : tensor<?x64xf32>
}
