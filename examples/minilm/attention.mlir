// Self-attention of MiniLM: 12 heads of 32 features, any batch, any length.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Sentence b of the batch has lengths[b] tokens; what follows is padding.
func.func @attention(%q: tensor<?x12x?x32xf32>, %k: tensor<?x12x?x32xf32>,
                     %v: tensor<?x12x?x32xf32>, %lengths: tensor<?xi64>)
    -> tensor<?x12x?x32xf32> {
  // 1/sqrt(32)
  %s = attn.score dot(%q, %k) scale(0.17677669529663687)
      : tensor<?x12x?x32xf32>, tensor<?x12x?x32xf32> -> tensor<?x12x?x?xf32>
  %m = attn.mask %s lengths(%lengths : tensor<?xi64>) : tensor<?x12x?x?xf32>
  %p = attn.softmax %m : tensor<?x12x?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x12x?x?xf32>, tensor<?x12x?x32xf32> -> tensor<?x12x?x32xf32>
  return %o : tensor<?x12x?x32xf32>
}

// The weights of one head over one sentence, to look at.
func.func @weights(%q: tensor<?x32xf32>, %k: tensor<?x32xf32>) -> tensor<?x?xf32> {
  %s = attn.score dot(%q, %k) scale(0.17677669529663687)
      : tensor<?x32xf32>, tensor<?x32xf32> -> tensor<?x?xf32>
  %p = attn.softmax %s : tensor<?x?xf32>
  return %p : tensor<?x?xf32>
}
