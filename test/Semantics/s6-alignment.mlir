// S6: a mask moves the first key of a tile of queries, but not the order of
// any query's sums. s6-alignment.py says how.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: %python %S/s6-alignment.py %s

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
