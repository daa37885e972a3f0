// A variant that nobody prepared: tanh soft cap, ALiBi and a causal mask. It is
// tiny, so that its first result is a matter of compiling.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

func.func @variant(%q: tensor<1x2x8x64xf32>, %k: tensor<1x2x8x64xf32>,
                   %v: tensor<1x2x8x64xf32>, %slope: tensor<2xf32>)
    -> tensor<1x2x8x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<1x2x8x64xf32>, tensor<1x2x8x64xf32> -> tensor<1x2x8x8xf32>
  %t = attn.score_mod %s {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %cap = arith.constant 50.0 : f32
    %0 = arith.divf %x, %cap : f32
    %1 = math.tanh %0 : f32
    %2 = arith.mulf %1, %cap : f32
    %distance = arith.subi %j, %i : index
    %3 = arith.index_cast %distance : index to i64
    %4 = arith.sitofp %3 : i64 to f32
    %w = tensor.extract %slope[%h] : tensor<2xf32>
    %5 = arith.mulf %w, %4 : f32
    %6 = arith.addf %2, %5 : f32
    attn.yield %6 : f32
  } : tensor<1x2x8x8xf32>
  %m = attn.mask %t causal : tensor<1x2x8x8xf32>
  %p = attn.softmax %m : tensor<1x2x8x8xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x2x8x8xf32>, tensor<1x2x8x64xf32> -> tensor<1x2x8x64xf32>
  return %o : tensor<1x2x8x64xf32>
}
