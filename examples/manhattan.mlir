// Manhattan attention: a query prefers the keys at the smallest L1 distance,
// S[i, j] = -scale * sum over d of |q[i, d] - k[j, d]|.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The region is all that says so: no pass knows this score.
// RUN: attn-run %s --check --input=2x4x37x16xf32=random:1 --input=2x2x101x16xf32=random:2 --input=2x2x101x24xf32=random:3 | FileCheck %s
// RUN: attn-run %s --check --input=1x4x1x16xf32=random:1 --input=1x2x131x16xf32=random:2 --input=1x2x131x24xf32=random:3 | FileCheck %s
// RUN: attn-run %s --check --input=2x4x3x16xf32=random:1 --input=2x2x0x16xf32=random:2 --input=2x2x0x24xf32=random:3 | FileCheck %s
// CHECK: result[0]: PASS

func.func @attention(%q: tensor<?x4x?x16xf32>, %k: tensor<?x2x?x16xf32>,
                     %v: tensor<?x2x?x24xf32>) -> tensor<?x4x?x24xf32> {
  %s = attn.score pairwise(%q, %k) scale(0.25) {
  ^bb0(%x: f32, %y: f32):
    %difference = arith.subf %x, %y : f32
    %distance = math.absf %difference : f32
    %closeness = arith.negf %distance : f32
    attn.yield %closeness : f32
  } : tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32> -> tensor<?x4x?x?xf32>
  %p = attn.softmax %s : tensor<?x4x?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x4x?x?xf32>, tensor<?x2x?x24xf32> -> tensor<?x4x?x24xf32>
  return %o : tensor<?x4x?x24xf32>
}
