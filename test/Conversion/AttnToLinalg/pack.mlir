// RUN: attn-opt %s --attn-to-linalg | FileCheck %s

// Zeros, then the slice that there are queries for.
// CHECK-LABEL: func @query
// CHECK-SAME:    %[[Q:.+]]: tensor<?x4xf16>, %[[OUT:.+]]: tensor<4x8xf32>
// CHECK:         %[[M:.+]] = tensor.dim %[[Q]]
// CHECK:         %[[ZERO:.+]] = linalg.fill {{.*}} outs(%[[OUT]]
// CHECK:         %[[SLICE:.+]] = tensor.extract_slice %[[ZERO]][0, 0] [4, %[[M]]] [1, 1]
// CHECK:         %[[PACKED:.+]] = linalg.generic {{.*}} ins(%[[Q]] : tensor<?x4xf16>) outs(%[[SLICE]]
// CHECK:           arith.extf
// CHECK:           arith.mulf
// CHECK:         tensor.insert_slice %[[PACKED]] into %[[ZERO]][0, 0] [4, %[[M]]] [1, 1]
func.func @query(%q: tensor<?x4xf16>, %out: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %r = attn.pack_query ins(%q) outs(%out) scale(0.5)
      : (tensor<?x4xf16>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// CHECK-LABEL: func @key
// CHECK-SAME:    %[[K:.+]]: tensor<?x4xf64>, %[[OUT:.+]]: tensor<8x4xf64>
// CHECK:         %[[ZERO:.+]] = linalg.fill {{.*}} outs(%[[OUT]]
// CHECK:         %[[SLICE:.+]] = tensor.extract_slice %[[ZERO]]
// CHECK:         %[[PACKED:.+]] = linalg.generic {{.*}} ins(%[[K]] : tensor<?x4xf64>) outs(%[[SLICE]]
// CHECK:         tensor.insert_slice %[[PACKED]] into %[[ZERO]]
// CHECK-NOT:     attn.
func.func @key(%k: tensor<?x4xf64>, %out: tensor<8x4xf64>) -> tensor<8x4xf64> {
  %r = attn.pack_key ins(%k) outs(%out)
      : (tensor<?x4xf64>, tensor<8x4xf64>) -> tensor<8x4xf64>
  return %r : tensor<8x4xf64>
}
