// Masks that are aligned at different ends in one chain, and a prefix, which
// adds keys where all other masks remove some.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: attn-run %s --entry=both_ends --check --input=2x5x8xf32=random:1 --input=2x12x8xf32=random:2 | FileCheck %s
// RUN: attn-run %s --entry=both_ends --check --input=2x12x8xf32=random:1 --input=2x5x8xf32=random:2 | FileCheck %s
// RUN: attn-run %s --entry=both_ends --check --route=naive --input=2x5x8xf32=random:1 --input=2x12x8xf32=random:2 | FileCheck %s
// RUN: attn-run %s --entry=prefix --check --input=3x101x8xf32=random:1 --input=3x101x8xf32=random:2 --input=3xi64=80,0,3 | FileCheck %s
// RUN: attn-run %s --entry=prefix --check --input=3x5x8xf32=random:1 --input=3x131x8xf32=random:2 --input=3xi64=131,0,129 | FileCheck %s
// RUN: attn-run %s --entry=prefix --check --route=naive --input=3x5x8xf32=random:1 --input=3x7x8xf32=random:2 --input=3xi64=7,0,5 | FileCheck %s
// CHECK: result[0]: PASS

func.func @both_ends(%q: tensor<?x?x8xf32>, %k: tensor<?x?x8xf32>) -> tensor<?x?x8xf32> {
  %s = attn.score dot(%q, %k) scale(0.5) : tensor<?x?x8xf32>, tensor<?x?x8xf32> -> tensor<?x?x?xf32>
  %a = attn.mask %s causal : tensor<?x?x?xf32>
  %b = attn.mask %a window(3, 4) top_left : tensor<?x?x?xf32>
  %p = attn.softmax %b : tensor<?x?x?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?x?xf32>, tensor<?x?x8xf32> -> tensor<?x?x8xf32>
  return %o : tensor<?x?x8xf32>
}

func.func @prefix(%q: tensor<?x?x8xf32>, %k: tensor<?x?x8xf32>, %n: tensor<?xi64>) -> tensor<?x?x8xf32> {
  %s = attn.score dot(%q, %k) scale(0.5) : tensor<?x?x8xf32>, tensor<?x?x8xf32> -> tensor<?x?x?xf32>
  %m = attn.mask %s prefix(%n : tensor<?xi64>) : tensor<?x?x?xf32>
  %p = attn.softmax %m : tensor<?x?x?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?x?xf32>, tensor<?x?x8xf32> -> tensor<?x?x8xf32>
  return %o : tensor<?x?x8xf32>
}
