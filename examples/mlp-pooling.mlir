// Attention without a query: a sequence pooled to one vector, then an output
// function.
//
//   a_j = w2 . relu(W1 x_j + b1)       a multi-layer perceptron scores each x_j
//   c   = sum over j of softmax(a)_j x_j
//   y   = tanh(c W + b)
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: attn-run %s --check --input=12x20xf32=random:1 --input=20x16xf32=random:2 --input=16xf32=random:3 --input=16xf32=random:4 --input=20x6xf32=random:5 --input=6xf32=random:6 | FileCheck %s
// RUN: attn-run %s --check --input=131x20xf32=random:1 --input=20x16xf32=random:2 --input=16xf32=random:3 --input=16xf32=random:4 --input=20x6xf32=random:5 --input=6xf32=random:6 | FileCheck %s
// An empty sequence has the context zero.
// RUN: attn-run %s --check --input=0x20xf32 --input=20x16xf32=random:2 --input=16xf32=random:3 --input=16xf32=random:4 --input=20x6xf32=random:5 --input=6xf32=random:6 | FileCheck %s
// CHECK: result[0]: PASS

#row = affine_map<(i, d) -> (i, d)>

func.func @pool(%x: tensor<?x20xf32>, %w1: tensor<20x16xf32>, %b1: tensor<16xf32>,
                %w2: tensor<16xf32>, %w: tensor<20x6xf32>, %b: tensor<6xf32>)
    -> tensor<1x6xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x20xf32>

  // hidden = relu(x W1 + b1)
  %e = tensor.empty(%n) : tensor<?x16xf32>
  %init = linalg.broadcast ins(%b1 : tensor<16xf32>) outs(%e : tensor<?x16xf32>) dimensions = [0]
  %linear = linalg.matmul ins(%x, %w1 : tensor<?x20xf32>, tensor<20x16xf32>)
                          outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  %hidden = linalg.generic {indexing_maps = [#row, #row], iterator_types = ["parallel", "parallel"]}
      ins(%linear : tensor<?x16xf32>) outs(%e : tensor<?x16xf32>) {
  ^bb0(%h: f32, %out: f32):
    %r = arith.maximumf %h, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x16xf32>

  // The last layer of the perceptron is the score.
  %a = attn.score pairwise(%hidden) params(%w2) {
  ^bb0(%h: f32, %wd: f32):
    %r = arith.mulf %h, %wd : f32
    attn.yield %r : f32
  } : tensor<?x16xf32>, tensor<16xf32> -> tensor<1x?xf32>
  %p = attn.softmax %a : tensor<1x?xf32>
  %c = attn.weighted_sum %p, %x
      : tensor<1x?xf32>, tensor<?x20xf32> -> tensor<1x20xf32>

  // y = tanh(c W + b)
  %ye = tensor.empty() : tensor<1x6xf32>
  %y0 = linalg.broadcast ins(%b : tensor<6xf32>) outs(%ye : tensor<1x6xf32>) dimensions = [0]
  %y1 = linalg.matmul ins(%c, %w : tensor<1x20xf32>, tensor<20x6xf32>)
                      outs(%y0 : tensor<1x6xf32>) -> tensor<1x6xf32>
  %y = math.tanh %y1 : tensor<1x6xf32>
  return %y : tensor<1x6xf32>
}
