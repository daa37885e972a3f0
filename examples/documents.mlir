// Several documents packed into one sequence: a token sees the tokens of its
// own document up to itself.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: attn-run %s --check --input=1x2x11x16xf32=random:1 --input=1x2x11x16xf32=random:2 --input=1x2x11x16xf32=random:3 --input=1x11xi32=0,0,0,0,1,1,1,2,2,2,2 | FileCheck %s
// One document, and one for each token.
// RUN: attn-run %s --check --input=2x2x5x16xf32=random:1 --input=2x2x5x16xf32=random:2 --input=2x2x5x16xf32=random:3 --input=2x5xi32=7,7,7,7,7,4,3,2,1,0 | FileCheck %s
// RUN: attn-run %s --check --input=1x2x129x16xf32=random:1 --input=1x2x129x16xf32=random:2 --input=1x2x129x16xf32=random:3 --input=1x129xi32=3 | FileCheck %s
// CHECK: result[0]: PASS

func.func @attention(%q: tensor<?x2x?x16xf32>, %k: tensor<?x2x?x16xf32>,
                     %v: tensor<?x2x?x16xf32>, %document: tensor<?x?xi32>)
    -> tensor<?x2x?x16xf32> {
  %s = attn.score dot(%q, %k) scale(0.25)
      : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32> -> tensor<?x2x?x?xf32>
  %d = attn.mask %s segments(%document, %document : tensor<?x?xi32>, tensor<?x?xi32>)
      : tensor<?x2x?x?xf32>
  %m = attn.mask %d causal : tensor<?x2x?x?xf32>
  %p = attn.softmax %m : tensor<?x2x?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x2x?x?xf32>, tensor<?x2x?x16xf32> -> tensor<?x2x?x16xf32>
  return %o : tensor<?x2x?x16xf32>
}
