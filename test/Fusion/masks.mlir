// Each named mask as index arithmetic.

// RUN: attn-opt %s --split-input-file --attn-fuse --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func.func @causal(
// CHECK-SAME: %[[Q:.*]]: tensor<2x8x?x4xf32>, %[[K:.*]]: tensor<2x8x?x4xf32>
// CHECK: %[[C2:.*]] = arith.constant 2
// CHECK: %[[N:.*]] = tensor.dim %[[K]], %[[C2]]
// CHECK: %[[M:.*]] = tensor.dim %[[Q]], %[[C2]]
// CHECK: %[[OFF:.*]] = arith.subi %[[N]], %[[M]]
// CHECK: mask {
// CHECK-NEXT: ^bb0(%{{.*}}: index, %{{.*}}: index, %[[I:.*]]: index, %[[J:.*]]: index):
// CHECK-NEXT: %[[T:.*]] = arith.addi %[[I]], %[[OFF]]
// CHECK-NEXT: %[[KEEP:.*]] = arith.cmpi sle, %[[J]], %[[T]]
// CHECK-NEXT: attn.yield %[[KEEP]]
func.func @causal(%q: tensor<2x8x?x4xf32>, %k: tensor<2x8x?x4xf32>) -> tensor<2x8x?x4xf32> {
  %s = attn.score dot(%q, %k)
      : tensor<2x8x?x4xf32>, tensor<2x8x?x4xf32> -> tensor<2x8x?x?xf32>
  %m = attn.mask %s causal : tensor<2x8x?x?xf32>
  %p = attn.softmax %m : tensor<2x8x?x?xf32>
  %o = attn.weighted_sum %p, %k
      : tensor<2x8x?x?xf32>, tensor<2x8x?x4xf32> -> tensor<2x8x?x4xf32>
  return %o : tensor<2x8x?x4xf32>
}

// -----

// Static sizes: N - M = 16 - 4 = 12.

// CHECK-LABEL: func.func @static_sizes(
// CHECK: %[[OFF:.*]] = arith.constant 12
// CHECK: ^bb0(%[[I:.*]]: index, %{{.*}}: index):
// CHECK-NEXT: arith.addi %[[I]], %[[OFF]]
func.func @static_sizes(%q: tensor<4x8xf32>, %k: tensor<16x8xf32>) -> tensor<4x8xf32> {
  %s = attn.score dot(%q, %k) : tensor<4x8xf32>, tensor<16x8xf32> -> tensor<4x16xf32>
  %m = attn.mask %s causal : tensor<4x16xf32>
  %p = attn.softmax %m : tensor<4x16xf32>
  %o = attn.weighted_sum %p, %k : tensor<4x16xf32>, tensor<16x8xf32> -> tensor<4x8xf32>
  return %o : tensor<4x8xf32>
}

// -----

// CHECK-LABEL: func.func @causal_top_left(
// CHECK-NOT: tensor.dim
// CHECK: ^bb0(%[[I:.*]]: index, %[[J:.*]]: index):
// CHECK-NEXT: arith.cmpi sle, %[[J]], %[[I]]
func.func @causal_top_left(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %s = attn.score dot(%q, %k) : tensor<?x8xf32>, tensor<?x8xf32> -> tensor<?x?xf32>
  %m = attn.mask %s causal top_left : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}

// -----

// t - j <= 7 and j - t <= 3, t = i.

// CHECK-LABEL: func.func @window(
// CHECK-DAG: %[[LEFT:.*]] = arith.constant 7
// CHECK-DAG: %[[RIGHT:.*]] = arith.constant 3
// CHECK: ^bb0(%[[I:.*]]: index, %[[J:.*]]: index):
// CHECK-NEXT: %[[BEFORE:.*]] = arith.subi %[[I]], %[[J]]
// CHECK-NEXT: %[[A:.*]] = arith.cmpi sle, %[[BEFORE]], %[[LEFT]]
// CHECK-NEXT: %[[AFTER:.*]] = arith.subi %[[J]], %[[I]]
// CHECK-NEXT: %[[B:.*]] = arith.cmpi sle, %[[AFTER]], %[[RIGHT]]
// CHECK-NEXT: arith.andi %[[A]], %[[B]]
func.func @window(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %s = attn.score dot(%q, %k) : tensor<?x8xf32>, tensor<?x8xf32> -> tensor<?x?xf32>
  %m = attn.mask %s window(7, 3) top_left : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}

// -----

// Unbounded on one side, and aligned at the end.

