// Shapes and types: which head is read, what is packed, what comes out.

// RUN: attn-opt %s --split-input-file --attn-tile="query-tile=16 key-tile=16" --canonicalize --cse | FileCheck %s

// Eight heads of queries share two of keys and four of values.

// CHECK-LABEL: func.func @grouped(
// CHECK-SAME: %[[Q:.*]]: tensor<3x8x?x8xf16>, %[[K:.*]]: tensor<3x2x?x8xf16>, %[[V:.*]]: tensor<3x4x?x8xf16>
// CHECK-DAG: %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG: %[[C2:.*]] = arith.constant 2 : index
// CHECK: scf.forall (%[[B:.*]], %[[H:.*]], %{{.*}}) in (3, 8, %{{.*}})
// CHECK: tensor.extract_slice %[[Q]][%[[B]], %[[H]], %{{.*}}, 0]
// CHECK: attn.pack_query {{.*}} : (tensor<{{.*}}x8xf16>, tensor<8x16xf32>)
// CHECK: %[[HK:.*]] = arith.divsi %[[H]], %[[C4]]
// CHECK: tensor.extract_slice %[[K]][%[[B]], %[[HK]], %{{.*}}, 0]
// CHECK: %[[HV:.*]] = arith.divsi %[[H]], %[[C2]]
// CHECK: tensor.extract_slice %[[V]][%[[B]], %[[HV]], %{{.*}}, 0]
// The sums are f32; the output is f16 again.
// CHECK: attn.finish {{.*}} : (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>, tensor<{{.*}}x8xf16>)
func.func @grouped(%q: tensor<3x8x?x8xf16>, %k: tensor<3x2x?x8xf16>, %v: tensor<3x4x?x8xf16>)
    -> tensor<3x8x?x8xf16> {
  %o = attn.fused query(%q) key(%k) value(%v)
      : (tensor<3x8x?x8xf16>, tensor<3x2x?x8xf16>, tensor<3x4x?x8xf16>) -> tensor<3x8x?x8xf16>
  return %o : tensor<3x8x?x8xf16>
}

// -----

// The group size is known at run time: Hq / max(Hkv, 1), at least 1.

// CHECK-LABEL: func.func @grouped_dynamic(
// CHECK-SAME: %[[Q:.*]]: tensor<?x?x8xf32>, %[[K:.*]]: tensor<?x?x8xf32>)
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG: %[[HQ:.*]] = tensor.dim %[[Q]], %[[C0]]
// CHECK-DAG: %[[HK:.*]] = tensor.dim %[[K]], %[[C0]]
// CHECK: %[[HEADS:.*]] = arith.maxsi %[[HK]], %[[C1]]
// CHECK: %[[DIV:.*]] = arith.divsi %[[HQ]], %[[HEADS]]
// CHECK: %[[GROUP:.*]] = arith.maxsi %[[DIV]], %[[C1]]
// CHECK: scf.forall (%[[H:.*]], %{{.*}}) in (%[[HQ]], %{{.*}})
// CHECK: %[[AT:.*]] = arith.divsi %[[H]], %[[GROUP]]
// CHECK: tensor.extract_slice %[[K]][%[[AT]],
func.func @grouped_dynamic(%q: tensor<?x?x8xf32>, %k: tensor<?x?x8xf32>) -> tensor<?x?x8xf32> {
  %o = attn.fused query(%q) key(%k) value(%k)
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  return %o : tensor<?x?x8xf32>
}

// -----

// An axis of size 1 is read at 0; a batch of unknown size at min(b, size - 1).

// CHECK-LABEL: func.func @broadcast(
// CHECK-SAME: %{{.*}}: tensor<5x6x?x8xf32>, %[[K:.*]]: tensor<1x1x?x8xf32>, %[[V:.*]]: tensor<?x6x?x8xf32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK: scf.forall (%[[B:.*]], %[[H:.*]], %{{.*}}) in (5, 6, %{{.*}})
// CHECK: tensor.extract_slice %[[K]][0, 0, %{{.*}}, 0]
// CHECK: %[[SIZE:.*]] = tensor.dim %[[V]], %[[C0]]
// CHECK: %[[LAST:.*]] = arith.subi %[[SIZE]], %[[C1]]
// CHECK: %[[BV:.*]] = arith.minsi %[[B]], %[[LAST]]
// CHECK: tensor.extract_slice %[[V]][%[[BV]], %[[H]], %{{.*}}, 0]
func.func @broadcast(%q: tensor<5x6x?x8xf32>, %k: tensor<1x1x?x8xf32>, %v: tensor<?x6x?x8xf32>)
    -> tensor<5x6x?x8xf32> {
  %o = attn.fused query(%q) key(%k) value(%v)
      : (tensor<5x6x?x8xf32>, tensor<1x1x?x8xf32>, tensor<?x6x?x8xf32>) -> tensor<5x6x?x8xf32>
  return %o : tensor<5x6x?x8xf32>
}

