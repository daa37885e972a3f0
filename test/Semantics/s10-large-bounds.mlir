// Bounds as large as "unlimited", from the text or from data, wrap nowhere; a
// scale and a sink near the largest number stay numbers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: attn-run %s --entry=window --input=5x8xf32=random:1 --input=70x8xf32=random:2 --check
// RUN: attn-run %s --entry=data --input=5x8xf32=random:1 --input=70x8xf32=random:2 --input="2xi64=9223372036854775807 -9223372036854775808" --check
// RUN: attn-run %s --entry=data --input=5x8xf32=random:1 --input=70x8xf32=random:2 --input="2xi64=2 -3" --check
// RUN: attn-run %s --entry=sink --input=5x8xf32=random:1 --input=70x8xf32=random:2 --input=3e38 --check
// RUN: attn-run %s --entry=scale --input=5x8xf32=1e-38 --input=70x8xf32=random:2 --check
func.func @window(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %s = attn.score dot(%q, %k) : tensor<?x8xf32>, tensor<?x8xf32> -> tensor<?x?xf32>
  %m = attn.mask %s window(9223372036854775807, 3) : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}
func.func @data(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %n: tensor<2xi64>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = attn.score dot(%q, %k) : tensor<?x8xf32>, tensor<?x8xf32> -> tensor<?x?xf32>
  %m = attn.mask %s {
  ^bb0(%i: index, %j: index):
    %hi = tensor.extract %n[%c0] : tensor<2xi64>
    %lo = tensor.extract %n[%c1] : tensor<2xi64>
    %d = arith.subi %i, %j : index
    %e = arith.index_cast %d : index to i64
    %below = arith.cmpi sle, %e, %hi : i64
    %above = arith.cmpi sge, %e, %lo : i64
    %keep = arith.andi %below, %above : i1
    attn.yield %keep : i1
  } : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}
func.func @sink(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %x: f32) -> (tensor<?x8xf32>, tensor<?xf32>) {
  %t = tensor.from_elements %x : tensor<f32>
  %s = attn.score dot(%q, %k) : tensor<?x8xf32>, tensor<?x8xf32> -> tensor<?x?xf32>
  %p, %l = attn.softmax %s sink(%t : tensor<f32>) : tensor<?x?xf32>, tensor<?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %o, %l : tensor<?x8xf32>, tensor<?xf32>
}
func.func @scale(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %s = attn.score dot(%q, %k) scale(3.0e38) : tensor<?x8xf32>, tensor<?x8xf32> -> tensor<?x?xf32>
  %p = attn.softmax %s : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}
