// RUN: attn-opt %s --attn-to-linalg --cse --canonicalize | FileCheck %s

// CHECK-LABEL: func @causal
// CHECK-SAME:    %[[ARG:.+]]: tensor<?x?xf32>
// CHECK-DAG:     %[[M:.+]] = tensor.dim %[[ARG]], %c0
// CHECK-DAG:     %[[N:.+]] = tensor.dim %[[ARG]], %c1
// CHECK:         ^bb0(%[[S:.+]]: f32, %{{.+}}: f32)
// CHECK:           %[[I:.+]] = linalg.index 0
// CHECK:           %[[J:.+]] = linalg.index 1
// CHECK:           %[[IN:.+]] = arith.addi %[[I]], %[[N]]
// CHECK:           %[[T:.+]] = arith.subi %[[IN]], %[[M]]
// CHECK:           %[[KEEP:.+]] = arith.cmpi sle, %[[J]], %[[T]]
// CHECK:           arith.select %[[KEEP]], %[[S]], %{{.*}} : f32
func.func @causal(%s: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %r = attn.mask %s causal : tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}

// Distances are compared with the bounds, so that no bound overflows.
// CHECK-LABEL: func @window
// CHECK-DAG:     %[[LEFT:.+]] = arith.constant 9223372036854775807 : index
// CHECK-DAG:     %[[RIGHT:.+]] = arith.constant 3 : index
// CHECK:           %[[I:.+]] = linalg.index 0
// CHECK:           %[[J:.+]] = linalg.index 1
// CHECK:           %[[BEFORE:.+]] = arith.subi %[[I]], %[[J]]
// CHECK:           arith.cmpi sle, %[[BEFORE]], %[[LEFT]]
// CHECK:           %[[AFTER:.+]] = arith.subi %[[J]], %[[I]]
// CHECK:           arith.cmpi sle, %[[AFTER]], %[[RIGHT]]
func.func @window(%s: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %r = attn.mask %s window(9223372036854775807, 3) top_left : tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}

// CHECK-LABEL: func @prefix
// CHECK:         ^bb0(%[[S:.+]]: f32, %[[N32:.+]]: i32, %{{.+}}: f32)
// CHECK:           %[[N:.+]] = arith.index_cast %[[N32]] : i32 to index
// CHECK:           %[[IN:.+]] = arith.cmpi slt, %{{.+}}, %[[N]]
// CHECK:           %[[CAUSAL:.+]] = arith.cmpi sle
// CHECK:           arith.ori %[[IN]], %[[CAUSAL]]
func.func @prefix(%s: tensor<2x?x?xf32>, %n: tensor<1xi32>) -> tensor<2x?x?xf32> {
  %r = attn.mask %s prefix(%n : tensor<1xi32>) : tensor<2x?x?xf32>
  return %r : tensor<2x?x?xf32>
}

// CHECK-LABEL: func @segments
// CHECK:         ^bb0(%{{.+}}: f32, %[[Q:.+]]: index, %[[K:.+]]: index, %{{.+}}: f32)
// CHECK:           arith.cmpi eq, %[[Q]], %[[K]] : index
func.func @segments(%s: tensor<?x?xf32>, %q: tensor<?xindex>, %k: tensor<?xindex>) -> tensor<?x?xf32> {
  %r = attn.mask %s segments(%q, %k : tensor<?xindex>, tensor<?xindex>) : tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}

// The axes of a dense mask fall on the last ones of the scores.
// CHECK-LABEL: func @dense
// CHECK:         linalg.generic {indexing_maps = [#{{.+}}, #[[M:.+]], #{{.+}}]
// CHECK:         ^bb0(%[[S:.+]]: f32, %[[KEEP:.+]]: i1, %{{.+}}: f32)
// CHECK:           arith.select %[[KEEP]], %[[S]]
func.func @dense(%s: tensor<2x4x5xf32>, %m: tensor<1x5xi1>) -> tensor<2x4x5xf32> {
  %r = attn.mask %s dense(%m : tensor<1x5xi1>) : tensor<2x4x5xf32>
  return %r : tensor<2x4x5xf32>
}

// CHECK-LABEL: func @region
// CHECK:           %[[I:.+]] = linalg.index 0
// CHECK:           %[[J:.+]] = linalg.index 1
// CHECK:           arith.cmpi ne, %[[I]], %[[J]]
// CHECK-NOT:     attn.
func.func @region(%s: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %r = attn.mask %s {
  ^bb0(%i: index, %j: index):
    %0 = arith.cmpi ne, %i, %j : index
    attn.yield %0 : i1
  } : tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}
