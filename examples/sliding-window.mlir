// Sliding window: each query sees itself and the 16 keys before it. Tiles of
// keys outside the window are never read: time grows with the window.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: attn-run %s --check --input=1x2x130x32xf32=random:1 --input=1x2x130x32xf32=random:2 --input=1x2x130x32xf32=random:3 | FileCheck %s
// RUN: attn-run %s --check --input=2x2x3x32xf32=random:1 --input=2x2x201x32xf32=random:2 --input=2x2x201x32xf32=random:3 | FileCheck %s
// CHECK: result[0]: PASS

func.func @attention(%q: tensor<?x2x?x32xf32>, %k: tensor<?x2x?x32xf32>,
                     %v: tensor<?x2x?x32xf32>) -> tensor<?x2x?x32xf32> {
  // 1/sqrt(32)
  %s = attn.score dot(%q, %k) scale(0.17677669529663687)
      : tensor<?x2x?x32xf32>, tensor<?x2x?x32xf32> -> tensor<?x2x?x?xf32>
  %m = attn.mask %s window(16, 0) : tensor<?x2x?x?xf32>
  %p = attn.softmax %m : tensor<?x2x?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x2x?x?xf32>, tensor<?x2x?x32xf32> -> tensor<?x2x?x32xf32>
  return %o : tensor<?x2x?x32xf32>
}