// -----

// Rank 2: the forall is over tiles of queries alone, and the step is at (i, j).

// CHECK-LABEL: func.func @no_leading_axes(
// CHECK: scf.forall (%{{.*}}) in
// CHECK: attn.step {{.*}} at(%{{[^,]*}}, %{{[^,]*}}) outs
// CHECK: tensor.parallel_insert_slice %{{.*}} into %{{.*}}[%{{[^,]*}}, 0]
func.func @no_leading_axes(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %o = attn.fused query(%q) key(%k) value(%k)
      : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}

// -----

// A parameter is one packed row for each head.

// CHECK-LABEL: func.func @params(
// CHECK-SAME: %[[W:[a-z0-9]*]]: tensor<1x6x8xbf16>, %[[U:[a-z0-9]*]]: tensor<8xbf16>)
// CHECK: scf.forall (%[[B:.*]], %[[H:.*]], %{{.*}}) in
// CHECK: %[[AT:.*]] = arith.minsi %[[H]], %{{.*}}
// CHECK: %[[ROW:.*]] = tensor.extract_slice %[[W]][%{{.*}}, %[[AT]], 0] [1, 1, 8]
// CHECK: %[[ONE:.*]] = tensor.expand_shape %[[ROW]]
// CHECK: %[[WP:.*]] = attn.pack_key ins(%[[ONE]]) {{.*}} -> tensor<1x8xf32>
// CHECK: %[[WD:.*]] = tensor.collapse_shape %[[WP]]
// CHECK: %[[UP:.*]] = attn.pack_key {{.*}} -> tensor<1x8xf32>
// CHECK: %[[UD:.*]] = tensor.collapse_shape %[[UP]]
// CHECK: attn.step query({{.*}}) params(%[[WD]], %[[UD]])
func.func @params(%q: tensor<5x6x?x8xbf16>, %w: tensor<1x6x8xbf16>, %u: tensor<8xbf16>)
    -> tensor<5x6x?x8xbf16> {
  %o = attn.fused query(%q) key(%q) value(%q) params(%w, %u) score {
  ^bb0(%x: f32, %y: f32, %wd: f32, %ud: f32):
    %0 = arith.mulf %x, %wd : f32
    %1 = arith.mulf %y, %ud : f32
    %2 = arith.mulf %0, %1 : f32
    attn.yield %2 : f32
  } : (tensor<5x6x?x8xbf16>, tensor<5x6x?x8xbf16>, tensor<5x6x?x8xbf16>, tensor<1x6x8xbf16>, tensor<8xbf16>)
     -> tensor<5x6x?x8xbf16>
  return %o : tensor<5x6x?x8xbf16>
}

// -----

// The sink of the head as it is: with one, scores are not in units of log2(e),
// times which it could be infinite. And the lse.

// CHECK-LABEL: func.func @sink_and_lse(
// CHECK-SAME: %[[T:[a-z0-9]*]]: tensor<6xf32>)
// CHECK: %[[LSE:.*]] = tensor.empty({{.*}}) : tensor<6x?xf32>
// CHECK: scf.forall (%[[H:.*]], %{{.*}}) in {{.*}} shared_outs(%{{.*}} = %{{.*}}, %[[L:.*]] = %[[LSE]])
// CHECK: %[[SINK:.*]] = tensor.extract %[[T]][%[[H]]]
// CHECK: attn.init sink(%[[SINK]])
// CHECK: %[[LS:.*]] = tensor.extract_slice %[[L]][%[[H]],
// CHECK: %[[R:.*]]:2 = attn.finish {{.*}} outs(%{{.*}}, %[[LS]])
// CHECK: tensor.parallel_insert_slice %[[R]]#0
// CHECK: tensor.parallel_insert_slice %[[R]]#1 into %[[L]][%[[H]],
func.func @sink_and_lse(%q: tensor<6x?x8xf32>, %t: tensor<6xf32>)
    -> (tensor<6x?x8xf32>, tensor<6x?xf32>) {
  %o, %lse = attn.fused query(%q) key(%q) value(%q) sink(%t)
      : (tensor<6x?x8xf32>, tensor<6x?x8xf32>, tensor<6x?x8xf32>, tensor<6xf32>)
     -> (tensor<6x?x8xf32>, tensor<6x?xf32>)
  return %o, %lse : tensor<6x?x8xf32>, tensor<6x?xf32>
}

