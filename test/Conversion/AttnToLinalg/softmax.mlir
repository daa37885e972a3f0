// RUN: attn-opt %s --attn-to-linalg --cse --canonicalize | FileCheck %s

// CHECK-DAG: #[[$H:.+]] = affine_map<(d0, d1, d2) -> (d1)>

// m = max s; e = exp(s - m), 0 if removed; l = sum e; p = e == 0 ? 0 : e / l
// CHECK-LABEL: func @plain
// CHECK-SAME:    %[[S:.+]]: tensor<?x?xf32>
// CHECK:         linalg.fill ins(%[[INF:.+]] : f32)
// CHECK:         %[[M:.+]] = linalg.generic {{.*}}["parallel", "reduction"]{{.*}} ins(%[[S]]
// CHECK:           arith.maximumf
// CHECK:         %[[E:.+]] = linalg.generic {{.*}}ins(%[[S]], %[[M]]
// CHECK:         ^bb0(%[[X:.+]]: f32, %[[MAX:.+]]: f32,
// CHECK:           %[[D:.+]] = arith.subf %[[X]], %[[MAX]]
// CHECK:           %[[EXP:.+]] = math.exp %[[D]]
// CHECK:           %[[REMOVED:.+]] = arith.cmpf oeq, %[[X]], %[[INF]]
// CHECK:           arith.select %[[REMOVED]], %{{.+}}, %[[EXP]]
// CHECK:         %[[L:.+]] = linalg.generic {{.*}}["parallel", "reduction"]{{.*}} ins(%[[E]]
// CHECK:           arith.addf
// CHECK:         linalg.generic {{.*}}ins(%[[E]], %[[L]]
// CHECK:         ^bb0(%[[E1:.+]]: f32, %[[L1:.+]]: f32,
// CHECK:           %[[Q:.+]] = arith.divf %[[E1]], %[[L1]]
// CHECK:           %[[ZERO:.+]] = arith.cmpf oeq, %[[E1]], %{{.+}}
// CHECK:           arith.select %[[ZERO]], %[[E1]], %[[Q]]
// CHECK-NOT:     linalg.generic
func.func @plain(%s: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %p = attn.softmax %s : tensor<?x?xf32>
  return %p : tensor<?x?xf32>
}

// The sink starts the maximum and the sum; lse = m + log(l).
// CHECK-LABEL: func @sink
// CHECK-SAME:    %[[S:.+]]: tensor<2x3x?x?xf64>, %[[SINK:.+]]: tensor<3xf64>
// CHECK:         %[[INIT:.+]] = linalg.generic {indexing_maps = [#[[$H]], {{.*}} ins(%[[SINK]] : tensor<3xf64>)
// CHECK:         %[[M:.+]] = linalg.generic {{.*}} outs(%[[INIT]]
// CHECK:         %[[L0:.+]] = linalg.generic {{.*}} ins(%[[SINK]], %[[M]]
// CHECK:         %[[L:.+]] = linalg.generic {{.*}} outs(%[[L0]]
// CHECK:         linalg.generic {{.*}} ins(%[[M]], %[[L]]
// CHECK:           %[[LOG:.+]] = math.log
// CHECK:           arith.addf %{{.+}}, %[[LOG]] : f64
// CHECK-NOT:     attn.
func.func @sink(%s: tensor<2x3x?x?xf64>, %t: tensor<3xf64>) -> (tensor<2x3x?x?xf64>, tensor<2x3x?xf64>) {
  %p, %lse = attn.softmax %s sink(%t : tensor<3xf64>) : tensor<2x3x?x?xf64>, tensor<2x3x?xf64>
  return %p, %lse : tensor<2x3x?x?xf64>, tensor<2x3x?xf64>
}

// Weights of 16 bits are rounded once, last: the sum and the lse are of the
// unrounded ones.
// CHECK-LABEL: func @weights
// CHECK:         %[[E:.+]] = linalg.generic {{.*}} outs(%{{.+}} : tensor<?x?xf32>)
// CHECK:         %[[L:.+]] = linalg.generic {{.*}} ins(%[[E]] : tensor<?x?xf32>)
// CHECK:         %[[P:.+]] = linalg.generic {{.*}} ins(%[[E]], %[[L]] : tensor<?x?xf32>, tensor<?xf32>) outs(%{{.+}} : tensor<?x?xbf16>)
// CHECK:           %[[Q:.+]] = arith.divf
// CHECK:           %[[S:.+]] = arith.select %{{.+}}, %{{.+}}, %[[Q]]
// CHECK:           %[[R:.+]] = arith.truncf %[[S]] : f32 to bf16
// CHECK:           linalg.yield %[[R]]
// CHECK:         %[[LSE:.+]] = linalg.generic {{.*}} ins(%{{.+}}, %[[L]] :
// CHECK-NOT:     truncf
// CHECK:         return %[[P]], %[[LSE]]
func.func @weights(%s: tensor<?x?xf32>) -> (tensor<?x?xbf16>, tensor<?xf32>) {
  %p, %lse = attn.softmax %s : tensor<?x?xf32> -> tensor<?x?xbf16>, tensor<?xf32>
  return %p, %lse : tensor<?x?xbf16>, tensor<?xf32>
}
