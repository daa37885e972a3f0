// The size of each result is read from the operands, not from the op.

// RUN: attn-opt %s --resolve-ranked-shaped-type-result-dims --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func.func @score(
// CHECK-SAME: %[[Q:.*]]: tensor<?x?x?x8xf32>, %[[K:.*]]: tensor<?x2x?x8xf32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0
// CHECK-DAG: %[[C1:.*]] = arith.constant 1
// CHECK-DAG: %[[C2:.*]] = arith.constant 2
// CHECK-DAG: %[[B:.*]] = tensor.dim %[[Q]], %[[C0]]
// CHECK-DAG: %[[H:.*]] = tensor.dim %[[Q]], %[[C1]]
// CHECK-DAG: %[[M:.*]] = tensor.dim %[[Q]], %[[C2]]
// CHECK-DAG: %[[N:.*]] = tensor.dim %[[K]], %[[C2]]
// CHECK: return %[[B]], %[[H]], %[[M]], %[[N]]
func.func @score(%q: tensor<?x?x?x8xf32>, %k: tensor<?x2x?x8xf32>) -> (index, index, index, index) {
  %0 = attn.score dot(%q, %k) : tensor<?x?x?x8xf32>, tensor<?x2x?x8xf32> -> tensor<?x?x?x?xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %b = tensor.dim %0, %c0 : tensor<?x?x?x?xf32>
  %h = tensor.dim %0, %c1 : tensor<?x?x?x?xf32>
  %m = tensor.dim %0, %c2 : tensor<?x?x?x?xf32>
  %n = tensor.dim %0, %c3 : tensor<?x?x?x?xf32>
  return %b, %h, %m, %n : index, index, index, index
}

// CHECK-LABEL: func.func @chain(
// CHECK-SAME: %[[K:.*]]: tensor<?x?x8xf32>, %[[V:.*]]: tensor<1x?x?xf32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0
// CHECK-DAG: %[[C1:.*]] = arith.constant 1
// CHECK-DAG: %[[C2:.*]] = arith.constant 2
// CHECK-DAG: %[[H:.*]] = tensor.dim %[[K]], %[[C0]]
// CHECK-DAG: %[[N:.*]] = tensor.dim %[[K]], %[[C1]]
// CHECK-DAG: %[[E:.*]] = tensor.dim %[[V]], %[[C2]]
// CHECK: return %[[N]], %[[N]], %[[N]], %[[H]], %[[H]], %[[E]]
func.func @chain(%k: tensor<?x?x8xf32>, %v: tensor<1x?x?xf32>)
    -> (index, index, index, index, index, index) {
  %0 = attn.score pairwise(%k) {
  ^bb0(%y: f32):
    attn.yield %y : f32
  } : tensor<?x?x8xf32> -> tensor<?x1x?xf32>
  %1 = attn.score_mod %0 {
  ^bb0(%x: f32, %h: index, %i: index, %j: index):
    %y = arith.negf %x : f32
    attn.yield %y : f32
  } : tensor<?x1x?xf32>
  %2 = attn.mask %1 causal : tensor<?x1x?xf32>
  %3, %lse = attn.softmax %2 : tensor<?x1x?xf32>, tensor<?x1xf32>
  %4 = attn.weighted_sum %3, %v : tensor<?x1x?xf32>, tensor<1x?x?xf32> -> tensor<?x1x?xf32>
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %mod = tensor.dim %1, %c2 : tensor<?x1x?xf32>
  %mask = tensor.dim %2, %c2 : tensor<?x1x?xf32>
  %p = tensor.dim %3, %c2 : tensor<?x1x?xf32>
  %l = tensor.dim %lse, %c0 : tensor<?x1xf32>
  %h = tensor.dim %4, %c0 : tensor<?x1x?xf32>
  %e = tensor.dim %4, %c2 : tensor<?x1x?xf32>
  return %mod, %mask, %p, %l, %h, %e : index, index, index, index, index, index
}

// CHECK-LABEL: func.func @fused(
// CHECK-SAME: %[[Q:.*]]: tensor<?x?x8xf32>, %{{.*}}, %[[V:.*]]: tensor<?x?x?xf32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0
// CHECK-DAG: %[[C1:.*]] = arith.constant 1
// CHECK-DAG: %[[C2:.*]] = arith.constant 2
// CHECK-DAG: %[[H:.*]] = tensor.dim %[[Q]], %[[C0]]
// CHECK-DAG: %[[M:.*]] = tensor.dim %[[Q]], %[[C1]]
// CHECK-DAG: %[[E:.*]] = tensor.dim %[[V]], %[[C2]]
// CHECK: return %[[H]], %[[M]], %[[E]], %[[H]], %[[M]]
func.func @fused(%q: tensor<?x?x8xf32>, %k: tensor<?x?x8xf32>, %v: tensor<?x?x?xf32>)
    -> (index, index, index, index, index) {
  %o, %lse = attn.fused query(%q) key(%k) value(%v)
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x?xf32>)
     -> (tensor<?x?x?xf32>, tensor<?x?xf32>)
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %h = tensor.dim %o, %c0 : tensor<?x?x?xf32>
  %m = tensor.dim %o, %c1 : tensor<?x?x?xf32>
  %e = tensor.dim %o, %c2 : tensor<?x?x?xf32>
  %lh = tensor.dim %lse, %c0 : tensor<?x?xf32>
  %lm = tensor.dim %lse, %c1 : tensor<?x?xf32>
  return %h, %m, %e, %lh, %lm : index, index, index, index, index
}

// A static size of a result is one, even if the operands do not say it.

// CHECK-LABEL: func.func @rows_without_query(
// CHECK: %[[ONE:.*]] = arith.constant 1 : index
// CHECK-NEXT: return %[[ONE]]
func.func @rows_without_query(%k: tensor<?x8xf32>, %v: tensor<?x4xf32>) -> index {
  %o = attn.fused key(%k) value(%v) score {
  ^bb0(%y: f32):
    attn.yield %y : f32
  } : (tensor<?x8xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %c0 = arith.constant 0 : index
  %m = tensor.dim %o, %c0 : tensor<?x4xf32>
  return %m : index
}