// -----

// With a score_mod nothing is in units of log2(e).

// CHECK-LABEL: func.func @sink_with_mod(
// CHECK: %[[SINK:.*]] = tensor.extract %{{.*}}[]
// CHECK-NOT: arith.mulf
// CHECK: attn.init sink(%[[SINK]])
func.func @sink_with_mod(%q: tensor<?x8xf64>, %t: tensor<f64>) -> tensor<?x8xf64> {
  %o = attn.fused query(%q) key(%q) value(%q) sink(%t) mod {
  ^bb0(%x: f64, %i: index, %j: index):
    %0 = math.tanh %x : f64
    attn.yield %0 : f64
  } : (tensor<?x8xf64>, tensor<?x8xf64>, tensor<?x8xf64>, tensor<f64>) -> tensor<?x8xf64>
  return %o : tensor<?x8xf64>
}

// -----

// Without a query nothing is packed for it; the leading axes are the key's.

// CHECK-LABEL: func.func @without_query(
// CHECK: scf.forall (%{{.*}}) in (5)
// CHECK-NOT: attn.pack_query
// CHECK: attn.step key(
// CHECK: tensor.parallel_insert_slice
func.func @without_query(%k: tensor<5x?x8xf32>, %v: tensor<5x?x8xf32>) -> tensor<5x1x8xf32> {
  %o = attn.fused key(%k) value(%v) score {
  ^bb0(%y: f32):
    %0 = math.tanh %y : f32
    attn.yield %0 : f32
  } : (tensor<5x?x8xf32>, tensor<5x?x8xf32>) -> tensor<5x1x8xf32>
  return %o : tensor<5x1x8xf32>
}

// -----

// f64 in, f64 throughout.

// CHECK-LABEL: func.func @double(
// CHECK-NOT: f32
// CHECK: return
func.func @double(%q: tensor<?x8xf64>) -> (tensor<?x8xf64>, tensor<?xf64>) {
  %o, %lse = attn.fused query(%q) key(%q) value(%q) mask {
  ^bb0(%i: index, %j: index):
    %0 = arith.cmpi sle, %j, %i : index
    attn.yield %0 : i1
  } : (tensor<?x8xf64>, tensor<?x8xf64>, tensor<?x8xf64>) -> (tensor<?x8xf64>, tensor<?xf64>)
  return %o, %lse : tensor<?x8xf64>, tensor<?xf64>
}

// -----

// The loop may know more, or less, of the shape than the op's type says.

// CHECK-LABEL: func.func @result_type(
// CHECK: %[[R:.*]] = scf.forall {{.*}} -> (tensor<?x8xf32>)
// CHECK: %[[CAST:.*]] = tensor.cast %[[R]] : tensor<?x8xf32> to tensor<?x?xf32>
// CHECK: return %[[CAST]]
func.func @result_type(%q: tensor<?x8xf32>) -> tensor<?x?xf32> {
  %o = attn.fused query(%q) key(%q) value(%q)
      : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x?xf32>
  return %o : tensor<?x?xf32>
}

// -----

// The result is wanted in the compute type: no rounding to f16.

// CHECK-LABEL: func.func @wide_result(
// CHECK: attn.finish {{.*}} tensor<{{.*}}x8xf32>) -> tensor<{{.*}}x8xf32>
// CHECK: return %{{.*}} : tensor<?x8xf32>
func.func @wide_result(%q: tensor<?x8xf16>) -> tensor<?x8xf32> {
  %o = attn.fused query(%q) key(%q) value(%q)
      : (tensor<?x8xf16>, tensor<?x8xf16>, tensor<?x8xf16>) -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}
