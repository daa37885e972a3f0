// Files for another machine: its instructions and its tiles; they do not run here.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: attn-run %s --mtriple=aarch64-linux-gnu --emit=asm | FileCheck %s --check-prefix=NEON
// NEON-NOT: zmm
// NEON: fmla v{{[0-9]+}}.4s
// RUN: attn-run %s --mtriple=x86_64-linux-gnu --mcpu=haswell --emit=asm | FileCheck %s --check-prefix=AVX2
// AVX2: vfmadd{{.*}}%ymm
// RUN: attn-run %s --mtriple=aarch64-linux-gnu --emit=obj -o %t.o
// RUN: llvm-readelf -h %t.o | FileCheck %s --check-prefix=OBJ
// OBJ: Machine: AArch64
// RUN: attn-run %s --mtriple=aarch64-linux-gnu --stop-after=tiled --print | FileCheck %s --check-prefix=TILED
// TILED: attn.

// RUN: not attn-run %s --mtriple=aarch64-linux-gnu --input=random --input=random --input=random 2>&1 | FileCheck %s --check-prefix=HERE
// HERE: error: code for --mtriple=aarch64-linux-gnu cannot be run here: use --emit
// RUN: not attn-run %s --mtriple=riscv64-linux-gnu --emit=shared -o %t.so 2>&1 | FileCheck %s --check-prefix=SHARED
// SHARED: error: a shared library can only be linked for this machine; write an object file
// RUN: not attn-run %s --mtriple=pdp11 --emit=asm 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: error: No available targets are compatible with triple "pdp11
// RUN: not attn-run %s --mtriple=armv7-linux-gnu --emit=asm 2>&1 | FileCheck %s --check-prefix=BITS
// BITS: error: 'armv7-unknown-linux-gnu' is not a little-endian machine of 64 bits
// RUN: not attn-run %s --mtriple=aarch64-linux-gnu --mcpu=haswell --emit=asm 2>&1 | FileCheck %s --check-prefix=CPU
// CPU: error: 'haswell' is not a cpu of aarch64

// Results of a run elsewhere.
// RUN: attn-run %s --input=random --input=random --input=random --output=@%t.npy
// RUN: attn-run %s --input=random --input=random --input=random --check --given_output=@%t.npy | FileCheck %s --check-prefix=PASS
// PASS: result[0]: PASS
// RUN: not attn-run %s --input=random --input=random --input=random:9 --check --given_output=@%t.npy | FileCheck %s --check-prefix=FAIL
// FAIL: result[0]: FAIL
// RUN: not attn-run %s --input=random --input=random --input=random --given_output=@%t.npy 2>&1 | FileCheck %s --check-prefix=CHECK-IT
// CHECK-IT: error: --given_output is for --check
// RUN: not attn-run %s --input=random --input=random --input=random --check --given_output=1 --given_output=2 2>&1 | FileCheck %s --check-prefix=MANY
// MANY: error: @f has 1 results, got 2 --given_output

func.func @f(%q: tensor<70x64xf32>, %k: tensor<70x64xf32>, %v: tensor<70x64xf32>) -> tensor<70x64xf32> {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<70x64xf32>, tensor<70x64xf32> -> tensor<70x70xf32>
  %p = attn.softmax %s : tensor<70x70xf32>
  %o = attn.weighted_sum %p, %v : tensor<70x70xf32>, tensor<70x64xf32> -> tensor<70x64xf32>
  return %o : tensor<70x64xf32>
}
