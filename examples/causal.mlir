// The example of the README and of docs/Pipelines.md, where every stage of it
// is shown.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: attn-run %s --check --input=random:1 --input=random:2 --input=random:3 | FileCheck %s
// CHECK: result[0]: PASS

// Eight query heads share two heads of keys and values.
func.func @causal(%q: tensor<8x512x64xf32>, %k: tensor<2x512x64xf32>,
                  %v: tensor<2x512x64xf32>) -> tensor<8x512x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<8x512x64xf32>, tensor<2x512x64xf32> -> tensor<8x512x512xf32>
  %m = attn.mask %s causal : tensor<8x512x512xf32>
  %p = attn.softmax %m : tensor<8x512x512xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<8x512x512xf32>, tensor<2x512x64xf32> -> tensor<8x512x64xf32>
  return %o : tensor<8x512x64xf32>
}
