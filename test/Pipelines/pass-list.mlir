// The order of all passes, so that no change of it goes unnoticed. Options are
// shown where the pipelines set them.

// RUN: attn-opt %s --attn-to-llvm --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s
// RUN: attn-opt %s --attn-to-llvm="naive threads=false runtime-checks=false isa=neon" \
// RUN:     --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=NAIVE
// RUN: attn-opt %s --attn-to-llvm="from=tiled isa=avx2" --dump-pass-pipeline -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=LATE

// CHECK: builtin.module(
// CHECK-NEXT: attn-runtime-checks
// CHECK-NEXT: attn-verify-stage{stage=graph}
// CHECK-NEXT: canonicalize
// CHECK-NEXT: attn-fuse
// CHECK-NEXT: attn-group-heads
// CHECK-NEXT: canonicalize
// CHECK-NEXT: cse
// CHECK-NEXT: attn-verify-stage{stage=fused}
// CHECK-NEXT: attn-tile{bf16-dot=false key-tile=0 l2-bytes=1048576 query-tile=0 split-keys=0 vector-bytes=64 vector-registers=32}
// CHECK-NEXT: empty-tensor-to-alloc-tensor
// CHECK-NEXT: attn-to-linalg{keep-tiles=true}
// CHECK-NEXT: canonicalize
// CHECK-NEXT: cse
// CHECK-NEXT: attn-verify-stage{stage=tiled}
// CHECK-NEXT: convert-tensor-to-linalg
// CHECK-NEXT: func.func(
// CHECK-NEXT: convert-elementwise-to-linalg
// CHECK-NEXT: )
// CHECK-NEXT: attn-protect-arguments
// CHECK-NEXT: one-shot-bufferize{{.*}}bufferize-function-boundaries=true{{.*}} function-boundary-type-conversion=identity-layout-map
// CHECK-NEXT: canonicalize
// CHECK-NEXT: attn-emit-cpu{vector-bytes=64 vector-registers=32}
// CHECK-NEXT: cse
// CHECK-NEXT: expand-realloc
// CHECK-NEXT: canonicalize
// CHECK-NEXT: ownership-based-buffer-deallocation
// CHECK-NEXT: canonicalize
// CHECK-NEXT: buffer-deallocation-simplification
// CHECK-NEXT: bufferization-lower-deallocations
// CHECK-NEXT: cse
// CHECK-NEXT: canonicalize
// CHECK-NEXT: convert-bufferization-to-memref
// CHECK-NEXT: attn-check-allocations
// CHECK-NEXT: attn-expand-copies
// CHECK-NEXT: func.func(
// CHECK-NEXT: convert-linalg-to-loops
// CHECK-NEXT: )
// CHECK-NEXT: func.func(
// CHECK-NEXT: scf-forall-to-parallel
// CHECK-NEXT: )
// CHECK-NEXT: canonicalize
// CHECK-NEXT: cse
// CHECK-NEXT: loop-invariant-code-motion
// CHECK-NEXT: attn-verify-stage{stage=vector}
// CHECK-NEXT: func.func(
// CHECK-NEXT: llvm-request-c-wrappers
// CHECK-NEXT: )
// CHECK-NEXT: attn-expand-math{avx512=true}
// CHECK-NEXT: convert-vector-to-scf{{.*}}full-unroll=true
// CHECK-NEXT: convert-scf-to-openmp
// CHECK-NEXT: attn-schedule-loops
// CHECK-NEXT: canonicalize
// CHECK-NEXT: cse
// CHECK-NEXT: convert-scf-to-cf
// CHECK-NEXT: expand-strided-metadata
// CHECK-NEXT: lower-affine
// CHECK-NEXT: convert-math-to-llvm
// CHECK-NEXT: convert-math-to-libm
// CHECK-NEXT: convert-vector-to-llvm{{.*}}vector-transpose-lowering=shuffle16x16
// CHECK-NEXT: convert-arith-to-llvm
// CHECK-NEXT: convert-index-to-llvm
// CHECK-NEXT: finalize-memref-to-llvm
// CHECK-NEXT: convert-func-to-llvm
// CHECK-NEXT: convert-cf-to-llvm
// CHECK-NEXT: convert-ub-to-llvm
// CHECK-NEXT: convert-openmp-to-llvm
// CHECK-NEXT: reconcile-unrealized-casts
// CHECK-NEXT: canonicalize
// CHECK-NEXT: cse
// CHECK-NEXT: attn-verify-stage{stage=llvm}
// CHECK-NEXT: )

