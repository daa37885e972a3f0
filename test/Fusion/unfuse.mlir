// RUN: attn-opt %s --split-input-file --attn-unfuse | FileCheck %s

// CHECK-LABEL: func.func @plain(
// CHECK-SAME: %[[Q:.*]]: tensor<2x8x?x64xf16>, %[[K:.*]]: tensor<2x2x?x64xf16>, %[[V:.*]]: tensor<2x2x?x32xf16>
// CHECK-NEXT: %[[S:.*]] = attn.score dot(%[[Q]], %[[K]]) scale(1.250000e-01) : tensor<2x8x?x64xf16>, tensor<2x2x?x64xf16> -> tensor<2x8x?x?xf32>
// CHECK-NEXT: %[[P:[^,]*]] = attn.softmax %[[S]] : tensor<2x8x?x?xf32>
// CHECK-NEXT: %[[O:.*]] = attn.weighted_sum %[[P]], %[[V]] : {{.*}} -> tensor<2x8x?x32xf16>
// CHECK-NEXT: return %[[O]]
func.func @plain(%q: tensor<2x8x?x64xf16>, %k: tensor<2x2x?x64xf16>, %v: tensor<2x2x?x32xf16>)
    -> tensor<2x8x?x32xf16> {
  %o = attn.fused query(%q) key(%k) value(%v) scale(0.125)
      : (tensor<2x8x?x64xf16>, tensor<2x2x?x64xf16>, tensor<2x2x?x32xf16>)
     -> tensor<2x8x?x32xf16>
  return %o : tensor<2x8x?x32xf16>
}

// -----

// CHECK-LABEL: func.func @all(
// CHECK-SAME: %[[Q:.*]]: tensor<2x?x8xf32>, %[[K:.*]]: tensor<1x?x8xf32>, %[[V:.*]]: tensor<1x?x4xf32>, %[[W:.*]]: tensor<8xf32>, %[[T:.*]]: tensor<2xf32>
// CHECK: %[[S:.*]] = attn.score pairwise(%[[Q]], %[[K]]) params(%[[W]]) {
// CHECK: %[[MOD:.*]] = attn.score_mod %[[S]] {
// CHECK: math.tanh
// CHECK: %[[MASK:.*]] = attn.mask %[[MOD]] {
// CHECK: arith.cmpi
// CHECK: %[[P:.*]], %[[LSE:.*]] = attn.softmax %[[MASK]] sink(%[[T]] : tensor<2xf32>)
// CHECK: %[[O:.*]] = attn.weighted_sum %[[P]], %[[V]]
// CHECK: return %[[O]], %[[LSE]]
func.func @all(%q: tensor<2x?x8xf32>, %k: tensor<1x?x8xf32>, %v: tensor<1x?x4xf32>,
               %w: tensor<8xf32>, %t: tensor<2xf32>) -> (tensor<2x?x4xf32>, tensor<2x?xf32>) {
  %o, %lse = attn.fused query(%q) key(%k) value(%v) params(%w) sink(%t) score {
  ^bb0(%x: f32, %y: f32, %wd: f32):
    %0 = arith.mulf %x, %wd : f32
    attn.yield %0 : f32
  } mod {
  ^bb0(%x: f32, %h: index, %i: index, %j: index):
    %1 = math.tanh %x : f32
    attn.yield %1 : f32
  } mask {
  ^bb0(%h: index, %i: index, %j: index):
    %2 = arith.cmpi sle, %j, %i : index
    attn.yield %2 : i1
  } : (tensor<2x?x8xf32>, tensor<1x?x8xf32>, tensor<1x?x4xf32>, tensor<8xf32>, tensor<2xf32>)
     -> (tensor<2x?x4xf32>, tensor<2x?xf32>)
  return %o, %lse : tensor<2x?x4xf32>, tensor<2x?xf32>
}

// -----

// Without a query the scores have one row, even if the result hides it.

// CHECK-LABEL: func.func @without_query(
// CHECK: attn.score pairwise(%{{[^,]*}}) {
// CHECK: } : tensor<?x8xf32> -> tensor<1x?xf32>
func.func @without_query(%k: tensor<?x8xf32>, %v: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %o = attn.fused key(%k) value(%v) score {
  ^bb0(%y: f32):
    attn.yield %y : f32
  } : (tensor<?x8xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %o : tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func.func @weights(
// CHECK: %[[S:.*]] = attn.score dot
// CHECK: %[[P:.*]], %[[LSE:.*]] = attn.softmax %[[S]] : tensor<?x?xf32> -> tensor<?x?xf16>, tensor<?xf32>
// CHECK: attn.weighted_sum %[[P]], %{{.*}} : tensor<?x?xf16>, tensor<?x4xf16> -> tensor<?x4xf16>
func.func @weights(%q: tensor<?x8xf16>, %k: tensor<?x8xf16>, %v: tensor<?x4xf16>)
    -> (tensor<?x4xf16>, tensor<?xf32>) {
  %o, %lse = attn.fused query(%q) key(%k) value(%v) weights(f16)
      : (tensor<?x8xf16>, tensor<?x8xf16>, tensor<?x4xf16>) -> (tensor<?x4xf16>, tensor<?xf32>)
  return %o, %lse : tensor<?x4xf16>, tensor<?xf32>
}
