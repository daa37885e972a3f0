// Arguments of public functions are read only; the result is computed elsewhere.
// RUN: attn-opt %s --attn-protect-arguments | FileCheck %s
// RUN: attn-opt %s --attn-to-vector | FileCheck %s --check-prefix=BUFFER

// CHECK: func.func @square(%{{.*}}: tensor<4xf32> {bufferization.writable = false})
// BUFFER-LABEL: func.func @square(
// BUFFER-SAME: %[[ARG:.*]]: memref<4xf32>
// BUFFER: %[[OUT:.*]] = memref.alloc
// BUFFER-NOT: memref.store %{{.*}}, %[[ARG]]
// BUFFER: return
func.func @square(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = linalg.square ins(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// CHECK: func.func private @own(%{{.*}}: tensor<4xf32>) -> tensor<4xf32>
func.func private @own(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
