// Self-attention over an image feature map [batch, channels, height, width]:
// every pixel is a token, and its channels are its features.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: attn-run %s --check --input=1x16x8x8xf32=random:1 | FileCheck %s
// RUN: attn-run %s --check --input=2x16x5x13xf32=random:1 | FileCheck %s
// RUN: attn-run %s --check --input=3x16x1x1xf32=random:1 | FileCheck %s
// CHECK: result[0]: PASS

func.func @attend(%image: tensor<?x16x?x?xf32>) -> tensor<?x16x?x?xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %b = tensor.dim %image, %c0 : tensor<?x16x?x?xf32>
  %h = tensor.dim %image, %c2 : tensor<?x16x?x?xf32>
  %w = tensor.dim %image, %c3 : tensor<?x16x?x?xf32>
  %n = arith.muli %h, %w : index

  // [b, c, h, w] -> [b, h * w, c]
  %flat = tensor.collapse_shape %image [[0], [1], [2, 3]]
      : tensor<?x16x?x?xf32> into tensor<?x16x?xf32>
  %te = tensor.empty(%b, %n) : tensor<?x?x16xf32>
  %tokens = linalg.transpose ins(%flat : tensor<?x16x?xf32>)
                             outs(%te : tensor<?x?x16xf32>) permutation = [0, 2, 1]

  // 1/sqrt(16)
  %s = attn.score dot(%tokens, %tokens) scale(0.25)
      : tensor<?x?x16xf32>, tensor<?x?x16xf32> -> tensor<?x?x?xf32>
  %p = attn.softmax %s : tensor<?x?x?xf32>
  %o = attn.weighted_sum %p, %tokens
      : tensor<?x?x?xf32>, tensor<?x?x16xf32> -> tensor<?x?x16xf32>

  // [b, h * w, c] -> [b, c, h, w]
  %fe = tensor.empty(%b, %n) : tensor<?x16x?xf32>
  %back = linalg.transpose ins(%o : tensor<?x?x16xf32>)
                           outs(%fe : tensor<?x16x?xf32>) permutation = [0, 2, 1]
  %c16 = arith.constant 16 : index
  %shape = tensor.from_elements %b, %c16, %h, %w : tensor<4xindex>
  %result = tensor.reshape %back(%shape)
      : (tensor<?x16x?xf32>, tensor<4xindex>) -> tensor<?x16x?x?xf32>
  return %result : tensor<?x16x?x?xf32>
}
