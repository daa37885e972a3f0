// Query heads that share a key head become its queries.
// RUN: attn-opt %s --split-input-file --attn-group-heads | FileCheck %s

// The mod's head is computed from the key head and the query, the query's place
// is that of the only one.

// CHECK-LABEL: func.func @decode(
// CHECK-SAME: %[[Q:.*]]: tensor<?x32x1x8xf16>, %[[K:.*]]: tensor<?x8x?x8xf16>
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %[[Q]] {{\[\[}}0], [1, 2], [3]]
// CHECK: %[[B:.*]] = tensor.dim %[[Q]]
// CHECK: %[[G:.*]] = tensor.expand_shape %[[FLAT]] {{\[\[}}0], [1, 2], [3]] output_shape [%[[B]], 8, 4, 8]
// CHECK: %[[O:.*]], %[[LSE:.*]] = attn.fused query(%[[G]]) key(%[[K]]) value(%[[K]]) scale(5.000000e-01) mod {
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %{{.*}}: index, %[[HKV:.*]]: index, %[[I:.*]]: index, %[[J:.*]]: index):
// CHECK: %[[FIRST:.*]] = arith.muli %[[HKV]], %c4
// CHECK: %[[H:.*]] = arith.addi %[[FIRST]], %[[I]]
// CHECK: %[[ZERO:.*]] = arith.constant 0 : index
// CHECK: tensor.extract %{{.*}}[%[[H]]]
// CHECK: arith.subi %[[J]], %[[ZERO]]
// CHECK: } mask {
// CHECK: -> (tensor<?x8x4x8xf16>, tensor<?x8x4xf32>)
// CHECK: %[[OF:.*]] = tensor.collapse_shape %[[O]]
// CHECK: %[[OUT:.*]] = tensor.expand_shape %[[OF]] {{.*}} into tensor<?x32x1x8xf16>
// CHECK: %[[LF:.*]] = tensor.collapse_shape %[[LSE]] {{\[\[}}0], [1, 2]]
// CHECK: %[[LOUT:.*]] = tensor.expand_shape %[[LF]] {{.*}} into tensor<?x32x1xf32>
// CHECK: return %[[OUT]], %[[LOUT]]
func.func @decode(%q: tensor<?x32x1x8xf16>, %k: tensor<?x8x?x8xf16>, %slope: tensor<32xf32>)
    -> (tensor<?x32x1x8xf16>, tensor<?x32x1xf32>) {
  %o, %lse = attn.fused query(%q) key(%k) value(%k) scale(0.5) mod {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %m = tensor.extract %slope[%h] : tensor<32xf32>
    %d = arith.subi %j, %i : index
    %n = arith.index_cast %d : index to i64
    %f = arith.sitofp %n : i64 to f32
    %y = arith.mulf %m, %f : f32
    %z = arith.addf %x, %y : f32
    attn.yield %z : f32
  } mask {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %keep = arith.cmpi sge, %j, %h : index
    attn.yield %keep : i1
  } : (tensor<?x32x1x8xf16>, tensor<?x8x?x8xf16>, tensor<?x8x?x8xf16>)
   -> (tensor<?x32x1x8xf16>, tensor<?x32x1xf32>)
  return %o, %lse : tensor<?x32x1x8xf16>, tensor<?x32x1xf32>
}

// -----

// All heads on one key head.

// CHECK-LABEL: func.func @multi_query(
// CHECK: attn.fused {{.*}} -> tensor<1x6x8xf32>
func.func @multi_query(%q: tensor<6x1x8xf32>, %k: tensor<1x?x8xf32>) -> tensor<6x1x8xf32> {
  %o = attn.fused query(%q) key(%k) value(%k)
      : (tensor<6x1x8xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>) -> tensor<6x1x8xf32>
  return %o : tensor<6x1x8xf32>
}

// -----

// Several queries; heads unknown; a head of its own; different heads of values; a
// sink and a parameter for each head; no heads; no query.

// CHECK-LABEL: func.func @apart(
// CHECK-NOT: tensor.expand_shape
func.func @apart(%q2: tensor<4x2x8xf32>, %qd: tensor<?x1x8xf32>, %q: tensor<4x1x8xf32>,
                 %k: tensor<2x?x8xf32>, %k4: tensor<4x?x8xf32>, %q1: tensor<1x8xf32>,
                 %k1: tensor<?x8xf32>, %sink: tensor<4xf32>, %w: tensor<4x8xf32>)
    -> (tensor<4x2x8xf32>, tensor<?x1x8xf32>, tensor<4x1x8xf32>, tensor<4x1x8xf32>,
        tensor<4x1x8xf32>, tensor<4x1x8xf32>, tensor<1x8xf32>, tensor<2x1x8xf32>) {
  %0 = attn.fused query(%q2) key(%k) value(%k)
      : (tensor<4x2x8xf32>, tensor<2x?x8xf32>, tensor<2x?x8xf32>) -> tensor<4x2x8xf32>
  %1 = attn.fused query(%qd) key(%k) value(%k)
      : (tensor<?x1x8xf32>, tensor<2x?x8xf32>, tensor<2x?x8xf32>) -> tensor<?x1x8xf32>
  %2 = attn.fused query(%q) key(%k4) value(%k4)
      : (tensor<4x1x8xf32>, tensor<4x?x8xf32>, tensor<4x?x8xf32>) -> tensor<4x1x8xf32>
  %3 = attn.fused query(%q) key(%k) value(%k4)
      : (tensor<4x1x8xf32>, tensor<2x?x8xf32>, tensor<4x?x8xf32>) -> tensor<4x1x8xf32>
  %4 = attn.fused query(%q) key(%k) value(%k) sink(%sink)
      : (tensor<4x1x8xf32>, tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<4xf32>) -> tensor<4x1x8xf32>
  %5 = attn.fused query(%q) key(%k) value(%k) params(%w) score {
  ^bb0(%x: f32, %y: f32, %p: f32):
    %a = arith.addf %x, %y : f32
    %m = arith.mulf %a, %p : f32
    attn.yield %m : f32
  } : (tensor<4x1x8xf32>, tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<4x8xf32>) -> tensor<4x1x8xf32>
  %6 = attn.fused query(%q1) key(%k1) value(%k1)
      : (tensor<1x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<1x8xf32>
  %7 = attn.fused key(%k) value(%k) score {
  ^bb0(%y: f32):
    attn.yield %y : f32
  } : (tensor<2x?x8xf32>, tensor<2x?x8xf32>) -> tensor<2x1x8xf32>
  return %0, %1, %2, %3, %4, %5, %6, %7
      : tensor<4x2x8xf32>, tensor<?x1x8xf32>, tensor<4x1x8xf32>, tensor<4x1x8xf32>,
        tensor<4x1x8xf32>, tensor<4x1x8xf32>, tensor<1x8xf32>, tensor<2x1x8xf32>
}

// -----

// The type that the program allows weights stays.

// CHECK-LABEL: func.func @weights(
// CHECK: attn.fused {{.*}} weights(bf16) : {{.*}} -> tensor<1x6x8xbf16>
func.func @weights(%q: tensor<6x1x8xbf16>, %k: tensor<1x?x8xbf16>) -> tensor<6x1x8xbf16> {
  %o = attn.fused query(%q) key(%k) value(%k) weights(bf16)
      : (tensor<6x1x8xbf16>, tensor<1x?x8xbf16>, tensor<1x?x8xbf16>) -> tensor<6x1x8xbf16>
  return %o : tensor<6x1x8xbf16>
}
