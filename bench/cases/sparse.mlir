// Masks that keep a small part of a long sequence.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

func.func @window(%q: tensor<1x1x8192x64xf32>,
                  %k: tensor<1x1x8192x64xf32>,
                  %v: tensor<1x1x8192x64xf32>)
    -> tensor<1x1x8192x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<1x1x8192x64xf32>, tensor<1x1x8192x64xf32> -> tensor<1x1x8192x8192xf32>
  %m = attn.mask %s window(256, 0) : tensor<1x1x8192x8192xf32>
  %p = attn.softmax %m : tensor<1x1x8192x8192xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x8192x8192xf32>, tensor<1x1x8192x64xf32> -> tensor<1x1x8192x64xf32>
  return %o : tensor<1x1x8192x64xf32>
}

func.func @segments(%q: tensor<1x1x8192x64xf32>,
                    %k: tensor<1x1x8192x64xf32>,
                    %v: tensor<1x1x8192x64xf32>,
                    %document: tensor<1x8192xi64>)
    -> tensor<1x1x8192x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<1x1x8192x64xf32>, tensor<1x1x8192x64xf32> -> tensor<1x1x8192x8192xf32>
  %m = attn.mask %s segments(%document, %document : tensor<1x8192xi64>, tensor<1x8192xi64>) : tensor<1x1x8192x8192xf32>
  %p = attn.softmax %m : tensor<1x1x8192x8192xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x8192x8192xf32>, tensor<1x1x8192x64xf32> -> tensor<1x1x8192x64xf32>
  return %o : tensor<1x1x8192x64xf32>
}
