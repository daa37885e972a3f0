// A decoder: one query for each head, and all keys so far.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

func.func @f32(%q: tensor<1x8x1x128xf32>,
              %k: tensor<1x8x8192x128xf32>,
              %v: tensor<1x8x8192x128xf32>)
    -> tensor<1x8x1x128xf32> {
  %s = attn.score dot(%q, %k) scale(0.08838834764831845)
      : tensor<1x8x1x128xf32>, tensor<1x8x8192x128xf32> -> tensor<1x8x1x8192xf32>
  %p = attn.softmax %s : tensor<1x8x1x8192xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x8x1x8192xf32>, tensor<1x8x8192x128xf32> -> tensor<1x8x1x128xf32>
  return %o : tensor<1x8x1x128xf32>
}

func.func @f32_grouped(%q: tensor<1x32x1x128xf32>,
                      %k: tensor<1x8x8192x128xf32>,
                      %v: tensor<1x8x8192x128xf32>)
    -> tensor<1x32x1x128xf32> {
  %s = attn.score dot(%q, %k) scale(0.08838834764831845)
      : tensor<1x32x1x128xf32>, tensor<1x8x8192x128xf32> -> tensor<1x32x1x8192xf32>
  %p = attn.softmax %s : tensor<1x32x1x8192xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x32x1x8192xf32>, tensor<1x8x8192x128xf32> -> tensor<1x32x1x128xf32>
  return %o : tensor<1x32x1x128xf32>
}

func.func @bf16(%q: tensor<1x8x1x128xbf16>,
               %k: tensor<1x8x8192x128xbf16>,
               %v: tensor<1x8x8192x128xbf16>)
    -> tensor<1x8x1x128xbf16> {
  %s = attn.score dot(%q, %k) scale(0.08838834764831845)
      : tensor<1x8x1x128xbf16>, tensor<1x8x8192x128xbf16> -> tensor<1x8x1x8192xf32>
  %p = attn.softmax %s : tensor<1x8x1x8192xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x8x1x8192xf32>, tensor<1x8x8192x128xbf16> -> tensor<1x8x1x128xbf16>
  return %o : tensor<1x8x1x128xbf16>
}
