// Nothing here rounds to bf16, but where no instruction does, LLVM keeps bf16 as
// f32 and rounds it again when it is moved.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// REQUIRES: x86_64
// RUN: attn-run %s --mcpu=x86-64 -O1 --threads=1 --check --input=3x17xbf16=random:1 \
// RUN:   --input=7x17xbf16=random:2 --input=7x17xbf16=random:3
func.func @f(%q: tensor<?x?xbf16>, %k: tensor<?x?xbf16>, %v: tensor<?x?xbf16>)
    -> tensor<?x?xf32> {
  %s = attn.score dot(%q, %k) : tensor<?x?xbf16>, tensor<?x?xbf16> -> tensor<?x?xf32>
  %p = attn.softmax %s : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x?xbf16> -> tensor<?x?xf32>
  return %o : tensor<?x?xf32>
}
