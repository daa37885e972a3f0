// A function of libm is called for each lane of a vector, and the vector is
// lowered afterwards.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: attn-run %s --input=random:1 --input=random:2 --check
// RUN: attn-run %s --route=naive --input=random:1 --input=random:2 --check
func.func @erf(%q: tensor<5x8xf32>, %k: tensor<20x8xf32>) -> tensor<5x8xf32> {
  %s = attn.score dot(%q, %k) : tensor<5x8xf32>, tensor<20x8xf32> -> tensor<5x20xf32>
  %m = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    %y = math.erf %x : f32
    attn.yield %y : f32
  } : tensor<5x20xf32>
  %p = attn.softmax %m : tensor<5x20xf32>
  %o = attn.weighted_sum %p, %k : tensor<5x20xf32>, tensor<20x8xf32> -> tensor<5x8xf32>
  return %o : tensor<5x8xf32>
}