// NAIVE: builtin.module(
// NAIVE-NEXT: canonicalize
// NAIVE-NEXT: canonicalize
// NAIVE-NEXT: cse
// NAIVE-NEXT: attn-to-linalg{keep-tiles=false}
// NAIVE-NEXT: canonicalize
// NAIVE-NEXT: cse
// NAIVE-NEXT: convert-tensor-to-linalg
// NAIVE-NEXT: func.func(
// NAIVE-NEXT: convert-elementwise-to-linalg
// NAIVE-NEXT: )
// NAIVE-NEXT: attn-protect-arguments
// NAIVE-NEXT: one-shot-bufferize{{.*}}bufferize-function-boundaries=true{{.*}} function-boundary-type-conversion=identity-layout-map
// NAIVE-NEXT: canonicalize
// NAIVE-NEXT: attn-emit-cpu{vector-bytes=16 vector-registers=32}
// NAIVE-NEXT: cse
// NAIVE-NEXT: expand-realloc
// NAIVE-NEXT: canonicalize
// NAIVE-NEXT: ownership-based-buffer-deallocation
// NAIVE-NEXT: canonicalize
// NAIVE-NEXT: buffer-deallocation-simplification
// NAIVE-NEXT: bufferization-lower-deallocations
// NAIVE-NEXT: cse
// NAIVE-NEXT: canonicalize
// NAIVE-NEXT: convert-bufferization-to-memref
// NAIVE-NEXT: attn-expand-copies
// NAIVE-NEXT: func.func(
// NAIVE-NEXT: convert-linalg-to-loops
// NAIVE-NEXT: )
// NAIVE-NEXT: func.func(
// NAIVE-NEXT: scf-forall-to-for
// NAIVE-NEXT: )
// NAIVE-NEXT: canonicalize
// NAIVE-NEXT: cse
// NAIVE-NEXT: loop-invariant-code-motion
// NAIVE-NEXT: attn-verify-stage{stage=vector}
// NAIVE-NEXT: func.func(
// NAIVE-NEXT: llvm-request-c-wrappers
// NAIVE-NEXT: )
// NAIVE-NEXT: convert-vector-to-scf{{.*}}full-unroll=true
// NAIVE-NEXT: canonicalize
// NAIVE-NEXT: cse
// NAIVE-NEXT: convert-scf-to-cf
// NAIVE-NEXT: expand-strided-metadata
// NAIVE-NEXT: lower-affine
// NAIVE-NEXT: convert-math-to-llvm
// NAIVE-NEXT: convert-math-to-libm
// NAIVE-NEXT: convert-vector-to-llvm{{.*}}vector-transpose-lowering=shuffle16x16
// NAIVE-NEXT: convert-arith-to-llvm
// NAIVE-NEXT: convert-index-to-llvm
// NAIVE-NEXT: finalize-memref-to-llvm
// NAIVE-NEXT: convert-func-to-llvm
// NAIVE-NEXT: convert-cf-to-llvm
// NAIVE-NEXT: convert-ub-to-llvm
// NAIVE-NEXT: reconcile-unrealized-casts
// NAIVE-NEXT: canonicalize
// NAIVE-NEXT: cse
// NAIVE-NEXT: attn-verify-stage{stage=llvm}
// NAIVE-NEXT: )

// Another compiler hands over tiled IR.

// LATE: builtin.module(
// LATE-NEXT: convert-tensor-to-linalg
// LATE-NEXT: func.func(
// LATE: attn-emit-cpu{vector-bytes=32 vector-registers=16}
// LATE: attn-expand-math{avx512=false}
