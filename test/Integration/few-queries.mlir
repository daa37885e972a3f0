// Few queries, known to be few: the lanes are features and keys.

// RUN: attn-run %s --check --entry=one --input=2x6x1x64xf32=random:1 --input=2x6x700x64xf32=random:2 --input=2x6x700x32xf32=random:3 | FileCheck %s
// RUN: attn-run %s --check --entry=one --input=2x6x1x64xf32=random:1 --input=2x6x5x64xf32=random:2 --input=2x6x5x32xf32=random:3 | FileCheck %s
// RUN: attn-run %s --check --entry=one --input=2x6x1x64xf32=random:1 --input=2x6x0x64xf32=random:2 --input=2x6x0x32xf32=random:3 | FileCheck %s
// RUN: attn-run %s --check --entry=grouped --input=2x6x1x16xbf16=random:1 --input=2x2x300x16xbf16=random:2 --input=2x2x300x48xbf16=random:3 --input=6xf32=random:4 --input=2xindex=300,17 | FileCheck %s
// RUN: attn-run %s --check --entry=eight --input=8x32xf64=random:1 --input=500x32xf64=random:2 --input=500x16xf64=random:3 | FileCheck %s
// CHECK: result[0]: PASS
// CHECK-NEXT: result[1]: PASS

func.func @one(%q: tensor<2x6x1x64xf32>, %k: tensor<2x6x?x64xf32>, %v: tensor<2x6x?x32xf32>)
    -> (tensor<2x6x1x32xf32>, tensor<2x6x1xf32>) {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<2x6x1x64xf32>, tensor<2x6x?x64xf32> -> tensor<2x6x1x?xf32>
  %m = attn.mask %s causal : tensor<2x6x1x?xf32>
  %p, %l = attn.softmax %m : tensor<2x6x1x?xf32>, tensor<2x6x1xf32>
  %o = attn.weighted_sum %p, %v : tensor<2x6x1x?xf32>, tensor<2x6x?x32xf32> -> tensor<2x6x1x32xf32>
  return %o, %l : tensor<2x6x1x32xf32>, tensor<2x6x1xf32>
}

// Heads in groups of three, a bias for each head that grows, and lengths.
func.func @grouped(%q: tensor<2x6x1x16xbf16>, %k: tensor<2x2x?x16xbf16>, %v: tensor<2x2x?x48xbf16>,
                   %slope: tensor<6xf32>, %n: tensor<2xindex>)
    -> (tensor<2x6x1x48xbf16>, tensor<2x6x1xf32>) {
  %s = attn.score dot(%q, %k) : tensor<2x6x1x16xbf16>, tensor<2x2x?x16xbf16> -> tensor<2x6x1x?xf32>
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
  %o = attn.weighted_sum %p, %v : tensor<2x6x1x?xf32>, tensor<2x2x?x48xbf16> -> tensor<2x6x1x48xbf16>
  return %o, %l : tensor<2x6x1x48xbf16>, tensor<2x6x1xf32>
}

func.func @eight(%q: tensor<8x32xf64>, %k: tensor<?x32xf64>, %v: tensor<?x16xf64>)
    -> (tensor<8x16xf64>, tensor<8xf64>) {
  %s = attn.score dot(%q, %k) scale(2.0) : tensor<8x32xf64>, tensor<?x32xf64> -> tensor<8x?xf64>
  %m = attn.mask %s window(100, 3) : tensor<8x?xf64>
  %p, %l = attn.softmax %m : tensor<8x?xf64>, tensor<8xf64>
  %o = attn.weighted_sum %p, %v : tensor<8x?xf64>, tensor<?x16xf64> -> tensor<8x16xf64>
  return %o, %l : tensor<8x16xf64>, tensor<8xf64>
}
