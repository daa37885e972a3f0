// attn-unfuse and then attn-fuse give back the same text.

// RUN: attn-opt %s --attn-fuse --canonicalize --cse > %t.fused
// RUN: attn-opt %t.fused --attn-unfuse > %t.graph
// RUN: attn-opt %t.graph --attn-fuse | diff %t.fused -
// RUN: grep -c attn.fused %t.fused | FileCheck %s --check-prefix=COUNT
// RUN: not grep attn.fused %t.graph

// COUNT: 5

func.func @dot(%q: tensor<2x8x?x4xf16>, %k: tensor<2x2x?x4xf16>) -> tensor<2x8x?x4xf16> {
  %s = attn.score dot(%q, %k) scale(0.5)
      : tensor<2x8x?x4xf16>, tensor<2x2x?x4xf16> -> tensor<2x8x?x?xf32>
  %p = attn.softmax %s : tensor<2x8x?x?xf32>
  %o = attn.weighted_sum %p, %k
      : tensor<2x8x?x?xf32>, tensor<2x2x?x4xf16> -> tensor<2x8x?x4xf16>
  return %o : tensor<2x8x?x4xf16>
}

func.func @all(%q: tensor<2x?x4xf64>, %k: tensor<2x?x4xf64>, %w: tensor<4xf64>,
               %t: tensor<2xf64>, %n: tensor<?xi64>) -> (tensor<2x?x4xf64>, tensor<2x?xf64>) {
  %s = attn.score pairwise(%q, %k) params(%w) scale(0.5) {
  ^bb0(%x: f64, %y: f64, %wd: f64):
    %0 = arith.subf %x, %y : f64
    %1 = arith.mulf %0, %wd : f64
    attn.yield %1 : f64
  } : tensor<2x?x4xf64>, tensor<2x?x4xf64>, tensor<4xf64> -> tensor<2x?x?xf64>
  %m = attn.mask %s causal : tensor<2x?x?xf64>
  %a = attn.score_mod %m {
  ^bb0(%x: f64, %h: index, %i: index, %j: index):
    %0 = math.tanh %x : f64
    attn.yield %0 : f64
  } : tensor<2x?x?xf64>
  %b = attn.score_mod %a {
  ^bb0(%x: f64, %h: index, %i: index, %j: index):
    %0 = arith.addf %x, %x : f64
    attn.yield %0 : f64
  } : tensor<2x?x?xf64>
  %l = attn.mask %b lengths(%n : tensor<?xi64>) : tensor<2x?x?xf64>
  %p, %lse = attn.softmax %l sink(%t : tensor<2xf64>) : tensor<2x?x?xf64>, tensor<2x?xf64>
  %o = attn.weighted_sum %p, %k : tensor<2x?x?xf64>, tensor<2x?x4xf64> -> tensor<2x?x4xf64>
  return %o, %lse : tensor<2x?x4xf64>, tensor<2x?xf64>
}

func.func @without_query(%k: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %s = attn.score pairwise(%k) {
  ^bb0(%y: f32):
    attn.yield %y : f32
  } : tensor<?x4xf32> -> tensor<1x?xf32>
  %p = attn.softmax %s : tensor<1x?xf32>
  %o = attn.weighted_sum %p, %k : tensor<1x?xf32>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %o : tensor<?x4xf32>
}

func.func @half_result_in_compute_type(%q: tensor<?x4xbf16>) -> tensor<?x4xf32> {
  %s = attn.score dot(%q, %q) : tensor<?x4xbf16>, tensor<?x4xbf16> -> tensor<?x?xf32>
  %p = attn.softmax %s : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %q : tensor<?x?xf32>, tensor<?x4xbf16> -> tensor<?x4xf32>
  return %o : tensor<?x4xf32>
}

func.func @weights_of_16_bits(%q: tensor<?x4xbf16>) -> (tensor<?x4xbf16>, tensor<?xf32>) {
  %s = attn.score dot(%q, %q) : tensor<?x4xbf16>, tensor<?x4xbf16> -> tensor<?x?xf32>
  %p, %lse = attn.softmax %s : tensor<?x?xf32> -> tensor<?x?xbf16>, tensor<?xf32>
  %o = attn.weighted_sum %p, %q : tensor<?x?xbf16>, tensor<?x4xbf16> -> tensor<?x4xbf16>
  return %o, %lse : tensor<?x4xbf16>, tensor<?xf32>
}
