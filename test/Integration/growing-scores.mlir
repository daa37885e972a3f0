// Scores that outgrow the first tile's maximum by hundreds, and some that never
// do.

// RUN: attn-run %s --check --input=2x70x32xf32=random:1 --input=2x300x32xf32=random:2 --input=2x300x8xf32=random:3 --entry=spread | FileCheck %s
// RUN: attn-run %s --check --input=2x70x32xf32=random:4 --input=2x300x32xf32=random:5 --input=2x300x8xf32=random:6 --entry=slope | FileCheck %s
// RUN: attn-run %s --check --input=2x70x32xf64=random:7 --input=2x300x32xf64=random:8 --input=2x300x8xf64=random:9 --entry=spread_f64 | FileCheck %s
// RUN: attn-run %s --check --input=3x32xf32=random:10 --input=768x32xf32=random:11 --input=768x48xf32=random:12 --entry=slope_rows | FileCheck %s
// RUN: attn-run %s --check --input=70x32xbf16=random:13 --input=384x32xbf16=random:14 --input=384x48xbf16=random:15 --entry=slope_pairs | FileCheck %s
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

// The same in rows and in pairs. Each tile moves the reference by little more than
// the headroom.
func.func @slope_rows(%q: tensor<3x32xf32>, %k: tensor<768x32xf32>, %v: tensor<768x48xf32>) -> tensor<3x48xf32> {
  %s = attn.score dot(%q, %k) scale(0.25) : tensor<3x32xf32>, tensor<768x32xf32> -> tensor<3x768xf32>
  %m = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    %jj = arith.index_cast %j : index to i64
    %f = arith.sitofp %jj : i64 to f32
    %slope = arith.constant 0.05 : f32
    %g = arith.mulf %f, %slope : f32
    %y = arith.addf %x, %g : f32
    attn.yield %y : f32
  } : tensor<3x768xf32>
  %p = attn.softmax %m : tensor<3x768xf32>
  %o = attn.weighted_sum %p, %v : tensor<3x768xf32>, tensor<768x48xf32> -> tensor<3x48xf32>
  return %o : tensor<3x48xf32>
}

func.func @slope_pairs(%q: tensor<70x32xbf16>, %k: tensor<384x32xbf16>, %v: tensor<384x48xbf16>) -> tensor<70x48xbf16> {
  %s = attn.score dot(%q, %k) scale(0.25) : tensor<70x32xbf16>, tensor<384x32xbf16> -> tensor<70x384xf32>
  %m = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    %jj = arith.index_cast %j : index to i64
    %f = arith.sitofp %jj : i64 to f32
    %slope = arith.constant 0.1 : f32
    %g = arith.mulf %f, %slope : f32
    %y = arith.addf %x, %g : f32
    attn.yield %y : f32
  } : tensor<70x384xf32>
  %p = attn.softmax %m : tensor<70x384xf32> -> tensor<70x384xbf16>
  %o = attn.weighted_sum %p, %v : tensor<70x384xbf16>, tensor<384x48xbf16> -> tensor<70x48xbf16>
  return %o : tensor<70x48xbf16>
}
