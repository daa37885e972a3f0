// Scaled dot-product attention: O = softmax(Q K^T / sqrt(d)) V.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes stay open: one function serves every batch and length.
// RUN: attn-run %s --check --input=1x2x64x64xf32=random:1 --input=1x2x64x64xf32=random:2 --input=1x2x64x64xf32=random:3 | FileCheck %s
// RUN: attn-run %s --check --input=2x3x37x64xf32=random:1 --input=2x3x101x64xf32=random:2 --input=2x3x101x64xf32=random:3 | FileCheck %s
// RUN: attn-run %s --check --input=1x1x1x64xf32=random:1 --input=1x1x1x64xf32=random:2 --input=1x1x1x64xf32=random:3 | FileCheck %s
// Without keys the rows are zero.
// RUN: attn-run %s --check --input=1x1x2x64xf32=random:1 --input=1x1x0x64xf32 --input=1x1x0x64xf32 | FileCheck %s
// CHECK: result[0]: PASS

func.func @attention(%q: tensor<?x?x?x64xf32>, %k: tensor<?x?x?x64xf32>,
                     %v: tensor<?x?x?x64xf32>) -> tensor<?x?x?x64xf32> {
  // 1/sqrt(64)
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<?x?x?x64xf32>, tensor<?x?x?x64xf32> -> tensor<?x?x?x?xf32>
  %p = attn.softmax %s : tensor<?x?x?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x?x?x?xf32>, tensor<?x?x?x64xf32> -> tensor<?x?x?x64xf32>
  return %o : tensor<?x?x?x64xf32>
}
