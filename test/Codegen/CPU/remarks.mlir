// What is not done on vectors is said, once for each op.
// RUN: attn-opt %s --attn-to-vector --remarks-filter=".*" --remark-policy=all --remark-format=emitRemark 2>&1 | FileCheck %s

// CHECK: NotVectorized
// CHECK-SAME: Category:attn-emit-cpu
// CHECK-SAME: 'scf.if' depends on the query and has no vector form; it is done for each of 32 lanes
// CHECK-NOT: NotVectorized
func.func @bias(%q: tensor<32x8xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf32>, %bias: tensor<32x32xf32>) -> tensor<32x8xf32> {
  %s = attn.score dot(%q, %k) : tensor<32x8xf32>, tensor<32x8xf32> -> tensor<32x32xf32>
  %m = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    %later = arith.cmpi sgt, %i, %j : index
    %y = scf.if %later -> f32 {
      %b = tensor.extract %bias[%i, %j] : tensor<32x32xf32>
      %z = arith.addf %x, %b : f32
      scf.yield %z : f32
    } else {
      scf.yield %x : f32
    }
    attn.yield %y : f32
  } : tensor<32x32xf32>
  %p = attn.softmax %m : tensor<32x32xf32>
  %o = attn.weighted_sum %p, %v : tensor<32x32xf32>, tensor<32x8xf32> -> tensor<32x8xf32>
  return %o : tensor<32x8xf32>
}