// CHECK-LABEL: func.func @half_window(
// CHECK-DAG: %[[RIGHT:.*]] = arith.constant 3
// CHECK: %[[OFF:.*]] = arith.subi
// CHECK: ^bb0(%[[I:.*]]: index, %[[J:.*]]: index):
// CHECK-NEXT: %[[T:.*]] = arith.addi %[[I]], %[[OFF]]
// CHECK-NEXT: %[[AFTER:.*]] = arith.subi %[[J]], %[[T]]
// CHECK-NEXT: %[[B:.*]] = arith.cmpi sle, %[[AFTER]], %[[RIGHT]]
// CHECK-NEXT: attn.yield %[[B]]
func.func @half_window(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %s = attn.score dot(%q, %k) : tensor<?x8xf32>, tensor<?x8xf32> -> tensor<?x?xf32>
  %m = attn.mask %s window(-1, 3) : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}

// -----

// CHECK-LABEL: func.func @lengths(
// CHECK-SAME: %[[N:[a-z0-9]*]]: tensor<2xi64>)
// CHECK: ^bb0(%[[B:.*]]: index, %{{.*}}: index, %{{.*}}: index, %[[J:.*]]: index):
// CHECK-NEXT: %[[NB:.*]] = tensor.extract %[[N]][%[[B]]]
// CHECK-NEXT: %[[LENGTH:.*]] = arith.index_cast %[[NB]]
// CHECK-NEXT: arith.cmpi slt, %[[J]], %[[LENGTH]]
func.func @lengths(%q: tensor<2x8x?x4xf32>, %k: tensor<2x8x?x4xf32>, %n: tensor<2xi64>)
    -> tensor<2x8x?x4xf32> {
  %s = attn.score dot(%q, %k)
      : tensor<2x8x?x4xf32>, tensor<2x8x?x4xf32> -> tensor<2x8x?x?xf32>
  %m = attn.mask %s lengths(%n : tensor<2xi64>) : tensor<2x8x?x?xf32>
  %p = attn.softmax %m : tensor<2x8x?x?xf32>
  %o = attn.weighted_sum %p, %k
      : tensor<2x8x?x?xf32>, tensor<2x8x?x4xf32> -> tensor<2x8x?x4xf32>
  return %o : tensor<2x8x?x4xf32>
}

// -----

// No leading axes: a 0-d tensor, and no cast of an index.

// CHECK-LABEL: func.func @one_length(
// CHECK-SAME: %[[N:[a-z0-9]*]]: tensor<index>)
// CHECK: ^bb0(%{{.*}}: index, %[[J:.*]]: index):
// CHECK-NEXT: %[[LENGTH:.*]] = tensor.extract %[[N]][]
// CHECK-NEXT: arith.cmpi slt, %[[J]], %[[LENGTH]]
func.func @one_length(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %n: tensor<index>)
    -> tensor<?x8xf32> {
  %s = attn.score dot(%q, %k) : tensor<?x8xf32>, tensor<?x8xf32> -> tensor<?x?xf32>
  %m = attn.mask %s lengths(%n : tensor<index>) : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}

// -----

// A batch axis of size 1 is read at 0; one of unknown size at min(b, size - 1).

// CHECK-LABEL: func.func @broadcast(
// CHECK-SAME: %[[ONE:[a-z0-9]*]]: tensor<1xi32>, %[[ANY:[a-z0-9]*]]: tensor<?xi32>)
// CHECK-DAG: %[[C0:.*]] = arith.constant 0
// CHECK-DAG: %[[C1:.*]] = arith.constant 1
// CHECK: %[[SIZE:.*]] = tensor.dim %[[ANY]], %[[C0]]
// CHECK: %[[LAST:.*]] = arith.subi %[[SIZE]], %[[C1]]
// CHECK: ^bb0(%[[B:.*]]: index, %{{.*}}: index, %{{.*}}: index):
// CHECK: tensor.extract %[[ONE]][%[[C0]]]
// CHECK: %[[AT:.*]] = arith.minsi %[[B]], %[[LAST]]
// CHECK: tensor.extract %[[ANY]][%[[AT]]]
func.func @broadcast(%q: tensor<?x?x8xf32>, %k: tensor<?x?x8xf32>, %one: tensor<1xi32>,
                     %any: tensor<?xi32>) -> tensor<?x?x8xf32> {
  %s = attn.score dot(%q, %k) : tensor<?x?x8xf32>, tensor<?x?x8xf32> -> tensor<?x?x?xf32>
  %0 = attn.mask %s lengths(%one : tensor<1xi32>) : tensor<?x?x?xf32>
  %1 = attn.mask %0 lengths(%any : tensor<?xi32>) : tensor<?x?x?xf32>
  %p = attn.softmax %1 : tensor<?x?x?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?x?xf32>, tensor<?x?x8xf32> -> tensor<?x?x8xf32>
  return %o : tensor<?x?x8xf32>
}

// -----

// j < n or j <= t

