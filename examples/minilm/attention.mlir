// Self-attention of MiniLM: 12 heads of 32 features, any batch, any length.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: attn-run %s --entry=attention --check --input=3x12x9x32xf32=random:1 --input=3x12x9x32xf32=random:2 --input=3x12x9x32xf32=random:3 --input=3xi64=9,4,1 | FileCheck %s
// RUN: attn-run %s --entry=weights --check --input=11x32xf32=random:1 --input=11x32xf32=random:2 | FileCheck %s
// RUN: attn-opt %s | attn-opt --attn-fuse | FileCheck %s --check-prefix=FUSED
// CHECK: result[0]: PASS
// FUSED-LABEL: func.func @attention
// FUSED-NOT: attn.score
// FUSED: attn.fused
// FUSED-LABEL: func.func @weights

// Sentence b of the batch has lengths[b] tokens; what follows is padding.
func.func @attention(%q: tensor<?x12x?x32xf32>, %k: tensor<?x12x?x32xf32>,
                     %v: tensor<?x12x?x32xf32>, %lengths: tensor<?xi64>)
    -> tensor<?x12x?x32xf32> {
  // 1/sqrt(32)
  %s = attn.score dot(%q, %k) scale(0.17677669529663687)
      : tensor<?x12x?x32xf32>, tensor<?x12x?x32xf32> -> tensor<?x12x?x?xf32>
  %m = attn.mask %s lengths(%lengths : tensor<?xi64>) : tensor<?x12x?x?xf32>
  %p = attn.softmax %m : tensor<?x12x?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x12x?x?xf32>, tensor<?x12x?x32xf32> -> tensor<?x12x?x32xf32>
  return %o : tensor<?x12x?x32xf32>
}

// The weights of one head over one sentence, to look at.
func.func @weights(%q: tensor<?x32xf32>, %k: tensor<?x32xf32>) -> tensor<?x?xf32> {
  %s = attn.score dot(%q, %k) scale(0.17677669529663687)
      : tensor<?x32xf32>, tensor<?x32xf32> -> tensor<?x?xf32>
  %p = attn.softmax %s : tensor<?x?xf32>
  return %p : tensor<?x?xf32>
}
