// Rules of docs/Semantics.md, bit for bit; promises.py says how.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %python %S/promises.py %s

func.func @plain(%q: tensor<?x2x?x?xf32>, %k: tensor<?x2x?x?xf32>, %v: tensor<?x2x?x?xf32>)
    -> (tensor<?x2x?x?xf32>, tensor<?x2x?xf32>) {
  %s = attn.score dot(%q, %k) scale(0.2) : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> -> tensor<?x2x?x?xf32>
  %p, %l = attn.softmax %s : tensor<?x2x?x?xf32>, tensor<?x2x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> -> tensor<?x2x?x?xf32>
  return %o, %l : tensor<?x2x?x?xf32>, tensor<?x2x?xf32>
}

func.func @causal(%q: tensor<?x2x?x?xf32>, %k: tensor<?x2x?x?xf32>, %v: tensor<?x2x?x?xf32>)
    -> (tensor<?x2x?x?xf32>, tensor<?x2x?xf32>) {
  %s = attn.score dot(%q, %k) scale(0.2) : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> -> tensor<?x2x?x?xf32>
  %m = attn.mask %s causal : tensor<?x2x?x?xf32>
  %p, %l = attn.softmax %m : tensor<?x2x?x?xf32>, tensor<?x2x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> -> tensor<?x2x?x?xf32>
  return %o, %l : tensor<?x2x?x?xf32>, tensor<?x2x?xf32>
}

func.func @window(%q: tensor<?x2x?x?xf32>, %k: tensor<?x2x?x?xf32>, %v: tensor<?x2x?x?xf32>)
    -> (tensor<?x2x?x?xf32>, tensor<?x2x?xf32>) {
  %s = attn.score dot(%q, %k) scale(0.2) : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> -> tensor<?x2x?x?xf32>
  %m = attn.mask %s window(40, 3) : tensor<?x2x?x?xf32>
  %p, %l = attn.softmax %m : tensor<?x2x?x?xf32>, tensor<?x2x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> -> tensor<?x2x?x?xf32>
  return %o, %l : tensor<?x2x?x?xf32>, tensor<?x2x?xf32>
}

// Removed by a score_mod that yields -inf, one key in three, and by a length.
func.func @sparse(%q: tensor<?x2x?x?xf32>, %k: tensor<?x2x?x?xf32>, %v: tensor<?x2x?x?xf32>,
                  %n: tensor<?xi64>) -> (tensor<?x2x?x?xf32>, tensor<?x2x?xf32>) {
  %s = attn.score dot(%q, %k) scale(0.2) : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> -> tensor<?x2x?x?xf32>
  %t = attn.score_mod %s {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %c0 = arith.constant 0 : index
    %c3 = arith.constant 3 : index
    %removed = arith.constant 0xFF800000 : f32
    %r = arith.remui %j, %c3 : index
    %is = arith.cmpi eq, %r, %c0 : index
    %y = arith.select %is, %removed, %x : f32
    attn.yield %y : f32
  } : tensor<?x2x?x?xf32>
  %m = attn.mask %t lengths(%n : tensor<?xi64>) : tensor<?x2x?x?xf32>
  %p, %l = attn.softmax %m : tensor<?x2x?x?xf32>, tensor<?x2x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> -> tensor<?x2x?x?xf32>
  return %o, %l : tensor<?x2x?x?xf32>, tensor<?x2x?xf32>
}
