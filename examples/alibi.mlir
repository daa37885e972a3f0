// ALiBi: a score loses slope[head] for each position between query and key.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A score_mod sees one score and its indices, and may read tensors of the
// function around it.
// RUN: attn-run %s --check --input=1x4x33x32xf32=random:1 --input=1x4x33x32xf32=random:2 --input=1x4x33x32xf32=random:3 --input=4xf32=0.25,0.0625,0.015625,0.00390625 | FileCheck %s
// RUN: attn-run %s --check --input=2x4x5x32xf32=random:1 --input=2x4x70x32xf32=random:2 --input=2x4x70x32xf32=random:3 --input=4xf32=0.25,0.0625,0.015625,0.00390625 | FileCheck %s
// CHECK: result[0]: PASS

func.func @attention(%q: tensor<?x4x?x32xf32>, %k: tensor<?x4x?x32xf32>,
                     %v: tensor<?x4x?x32xf32>, %slope: tensor<4xf32>)
    -> tensor<?x4x?x32xf32> {
  %c2 = arith.constant 2 : index
  %m = tensor.dim %q, %c2 : tensor<?x4x?x32xf32>
  %n = tensor.dim %k, %c2 : tensor<?x4x?x32xf32>
  %past = arith.subi %n, %m : index // keys before the first query

  // 1/sqrt(32)
  %s = attn.score dot(%q, %k) scale(0.17677669529663687)
      : tensor<?x4x?x32xf32>, tensor<?x4x?x32xf32> -> tensor<?x4x?x?xf32>
  // s + slope[h] * (j - (i + past))
  %a = attn.score_mod %s {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %t = arith.addi %i, %past : index
    %distance = arith.subi %j, %t : index
    %di = arith.index_cast %distance : index to i64
    %d = arith.sitofp %di : i64 to f32
    %w = tensor.extract %slope[%h] : tensor<4xf32>
    %bias = arith.mulf %w, %d : f32
    %y = arith.addf %x, %bias : f32
    attn.yield %y : f32
  } : tensor<?x4x?x?xf32>
  %c = attn.mask %a causal : tensor<?x4x?x?xf32>
  %p = attn.softmax %c : tensor<?x4x?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x4x?x?xf32>, tensor<?x4x?x32xf32> -> tensor<?x4x?x32xf32>
  return %o : tensor<?x4x?x32xf32>
}
