// Rows without features or without values are not sliced: no offset would be
// within bounds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: attn-opt --attn-fuse --attn-tile --canonicalize %s | FileCheck %s
// RUN: attn-run %s --entry=features --input=5x0xf32 --input=7x0xf32 \
// RUN:   --input=7x3xf32=random:1 --check
// RUN: attn-run %s --entry=values --input=5x3xf32=random:1 \
// RUN:   --input=7x3xf32=random:2 --input=7x0xf32 --check

// CHECK-LABEL: func.func @features
// CHECK:       attn.finish
func.func @features(%q: tensor<5x0xf32>, %k: tensor<7x0xf32>, %v: tensor<7x3xf32>)
    -> tensor<5x3xf32> {
  %s = attn.score dot(%q, %k) : tensor<5x0xf32>, tensor<7x0xf32> -> tensor<5x7xf32>
  %p = attn.softmax %s : tensor<5x7xf32>
  %o = attn.weighted_sum %p, %v : tensor<5x7xf32>, tensor<7x3xf32> -> tensor<5x3xf32>
  return %o : tensor<5x3xf32>
}

// CHECK-LABEL: func.func @values
// CHECK:       attn.finish
func.func @values(%q: tensor<5x3xf32>, %k: tensor<7x3xf32>, %v: tensor<7x0xf32>)
    -> (tensor<5x0xf32>, tensor<5xf32>) {
  %s = attn.score dot(%q, %k) : tensor<5x3xf32>, tensor<7x3xf32> -> tensor<5x7xf32>
  %p, %l = attn.softmax %s : tensor<5x7xf32>, tensor<5xf32>
  %o = attn.weighted_sum %p, %v : tensor<5x7xf32>, tensor<7x0xf32> -> tensor<5x0xf32>
  return %o, %l : tensor<5x0xf32>, tensor<5xf32>
}
