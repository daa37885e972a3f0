// One query, or none, with a score that is no dot product: features are lanes,
// and rows need not fill vectors.

// RUN: attn-run %s --check --entry=pool --input=3x700x20xf32=random:1 --input=20xf32=random:2 | FileCheck %s
// RUN: attn-run %s --check --entry=pool --input=3x5x20xf32=random:1 --input=20xf32=random:2 | FileCheck %s
// RUN: attn-run %s --check --entry=pool --input=3x0x20xf32=random:1 --input=20xf32=random:2 | FileCheck %s
// RUN: attn-run %s --check --entry=one --input=2x6x1x48xbf16=random:1 --input=2x2x300x48xbf16=random:2 --input=2x2x300x200xbf16=random:3 --input=6xf32=random:4 --input=2xindex=300,17 | FileCheck %s
// RUN: attn-run %s --check --entry=wide --input=1x9xf64=random:1 --input=500x9xf64=random:2 --input=500x3xf64=random:3 | FileCheck %s
// RUN: attn-run %s --check --entry=growing --input=900x16xf32=random:1 | FileCheck %s
// RUN: attn-run %s --check --entry=long --input=70x280xf32=random:1 --input=280xf32=random:2 | FileCheck %s
// CHECK: result[0]: PASS
// CHECK-NEXT: result[1]: PASS

// The keys are the values.
func.func @pool(%x: tensor<3x?x20xf32>, %w: tensor<20xf32>) -> (tensor<3x1x20xf32>, tensor<3x1xf32>) {
  %s = attn.score pairwise(%x) params(%w) {
  ^bb0(%y: f32, %wd: f32):
    %one = arith.constant 1.0 : f32
    %t = math.tanh %y : f32
    %a = arith.mulf %t, %wd : f32
    %r = arith.addf %a, %one : f32
    attn.yield %r : f32
  } : tensor<3x?x20xf32>, tensor<20xf32> -> tensor<3x1x?xf32>
  %p, %l = attn.softmax %s : tensor<3x1x?xf32>, tensor<3x1xf32>
  %o = attn.weighted_sum %p, %x : tensor<3x1x?xf32>, tensor<3x?x20xf32> -> tensor<3x1x20xf32>
  return %o, %l : tensor<3x1x20xf32>, tensor<3x1xf32>
}

// More vectors of terms than are computed without a loop, and half of one.
func.func @long(%x: tensor<70x280xf32>, %w: tensor<280xf32>) -> (tensor<1x280xf32>, tensor<1xf32>) {
  %s = attn.score pairwise(%x) params(%w) {
  ^bb0(%y: f32, %wd: f32):
    %one = arith.constant 1.0 : f32
    %t = arith.addf %y, %one : f32
    %r = arith.mulf %t, %wd : f32
    attn.yield %r : f32
  } : tensor<70x280xf32>, tensor<280xf32> -> tensor<1x70xf32>
  %p, %l = attn.softmax %s : tensor<1x70xf32>, tensor<1xf32>
  %o = attn.weighted_sum %p, %x : tensor<1x70xf32>, tensor<70x280xf32> -> tensor<1x280xf32>
  return %o, %l : tensor<1x280xf32>, tensor<1xf32>
}

// More value features than sums in registers, a bias that grows, and lengths.
func.func @one(%q: tensor<2x6x1x48xbf16>, %k: tensor<2x2x?x48xbf16>, %v: tensor<2x2x?x200xbf16>,
               %slope: tensor<6xf32>, %n: tensor<2xindex>)
    -> (tensor<2x6x1x200xbf16>, tensor<2x6x1xf32>) {
  %s = attn.score pairwise(%q, %k) scale(0.5) {
  ^bb0(%x: f32, %y: f32):
    %d = arith.subf %x, %y : f32
    %r = arith.mulf %d, %d : f32
    %neg = arith.negf %r : f32
    attn.yield %neg : f32
  } : tensor<2x6x1x48xbf16>, tensor<2x2x?x48xbf16> -> tensor<2x6x1x?xf32>
  %a = attn.score_mod %s {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %w = tensor.extract %slope[%h] : tensor<6xf32>
    %jj = arith.index_cast %j : index to i64
    %f = arith.sitofp %jj : i64 to f32
    %y = arith.mulf %w, %f : f32
    %z = arith.addf %x, %y : f32
    attn.yield %z : f32
  } : tensor<2x6x1x?xf32>
  %m = attn.mask %a lengths(%n : tensor<2xindex>) : tensor<2x6x1x?xf32>
  %p, %l = attn.softmax %m : tensor<2x6x1x?xf32>, tensor<2x6x1xf32>
  %o = attn.weighted_sum %p, %v : tensor<2x6x1x?xf32>, tensor<2x2x?x200xbf16> -> tensor<2x6x1x200xbf16>
  return %o, %l : tensor<2x6x1x200xbf16>, tensor<2x6x1xf32>
}

func.func @wide(%q: tensor<1x9xf64>, %k: tensor<?x9xf64>, %v: tensor<?x3xf64>)
    -> (tensor<1x3xf64>, tensor<1xf64>) {
  %s = attn.score pairwise(%q, %k) {
  ^bb0(%x: f64, %y: f64):
    %z = arith.addf %x, %y : f64
    %t = math.tanh %z : f64
    attn.yield %t : f64
  } : tensor<1x9xf64>, tensor<?x9xf64> -> tensor<1x?xf64>
  %m = attn.mask %s window(100, 3) : tensor<1x?xf64>
  %p, %l = attn.softmax %m : tensor<1x?xf64>, tensor<1xf64>
  %o = attn.weighted_sum %p, %v : tensor<1x?xf64>, tensor<?x3xf64> -> tensor<1x3xf64>
  return %o, %l : tensor<1x3xf64>, tensor<1xf64>
}

// Scores outgrow the reference of earlier blocks and tiles again and again.
func.func @growing(%x: tensor<?x16xf32>) -> (tensor<1x16xf32>, tensor<1xf32>) {
  %s = attn.score pairwise(%x) {
  ^bb0(%y: f32):
    attn.yield %y : f32
  } : tensor<?x16xf32> -> tensor<1x?xf32>
  %a = attn.score_mod %s {
  ^bb0(%y: f32, %i: index, %j: index):
    %jj = arith.index_cast %j : index to i32
    %f = arith.sitofp %jj : i32 to f32
    %half = arith.constant 0.5 : f32
    %more = arith.mulf %f, %half : f32
    %z = arith.addf %y, %more : f32
    attn.yield %z : f32
  } : tensor<1x?xf32>
  %p, %l = attn.softmax %a : tensor<1x?xf32>, tensor<1xf32>
  %o = attn.weighted_sum %p, %x : tensor<1x?xf32>, tensor<?x16xf32> -> tensor<1x16xf32>
  return %o, %l : tensor<1x16xf32>, tensor<1xf32>
}
