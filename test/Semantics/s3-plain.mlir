// S1, S3 without any mask: a weight of zero contributes nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A score of -inf is a removed key; its NaN is not seen.
// RUN: attn-run %s --input=1x1xf32=1 --input="3x1xf32=0 -inf 1" --input="3x1xf32=1 nan 2" --check
// RUN: attn-run %s --route=naive --input=1x1xf32=1 --input="3x1xf32=0 -inf 1" --input="3x1xf32=1 nan 2" --check
// A weight that underflows: the result is that of the other two keys.
// RUN: attn-run %s --input=1x1xf32=1 --input="2x1xf32=0 1" --input="2x1xf32=1 2" --output=@%t.npy
// RUN: attn-run %s --input=1x1xf32=1 --input="3x1xf32=0 -300 1" --input="3x1xf32=1 inf 2" --expected_output=@%t.npy
// A key that counts is seen.
// RUN: not attn-run %s --input=1x1xf32=1 --input="3x1xf32=0 -1 1" --input="3x1xf32=1 inf 2" --expected_output=@%t.npy
func.func @f(%q: tensor<1x1xf32>, %k: tensor<?x1xf32>, %v: tensor<?x1xf32>) -> tensor<1x1xf32> {
  %s = attn.score dot(%q, %k) : tensor<1x1xf32>, tensor<?x1xf32> -> tensor<1x?xf32>
  %p = attn.softmax %s : tensor<1x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<1x?xf32>, tensor<?x1xf32> -> tensor<1x1xf32>
  return %o : tensor<1x1xf32>
}
