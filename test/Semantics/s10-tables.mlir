// An index of a region that lies outside of its tensor reads the edge: before the
// first element or behind the last, along the lanes or against them, in whole
// vectors and where one goes over the edge, also by more than 32 bits count. The same program that clamps its
// indices itself says what is right; the oracle checks that one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// DEFINE: %{tables} = --input=20xf32=random:3 --input=3x21xf32=random:4 --input=40xi32=random:5
// RUN: attn-run %s --entry=clamped --input=70x16xf32=random:1 --input=90x16xf32=random:2 %{tables} --output=@%t.many.npy --check
// RUN: attn-run %s --entry=outside --input=70x16xf32=random:1 --input=90x16xf32=random:2 %{tables} --expected_output=@%t.many.npy
// RUN: attn-run %s --entry=outside --input=70x16xf32=random:1 --input=90x16xf32=random:2 %{tables} --expected_output=@%t.many.npy --mcpu=haswell
// RUN: attn-run %s --entry=outside --input=70x16xf32=random:1 --input=90x16xf32=random:2 %{tables} --expected_output=@%t.many.npy --mcpu=x86-64

// One query: keys are lanes.
// RUN: attn-run %s --entry=clamped --input=1x16xf32=random:1 --input=90x16xf32=random:2 %{tables} --output=@%t.one.npy --check
// RUN: attn-run %s --entry=outside --input=1x16xf32=random:1 --input=90x16xf32=random:2 %{tables} --expected_output=@%t.one.npy

// It differs if the tables do.
// RUN: not attn-run %s --entry=outside --input=1x16xf32=random:1 --input=90x16xf32=random:2 --input=20xf32=random:3 --input=3x21xf32=random:9 --input=40xi32=random:5 --expected_output=@%t.one.npy

func.func @outside(%q: tensor<?x16xf32>, %k: tensor<?x16xf32>, %a: tensor<?xf32>, %b: tensor<3x21xf32>,
                   %c: tensor<40xi32>) -> tensor<?x16xf32> {
  %c9 = arith.constant 9 : index
  %far = arith.constant 4294967291 : index
  %s = attn.score dot(%q, %k) scale(0.25) : tensor<?x16xf32>, tensor<?x16xf32> -> tensor<?x?xf32>
  %m = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    %apart = arith.subi %i, %j : index
    %back = arith.subi %j, %i : index
    %t = arith.addi %apart, %c9 : index
    %right = arith.addi %apart, %far : index
    %left = arith.subi %apart, %far : index
    %last = tensor.extract %a[%right] : tensor<?xf32>
    %first = tensor.extract %a[%left] : tensor<?xf32>
    %y = tensor.extract %a[%t] : tensor<?xf32>
    %z = tensor.extract %b[%back, %back] : tensor<3x21xf32>
    %w = tensor.extract %b[%j, %back] : tensor<3x21xf32>
    %n = tensor.extract %c[%apart] : tensor<40xi32>
    %o = tensor.extract %c[%j] : tensor<40xi32>
    %edges = arith.subf %last, %first : f32
    %same = arith.cmpi slt, %n, %o : i32
    %0 = arith.addf %x, %y : f32
    %1 = arith.addf %0, %z : f32
    %2 = arith.addf %1, %w : f32
    %d = arith.mulf %2, %edges : f32
    %3 = arith.select %same, %d, %x : f32
    attn.yield %3 : f32
  } : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  %r = attn.weighted_sum %p, %k : tensor<?x?xf32>, tensor<?x16xf32> -> tensor<?x16xf32>
  return %r : tensor<?x16xf32>
}

func.func @clamped(%q: tensor<?x16xf32>, %k: tensor<?x16xf32>, %a: tensor<?xf32>, %b: tensor<3x21xf32>,
                   %c: tensor<40xi32>) -> tensor<?x16xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c9 = arith.constant 9 : index
  %c19 = arith.constant 19 : index
  %c20 = arith.constant 20 : index
  %c39 = arith.constant 39 : index
  %s = attn.score dot(%q, %k) scale(0.25) : tensor<?x16xf32>, tensor<?x16xf32> -> tensor<?x?xf32>
  %m = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    %apart = arith.subi %i, %j : index
    %back = arith.subi %j, %i : index
    %t = arith.addi %apart, %c9 : index
    %t0 = arith.maxsi %t, %c0 : index
    %t1 = arith.minsi %t0, %c19 : index
    %back0 = arith.maxsi %back, %c0 : index
    %back2 = arith.minsi %back0, %c2 : index
    %back20 = arith.minsi %back0, %c20 : index
    %j2 = arith.minsi %j, %c2 : index
    %apart0 = arith.maxsi %apart, %c0 : index
    %apart39 = arith.minsi %apart0, %c39 : index
    %j39 = arith.minsi %j, %c39 : index
    %last = tensor.extract %a[%c19] : tensor<?xf32>
    %first = tensor.extract %a[%c0] : tensor<?xf32>
    %y = tensor.extract %a[%t1] : tensor<?xf32>
    %z = tensor.extract %b[%back2, %back20] : tensor<3x21xf32>
    %w = tensor.extract %b[%j2, %back20] : tensor<3x21xf32>
    %n = tensor.extract %c[%apart39] : tensor<40xi32>
    %o = tensor.extract %c[%j39] : tensor<40xi32>
    %edges = arith.subf %last, %first : f32
    %same = arith.cmpi slt, %n, %o : i32
    %0 = arith.addf %x, %y : f32
    %1 = arith.addf %0, %z : f32
    %2 = arith.addf %1, %w : f32
    %d = arith.mulf %2, %edges : f32
    %3 = arith.select %same, %d, %x : f32
    attn.yield %3 : f32
  } : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  %r = attn.weighted_sum %p, %k : tensor<?x?xf32>, tensor<?x16xf32> -> tensor<?x16xf32>
  return %r : tensor<?x16xf32>
}
