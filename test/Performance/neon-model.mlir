// The inner loops on AArch64, by LLVM's models of processors: the units for
// multiply-adds, four or two, are busy for most of the time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: attn-run %s --emit=asm --threads=1 --mtriple=aarch64-linux-gnu --mcpu=neoverse-v1 -o %t.s
// RUN: %python %S/Inputs/model.py %t.s neoverse-v1 4 0.87 | FileCheck %s
// RUN: %python %S/Inputs/model.py %t.s neoverse-n2 2 0.92 | FileCheck %s
// The model of this one takes in 6 instructions in a cycle.
// RUN: %python %S/Inputs/model.py %t.s neoverse-v2 4 0.70 | FileCheck %s
// RUN: not %python %S/Inputs/model.py --plant %t.s neoverse-v1 4 0.5 | FileCheck %s

// Two loops of scores, and the weighted sum with its rest of features.
// CHECK-COUNT-4: share=
// CHECK-NOT: share=

func.func @attention(%q: tensor<?x64xf32>, %k: tensor<?x64xf32>, %v: tensor<?x64xf32>)
    -> tensor<?x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<?x64xf32>, tensor<?x64xf32> -> tensor<?x?xf32>
  %m = attn.mask %s causal : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x64xf32> -> tensor<?x64xf32>
  return %o : tensor<?x64xf32>
}
