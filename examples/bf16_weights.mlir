// Weights of bf16: the program allows each weight to be rounded to the type of the
// inputs, as PyTorch's softmax(..).to(dtype) @ v does. A unit that multiplies
// matrices of 16 bits then takes the weights as they are.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: attn-run %s --check --input=2x4x37x64xbf16=random:1 --input=2x2x101x64xbf16=random:2 --input=2x2x101x64xbf16=random:3 | FileCheck %s
// The route op by op rounds them; the reference does not.
// RUN: attn-run %s --check --route=naive --input=2x4x37x64xbf16=random:1 --input=2x2x101x64xbf16=random:2 --input=2x2x101x64xbf16=random:3 | FileCheck %s
// One query, as a decoder asks; and more queries than keys.
// RUN: attn-run %s --check --input=1x4x1x64xbf16=random:1 --input=1x2x131x64xbf16=random:2 --input=1x2x131x64xbf16=random:3 | FileCheck %s
// RUN: attn-run %s --check --input=1x4x7x64xbf16=random:1 --input=1x2x3x64xbf16=random:2 --input=1x2x3x64xbf16=random:3 | FileCheck %s
// RUN: attn-run %s --check --route=naive --input=1x4x7x64xbf16=random:1 --input=1x2x3x64xbf16=random:2 --input=1x2x3x64xbf16=random:3 | FileCheck %s
// CHECK: result[0]: PASS
// CHECK: result[1]: PASS

func.func @attention(%q: tensor<?x4x?x64xbf16>, %k: tensor<?x2x?x64xbf16>,
                     %v: tensor<?x2x?x64xbf16>)
    -> (tensor<?x4x?x64xbf16>, tensor<?x4x?xf32>) {
  // 1/sqrt(64)
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<?x4x?x64xbf16>, tensor<?x2x?x64xbf16> -> tensor<?x4x?x?xf32>
  %m = attn.mask %s causal : tensor<?x4x?x?xf32>
  // The lse is of f32, whatever the weights are.
  %p, %lse = attn.softmax %m
      : tensor<?x4x?x?xf32> -> tensor<?x4x?x?xbf16>, tensor<?x4x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<?x4x?x?xbf16>, tensor<?x2x?x64xbf16> -> tensor<?x4x?x64xbf16>
  return %o, %lse : tensor<?x4x?x64xbf16>, tensor<?x4x?xf32>
}
