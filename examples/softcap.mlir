// A tanh soft cap bounds the scores: cap * tanh(s / cap), with a causal mask.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The mask comes first here. A score_mod leaves removed keys alone, so the
// other order gives the same result; `tanh(-inf)` does not bring a key back.
// RUN: attn-run %s --entry=mask_first --check --output=@%t.1.npy --input=2x2x33x32xf16=random:1 --input=2x2x33x32xf16=random:2 --input=2x2x33x32xf16=random:3 | FileCheck %s
// RUN: attn-run %s --entry=mod_first --check --output=@%t.2.npy --input=2x2x33x32xf16=random:1 --input=2x2x33x32xf16=random:2 --input=2x2x33x32xf16=random:3 | FileCheck %s
// RUN: cmp %t.1.npy %t.2.npy
// RUN: attn-run %s --entry=mask_first --check --input=1x2x7x32xf16=random:1 --input=1x2x90x32xf16=random:2 --input=1x2x90x32xf16=random:3 | FileCheck %s
// CHECK: result[0]: PASS

func.func @mask_first(%q: tensor<?x2x?x32xf16>, %k: tensor<?x2x?x32xf16>,
                      %v: tensor<?x2x?x32xf16>) -> tensor<?x2x?x32xf16> {
  %s = attn.score dot(%q, %k)
      : tensor<?x2x?x32xf16>, tensor<?x2x?x32xf16> -> tensor<?x2x?x?xf32>
  %m = attn.mask %s causal : tensor<?x2x?x?xf32>
  %t = attn.score_mod %m {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %cap = arith.constant 5.0 : f32
    %0 = arith.divf %x, %cap : f32
    %1 = math.tanh %0 : f32
    %2 = arith.mulf %1, %cap : f32
    attn.yield %2 : f32
  } : tensor<?x2x?x?xf32>
  %p = attn.softmax %t : tensor<?x2x?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x2x?x?xf32>, tensor<?x2x?x32xf16> -> tensor<?x2x?x32xf16>
  return %o : tensor<?x2x?x32xf16>
}

func.func @mod_first(%q: tensor<?x2x?x32xf16>, %k: tensor<?x2x?x32xf16>,
                     %v: tensor<?x2x?x32xf16>) -> tensor<?x2x?x32xf16> {
  %s = attn.score dot(%q, %k)
      : tensor<?x2x?x32xf16>, tensor<?x2x?x32xf16> -> tensor<?x2x?x?xf32>
  %t = attn.score_mod %s {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %cap = arith.constant 5.0 : f32
    %0 = arith.divf %x, %cap : f32
    %1 = math.tanh %0 : f32
    %2 = arith.mulf %1, %cap : f32
    attn.yield %2 : f32
  } : tensor<?x2x?x?xf32>
  %m = attn.mask %t causal : tensor<?x2x?x?xf32>
  %p = attn.softmax %m : tensor<?x2x?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x2x?x?xf32>, tensor<?x2x?x32xf16> -> tensor<?x2x?x32xf16>
  return %o : tensor<?x2x?x32xf16>
}
