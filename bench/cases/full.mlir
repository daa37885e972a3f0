// Every query sees every key: one head, by size, type and how much is known.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

func.func @f32_d64(%q: tensor<1x1x2048x64xf32>,
                   %k: tensor<1x1x2048x64xf32>,
                   %v: tensor<1x1x2048x64xf32>)
    -> tensor<1x1x2048x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<1x1x2048x64xf32>, tensor<1x1x2048x64xf32> -> tensor<1x1x2048x2048xf32>
  %p = attn.softmax %s : tensor<1x1x2048x2048xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x2048x2048xf32>, tensor<1x1x2048x64xf32> -> tensor<1x1x2048x64xf32>
  return %o : tensor<1x1x2048x64xf32>
}

func.func @f32_d128(%q: tensor<1x1x4096x128xf32>,
                    %k: tensor<1x1x4096x128xf32>,
                    %v: tensor<1x1x4096x128xf32>)
    -> tensor<1x1x4096x128xf32> {
  %s = attn.score dot(%q, %k) scale(0.08838834764831845)
      : tensor<1x1x4096x128xf32>, tensor<1x1x4096x128xf32> -> tensor<1x1x4096x4096xf32>
  %p = attn.softmax %s : tensor<1x1x4096x4096xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x4096x4096xf32>, tensor<1x1x4096x128xf32> -> tensor<1x1x4096x128xf32>
  return %o : tensor<1x1x4096x128xf32>
}

func.func @f32_d64_dynamic(%q: tensor<?x?x?x64xf32>,
                           %k: tensor<?x?x?x64xf32>,
                           %v: tensor<?x?x?x64xf32>)
    -> tensor<?x?x?x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<?x?x?x64xf32>, tensor<?x?x?x64xf32> -> tensor<?x?x?x?xf32>
  %p = attn.softmax %s : tensor<?x?x?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x?x?x?xf32>, tensor<?x?x?x64xf32> -> tensor<?x?x?x64xf32>
  return %o : tensor<?x?x?x64xf32>
}

func.func @f16_d64(%q: tensor<1x1x2048x64xf16>,
                   %k: tensor<1x1x2048x64xf16>,
                   %v: tensor<1x1x2048x64xf16>)
    -> tensor<1x1x2048x64xf16> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<1x1x2048x64xf16>, tensor<1x1x2048x64xf16> -> tensor<1x1x2048x2048xf32>
  %p = attn.softmax %s : tensor<1x1x2048x2048xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x2048x2048xf32>, tensor<1x1x2048x64xf16> -> tensor<1x1x2048x64xf16>
  return %o : tensor<1x1x2048x64xf16>
}

func.func @bf16_d64(%q: tensor<1x1x2048x64xbf16>,
                    %k: tensor<1x1x2048x64xbf16>,
                    %v: tensor<1x1x2048x64xbf16>)
    -> tensor<1x1x2048x64xbf16> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<1x1x2048x64xbf16>, tensor<1x1x2048x64xbf16> -> tensor<1x1x2048x2048xf32>
  %p = attn.softmax %s : tensor<1x1x2048x2048xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x2048x2048xf32>, tensor<1x1x2048x64xbf16> -> tensor<1x1x2048x64xbf16>
  return %o : tensor<1x1x2048x64xbf16>
}

func.func @f32_d64_short(%q: tensor<1x1x512x64xf32>,
                         %k: tensor<1x1x512x64xf32>,
                         %v: tensor<1x1x512x64xf32>)
    -> tensor<1x1x512x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<1x1x512x64xf32>, tensor<1x1x512x64xf32> -> tensor<1x1x512x512xf32>
  %p = attn.softmax %s : tensor<1x1x512x512xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x512x512xf32>, tensor<1x1x512x64xf32> -> tensor<1x1x512x64xf32>
  return %o : tensor<1x1x512x64xf32>
}

