// Each mistake on the command line or in the input gives one message.
// RUN: not attn-run %s 2>&1 | FileCheck %s --check-prefix=SEVERAL
// SEVERAL: several public functions, choose one: @mm, @strange
// RUN: not attn-run %s --entry=foo 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: no public function @foo; there is @mm, @strange
// RUN: not attn-run %s --entry=hidden 2>&1 | FileCheck %s --check-prefix=HIDDEN
// HIDDEN: no public function @hidden; there is @mm, @strange
// RUN: not attn-run %s --entry=strange 2>&1 | FileCheck %s --check-prefix=STRANGE
// STRANGE: argument 0 has type 'tensor<4xi4>'; only ranked tensors and scalars of f16, bf16, f32, f64, i1, i8, i32, i64 and index may cross the boundary
// RUN: not attn-run %s --entry=mm --target=cuda 2>&1 | FileCheck %s --check-prefix=TARGET
// TARGET: target 'cuda' is not available in this build, only cpu
// RUN: not attn-run %s --entry=mm --input=2x3xf32 --input=3x8xf32 --mcpu=pdp11 2>&1 | FileCheck %s --check-prefix=CPU
// CPU-NOT: ignoring
// CPU: 'pdp11' is not a cpu of
// RUN: not attn-run %s.missing 2>&1 | FileCheck %s --check-prefix=FILE
// FILE: cannot read '{{.*}}errors.mlir.missing': No such file or directory

// RUN: not attn-run %s --entry=mm --input=2x3xf32 2>&1 | FileCheck %s --check-prefix=MISSING
// MISSING: @mm takes 2 inputs, got 1: input 1, tensor<?x8xf32>, is missing
// RUN: not attn-run %s --entry=mm --input=2x3xf32 --input=3x8xf32 --input=1 2>&1 | FileCheck %s --check-prefix=EXTRA
// EXTRA: @mm takes 2 inputs, got 3
// RUN: not attn-run %s --entry=mm --input=2x3xf64 --input=3x8xf32 2>&1 | FileCheck %s --check-prefix=DTYPE
// DTYPE: input 0: expected tensor<?x?xf32>, got 2x3xf64
// RUN: not attn-run %s --entry=mm --input=2x3xf32 --input=3x7xf32 2>&1 | FileCheck %s --check-prefix=SIZE
// SIZE: input 1: expected tensor<?x8xf32>, got 3x7xf32
// RUN: not attn-run %s --entry=mm --input=2x3xf32 --input=8xf32 2>&1 | FileCheck %s --check-prefix=RANK
// RANK: input 1: expected tensor<?x8xf32>, got 8xf32
// RUN: not attn-run %s --entry=mm --input=2x3xf32 --input=@%s 2>&1 | FileCheck %s --check-prefix=NPY
// NPY: input 1: '{{.*}}errors.mlir': npy: not an .npy file
// RUN: not attn-run %s --entry=mm --input=2x3xf32 --input=3x8xf32 --output=- --output=- 2>&1 | FileCheck %s --check-prefix=OUTPUTS
// OUTPUTS: @mm has 1 results, got 2 --output
// RUN: not attn-run %s --entry=mm --input=2x3xf32 --input=3x8xf32 --output=o.npy 2>&1 | FileCheck %s --check-prefix=OUTPUT
// OUTPUT: --output=o.npy is neither @FILE.npy nor - nor empty
// RUN: not attn-run %s --entry=mm --input=2x3xf32 --input=3x8xf32 --benchmark_foo=1 2>&1 | FileCheck %s --check-prefix=BENCH
// BENCH: Google Benchmark does not know --benchmark_foo=1

// A failed run-time check is a message, not a signal.
// RUN: not attn-run %s --entry=mm --input=2x3xf32 --input=4x8xf32 2>&1 | FileCheck %s --check-prefix=ASSERT
// ASSERT: error: the sizes of the sum differ

func.func @mm(%a: tensor<?x?xf32>, %b: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %a, %c0 : tensor<?x?xf32>
  %k = tensor.dim %a, %c1 : tensor<?x?xf32>
  %l = tensor.dim %b, %c0 : tensor<?x8xf32>
  %same = arith.cmpi eq, %k, %l : index
  cf.assert %same, "the sizes of the sum differ"
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty(%m) : tensor<?x8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8xf32>) -> tensor<?x8xf32>
  %r = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x8xf32>)
                     outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %r : tensor<?x8xf32>
}

func.func @strange(%a: tensor<4xi4>) {
  return
}

func.func private @hidden() {
  return
}

// Limits.
// RUN: not attn-run %S/Inputs/endless.mlir --entry=endless --input=1 --timeout=1 2>&1 | FileCheck %s --check-prefix=TIME
// TIME: attn-run: error: out of time
// RUN: not attn-run %S/Inputs/endless.mlir --entry=large --max-memory=400 2>&1 | FileCheck %s --check-prefix=MEMORY
// MEMORY: error: {{.*}}memory
// RUN: not attn-run %S/Inputs/overflow.mlir 2>&1 | FileCheck %s --check-prefix=OVERFLOW
// OVERFLOW: 'tensor<9223372036854775807x2xf32>' has too many elements