// CHECK-LABEL: func.func @prefix(
// CHECK-SAME: %[[N:[a-z0-9]*]]: tensor<i64>)
// CHECK: %[[OFF:.*]] = arith.subi
// CHECK: ^bb0(%[[I:.*]]: index, %[[J:.*]]: index):
// CHECK: %[[LENGTH:.*]] = arith.index_cast
// CHECK-DAG: %[[A:.*]] = arith.cmpi slt, %[[J]], %[[LENGTH]]
// CHECK-DAG: %[[T:.*]] = arith.addi %[[I]], %[[OFF]]
// CHECK-DAG: %[[B:.*]] = arith.cmpi sle, %[[J]], %[[T]]
// CHECK: %[[KEEP:.*]] = arith.ori %[[A]], %[[B]]
// CHECK-NEXT: attn.yield %[[KEEP]]
func.func @prefix(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %n: tensor<i64>) -> tensor<?x8xf32> {
  %s = attn.score dot(%q, %k) : tensor<?x8xf32>, tensor<?x8xf32> -> tensor<?x?xf32>
  %m = attn.mask %s prefix(%n : tensor<i64>) : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}

// -----

// CHECK-LABEL: func.func @segments(
// CHECK-SAME: %[[QS:[a-z0-9]*]]: tensor<2x?xi32>, %[[KS:[a-z0-9]*]]: tensor<1x?xi32>)
// CHECK: %[[C0:.*]] = arith.constant 0
// CHECK: ^bb0(%[[B:.*]]: index, %[[I:.*]]: index, %[[J:.*]]: index):
// CHECK-NEXT: %[[A32:.*]] = tensor.extract %[[QS]][%[[B]], %[[I]]]
// CHECK-NEXT: %[[A:.*]] = arith.index_cast %[[A32]]
// CHECK-NEXT: %[[C32:.*]] = tensor.extract %[[KS]][%[[C0]], %[[J]]]
// CHECK-NEXT: %[[C:.*]] = arith.index_cast %[[C32]]
// CHECK-NEXT: arith.cmpi eq, %[[A]], %[[C]]
func.func @segments(%q: tensor<2x?x8xf32>, %k: tensor<2x?x8xf32>, %qs: tensor<2x?xi32>,
                    %ks: tensor<1x?xi32>) -> tensor<2x?x8xf32> {
  %s = attn.score dot(%q, %k) : tensor<2x?x8xf32>, tensor<2x?x8xf32> -> tensor<2x?x?xf32>
  %m = attn.mask %s segments(%qs, %ks : tensor<2x?xi32>, tensor<1x?xi32>) : tensor<2x?x?xf32>
  %p = attn.softmax %m : tensor<2x?x?xf32>
  %o = attn.weighted_sum %p, %k : tensor<2x?x?xf32>, tensor<2x?x8xf32> -> tensor<2x?x8xf32>
  return %o : tensor<2x?x8xf32>
}

// -----

// The axes of a dense mask fall on the last axes of the scores.

// CHECK-LABEL: func.func @dense(
// CHECK-SAME: %[[MASK:[a-z0-9]*]]: tensor<8x1x?xi1>)
// CHECK-DAG: %[[C0:.*]] = arith.constant 0
// CHECK-DAG: %[[C2:.*]] = arith.constant 2
// CHECK-DAG: %[[SIZE:.*]] = tensor.dim %[[MASK]], %[[C2]]
// CHECK: %[[LAST:.*]] = arith.subi %[[SIZE]], %{{.*}}
// CHECK: ^bb0(%{{.*}}: index, %[[H:.*]]: index, %{{.*}}: index, %[[J:.*]]: index):
// CHECK-NEXT: %[[JJ:.*]] = arith.minsi %[[J]], %[[LAST]]
// CHECK-NEXT: %[[KEEP:.*]] = tensor.extract %[[MASK]][%[[H]], %[[C0]], %[[JJ]]]
// CHECK-NEXT: attn.yield %[[KEEP]]
func.func @dense(%q: tensor<2x8x?x4xf32>, %k: tensor<2x8x?x4xf32>, %mask: tensor<8x1x?xi1>)
    -> tensor<2x8x?x4xf32> {
  %s = attn.score dot(%q, %k)
      : tensor<2x8x?x4xf32>, tensor<2x8x?x4xf32> -> tensor<2x8x?x?xf32>
  %m = attn.mask %s dense(%mask : tensor<8x1x?xi1>) : tensor<2x8x?x?xf32>
  %p = attn.softmax %m : tensor<2x8x?x?xf32>
  %o = attn.weighted_sum %p, %k
      : tensor<2x8x?x?xf32>, tensor<2x8x?x4xf32> -> tensor<2x8x?x4xf32>
  return %o : tensor<2x8x?x4xf32>
}
