// Passes of the room Checks.
#ifndef ATTN_CHECKS_PASSES_TD
#define ATTN_CHECKS_PASSES_TD

include "mlir/Pass/PassBase.td"

def RuntimeChecksPass : Pass<"attn-runtime-checks"> {
  let summary = "check at run time what the types of operations leave open";
  let description = [{
    Puts `cf.assert` in front of every operation that could go wrong for some
    sizes, lengths or indices: those of `RuntimeVerifiableOpInterface`, as
    upstream's `generate-runtime-verification` does, and elementwise operations
    on tensors of dynamic size.

    ```mlir
    %r = tensor.extract %t[%i] : tensor<?xf32>
    ```
    becomes
    ```mlir
    %n = tensor.dim %t, %c0 : tensor<?xf32>
    ..
    cf.assert %inside, "f.mlir:3:8: tensor.extract: out-of-bounds access"
    %r = tensor.extract %t[%i] : tensor<?xf32>
    ```

    The regions of attn operations stay as they are, for they are pure, and are
    run for masked keys, too: their lowerings clamp what they read to its bounds.

    Pre-condition: operations on tensors. Post-condition: none of them reads or
    writes outside of a tensor without an error.
  }];
  let dependentDialects = ["arith::ArithDialect", "cf::ControlFlowDialect",
                           "scf::SCFDialect", "tensor::TensorDialect"];
}

def CheckAllocationsPass : Pass<"attn-check-allocations"> {
  let summary = "check at run time that the size of an allocation is no nonsense";
  let description = [{
    The size of a buffer in bytes is a product that may overflow, and the buffer
    would be too small. Each allocation with dynamic sizes gets a `cf.assert`
    that none is negative and that there are at most 2^56 elements; whether
    there is so much memory is for the allocator to say.

    Pre-condition: operations on memrefs. Post-condition: the product of the
    sizes of each `memref.alloc` and `memref.alloca` is right.
  }];
  let dependentDialects = ["arith::ArithDialect", "cf::ControlFlowDialect"];
}

#endif // ATTN_CHECKS_PASSES_TD
