// Printing stages and pipelines, measuring, and a short --help.
// RUN: attn-run %s --print --stop-after=graph | FileCheck %s --check-prefix=GRAPH
// GRAPH: func.func @f(%{{.*}}: tensor<4xf32>)
// RUN: attn-run %s --print | FileCheck %s --check-prefix=LLVM
// LLVM: llvm.func @_mlir_ciface_f(
// RUN: attn-run %s --print-pipeline | FileCheck %s --check-prefix=PIPELINE
// PIPELINE: builtin.module(
// RUN: attn-run %s --input=1 --benchmark --benchmark_min_time=0.001 --benchmark_format=csv 2>&1 | FileCheck %s --check-prefix=BENCH
// BENCH: Running {{.*}}attn-run
// BENCH: BM_f/process_time/real_time
// RUN: attn-run --help | FileCheck %s --check-prefix=HELP
// HELP-NOT: --x86
// HELP: --stop-after=
// HELP-NOT: --x86
// RUN: attn-run - --input=1 < %s | FileCheck %s --check-prefix=STDIN
// STDIN: result[0]: 4xf32=[2, 2, 2, 2]
// RUN: attn-run %s --input=4xf32=random:5 --output= | count 0

func.func @f(%a: tensor<4xf32>) -> tensor<4xf32> {
  %r = arith.addf %a, %a : tensor<4xf32>
  return %r : tensor<4xf32>
}
