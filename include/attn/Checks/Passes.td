// Passes of the room Checks.
#ifndef ATTN_CHECKS_PASSES_TD
#define ATTN_CHECKS_PASSES_TD

include "mlir/Pass/PassBase.td"

def RuntimeChecksPass : Pass<"attn-runtime-checks"> {
  let summary = "check at run time what the types of attn ops leave open";
  let description = [{
    Puts a `cf.assert` before each graph op and `attn.fused` for every
    constraint that the types do not prove: sizes that must agree, heads that
    must divide, lengths that must lie within the sequence. A failed check ends
    the program with one message, before anything is read.

    Upstream's `generate-runtime-verification` does this for ops of every
    dialect, also for the reads inside score_mod and mask regions, which must
    not have side effects; this pass takes the attn ops alone.

    ```mlir
    %s = attn.mask %0 lengths(%n : tensor<?xi64>) : tensor<?x8x?x?xf32>
    ```
    becomes
    ```mlir
    scf.for %b = %c0 to %batch step %c1 {
      %length = tensor.extract %n[%b] : tensor<?xi64>
      ..
      cf.assert %fits, "f.mlir:3:8: attn.mask: a length must be in [0, N]"
    }
    %s = attn.mask %0 lengths(%n : tensor<?xi64>) : tensor<?x8x?x?xf32>
    ```

    Pre-condition: stage `graph`. Post-condition: the same ops, checked.
  }];
  let dependentDialects = ["arith::ArithDialect", "cf::ControlFlowDialect",
                           "scf::SCFDialect", "tensor::TensorDialect"];
}

#endif // ATTN_CHECKS_PASSES_TD
