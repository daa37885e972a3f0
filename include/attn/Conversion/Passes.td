// Passes of the Conversion room.
#ifndef ATTN_CONVERSION_PASSES_TD
#define ATTN_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def AttnToLinalgPass : Pass<"attn-to-linalg"> {
  let summary = "expand attn ops on tensors into linalg, one formula at a time";
  let description = [{
    Replaces every attn op on tensors by `linalg.generic`, `tensor`, `arith` and
    `math` ops that follow its formula literally: whole score tensors, one pass
    for each line of the formula, no tiling and no reordering. It is the
    baseline to measure against, the fallback, and a second way to every result
    that tests compare with the first.

    Before: attn ops of any granularity, on tensors.
    After: no attn op on tensors. Tiled ops on buffers stay, each with a missed
    remark.

    ```mlir
    %p = attn.softmax %s : tensor<?x?xf32>
    // becomes: m = max over j of s;  e = exp(s - m);  l = sum over j of e;  e / l
    %m = linalg.generic {iterator_types = ["parallel", "reduction"]} ...
    %e = linalg.generic {iterator_types = ["parallel", "parallel"]} ...
    %l = linalg.generic {iterator_types = ["parallel", "reduction"]} ...
    %p = linalg.generic {iterator_types = ["parallel", "parallel"]} ...
    ```
  }];
  let options = [
    Option<"keepTiles", "keep-tiles", "bool", "false",
           "leave the tiled ops to a code generator">];
  let dependentDialects = ["arith::ArithDialect", "linalg::LinalgDialect",
                           "math::MathDialect", "tensor::TensorDialect"];
}

#endif // ATTN_CONVERSION_PASSES_TD
