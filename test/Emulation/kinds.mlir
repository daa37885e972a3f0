// AArch64 code gives what the reference gives: types, masks and regions, a few
// queries, and sizes that end in the middle of vectors and tiles.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// REQUIRES: aarch64-emulation
// RUN: %python %S/emulate.py --run-lines %s | FileCheck %s
// CHECK: {{[1-9][0-9]}} emulated, 0 failed

// All tails, for one vector of queries and for several.
// EMULATE: --check --entry=f32 --input=2x17x40xf32=random:1 --input=2x33x40xf32=random:2 --input=2x33x19xf32=random:3
// EMULATE: --check --entry=f32 --input=1x65x40xf32=random:1 --input=1x65x40xf32=random:2 --input=1x65x19xf32=random:3
// EMULATE: --check --entry=f32 --input=1x3x7xf32=random:1 --input=1x131x7xf32=random:2 --input=1x131x5xf32=random:3
// EMULATE: --check --entry=f32 --mcpu=neoverse-v1 --input=2x17x40xf32=random:1 --input=2x33x40xf32=random:2 --input=2x33x19xf32=random:3
// EMULATE: --check --entry=f64 --input=2x17x24xf64=random:1 --input=2x65x24xf64=random:2 --input=2x65x9xf64=random:3 --input=2xi64=65,33
// EMULATE: --check --entry=f64 --mcpu=neoverse-v2 --input=2x5x24xf64=random:1 --input=2x33x24xf64=random:2 --input=2x33x9xf64=random:3 --input=2xi64=0,33

// Queries are rows: one and five of them, and query heads that share a key head.
// EMULATE: --check --entry=decode --input=1x4x1x64xf32=random:1 --input=1x2x65x64xf32=random:2 --input=1x2x65x64xf32=random:3
// EMULATE: --check --entry=decode --mcpu=neoverse-v1 --input=1x4x1x64xf32=random:1 --input=1x2x300x64xf32=random:2 --input=1x2x300x64xf32=random:3
// EMULATE: --check --entry=five --input=random:1 --input=77x32xf32=random:2 --input=77x64xf32=random:3

// 16 bits in memory, and weights of 16 bits.
// EMULATE: --check --entry=f16 --input=2x17x32xf16=random:1 --input=2x65x32xf16=random:2 --input=2x65x32xf16=random:3
// EMULATE: --check --entry=f16 --mcpu=neoverse-v1 --input=1x65x32xf16=random:1 --input=1x33x32xf16=random:2 --input=1x33x32xf16=random:3
// EMULATE: --check --entry=bf16 --input=1x4x17x64xbf16=random:1 --input=1x2x65x64xbf16=random:2 --input=1x2x65x64xbf16=random:3
// EMULATE: --check --entry=bf16 --mcpu=neoverse-v2 --input=1x4x5x64xbf16=random:1 --input=1x2x33x64xbf16=random:2 --input=1x2x33x64xbf16=random:3
// EMULATE: --check --entry=bf16_weights --mcpu=neoverse-v2 --input=1x65x64xbf16=random:1 --input=1x33x64xbf16=random:2 --input=1x33x64xbf16=random:3

// exp and tanh in regions; the pairs of an additive score.
// EMULATE: --check --entry=regions --input=2x17x16xf32=random:1 --input=2x33x16xf32=random:2 --input=2x33x16xf32=random:3 --input=16xf32=random:4
// EMULATE: --check --entry=regions --mcpu=neoverse-v1 --input=1x1x16xf32=random:1 --input=1x65x16xf32=random:2 --input=1x65x16xf32=random:3 --input=16xf32=random:4

// Another scale is seen.
// RUN: not %python %S/emulate.py --plant %s --entry=f32 --input=1x5x64xf32=random:1 \
// RUN:   --input=1x9x64xf32=random:2 --input=1x9x64xf32=random:3 \
// RUN:   | FileCheck %s --check-prefix=PLANT
// PLANT: result[0]: FAIL, RMSE

func.func @f32(%q: tensor<?x?x?xf32>, %k: tensor<?x?x?xf32>, %v: tensor<?x?x?xf32>)
    -> (tensor<?x?x?xf32>, tensor<?x?xf32>) {
  %s = attn.score dot(%q, %k) scale(0.7) : tensor<?x?x?xf32>, tensor<?x?x?xf32> -> tensor<?x?x?xf32>
  %m = attn.mask %s causal : tensor<?x?x?xf32>
  %p, %l = attn.softmax %m : tensor<?x?x?xf32>, tensor<?x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x?x?xf32>, tensor<?x?x?xf32> -> tensor<?x?x?xf32>
  return %o, %l : tensor<?x?x?xf32>, tensor<?x?xf32>
}

