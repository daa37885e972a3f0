// Weights of 16 bits: --check allows one rounding of each to the results that
// depend on them, and to no other.

// Rounded, by the route op by op, and not, by the other.
// RUN: attn-run %s --entry=weights --route=naive --check --input=37x16xf16=random:1 --input=101x16xf16=random:2 | FileCheck %s
// RUN: attn-run %s --entry=weights --check --input=37x16xf16=random:1 --input=101x16xf16=random:2 | FileCheck %s
// CHECK: result[0]: PASS
// CHECK: result[1]: PASS

func.func @weights(%q: tensor<?x16xf16>, %k: tensor<?x16xf16>)
    -> (tensor<?x16xf32>, tensor<?xf32>) {
  %s = attn.score dot(%q, %k) : tensor<?x16xf16>, tensor<?x16xf16> -> tensor<?x?xf32>
  %p, %lse = attn.softmax %s : tensor<?x?xf32> -> tensor<?x?xf16>, tensor<?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?xf16>, tensor<?x16xf16> -> tensor<?x16xf32>
  return %o, %lse : tensor<?x16xf32>, tensor<?xf32>
}

// The reference rounds no weight: not those of the five ops, nor of the fused one.
// RUN: attn-run %s --entry=weights --reference --input=37x16xf16=random:1 --input=101x16xf16=random:2 --output=@%t.weights.npy
// RUN: attn-run %s --entry=plain --reference --input=37x16xf16=random:1 --input=101x16xf16=random:2 --output=@%t.plain.npy
// RUN: attn-run %s --entry=fused --reference --input=37x16xf16=random:1 --input=101x16xf16=random:2 --output=@%t.fused.npy
// RUN: cmp %t.weights.npy %t.plain.npy
// RUN: cmp %t.fused.npy %t.plain.npy

func.func @plain(%q: tensor<?x16xf16>, %k: tensor<?x16xf16>)
    -> (tensor<?x16xf32>, tensor<?xf32>) {
  %s = attn.score dot(%q, %k) : tensor<?x16xf16>, tensor<?x16xf16> -> tensor<?x?xf32>
  %p, %lse = attn.softmax %s : tensor<?x?xf32>, tensor<?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?xf32>, tensor<?x16xf16> -> tensor<?x16xf32>
  return %o, %lse : tensor<?x16xf32>, tensor<?xf32>
}

func.func @fused(%q: tensor<?x16xf16>, %k: tensor<?x16xf16>)
    -> (tensor<?x16xf32>, tensor<?xf32>) {
  %o, %lse = attn.fused query(%q) key(%k) value(%k) weights(f16)
      : (tensor<?x16xf16>, tensor<?x16xf16>, tensor<?x16xf16>) -> (tensor<?x16xf32>, tensor<?xf32>)
  return %o, %lse : tensor<?x16xf32>, tensor<?xf32>
}

// Scores that lose digits, which the reference keeps: the error of the output,
// through a call, is below that of a rounded weight, that of the lse is not.
// RUN: not attn-run %s --entry=lost --check --input=37x16xbf16=random:1 --input=3x16xbf16=random:2 | FileCheck %s --check-prefix=LOST
// LOST: result[0]: PASS
// LOST: result[1]: FAIL
// LOST: result[2]: FAIL

func.func private @attention(%q: tensor<?x16xbf16>, %k: tensor<?x16xbf16>)
    -> (tensor<?x16xf32>, tensor<?xf32>) {
  %s = attn.score dot(%q, %k) : tensor<?x16xbf16>, tensor<?x16xbf16> -> tensor<?x?xf32>
  %m = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    %large = arith.constant 65536.0 : f32
    %0 = arith.addf %x, %large : f32
    %1 = arith.subf %0, %large : f32
    attn.yield %1 : f32
  } : tensor<?x?xf32>
  %p, %lse = attn.softmax %m : tensor<?x?xf32> -> tensor<?x?xbf16>, tensor<?xf32>
  %o = attn.weighted_sum %p, %k : tensor<?x?xbf16>, tensor<?x16xbf16> -> tensor<?x16xf32>
  return %o, %lse : tensor<?x16xf32>, tensor<?xf32>
}

func.func @lost(%q: tensor<?x16xbf16>, %k: tensor<?x16xbf16>)
    -> (tensor<?x16xf32>, tensor<?xf32>, tensor<?xf32>) {
  %o, %lse = func.call @attention(%q, %k)
      : (tensor<?x16xbf16>, tensor<?x16xbf16>) -> (tensor<?x16xf32>, tensor<?xf32>)
  %twice = arith.addf %lse, %lse : tensor<?xf32>
  return %o, %lse, %twice : tensor<?x16xf32>, tensor<?xf32>, tensor<?xf32>
}

// Large queries make no rounding of a weight worth more: the result for other
// values is seen to be another.
// RUN: attn-run %s --entry=values --input=4x16xf16=3000 --input=101x16xf16=random:2 --input=101x16xf16=random:3 --output=@%t.other.npy
// RUN: attn-run %s --entry=values --check --given_output=@%t.other.npy --input=4x16xf16=3000 --input=101x16xf16=random:2 --input=101x16xf16=random:3
// RUN: not attn-run %s --entry=values --check --given_output=@%t.other.npy --input=4x16xf16=3000 --input=101x16xf16=random:2 --input=101x16xf16=random:4

func.func @values(%q: tensor<?x16xf16>, %k: tensor<?x16xf16>, %v: tensor<?x16xf16>)
    -> tensor<?x16xf32> {
  %s = attn.score dot(%q, %k) : tensor<?x16xf16>, tensor<?x16xf16> -> tensor<?x?xf32>
  %p = attn.softmax %s : tensor<?x?xf32> -> tensor<?x?xf16>
  %o = attn.weighted_sum %p, %v : tensor<?x?xf16>, tensor<?x16xf16> -> tensor<?x16xf32>
  return %o : tensor<?x16xf32>
}

// What is made of a result may be larger than the values.
// RUN: attn-run %s --entry=larger --route=naive --check --input=4x16xf16=random:1 --input=101x16xf16=random:2 --input=101x16xf16=random:3

func.func @larger(%q: tensor<?x16xf16>, %k: tensor<?x16xf16>, %v: tensor<?x16xf16>)
    -> tensor<?x16xf32> {
  %o = func.call @values(%q, %k, %v)
      : (tensor<?x16xf16>, tensor<?x16xf16>, tensor<?x16xf16>) -> tensor<?x16xf32>
  %2 = arith.addf %o, %o : tensor<?x16xf32>
  %4 = arith.addf %2, %2 : tensor<?x16xf32>
  %8 = arith.addf %4, %4 : tensor<?x16xf32>
  %16 = arith.addf %8, %8 : tensor<?x16xf32>
  %32 = arith.addf %16, %16 : tensor<?x16xf32>
  return %32 : tensor<?x16xf32>
}
