// S7: no flag that lets LLVM forget that there are NaNs and infinities, before
// and after its optimizations.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DEFINE: %{flags} = (fadd|fsub|fmul|fdiv|fneg|fcmp|call|select|phi|fptrunc|fpext) (fast|nnan|ninf|nsz|arcp|contract|afn|reassoc) |-fp-math.=.true|unsafe-fp
// RUN: attn-run %s --stop-after=llvm --print > %t.mlir
// RUN: attn-run %s --emit=llvm -o %t.ll
// RUN: attn-run %s --route=naive --emit=llvm -o %t.naive.ll
// RUN: not grep -nE "fastmath<(fast|nnan|ninf|nsz|arcp|contract|afn|reassoc)" %t.mlir
// RUN: not grep -nE "%{flags}" %t.ll
// RUN: not grep -nE "%{flags}" %t.naive.ll

// What is looked for would be found.
// RUN: FileCheck %s < %t.ll
// CHECK: fmul
// RUN: echo "%%1 = fmul nnan float %%x, %%y" | grep -E "%{flags}"
// RUN: echo "%%1 = call reassoc float @f()" | grep -E "%{flags}"
// RUN: echo '"no-nans-fp-math"="true"' | grep -E "%{flags}"

func.func @f(%q: tensor<2x?x64xbf16>, %k: tensor<1x?x64xbf16>, %v: tensor<1x?x64xbf16>,
             %sink: tensor<2xf32>) -> (tensor<2x?x64xbf16>, tensor<2x?xf32>) {
  %s = attn.score pairwise(%q, %k) scale(0.125) {
  ^bb0(%x: f32, %y: f32):
    %0 = arith.subf %x, %y : f32
    %1 = math.absf %0 : f32
    attn.yield %1 : f32
  } : tensor<2x?x64xbf16>, tensor<1x?x64xbf16> -> tensor<2x?x?xf32>
  %a = attn.score_mod %s {
  ^bb0(%x: f32, %h: index, %i: index, %j: index):
    %c = arith.constant 30.0 : f32
    %0 = arith.divf %x, %c : f32
    %1 = math.tanh %0 : f32
    %2 = arith.mulf %1, %c : f32
    attn.yield %2 : f32
  } : tensor<2x?x?xf32>
  %m = attn.mask %a causal : tensor<2x?x?xf32>
  %p, %l = attn.softmax %m sink(%sink : tensor<2xf32>) : tensor<2x?x?xf32>, tensor<2x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<2x?x?xf32>, tensor<1x?x64xbf16> -> tensor<2x?x64xbf16>
  return %o, %l : tensor<2x?x64xbf16>, tensor<2x?xf32>
}
