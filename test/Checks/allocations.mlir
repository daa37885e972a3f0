// RUN: attn-opt %s --attn-check-allocations --canonicalize | FileCheck %s

// 2^56 / 8 elements are left for the first size, and what it leaves for the
// second.
// CHECK-LABEL: func @alloc
// CHECK-SAME:    %[[M:.+]]: index, %[[N:.+]]: index
// CHECK-DAG:     %[[LIMIT:.+]] = arith.constant 9007199254740992 : index
// CHECK-DAG:     %[[ONE:.+]] = arith.constant 1 : index
// CHECK:         %[[FIRST:.+]] = arith.cmpi ule, %[[M]], %[[LIMIT]]
// CHECK:         %[[ATLEAST1:.+]] = arith.maxui %[[M]], %[[ONE]]
// CHECK:         %[[LEFT:.+]] = arith.divui %[[LIMIT]], %[[ATLEAST1]]
// CHECK:         %[[SECOND:.+]] = arith.cmpi ule, %[[N]], %[[LEFT]]
// CHECK:         %[[FITS:.+]] = arith.andi %[[FIRST]], %[[SECOND]]
// CHECK:         cf.assert %[[FITS]], "the size of a buffer is negative or far beyond the memory of any machine"
// CHECK:         memref.alloc
func.func @alloc(%m: index, %n: index) -> memref<?x8x?xf32> {
  %r = memref.alloc(%m, %n) : memref<?x8x?xf32>
  return %r : memref<?x8x?xf32>
}

// CHECK-LABEL: func @static
// CHECK-NOT:     cf.assert
func.func @static() -> memref<4xf32> {
  %r = memref.alloc() : memref<4xf32>
  return %r : memref<4xf32>
}
