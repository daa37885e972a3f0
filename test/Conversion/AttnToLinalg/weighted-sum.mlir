// RUN: attn-opt %s --attn-to-linalg --cse --canonicalize | FileCheck %s

// A zero weight is a select, not a product; one rounding, at the end.
// CHECK-LABEL: func @sum
// CHECK:         %[[SUM:.+]] = linalg.generic {{.*}}["parallel", "parallel", "parallel", "reduction"]
// CHECK:         ^bb0(%[[P:.+]]: f32, %[[V16:.+]]: bf16, %[[ACC:.+]]: f32)
// CHECK:           %[[V:.+]] = arith.extf %[[V16]]
// CHECK:           %[[PV:.+]] = arith.mulf %[[P]], %[[V]]
// CHECK:           %[[NEXT:.+]] = arith.addf %[[ACC]], %[[PV]]
// CHECK:           %[[ZERO:.+]] = arith.cmpf oeq, %[[P]], %{{.+}}
// CHECK:           arith.select %[[ZERO]], %[[ACC]], %[[NEXT]]
// CHECK:         linalg.generic {{.*}} ins(%[[SUM]]
// CHECK:           arith.truncf %{{.+}} : f32 to bf16
// CHECK-NOT:     attn.
func.func @sum(%p: tensor<3x?x?xf32>, %v: tensor<1x?x4xbf16>) -> tensor<3x?x4xbf16> {
  %o = attn.weighted_sum %p, %v
      : tensor<3x?x?xf32>, tensor<1x?x4xbf16> -> tensor<3x?x4xbf16>
  return %o : tensor<3x?x4xbf16>
}

// In the compute type nothing is rounded.
// CHECK-LABEL: func @compute
// CHECK:         linalg.generic
// CHECK-NOT:     linalg.generic
// CHECK-NOT:     truncf
func.func @compute(%p: tensor<?x?xf32>, %v: tensor<?x4xbf16>) -> tensor<?x4xf32> {
  %o = attn.weighted_sum %p, %v
      : tensor<?x?xf32>, tensor<?x4xbf16> -> tensor<?x4xf32>
  return %o : tensor<?x4xf32>
}

// Weights of 16 bits are widened; the sum is in the compute type all the same.
// CHECK-LABEL: func @weights
// CHECK:         linalg.generic {{.*}} outs(%{{.+}} : tensor<?x4xf32>)
// CHECK:         ^bb0(%[[P16:.+]]: bf16, %[[V16:.+]]: bf16, %[[ACC:.+]]: f32)
// CHECK:           %[[P:.+]] = arith.extf %[[P16]]
// CHECK:           %[[V:.+]] = arith.extf %[[V16]]
// CHECK:           arith.mulf %[[P]], %[[V]] : f32
// CHECK:           arith.truncf %{{.+}} : f32 to bf16
// CHECK-NOT:     attn.
func.func @weights(%p: tensor<?x?xbf16>, %v: tensor<?x4xbf16>) -> tensor<?x4xbf16> {
  %o = attn.weighted_sum %p, %v : tensor<?x?xbf16>, tensor<?x4xbf16> -> tensor<?x4xbf16>
  return %o : tensor<?x4xbf16>
}
