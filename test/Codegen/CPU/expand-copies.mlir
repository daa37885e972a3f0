// A copy into a strided buffer is a loop nest; a contiguous one stays.
// RUN: attn-opt %s --attn-expand-copies | FileCheck %s
// RUN: attn-run %s --entry=append --input=2x3xf32=random:1 --input=2x5xf32=random:2 --check

// CHECK-LABEL: func.func @buffers(
// CHECK-NEXT: linalg.generic
// CHECK: memref.copy %{{.*}}, %{{.*}} : memref<4x2xf32> to memref<4x2xf32>
// CHECK-NOT: memref.copy
func.func @buffers(%a: memref<4x2xf32>, %b: memref<4x2xf32, strided<[7, 1]>>, %c: memref<4x2xf32>) {
  memref.copy %a, %b : memref<4x2xf32> to memref<4x2xf32, strided<[7, 1]>>
  memref.copy %a, %c : memref<4x2xf32> to memref<4x2xf32>
  return
}

func.func @append(%past: tensor<2x3xf32>, %new: tensor<2x5xf32>) -> tensor<2x8xf32> {
  %0 = tensor.concat dim(1) %past, %new : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}
