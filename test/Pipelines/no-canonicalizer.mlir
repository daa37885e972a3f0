// No pass of ours needs the canonicalizer or CSE to have run before it.

// RUN: attn-opt %s --pass-pipeline="builtin.module( \
// RUN:     attn-fuse,attn-verify-stage{stage=fused}, \
// RUN:     attn-tile,attn-verify-stage{stage=tiled}, \
// RUN:     attn-protect-arguments,empty-tensor-to-alloc-tensor, \
// RUN:     one-shot-bufferize{bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map}, \
// RUN:     attn-emit-cpu,buffer-deallocation-pipeline,convert-bufferization-to-memref, \
// RUN:     attn-expand-copies,attn-verify-stage{stage=vector})" | FileCheck %s

// CHECK: func.func @attention
// CHECK: vector.fma
func.func @attention(%q: tensor<2x4x?x20xf16>, %k: tensor<2x2x?x20xf16>, %w: tensor<4x20xf16>,
                     %n: tensor<?xi32>, %sink: tensor<4xf32>)
    -> (tensor<2x4x?x20xf16>, tensor<2x4x?xf32>) {
  %s = attn.score pairwise(%q, %k) params(%w) {
  ^bb0(%x: f32, %y: f32, %wd: f32):
    %0 = arith.subf %x, %y : f32
    %1 = arith.mulf %0, %wd : f32
    attn.yield %1 : f32
  } : tensor<2x4x?x20xf16>, tensor<2x2x?x20xf16>, tensor<4x20xf16> -> tensor<2x4x?x?xf32>
  %c = attn.mask %s causal : tensor<2x4x?x?xf32>
  %t = attn.score_mod %c {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %0 = math.tanh %x : f32
    attn.yield %0 : f32
  } : tensor<2x4x?x?xf32>
  %m = attn.mask %t lengths(%n : tensor<?xi32>) : tensor<2x4x?x?xf32>
  %p, %lse = attn.softmax %m sink(%sink : tensor<4xf32>) : tensor<2x4x?x?xf32>, tensor<2x4x?xf32>
  %o = attn.weighted_sum %p, %k
      : tensor<2x4x?x?xf32>, tensor<2x2x?x20xf16> -> tensor<2x4x?x20xf16>
  return %o, %lse : tensor<2x4x?x20xf16>, tensor<2x4x?xf32>
}
