// RUN: attn-opt %s --attn-to-linalg --cse --canonicalize | FileCheck %s

// Sizes that agree or are 1 are affine maps; f16 is widened before it is
// multiplied.
// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
// CHECK-DAG: #[[$K:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (0, d1, d3, d4)>
// CHECK-DAG: #[[$S:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
// CHECK-LABEL: func @dot
// CHECK:         %[[SUM:.+]] = linalg.generic {indexing_maps = [#[[$Q]], #[[$K]], #[[$S]]]
// CHECK-SAME:      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]
// CHECK:         ^bb0(%[[QE:.+]]: f16, %[[KE:.+]]: f16, %[[ACC:.+]]: f32)
// CHECK:           %[[QW:.+]] = arith.extf %[[QE]]
// CHECK:           %[[KW:.+]] = arith.extf %[[KE]]
// CHECK:           %[[F:.+]] = arith.mulf %[[QW]], %[[KW]] : f32
// CHECK:           arith.addf %[[ACC]], %[[F]] : f32
// CHECK:         linalg.generic {{.*}} ins(%[[SUM]]
// CHECK:           arith.mulf %{{.*}}, %{{.*}} : f32
// CHECK-NOT:     attn.
func.func @dot(%q: tensor<2x8x5x4xf16>, %k: tensor<1x8x7x4xf16>) -> tensor<2x8x5x7xf32> {
  %s = attn.score dot(%q, %k) scale(0.5)
      : tensor<2x8x5x4xf16>, tensor<1x8x7x4xf16> -> tensor<2x8x5x7xf32>
  return %s : tensor<2x8x5x7xf32>
}

// A group of heads reads one key head, in place.
// CHECK-LABEL: func @grouped
// CHECK-SAME:    %[[Q:.+]]: tensor<8x?x4xf32>, %[[K:.+]]: tensor<2x?x4xf32>
// CHECK:         %[[GROUP:.+]] = arith.constant 4 : index
// CHECK:         linalg.generic {{.*}} ins(%[[Q]] : tensor<8x?x4xf32>)
// CHECK:           %[[H:.+]] = linalg.index 0
// CHECK:           %[[KH:.+]] = arith.divui %[[H]], %[[GROUP]]
// CHECK:           tensor.extract %[[K]][%[[KH]],
func.func @grouped(%q: tensor<8x?x4xf32>, %k: tensor<2x?x4xf32>) -> tensor<8x?x?xf32> {
  %s = attn.score dot(%q, %k)
      : tensor<8x?x4xf32>, tensor<2x?x4xf32> -> tensor<8x?x?xf32>
  return %s : tensor<8x?x?xf32>
}

// An unknown group: size of the query by size of the key, guarded against zero.
// CHECK-LABEL: func @unknown_group
// CHECK-SAME:    %[[Q:.+]]: tensor<?x?x4xf32>, %[[K:.+]]: tensor<?x?x4xf32>
// CHECK:         %[[HQ:.+]] = tensor.dim %[[Q]], %c0
// CHECK:         %[[HK:.+]] = tensor.dim %[[K]], %c0
// CHECK:         %[[DIV:.+]] = arith.maxui %[[HK]], %c1
// CHECK:         %[[GROUP:.+]] = arith.divui %[[HQ]], %[[DIV]]
// CHECK:         arith.maxui %[[GROUP]], %c1
func.func @unknown_group(%q: tensor<?x?x4xf32>, %k: tensor<?x?x4xf32>) -> tensor<?x?x?xf32> {
  %s = attn.score dot(%q, %k)
      : tensor<?x?x4xf32>, tensor<?x?x4xf32> -> tensor<?x?x?xf32>
  return %s : tensor<?x?x?xf32>
}

// The region is inlined on key and parameter; a factor of one is left out.
// CHECK-LABEL: func @no_query
// CHECK:         linalg.generic
// CHECK:         ^bb0(%[[K:.+]]: f32, %[[W:.+]]: f32, %[[ACC:.+]]: f32)
// CHECK:           %[[T:.+]] = math.tanh %[[K]]
// CHECK:           %[[F:.+]] = arith.mulf %[[T]], %[[W]]
// CHECK:           arith.addf %[[ACC]], %[[F]]
// CHECK-NOT:     linalg.generic
func.func @no_query(%k: tensor<?x4xf32>, %w: tensor<4xf32>) -> tensor<1x?xf32> {
  %s = attn.score pairwise(%k) params(%w) {
  ^bb0(%y: f32, %wd: f32):
    %0 = math.tanh %y : f32
    %1 = arith.mulf %0, %wd : f32
    attn.yield %1 : f32
  } : tensor<?x4xf32>, tensor<4xf32> -> tensor<1x?xf32>
  return %s : tensor<1x?xf32>
}