func.func @f32_d80(%q: tensor<1x1x2048x80xf32>,
                   %k: tensor<1x1x2048x80xf32>,
                   %v: tensor<1x1x2048x80xf32>)
    -> tensor<1x1x2048x80xf32> {
  %s = attn.score dot(%q, %k) scale(0.1118033988749895)
      : tensor<1x1x2048x80xf32>, tensor<1x1x2048x80xf32> -> tensor<1x1x2048x2048xf32>
  %p = attn.softmax %s : tensor<1x1x2048x2048xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x2048x2048xf32>, tensor<1x1x2048x80xf32> -> tensor<1x1x2048x80xf32>
  return %o : tensor<1x1x2048x80xf32>
}

func.func @f32_d96(%q: tensor<1x1x2048x96xf32>,
                   %k: tensor<1x1x2048x96xf32>,
                   %v: tensor<1x1x2048x96xf32>)
    -> tensor<1x1x2048x96xf32> {
  %s = attn.score dot(%q, %k) scale(0.10206207261596577)
      : tensor<1x1x2048x96xf32>, tensor<1x1x2048x96xf32> -> tensor<1x1x2048x2048xf32>
  %p = attn.softmax %s : tensor<1x1x2048x2048xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x2048x2048xf32>, tensor<1x1x2048x96xf32> -> tensor<1x1x2048x96xf32>
  return %o : tensor<1x1x2048x96xf32>
}

func.func @f32_d112(%q: tensor<1x1x2048x112xf32>,
                    %k: tensor<1x1x2048x112xf32>,
                    %v: tensor<1x1x2048x112xf32>)
    -> tensor<1x1x2048x112xf32> {
  %s = attn.score dot(%q, %k) scale(0.0944911182523068)
      : tensor<1x1x2048x112xf32>, tensor<1x1x2048x112xf32> -> tensor<1x1x2048x2048xf32>
  %p = attn.softmax %s : tensor<1x1x2048x2048xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x2048x2048xf32>, tensor<1x1x2048x112xf32> -> tensor<1x1x2048x112xf32>
  return %o : tensor<1x1x2048x112xf32>
}

func.func @f32_d256(%q: tensor<1x1x2048x256xf32>,
                    %k: tensor<1x1x2048x256xf32>,
                    %v: tensor<1x1x2048x256xf32>)
    -> tensor<1x1x2048x256xf32> {
  %s = attn.score dot(%q, %k) scale(0.0625)
      : tensor<1x1x2048x256xf32>, tensor<1x1x2048x256xf32> -> tensor<1x1x2048x2048xf32>
  %p = attn.softmax %s : tensor<1x1x2048x2048xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x2048x2048xf32>, tensor<1x1x2048x256xf32> -> tensor<1x1x2048x256xf32>
  return %o : tensor<1x1x2048x256xf32>
}

func.func @bf16_weights_d64(%q: tensor<1x1x2048x64xbf16>,
                            %k: tensor<1x1x2048x64xbf16>,
                            %v: tensor<1x1x2048x64xbf16>)
    -> tensor<1x1x2048x64xbf16> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<1x1x2048x64xbf16>, tensor<1x1x2048x64xbf16> -> tensor<1x1x2048x2048xf32>
  %p = attn.softmax %s : tensor<1x1x2048x2048xf32> -> tensor<1x1x2048x2048xbf16>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x2048x2048xbf16>, tensor<1x1x2048x64xbf16> -> tensor<1x1x2048x64xbf16>
  return %o : tensor<1x1x2048x64xbf16>
}

func.func @bf16_weights_d128(%q: tensor<1x1x4096x128xbf16>,
                            %k: tensor<1x1x4096x128xbf16>,
                            %v: tensor<1x1x4096x128xbf16>)
    -> tensor<1x1x4096x128xbf16> {
  %s = attn.score dot(%q, %k) scale(0.08838834764831845)
      : tensor<1x1x4096x128xbf16>, tensor<1x1x4096x128xbf16> -> tensor<1x1x4096x4096xf32>
  %p = attn.softmax %s : tensor<1x1x4096x4096xf32> -> tensor<1x1x4096x4096xbf16>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x4096x4096xbf16>, tensor<1x1x4096x128xbf16> -> tensor<1x1x4096x128xbf16>
  return %o : tensor<1x1x4096x128xbf16>
}
