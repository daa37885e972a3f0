// Causal attention with grouped queries, in bf16: the decoder of a language
// model. Eight query heads share two heads of keys and values.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The last query is aligned with the last key, so that the same function reads
// a prompt and then writes one token after the other.
// RUN: attn-run %s --check --input=1x8x65x128xbf16=random:1 --input=1x2x65x128xbf16=random:2 --input=1x2x65x128xbf16=random:3 | FileCheck %s
// RUN: attn-run %s --check --input=2x8x1x128xbf16=random:1 --input=2x2x77x128xbf16=random:2 --input=2x2x77x128xbf16=random:3 | FileCheck %s
// More queries than keys: the first ones see none, and their rows are zero.
// RUN: attn-run %s --check --input=1x8x9x128xbf16=random:1 --input=1x2x5x128xbf16=random:2 --input=1x2x5x128xbf16=random:3 | FileCheck %s
// CHECK: result[0]: PASS
// CHECK: result[1]: PASS

func.func @attention(%q: tensor<?x8x?x128xbf16>, %k: tensor<?x2x?x128xbf16>,
                     %v: tensor<?x2x?x128xbf16>)
    -> (tensor<?x8x?x128xbf16>, tensor<?x8x?xf32>) {
  // 1/sqrt(128)
  %s = attn.score dot(%q, %k) scale(0.08838834764831845)
      : tensor<?x8x?x128xbf16>, tensor<?x2x?x128xbf16> -> tensor<?x8x?x?xf32>
  %m = attn.mask %s causal : tensor<?x8x?x?xf32>
  // The second result is log(sum(exp(score))), one number for each query.
  %p, %lse = attn.softmax %m : tensor<?x8x?x?xf32>, tensor<?x8x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x8x?x?xf32>, tensor<?x2x?x128xbf16> -> tensor<?x8x?x128xbf16>
  return %o, %lse : tensor<?x8x?x128xbf16>, tensor<?x8x?xf32>
}
