// A batch of sequences of different lengths, padded to one length. What is in
// the padding of K and V, NaN included, never reaches the result.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: attn-run %s --check --input=3x2x17x32xf32=random:1 --input=3x2x17x32xf32=random:2 --input=3x2x17x32xf32=random:3 --input=3xi64=17,9,1 | FileCheck %s
// RUN: attn-run %s --check --input=2x2x70x32xf32=random:1 --input=2x2x141x32xf32=random:2 --input=2x2x141x32xf32=random:3 --input=2xi64=65,141 | FileCheck %s
// A sequence of length zero has rows of zeros, and all its values are padding.
// RUN: attn-run %s --check --input=1x2x3x32xf32=random:1 --input=1x2x5x32xf32=random:2 --input=1x2x5x32xf32=nan --input=1xi64=0 | FileCheck %s
// A length beyond the keys stops the program.
// RUN: not attn-run %s --input=1x2x3x32xf32=random:1 --input=1x2x5x32xf32=random:2 --input=1x2x5x32xf32=random:3 --input=1xi64=6 2>&1 | FileCheck %s --check-prefix=TOO-LONG
// CHECK: result[0]: PASS
// TOO-LONG: a length must be at least 0 and at most the number of keys

func.func @attention(%q: tensor<?x2x?x32xf32>, %k: tensor<?x2x?x32xf32>,
                     %v: tensor<?x2x?x32xf32>, %lengths: tensor<?xi64>)
    -> tensor<?x2x?x32xf32> {
  // 1/sqrt(32)
  %s = attn.score dot(%q, %k) scale(0.17677669529663687)
      : tensor<?x2x?x32xf32>, tensor<?x2x?x32xf32> -> tensor<?x2x?x?xf32>
  %m = attn.mask %s lengths(%lengths : tensor<?xi64>) : tensor<?x2x?x?xf32>
  %p = attn.softmax %m : tensor<?x2x?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x2x?x?xf32>, tensor<?x2x?x32xf32> -> tensor<?x2x?x32xf32>
  return %o : tensor<?x2x?x32xf32>
}
