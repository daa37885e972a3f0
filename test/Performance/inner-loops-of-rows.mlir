// The loops for a few queries: vectors of keys and values are loaded once for all
// queries, and nothing is spilled.

// RUN: attn-run %s --entry=one --emit=asm --threads=1 --mtriple=x86_64-linux-gnu --mcpu=znver4 -o %t.one.s
// RUN: attn-run %s --entry=eight --emit=asm --threads=1 --mtriple=x86_64-linux-gnu --mcpu=znver4 -o %t.eight.s
// RUN: cat %t.one.s %t.eight.s > %t.s
// RUN: %python %S/Inputs/loops.py %t.s zmm | FileCheck %s

// One query: 4 keys of 8 vectors each, which are the only loads beside its own 8;
// the first product of a key is added to nothing.
// CHECK: fma=28 fma/load=0.70 spills=0
// The weights.
// CHECK-NEXT: {{.*}} spills=0
// The sums: 8 vectors of a row of values and one weight; and again for values that
// are not finite.
// CHECK-NEXT: fma=8 fma/load=0.89 spills=0
// CHECK-NEXT: fma=8 fma/load=0.89 spills=0

// Eight queries: 2 keys of 8 vectors each, and the queries twice; 2 vectors of
// values and 8 weights.
// CHECK-NEXT: fma=112 fma/load=1.40 spills=0
// CHECK-NEXT: {{.*}} spills=0
// CHECK-NEXT: fma=16 fma/load=1.60 spills=0

func.func @one(%q: tensor<1x128xf32>, %k: tensor<?x128xf32>, %v: tensor<?x128xf32>) -> tensor<1x128xf32> {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<1x128xf32>, tensor<?x128xf32> -> tensor<1x?xf32>
  %p = attn.softmax %s : tensor<1x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<1x?xf32>, tensor<?x128xf32> -> tensor<1x128xf32>
  return %o : tensor<1x128xf32>
}

func.func @eight(%q: tensor<8x128xf32>, %k: tensor<?x128xf32>, %v: tensor<?x128xf32>) -> tensor<8x128xf32> {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<8x128xf32>, tensor<?x128xf32> -> tensor<8x?xf32>
  %p = attn.softmax %s : tensor<8x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<8x?xf32>, tensor<?x128xf32> -> tensor<8x128xf32>
  return %o : tensor<8x128xf32>
}
