// Table of the passes of the CPU code generator.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_CODEGEN_CPU_PASSES
#define ATTN_CODEGEN_CPU_PASSES

include "mlir/Pass/PassBase.td"

def ExpandMathPass : Pass<"attn-expand-math"> {
  let summary = "replace elementary functions by arithmetic with error bounds";
  let description = [{
    Rewrites `math.exp2`, `math.exp`, `math.tanh`, `math.log`, `math.log2` and
    `math.log1p` into `arith` operations and `math.fma`: no branches, tables,
    library calls or fast-math flags.

    Pre-condition: none. Scalars and vectors of any rank, of f16, bf16, f32 and
    f64, are rewritten; anything else is left alone.

    Post-condition: none of these operations is left on such a type. Fast-math
    flags of the original operation are dropped. An `exp2` with the attribute
    `attn.approximate` is, with `avx512`, off by up to 9e-5 of the value, which is
    enough for a result that is rounded to bf16, and still exactly 1 at 0 and 0 at
    -inf. Constants are built where they
    are used; run `cse` and `loop-invariant-code-motion` afterwards. The bounds
    assume that `math.fma` is fused, as it is by `convert-math-to-llvm`, that
    rounding is to nearest and that subnormals are not flushed.

    The largest errors that were measured, in units of the spacing of the
    result format at the true value (constant below the smallest normal):

    | function        | bound | f32, every value | f64, sampled |
    |-----------------|-------|------------------|--------------|
    | `exp2`          | 2     | 0.87             | 0.85         |
    | `exp2` (avx512) | 2     | 1.58             | 1.50         |
    | `exp`           | 2     | 1.02             | 0.96         |
    | `tanh`          | 3     | 2.57             | 2.58         |
    | `log`           | 2     | 1.52             | 1.23         |
    | `log2`          | 2     | 1.04             | 1.11         |
    | `log1p`         | 2     | 1.52             | 1.23         |

    f16 and bf16 are computed in f32 and rounded once more. NaN gives NaN.
    `exp2` and `exp` are exactly 1 at 0, 0 at -inf and +inf at +inf; `exp2` is
    exact at integers and `log2` at powers of two, subnormal ones included.
    `tanh` is odd, at most 1 in size, and exact for subnormals. Logarithms are
    -inf at the lower end of their domain and NaN below it.

    With `avx512`, `exp2` and `exp` on `vector<16xf32>` and `vector<8xf64>` use
    `vscalef`, and `exp2` also `vreduce`, by calls of LLVM intrinsics; the
    target must have AVX-512 F and DQ. `exp2` takes half the time of the
    portable form then. Other shapes keep the portable form: unroll first.

    Example, where `%magic` is 1.5 * 2^23 + 254 and the rest of the polynomial
    is left out:

    ```mlir
    %y = math.exp2 %x : vector<16xf32>
    ```

    becomes, after the argument %x is clamped to %c,

    ```mlir
    %t = arith.addf %c, %magic : vector<16xf32>
    %n = arith.subf %t, %magic : vector<16xf32>
    %f = arith.subf %c, %n : vector<16xf32>
    %p5 = math.fma %c6, %f, %c5 : vector<16xf32>
    // ...
    %p = math.fma %p1, %f, %one : vector<16xf32>
    %bits = arith.bitcast %t : vector<16xf32> to vector<16xi32>
    %half = arith.shrui %bits, %i1 : vector<16xi32>
    %rest = arith.subi %bits, %half : vector<16xi32>
    %e1 = arith.shli %half, %i23 : vector<16xi32>
    %s1 = arith.bitcast %e1 : vector<16xi32> to vector<16xf32>
    %p1s = arith.mulf %p, %s1 : vector<16xf32>
    %e2 = arith.shli %rest, %i23 : vector<16xi32>
    %s2 = arith.bitcast %e2 : vector<16xi32> to vector<16xf32>
    %y = arith.mulf %p1s, %s2 : vector<16xf32>
    ```
  }];
  let dependentDialects = ["arith::ArithDialect", "math::MathDialect",
                           "LLVM::LLVMDialect"];
  let options = [
    Option<"avx512", "avx512", "bool", /*default=*/"false",
           "Use AVX-512 F and DQ instructions on full 512-bit vectors">
  ];
}

def EmitCPUPass : Pass<"attn-emit-cpu"> {
  let summary = "lower the tiled ops to loops over vectors";
  let description = [{
    Replaces `attn.pack_query`, `pack_key`, `init`, `step`, `merge` and `finish`
    on memrefs by scf, vector, memref, arith and math ops. Queries are the lanes
    of a vector; a step computes the scores of a few keys against a few vectors
    of queries in registers, applies the score, mod and mask regions to them
    there, and keeps one block of weights, of the size of the first-level
    cache, between the two contractions.

    Pre-condition: stage `tiled`, bufferized; tiles of queries are a static
    multiple of the lanes, tiles of keys of 4. Post-condition: no attn op.

    ```mlir
    attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %j) outs(%m, %l, %a) log2 : ..
    ```
    becomes
    ```mlir
    scf.for %i = .. {                      // a block of queries
      scf.for %j = .. iter_args(%max) {    // 4 keys
        scf.for %d = .. iter_args(16 x vector<16xf32>) { vector.fma .. }
        ..
      }
      scf.for %j = .. iter_args(%sum) { math.exp2 .. }
      scf.for %e = .. { scf.for %j = .. { vector.fma .. } }
    }
    ```
  }];
  let options = [
    Option<"vectorBytes", "vector-bytes", "int64_t", "64",
           "width of a vector register">,
    Option<"numVectorRegisters", "vector-registers", "int64_t", "32",
           "number of vector registers, which bounds a register block">];
  let dependentDialects = ["arith::ArithDialect", "math::MathDialect",
                           "memref::MemRefDialect", "scf::SCFDialect",
                           "vector::VectorDialect",
                           "x86vector::X86VectorDialect"];
}

def ScheduleLoopsPass : Pass<"attn-schedule-loops"> {
  let summary = "hand tiles of queries to threads as they become free";
  let description = [{
    Gives every `omp.wsloop` without a schedule the dynamic one. Under a causal
    mask the last tile of queries costs twice the average, and a static division
    would leave threads idle.

    Each iteration comes wrapped in a `memref.alloca_scope`, which must not hold
    branches. Those without allocas are inlined.

    Pre-condition: loops are OpenMP. Post-condition: every `omp.wsloop` has a
    schedule, and no scope without allocas.
  }];
}

def ExpandCopiesPass : Pass<"attn-expand-copies"> {
  let summary = "copy strided buffers by loops";
  let description = [{
    Replaces each `memref.copy` from or to a buffer that is not contiguous by a
    `linalg.generic`. Left alone, it would become a call of `memrefCopy`, a
    function of a library that compiled code does not need otherwise. Contiguous
    copies stay, and become `memcpy`.

    Pre-condition: bufferized. Post-condition: every `memref.copy` of ranked
    buffers is contiguous.
  }];
  let dependentDialects = ["linalg::LinalgDialect"];
}

#endif // ATTN_CODEGEN_CPU_PASSES
