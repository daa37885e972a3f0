// Additive (Bahdanau) attention: score(q, k) = v . tanh(W1 q + W2 k).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The projections are ordinary matrix products. What is left for each pair of
// query and key is a sum over the hidden features, and no n x n x hidden tensor
// is ever stored.
// RUN: attn-run %s --check --input=16x24xf32=random:1 --input=16x40xf32=random:2 --input=24x32xf32=random:3 --input=40x32xf32=random:4 --input=32xf32=random:5 | FileCheck %s
// RUN: attn-run %s --check --input=7x24xf32=random:1 --input=83x40xf32=random:2 --input=24x32xf32=random:3 --input=40x32xf32=random:4 --input=32xf32=random:5 | FileCheck %s
// RUN: attn-run %s --check --input=1x24xf32=random:1 --input=1x40xf32=random:2 --input=24x32xf32=random:3 --input=40x32xf32=random:4 --input=32xf32=random:5 | FileCheck %s
// CHECK: result[0]: PASS

func.func @attention(%query: tensor<?x24xf32>, %memory: tensor<?x40xf32>,
                     %w1: tensor<24x32xf32>, %w2: tensor<40x32xf32>,
                     %v: tensor<32xf32>) -> tensor<?x40xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %m = tensor.dim %query, %c0 : tensor<?x24xf32>
  %n = tensor.dim %memory, %c0 : tensor<?x40xf32>

  %qe = tensor.empty(%m) : tensor<?x32xf32>
  %q0 = linalg.fill ins(%zero : f32) outs(%qe : tensor<?x32xf32>) -> tensor<?x32xf32>
  %q = linalg.matmul ins(%query, %w1 : tensor<?x24xf32>, tensor<24x32xf32>)
                     outs(%q0 : tensor<?x32xf32>) -> tensor<?x32xf32>
  %ke = tensor.empty(%n) : tensor<?x32xf32>
  %k0 = linalg.fill ins(%zero : f32) outs(%ke : tensor<?x32xf32>) -> tensor<?x32xf32>
  %k = linalg.matmul ins(%memory, %w2 : tensor<?x40xf32>, tensor<40x32xf32>)
                     outs(%k0 : tensor<?x32xf32>) -> tensor<?x32xf32>

  %s = attn.score pairwise(%q, %k) params(%v) {
  ^bb0(%x: f32, %y: f32, %w: f32):
    %sum = arith.addf %x, %y : f32
    %t = math.tanh %sum : f32
    %r = arith.mulf %w, %t : f32
    attn.yield %r : f32
  } : tensor<?x32xf32>, tensor<?x32xf32>, tensor<32xf32> -> tensor<?x?xf32>
  %p = attn.softmax %s : tensor<?x?xf32>
  %c = attn.weighted_sum %p, %memory
      : tensor<?x?xf32>, tensor<?x40xf32> -> tensor<?x40xf32>
  return %c : tensor<?x40xf32>
}
