// RUN: attn-opt %s --attn-to-linalg | FileCheck %s

// A removed score stays removed, whatever the region makes of it.
// CHECK-LABEL: func @mod
// CHECK:         linalg.generic
// CHECK:         ^bb0(%[[S:.+]]: f32, %{{.+}}: f32)
// CHECK:           %[[I:.+]] = linalg.index 0
// CHECK:           %[[J:.+]] = linalg.index 1
// CHECK:           arith.subi %[[J]], %[[I]]
// CHECK:           %[[R:.+]] = arith.addf %[[S]]
// CHECK:           %[[REMOVED:.+]] = arith.cmpf oeq, %[[S]], %{{.+}} : f32
// CHECK:           arith.select %[[REMOVED]], %[[S]], %[[R]]
// CHECK-NOT:     attn.
func.func @mod(%s: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %r = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    %0 = arith.subi %j, %i : index
    %1 = arith.index_cast %0 : index to i32
    %2 = arith.sitofp %1 : i32 to f32
    %3 = arith.addf %x, %2 : f32
    attn.yield %3 : f32
  } : tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}
