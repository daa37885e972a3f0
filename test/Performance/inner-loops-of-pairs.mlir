// The loops of inner-loops.mlir with pairs of bf16: half as many products, and a
// pair of a key in all lanes is one load, with its broadcast.

// RUN: attn-run %s --emit=asm --threads=1 --mtriple=x86_64-linux-gnu --mcpu=znver4 -o %t.s
// RUN: %python %S/Inputs/loops.py %t.s zmm | FileCheck %s

// Whether the values are finite.
// CHECK: dot={{[0-9]+}} dot/load=1.00 spills=0
// The scores, in the pass that takes weights at once and in the exact one; each
// also for the last keys two by two.
// CHECK: dot=16 dot/load=2.00 spills=0
// CHECK-NEXT: dot=8 dot/load=1.33 spills=0
// CHECK-NEXT: dot=16 dot/load=2.00 spills=0
// CHECK-NEXT: dot=8 dot/load=1.33 spills=0
// The weighted sum, and for values that are not finite feature by feature.
// CHECK: dot=16 dot/load=2.00 spills=0
// CHECK-NEXT: dot=4 {{.*}} spills=0
// CHECK-NOT: {{dot|fma}}=

func.func @attention(%q: tensor<?x64xbf16>, %k: tensor<?x64xbf16>, %v: tensor<?x64xbf16>)
    -> tensor<?x64xbf16> {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<?x64xbf16>, tensor<?x64xbf16> -> tensor<?x?xf32>
  %m = attn.mask %s causal : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32> -> tensor<?x?xbf16>
  %o = attn.weighted_sum %p, %v : tensor<?x?xbf16>, tensor<?x64xbf16> -> tensor<?x64xbf16>
  return %o : tensor<?x64xbf16>
}