func.func @f64(%q: tensor<?x?x24xf64>, %k: tensor<?x?x24xf64>, %v: tensor<?x?x9xf64>, %n: tensor<?xi64>)
    -> tensor<?x?x9xf64> {
  %s = attn.score dot(%q, %k) scale(0.3) : tensor<?x?x24xf64>, tensor<?x?x24xf64> -> tensor<?x?x?xf64>
  %m = attn.mask %s lengths(%n : tensor<?xi64>) : tensor<?x?x?xf64>
  %p = attn.softmax %m : tensor<?x?x?xf64>
  %o = attn.weighted_sum %p, %v : tensor<?x?x?xf64>, tensor<?x?x9xf64> -> tensor<?x?x9xf64>
  return %o : tensor<?x?x9xf64>
}

func.func @decode(%q: tensor<?x4x1x64xf32>, %k: tensor<?x2x?x64xf32>, %v: tensor<?x2x?x64xf32>)
    -> tensor<?x4x1x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<?x4x1x64xf32>, tensor<?x2x?x64xf32> -> tensor<?x4x1x?xf32>
  %p = attn.softmax %s : tensor<?x4x1x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x4x1x?xf32>, tensor<?x2x?x64xf32> -> tensor<?x4x1x64xf32>
  return %o : tensor<?x4x1x64xf32>
}

func.func @five(%q: tensor<5x32xf32>, %k: tensor<?x32xf32>, %v: tensor<?x64xf32>) -> tensor<5x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.5) : tensor<5x32xf32>, tensor<?x32xf32> -> tensor<5x?xf32>
  %m = attn.mask %s window(40, 0) : tensor<5x?xf32>
  %p = attn.softmax %m : tensor<5x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<5x?xf32>, tensor<?x64xf32> -> tensor<5x64xf32>
  return %o : tensor<5x64xf32>
}

func.func @f16(%q: tensor<?x?x32xf16>, %k: tensor<?x?x32xf16>, %v: tensor<?x?x32xf16>) -> tensor<?x?x32xf16> {
  %s = attn.score dot(%q, %k) scale(0.25) : tensor<?x?x32xf16>, tensor<?x?x32xf16> -> tensor<?x?x?xf32>
  %m = attn.mask %s window(9, 3) : tensor<?x?x?xf32>
  %p = attn.softmax %m : tensor<?x?x?xf32> -> tensor<?x?x?xf16>
  %o = attn.weighted_sum %p, %v : tensor<?x?x?xf16>, tensor<?x?x32xf16> -> tensor<?x?x32xf16>
  return %o : tensor<?x?x32xf16>
}

func.func @bf16(%q: tensor<?x4x?x64xbf16>, %k: tensor<?x2x?x64xbf16>, %v: tensor<?x2x?x64xbf16>)
    -> tensor<?x4x?x64xbf16> {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<?x4x?x64xbf16>, tensor<?x2x?x64xbf16> -> tensor<?x4x?x?xf32>
  %p = attn.softmax %s : tensor<?x4x?x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x4x?x?xf32>, tensor<?x2x?x64xbf16> -> tensor<?x4x?x64xbf16>
  return %o : tensor<?x4x?x64xbf16>
}

func.func @bf16_weights(%q: tensor<?x?x64xbf16>, %k: tensor<?x?x64xbf16>, %v: tensor<?x?x64xbf16>)
    -> tensor<?x?x64xbf16> {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<?x?x64xbf16>, tensor<?x?x64xbf16> -> tensor<?x?x?xf32>
  %p = attn.softmax %s : tensor<?x?x?xf32> -> tensor<?x?x?xbf16>
  %o = attn.weighted_sum %p, %v : tensor<?x?x?xbf16>, tensor<?x?x64xbf16> -> tensor<?x?x64xbf16>
  return %o : tensor<?x?x64xbf16>
}

func.func @regions(%q: tensor<?x?x16xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>, %w: tensor<16xf32>)
    -> tensor<?x?x16xf32> {
  %s = attn.score pairwise(%q, %k) params(%w) scale(0.5) {
  ^bb0(%x: f32, %y: f32, %a: f32):
    %sum = arith.addf %x, %y : f32
    %t = math.tanh %sum : f32
    %f = arith.mulf %a, %t : f32
    attn.yield %f : f32
  } : tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<16xf32> -> tensor<?x?x?xf32>
  %e = attn.score_mod %s {
  ^bb0(%x: f32, %b: index, %i: index, %j: index):
    %y = math.exp %x : f32
    attn.yield %y : f32
  } : tensor<?x?x?xf32>
  %p = attn.softmax %e : tensor<?x?x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x?x?xf32>, tensor<?x?x16xf32> -> tensor<?x?x16xf32>
  return %o : tensor<?x?x16xf32>
}
