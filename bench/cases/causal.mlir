// Each query sees itself and the keys before it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

func.func @f32_d64(%q: tensor<1x1x2048x64xf32>,
                   %k: tensor<1x1x2048x64xf32>,
                   %v: tensor<1x1x2048x64xf32>)
    -> tensor<1x1x2048x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<1x1x2048x64xf32>, tensor<1x1x2048x64xf32> -> tensor<1x1x2048x2048xf32>
  %m = attn.mask %s causal : tensor<1x1x2048x2048xf32>
  %p = attn.softmax %m : tensor<1x1x2048x2048xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x2048x2048xf32>, tensor<1x1x2048x64xf32> -> tensor<1x1x2048x64xf32>
  return %o : tensor<1x1x2048x64xf32>
}

func.func @f32_d128(%q: tensor<1x1x4096x128xf32>,
                    %k: tensor<1x1x4096x128xf32>,
                    %v: tensor<1x1x4096x128xf32>)
    -> tensor<1x1x4096x128xf32> {
  %s = attn.score dot(%q, %k) scale(0.08838834764831845)
      : tensor<1x1x4096x128xf32>, tensor<1x1x4096x128xf32> -> tensor<1x1x4096x4096xf32>
  %m = attn.mask %s causal : tensor<1x1x4096x4096xf32>
  %p = attn.softmax %m : tensor<1x1x4096x4096xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x4096x4096xf32>, tensor<1x1x4096x128xf32> -> tensor<1x1x4096x128xf32>
  return %o : tensor<1x1x4096x128xf32>
}

func.func @f32_d64_dynamic(%q: tensor<?x?x?x64xf32>,
                           %k: tensor<?x?x?x64xf32>,
                           %v: tensor<?x?x?x64xf32>)
    -> tensor<?x?x?x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<?x?x?x64xf32>, tensor<?x?x?x64xf32> -> tensor<?x?x?x?xf32>
  %m = attn.mask %s causal : tensor<?x?x?x?xf32>
  %p = attn.softmax %m : tensor<?x?x?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x?x?x?xf32>, tensor<?x?x?x64xf32> -> tensor<?x?x?x64xf32>
  return %o : tensor<?x?x?x64xf32>
}

// Three things at once: soft cap, ALiBi, causal.
func.func @softcap_alibi(%q: tensor<1x1x2048x64xf32>,
                         %k: tensor<1x1x2048x64xf32>,
                         %v: tensor<1x1x2048x64xf32>)
    -> tensor<1x1x2048x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<1x1x2048x64xf32>, tensor<1x1x2048x64xf32> -> tensor<1x1x2048x2048xf32>
  %c = attn.score_mod %s {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %cap = arith.constant 30.0 : f32
    %0 = arith.divf %x, %cap : f32
    %1 = math.tanh %0 : f32
    %2 = arith.mulf %1, %cap : f32
    %slope = arith.constant 0.0078125 : f32
    %d = arith.subi %j, %i : index
    %n = arith.index_cast %d : index to i32
    %f = arith.sitofp %n : i32 to f32
    %bias = arith.mulf %slope, %f : f32
    %y = arith.addf %2, %bias : f32
    attn.yield %y : f32
  } : tensor<1x1x2048x2048xf32>
  %m = attn.mask %c causal : tensor<1x1x2048x2048xf32>
  %p = attn.softmax %m : tensor<1x1x2048x2048xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x2048x2048xf32>, tensor<1x1x2048x64xf32> -> tensor<1x1x2048x64xf32>
  return %o : tensor<1x1x2048x64xf32>
}

func.func @bf16_weights_d64(%q: tensor<1x1x2048x64xbf16>,
                            %k: tensor<1x1x2048x64xbf16>,
                            %v: tensor<1x1x2048x64xbf16>)
    -> tensor<1x1x2048x64xbf16> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<1x1x2048x64xbf16>, tensor<1x1x2048x64xbf16> -> tensor<1x1x2048x2048xf32>
  %m = attn.mask %s causal : tensor<1x1x2048x2048xf32>
  %p = attn.softmax %m : tensor<1x1x2048x2048xf32> -> tensor<1x1x2048x2048xbf16>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x2048x2048xbf16>, tensor<1x1x2048x64xbf16> -> tensor<1x1x2048x64xbf16>
  return %o : tensor<1x1x2048x64xbf16>
}
