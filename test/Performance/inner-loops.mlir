// The loops that take the time, counted in assembly: what each load feeds, and
// that nothing is spilled.

// With 32 registers: 4 vectors of queries and 4 keys make 16 sums from 8 loads.
// RUN: attn-run %s --emit=asm --threads=1 --mtriple=x86_64-linux-gnu --mcpu=znver4 -o %t.avx512.s
// RUN: %python %S/Inputs/loops.py %t.avx512.s zmm | FileCheck %s --check-prefix=AVX512

// With 16 registers: 2 vectors and 6 keys make 12 sums from 8 loads.
// RUN: attn-run %s --emit=asm --threads=1 --mtriple=x86_64-linux-gnu --mcpu=haswell -o %t.avx2.s
// RUN: %python %S/Inputs/loops.py %t.avx2.s ymm | FileCheck %s --check-prefix=AVX2

// On AArch64 with 32: 4 vectors and 6 keys make 24 sums from 10 loads.
// RUN: attn-run %s --emit=asm --threads=1 --mtriple=aarch64-linux-gnu --mcpu=neoverse-v1 -o %t.neon.s
// RUN: %python %S/Inputs/loops.py %t.neon.s v | FileCheck %s --check-prefix=NEON

// The scores, in the pass that takes weights at once and in the exact one; each
// also for the last keys one by one.
// AVX512-NOT: spills={{[1-9]}}
// AVX512: fma=16 fma/load=2.00 spills=0
// AVX512-NEXT: {{.*}} fma/load=0.80 spills=0
// AVX512-NEXT: fma=16 fma/load=2.00 spills=0
// AVX512-NEXT: {{.*}} fma/load=0.80 spills=0
// The weights of the exact pass: exp2 in registers.
// AVX512-NEXT: {{.*}} spills=0
// AVX512-NEXT: {{.*}} spills=0
// The weighted sum.
// AVX512-NEXT: fma=16 fma/load=2.00 spills=0
// AVX512-NOT: spills={{[1-9]}}

// The scores, twice.
// AVX2: fma=12 fma/load=1.50 spills=0
// AVX2-NEXT: {{.*}} fma/load=0.67 spills=0
// AVX2-NEXT: fma=12 fma/load=1.50 spills=0
// AVX2-NEXT: {{.*}} fma/load=0.67 spills=0
// The weighted sum: ten times 6 of 64 features, and 4.
// AVX2: fma=12 fma/load=1.50 spills=0
// AVX2-NEXT: fma=8 fma/load=1.33 spills=0

// The scores, twice.
// NEON: fma=24 fma/load=2.40 spills=0
// NEON-NEXT: {{.*}} fma/load=0.80 spills=0
// NEON-NEXT: fma=24 fma/load=2.40 spills=0
// NEON-NEXT: {{.*}} fma/load=0.80 spills=0
// The weighted sum: ten times 6 of 64 features, and 4.
// NEON: fma=24 fma/load=2.40 spills=0
// NEON-NEXT: fma=16 fma/load=2.00 spills=0

func.func @attention(%q: tensor<?x64xf32>, %k: tensor<?x64xf32>, %v: tensor<?x64xf32>)
    -> tensor<?x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<?x64xf32>, tensor<?x64xf32> -> tensor<?x?xf32>
  %m = attn.mask %s causal : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x64xf32> -> tensor<?x64xf32>
  return %o : tensor<?x64xf32>
}
