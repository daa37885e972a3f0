// A region may divide by what is not zero for any query or key that exists;
// lanes past the end are computed and must not stop the program.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: attn-run %s --entry=by_query --input=5x4xf32=random:1 --input=9x4xf32=random:2 --input=9x4xf32=random:3 --check
// RUN: attn-run %s --entry=by_key --input=5x4xf32=random:1 --input=9x4xf32=random:2 --input=9x4xf32=random:3 --check
func.func @by_query(%q: tensor<?x4xf32>, %k: tensor<?x4xf32>, %v: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %c7 = arith.constant 7 : index
  %m = tensor.dim %q, %c0 : tensor<?x4xf32>
  %s = attn.score dot(%q, %k) : tensor<?x4xf32>, tensor<?x4xf32> -> tensor<?x?xf32>
  %a = attn.mask %s {
  ^bb0(%i: index, %j: index):
    %left = arith.subi %m, %i : index
    %x = arith.divsi %c7, %left : index
    %keep = arith.cmpi sle, %x, %j : index
    attn.yield %keep : i1
  } : tensor<?x?xf32>
  %p = attn.softmax %a : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %o : tensor<?x4xf32>
}
func.func @by_key(%q: tensor<?x4xf32>, %k: tensor<?x4xf32>, %v: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %c7 = arith.constant 7 : index
  %n = tensor.dim %k, %c0 : tensor<?x4xf32>
  %s = attn.score dot(%q, %k) : tensor<?x4xf32>, tensor<?x4xf32> -> tensor<?x?xf32>
  %a = attn.mask %s {
  ^bb0(%i: index, %j: index):
    %left = arith.subi %n, %j : index
    %x = arith.remsi %c7, %left : index
    %keep = arith.cmpi sle, %x, %i : index
    attn.yield %keep : i1
  } : tensor<?x?xf32>
  %p = attn.softmax %a : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %o : tensor<?x4xf32>
}
