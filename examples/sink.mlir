// An attention sink: one more logit for each head in the denominator, without a
// value. A query that finds nothing puts its weight there.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: attn-run %s --check --input=1x4x33x32xbf16=random:1 --input=1x2x33x32xbf16=random:2 --input=1x2x33x32xbf16=random:3 --input=4xf32=0.5,-1,2,-inf | FileCheck %s
// The first queries have no keys: their rows are zero and their lse is the sink.
// RUN: attn-run %s --check --input=2x4x7x32xbf16=random:1 --input=2x2x3x32xbf16=random:2 --input=2x2x3x32xbf16=random:3 --input=4xf32=0.5,-1,2,-inf | FileCheck %s
// CHECK: result[0]: PASS
// CHECK: result[1]: PASS

func.func @attention(%q: tensor<?x4x?x32xbf16>, %k: tensor<?x2x?x32xbf16>,
                     %v: tensor<?x2x?x32xbf16>, %sink: tensor<4xf32>)
    -> (tensor<?x4x?x32xbf16>, tensor<?x4x?xf32>) {
  // 1/sqrt(32)
  %s = attn.score dot(%q, %k) scale(0.17677669529663687)
      : tensor<?x4x?x32xbf16>, tensor<?x2x?x32xbf16> -> tensor<?x4x?x?xf32>
  %m = attn.mask %s causal : tensor<?x4x?x?xf32>
  %p, %lse = attn.softmax %m sink(%sink : tensor<4xf32>)
      : tensor<?x4x?x?xf32>, tensor<?x4x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x4x?x?xf32>, tensor<?x2x?x32xbf16> -> tensor<?x4x?x32xbf16>
  return %o, %lse : tensor<?x4x?x32xbf16>, tensor<?x4x?xf32>
}
