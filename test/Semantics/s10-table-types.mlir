// Elements of any type and layout that a region reads for all lanes: narrow ones,
// wide ones, columns, and every other one of a row.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// DEFINE: %{tables} = --input=70xi1=random:3 --input=70xi8=random:4 --input=90xi64=random:5 \
// DEFINE:   --input=70x90xf16=random:6 --input=159xf64=random:7 --input=201xf32=random:8
// RUN: attn-run %s --entry=types --input=70x16xf32=random:1 --input=90x16xf32=random:2 %{tables} --check
// RUN: attn-run %s --entry=types --input=70x16xf32=random:1 --input=90x16xf32=random:2 %{tables} --check --mcpu=haswell
// RUN: attn-run %s --entry=types --input=70x16xf32=random:1 --input=90x16xf32=random:2 %{tables} --check --mcpu=x86-64
// RUN: attn-run %s --entry=column --input=33x16xf32=random:1 --input=33x1xi1=random:2 --check
// RUN: attn-run %s --entry=column --input=33x16xf32=random:1 --input=33x1xi1=random:2 --check --mcpu=haswell
func.func @types(%q: tensor<?x16xf32>, %k: tensor<?x16xf32>, %bits: tensor<?xi1>, %bytes: tensor<?xi8>,
                 %words: tensor<?xi64>, %bias: tensor<?x?xf16>, %sums: tensor<?xf64>,
                 %numbers: tensor<201xf32>) -> tensor<?x16xf32> {
  %odd = tensor.extract_slice %numbers[1] [100] [2] : tensor<201xf32> to tensor<100xf32>
  %s = attn.score dot(%q, %k) scale(0.25) : tensor<?x16xf32>, tensor<?x16xf32> -> tensor<?x?xf32>
  %m = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    %bit = tensor.extract %bits[%i] : tensor<?xi1>
    %byte = tensor.extract %bytes[%i] : tensor<?xi8>
    %here = tensor.extract %words[%i] : tensor<?xi64>
    %there = tensor.extract %words[%j] : tensor<?xi64>
    %half = tensor.extract %bias[%i, %j] : tensor<?x?xf16>
    %place = arith.addi %i, %j : index
    %double = tensor.extract %sums[%place] : tensor<?xf64>
    %single = tensor.extract %odd[%i] : tensor<100xf32>
    %less = arith.cmpi slt, %here, %there : i64
    %a = arith.sitofp %byte : i8 to f32
    %b = arith.extf %half : f16 to f32
    %c = arith.truncf %double : f64 to f32
    %d = arith.select %less, %b, %c : f32
    %e = arith.select %bit, %a, %d : f32
    %f = arith.mulf %e, %single : f32
    %y = arith.addf %x, %f : f32
    attn.yield %y : f32
  } : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  %r = attn.weighted_sum %p, %k : tensor<?x?xf32>, tensor<?x16xf32> -> tensor<?x16xf32>
  return %r : tensor<?x16xf32>
}

// LLVM can tell that this column is contiguous.
func.func @column(%q: tensor<33x16xf32>, %bits: tensor<33x1xi1>) -> tensor<33x16xf32> {
  %s = attn.score dot(%q, %q) : tensor<33x16xf32>, tensor<33x16xf32> -> tensor<33x33xf32>
  %m = attn.mask %s dense(%bits : tensor<33x1xi1>) : tensor<33x33xf32>
  %p = attn.softmax %m : tensor<33x33xf32>
  %r = attn.weighted_sum %p, %q : tensor<33x33xf32>, tensor<33x16xf32> -> tensor<33x16xf32>
  return %r : tensor<33x16xf32>
}
