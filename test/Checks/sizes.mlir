// RUN: attn-opt %s --generate-runtime-verification=verbose-level=0 --cse --canonicalize | FileCheck %s

// What types prove is not checked again.
// CHECK-LABEL: func @proved
// CHECK-NOT:     cf.assert
func.func @proved(%q: tensor<2x4x?x8xf32>, %k: tensor<1x2x?x8xf32>, %v: tensor<2x1x?x3xf32>) -> tensor<2x4x?x3xf32> {
  %s = attn.score dot(%q, %k) : tensor<2x4x?x8xf32>, tensor<1x2x?x8xf32> -> tensor<2x4x?x?xf32>
  %m = attn.mask %s causal : tensor<2x4x?x?xf32>
  %p = attn.softmax %m : tensor<2x4x?x?xf32>
  // CHECK:     attn.softmax
  // CHECK:     cf.assert %{{.+}}, "{{.*}}attn.weighted_sum: there must be one value for each key
  // CHECK-NOT: cf.assert
  // CHECK:     attn.weighted_sum
  %o = attn.weighted_sum %p, %v : tensor<2x4x?x?xf32>, tensor<2x1x?x3xf32> -> tensor<2x4x?x3xf32>
  return %o : tensor<2x4x?x3xf32>
}

// CHECK-LABEL: func @score
// CHECK-SAME:    %[[Q:.+]]: tensor<?x?x?xf32>, %[[K:.+]]: tensor<?x?x?xf32>
// CHECK-DAG:     %[[DQ:.+]] = tensor.dim %[[Q]], %c2
// CHECK-DAG:     %[[DK:.+]] = tensor.dim %[[K]], %c2
// CHECK:         %[[D:.+]] = arith.cmpi eq, %[[DQ]], %[[DK]]
// CHECK:         cf.assert %[[D]], "{{.*}}attn.score: query and key must agree on the size of a feature vector
// CHECK:         cf.assert %{{.+}}, "{{.*}}leading axis 0 of the key must have the size of the scores or 1 or a divisor of it
// CHECK:         cf.assert %{{.+}}, "{{.*}}axis 0 of result 0 must have the size that its type states
// CHECK:         attn.score
func.func @score(%q: tensor<?x?x?xf32>, %k: tensor<?x?x?xf32>) -> tensor<6x?x?xf32> {
  %s = attn.score dot(%q, %k) : tensor<?x?x?xf32>, tensor<?x?x?xf32> -> tensor<6x?x?xf32>
  return %s : tensor<6x?x?xf32>
}

// CHECK-LABEL: func @param
// CHECK:         "{{.*}}parameter 0 must have the size of a feature vector
// CHECK:         "{{.*}}axis 0 of parameter 0 must have the size of the scores or 1
func.func @param(%q: tensor<?x?x4xf32>, %w: tensor<?x?xf32>) -> tensor<?x?x?xf32> {
  %s = attn.score pairwise(%q, %q) params(%w) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    attn.yield %z : f32
  } : tensor<?x?x4xf32>, tensor<?x?x4xf32>, tensor<?x?xf32> -> tensor<?x?x?xf32>
  return %s : tensor<?x?x?xf32>
}

// CHECK-LABEL: func @softmax
// CHECK:         "{{.*}}attn.softmax: the sink must have one value for each head
// CHECK:         "{{.*}}axis 1 of result 1 must have the size that its type states
func.func @softmax(%s: tensor<?x?x?xf32>, %t: tensor<?xf32>) -> tensor<?x5xf32> {
  %p, %lse = attn.softmax %s sink(%t : tensor<?xf32>) : tensor<?x?x?xf32>, tensor<?x5xf32>
  return %lse : tensor<?x5xf32>
}

// CHECK-LABEL: func @fused
// CHECK:         "{{.*}}attn.fused: query and key must agree
// CHECK:         "{{.*}}there must be one value for each key
// CHECK:         attn.fused
func.func @fused(%q: tensor<?x?xf32>, %k: tensor<?x?xf32>, %v: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %o = attn.fused query(%q) key(%k) value(%v) : (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %o : tensor<?x?xf32>
}
