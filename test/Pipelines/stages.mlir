// Each pipeline is the one way down with another stopping point. The last pass
// of each stage, attn-verify-stage, checks its contract.

// RUN: attn-opt %s --attn-to-fused | FileCheck %s --check-prefix=FUSED
// RUN: attn-opt %s --attn-to-tiled | FileCheck %s --check-prefix=TILED
// RUN: attn-opt %s --attn-to-vector | FileCheck %s --check-prefix=VECTOR
// RUN: attn-opt %s --attn-to-llvm | FileCheck %s --check-prefix=LLVM
// RUN: attn-opt %s --attn-to-llvm=threads=false | FileCheck %s --check-prefix=SERIAL
// RUN: attn-opt %s --attn-to-llvm=isa=avx2 | FileCheck %s --check-prefix=AVX2
// RUN: attn-opt %s --attn-to-llvm=isa=neon | FileCheck %s --check-prefix=NEON
// RUN: attn-opt %s --attn-to-fused=naive | FileCheck %s --check-prefix=NAIVE
// RUN: attn-opt %s --attn-to-llvm=naive | FileCheck %s --check-prefix=LLVM
// RUN: attn-opt %s --attn-to-fused=runtime-checks=false | FileCheck %s --check-prefix=UNCHECKED
// RUN: not attn-opt %s --attn-to-llvm=isa=avx1024 2>&1 | FileCheck %s --check-prefix=ISA

// FUSED: cf.assert
// FUSED: attn.fused
// FUSED-NOT: attn.{{(score|softmax|weighted_sum)}}

// TILED: scf.forall
// TILED: attn.step
// TILED-NOT: attn.fused

// VECTOR: scf.parallel
// VECTOR: vector.fma
// VECTOR-NOT: attn.
// VECTOR-NOT: tensor<

// LLVM: llvm.func @attention
// LLVM: llvm.func @_mlir_ciface_attention
// LLVM-NOT: unrealized_conversion_cast

// Threads are the only difference: no OpenMP, and no call into its library.
// SERIAL-NOT: omp.
// SERIAL: llvm.intr.fma{{.*}}vector<16xf32>
// SERIAL-NOT: omp.

// AVX2: omp.parallel
// AVX2-NOT: vector<16x
// AVX2-NOT: x86.avx512
// AVX2: vector<8xf32>

// NEON-NOT: vector<8xf32>
// NEON: vector<4xf32>

// NAIVE: attn.weighted_sum
// UNCHECKED-NOT: cf.assert
// ISA: Cannot find option named 'avx1024'

func.func @attention(%q: tensor<2x4x?x64xf32>, %k: tensor<2x2x?x64xf32>, %v: tensor<2x2x?x64xf32>,
                     %n: tensor<2xi64>) -> tensor<2x4x?x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<2x4x?x64xf32>, tensor<2x2x?x64xf32> -> tensor<2x4x?x?xf32>
  %c = attn.mask %s causal : tensor<2x4x?x?xf32>
  %m = attn.mask %c lengths(%n : tensor<2xi64>) : tensor<2x4x?x?xf32>
  %p = attn.softmax %m : tensor<2x4x?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<2x4x?x?xf32>, tensor<2x2x?x64xf32> -> tensor<2x4x?x64xf32>
  return %o : tensor<2x4x?x64xf32>
}
