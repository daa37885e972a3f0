// Scores that outgrow the first tile's maximum by hundreds, and some that never
// do.

// RUN: attn-run %s --check --input=2x70x32xf32=random:1 --input=2x300x32xf32=random:2 --input=2x300x8xf32=random:3 --entry=spread | FileCheck %s
// RUN: attn-run %s --check --input=2x70x32xf32=random:4 --input=2x300x32xf32=random:5 --input=2x300x8xf32=random:6 --entry=slope | FileCheck %s
// RUN: attn-run %s --check --input=2x70x32xf64=random:7 --input=2x300x32xf64=random:8 --input=2x300x8xf64=random:9 --entry=spread_f64 | FileCheck %s
// CHECK: result[0]: PASS

func.func @spread(%q: tensor<2x70x32xf32>, %k: tensor<2x300x32xf32>, %v: tensor<2x300x8xf32>) -> tensor<2x70x8xf32> {
  %s = attn.score dot(%q, %k) scale(6.0) : tensor<2x70x32xf32>, tensor<2x300x32xf32> -> tensor<2x70x300xf32>
  %p = attn.softmax %s : tensor<2x70x300xf32>
  %o = attn.weighted_sum %p, %v : tensor<2x70x300xf32>, tensor<2x300x8xf32> -> tensor<2x70x8xf32>
  return %o : tensor<2x70x8xf32>
}

// Grows with every key: each tile moves the reference.
func.func @slope(%q: tensor<2x70x32xf32>, %k: tensor<2x300x32xf32>, %v: tensor<2x300x8xf32>) -> tensor<2x70x8xf32> {
  %s = attn.score dot(%q, %k) scale(0.25) : tensor<2x70x32xf32>, tensor<2x300x32xf32> -> tensor<2x70x300xf32>
  %m = attn.score_mod %s {
  ^bb0(%x: f32, %h: index, %i: index, %j: index):
    %jj = arith.index_cast %j : index to i64
    %f = arith.sitofp %jj : i64 to f32
    %half = arith.constant 0.5 : f32
    %g = arith.mulf %f, %half : f32
    %y = arith.addf %x, %g : f32
    attn.yield %y : f32
  } : tensor<2x70x300xf32>
  %p = attn.softmax %m : tensor<2x70x300xf32>
  %o = attn.weighted_sum %p, %v : tensor<2x70x300xf32>, tensor<2x300x8xf32> -> tensor<2x70x8xf32>
  return %o : tensor<2x70x8xf32>
}

func.func @spread_f64(%q: tensor<2x70x32xf64>, %k: tensor<2x300x32xf64>, %v: tensor<2x300x8xf64>) -> tensor<2x70x8xf64> {
  %s = attn.score dot(%q, %k) scale(6.0) : tensor<2x70x32xf64>, tensor<2x300x32xf64> -> tensor<2x70x300xf64>
  %p = attn.softmax %s : tensor<2x70x300xf64>
  %o = attn.weighted_sum %p, %v : tensor<2x70x300xf64>, tensor<2x300x8xf64> -> tensor<2x70x8xf64>
  return %o : tensor<2x70x8xf64>
}
