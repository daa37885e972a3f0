// RUN: attn-opt %s --attn-to-linalg --one-shot-bufferize=bufferize-function-boundaries | FileCheck %s

// A loop that carries the state bufferizes with no allocation for it: whatever
// is allocated is a tile of scores or a row of corrections.
// CHECK-LABEL: func @loop
// CHECK:         scf.for {{.*}} iter_args(%[[MAX:.+]] = %{{.+}}, %[[SUM:.+]] = %{{.+}}, %[[ACC:.+]] = %{{.+}})
// CHECK-NOT:       memref.copy
// CHECK-NOT:       memref.alloc() {{.*}} : memref<3x8xf32>
// CHECK:           scf.yield %[[MAX]], %[[SUM]], %[[ACC]]
func.func @loop(%m: tensor<8xf32>, %l: tensor<8xf32>, %a: tensor<3x8xf32>, %q: tensor<4x8xf32>,
                %k: tensor<16x4xf32>, %v: tensor<16x3xf32>, %n: index)
    -> (tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %r:3 = scf.for %j = %c0 to %n step %c16 iter_args(%m0 = %m, %l0 = %l, %a0 = %a)
      -> (tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>) {
    %s:3 = attn.step query(%q) key(%k) value(%v) count(%c16) at(%c0, %j) outs(%m0, %l0, %a0)
        : (tensor<4x8xf32>, tensor<16x4xf32>, tensor<16x3xf32>, index, index, index,
           tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>)
    scf.yield %s#0, %s#1, %s#2 : tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>
  }
  return %r#0, %r#1, %r#2 : tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>
}
