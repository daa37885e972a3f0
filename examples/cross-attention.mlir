// Cross attention between two sequences: the tokens that are written (a summary,
// say) attend to those of the source. Both have their own length and width.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: attn-run %s --check --input=9x24xf32=random:1 --input=50x40xf32=random:2 --input=24x32xf32=random:3 --input=40x32xf32=random:4 --input=40x16xf32=random:5 | FileCheck %s
// RUN: attn-run %s --check --input=1x24xf32=random:1 --input=131x40xf32=random:2 --input=24x32xf32=random:3 --input=40x32xf32=random:4 --input=40x16xf32=random:5 | FileCheck %s
// CHECK: result[0]: PASS

func.func @attend(%target: tensor<?x24xf32>, %source: tensor<?x40xf32>,
                  %wq: tensor<24x32xf32>, %wk: tensor<40x32xf32>,
                  %wv: tensor<40x16xf32>) -> tensor<?x16xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %m = tensor.dim %target, %c0 : tensor<?x24xf32>
  %n = tensor.dim %source, %c0 : tensor<?x40xf32>

  %qe = tensor.empty(%m) : tensor<?x32xf32>
  %q0 = linalg.fill ins(%zero : f32) outs(%qe : tensor<?x32xf32>) -> tensor<?x32xf32>
  %q = linalg.matmul ins(%target, %wq : tensor<?x24xf32>, tensor<24x32xf32>)
                     outs(%q0 : tensor<?x32xf32>) -> tensor<?x32xf32>
  %ke = tensor.empty(%n) : tensor<?x32xf32>
  %k0 = linalg.fill ins(%zero : f32) outs(%ke : tensor<?x32xf32>) -> tensor<?x32xf32>
  %k = linalg.matmul ins(%source, %wk : tensor<?x40xf32>, tensor<40x32xf32>)
                     outs(%k0 : tensor<?x32xf32>) -> tensor<?x32xf32>
  %ve = tensor.empty(%n) : tensor<?x16xf32>
  %v0 = linalg.fill ins(%zero : f32) outs(%ve : tensor<?x16xf32>) -> tensor<?x16xf32>
  %v = linalg.matmul ins(%source, %wv : tensor<?x40xf32>, tensor<40x16xf32>)
                     outs(%v0 : tensor<?x16xf32>) -> tensor<?x16xf32>

  // 1/sqrt(32)
  %s = attn.score dot(%q, %k) scale(0.17677669529663687)
      : tensor<?x32xf32>, tensor<?x32xf32> -> tensor<?x?xf32>
  %p = attn.softmax %s : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x?xf32>, tensor<?x16xf32> -> tensor<?x16xf32>
  return %o : tensor<?x16xf32>
}
