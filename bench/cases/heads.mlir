// Several heads: groups that share keys, other numbers of queries than of keys,
// and heads that stand between tokens.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

func.func @grouped(%q: tensor<1x32x1024x64xf32>,
              %k: tensor<1x8x1024x64xf32>,
              %v: tensor<1x8x1024x64xf32>)
    -> tensor<1x32x1024x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<1x32x1024x64xf32>, tensor<1x8x1024x64xf32> -> tensor<1x32x1024x1024xf32>
  %p = attn.softmax %s : tensor<1x32x1024x1024xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x32x1024x1024xf32>, tensor<1x8x1024x64xf32> -> tensor<1x32x1024x64xf32>
  return %o : tensor<1x32x1024x64xf32>
}

func.func @cross(%q: tensor<1x1x512x64xf32>,
              %k: tensor<1x1x4096x64xf32>,
              %v: tensor<1x1x4096x64xf32>)
    -> tensor<1x1x512x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<1x1x512x64xf32>, tensor<1x1x4096x64xf32> -> tensor<1x1x512x4096xf32>
  %p = attn.softmax %s : tensor<1x1x512x4096xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x512x4096xf32>, tensor<1x1x4096x64xf32> -> tensor<1x1x512x64xf32>
  return %o : tensor<1x1x512x64xf32>
}

func.func @tokens_first(%tq: tensor<1x2048x4x64xf32>,
                        %tk: tensor<1x2048x4x64xf32>,
                        %tv: tensor<1x2048x4x64xf32>)
    -> tensor<1x2048x4x64xf32> {
  %e = tensor.empty() : tensor<1x4x2048x64xf32>
  %q = linalg.transpose ins(%tq : tensor<1x2048x4x64xf32>)
                        outs(%e : tensor<1x4x2048x64xf32>) permutation = [0, 2, 1, 3]
  %k = linalg.transpose ins(%tk : tensor<1x2048x4x64xf32>)
                        outs(%e : tensor<1x4x2048x64xf32>) permutation = [0, 2, 1, 3]
  %v = linalg.transpose ins(%tv : tensor<1x2048x4x64xf32>)
                        outs(%e : tensor<1x4x2048x64xf32>) permutation = [0, 2, 1, 3]
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<1x4x2048x64xf32>, tensor<1x4x2048x64xf32> -> tensor<1x4x2048x2048xf32>
  %p = attn.softmax %s : tensor<1x4x2048x2048xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x4x2048x2048xf32>, tensor<1x4x2048x64xf32> -> tensor<1x4x2048x64xf32>
  %te = tensor.empty() : tensor<1x2048x4x64xf32>
  %to = linalg.transpose ins(%o : tensor<1x4x2048x64xf32>)
                         outs(%te : tensor<1x2048x4x64xf32>) permutation = [0, 2, 1, 3]
  return %to : tensor<1x2048x4x64xf32>
}
