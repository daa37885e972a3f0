// One tile of queries and keys: no loop is left around the step, and threads
// share the heads.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: attn-opt %s --attn-to-llvm | FileCheck %s
// RUN: attn-run %s --check --input=random --input=random --input=random | FileCheck %s --check-prefix=VALUES

// CHECK: omp.wsloop schedule(dynamic)
// VALUES: result[0]: PASS
func.func @f(%q: tensor<1x2x8x16xf32>, %k: tensor<1x2x8x16xf32>,
             %v: tensor<1x2x8x16xf32>) -> tensor<1x2x8x16xf32> {
  %s = attn.score dot(%q, %k)
      : tensor<1x2x8x16xf32>, tensor<1x2x8x16xf32> -> tensor<1x2x8x8xf32>
  %p = attn.softmax %s : tensor<1x2x8x8xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x2x8x8xf32>, tensor<1x2x8x16xf32> -> tensor<1x2x8x16xf32>
  return %o : tensor<1x2x8x16xf32>
}
