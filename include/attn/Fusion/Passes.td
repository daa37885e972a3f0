// Passes of the room Fusion: graph -> fused and back.
#ifndef ATTN_FUSION_PASSES_TD
#define ATTN_FUSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def FusePass : Pass<"attn-fuse"> {
  let summary = "fuse score, score_mods, masks, softmax and weighted sum";
  let description = [{
    Replaces each `attn.weighted_sum` whose weights come from an `attn.softmax`
    over a chain of `attn.score_mod` and `attn.mask` on one `attn.score` by an
    `attn.fused`. Named masks become regions; masks are joined by `and`, mods
    are composed in order, a mod skipping what an earlier one removed.

    ```mlir
    %s = attn.score dot(%q, %k) scale(0.125) : ..
    %m = attn.mask %s causal : ..
    %p = attn.softmax %m : ..
    %o = attn.weighted_sum %p, %v : ..
    ```
    becomes
    ```mlir
    %off = arith.subi %n, %m : index
    %o = attn.fused query(%q) key(%k) value(%v) scale(0.125) mask {
    ^bb0(%b: index, %h: index, %i: index, %j: index):
      %0 = arith.addi %i, %off : index
      %1 = arith.cmpi sle, %j, %0 : index
      attn.yield %1 : i1
    } : ..
    ```

    Scores or weights with other uses stay as they are for those uses; the
    fused op computes them again rather than reading them.

    Pre-condition: none. Post-condition: no weighted sum of a softmax of a score
    is left, except those for which a remark `attn-fuse` says why.
  }];
  let dependentDialects = ["arith::ArithDialect", "tensor::TensorDialect"];
  let statistics = [Statistic<"numFused", "fused", "attentions fused">];
}

def UnfusePass : Pass<"attn-unfuse"> {
  let summary = "expand each attn.fused into the graph ops it stands for";
  let description = [{
    The inverse of `attn-fuse`, up to names: `attn-unfuse` followed by
    `attn-fuse` is the identity. Masks come back in region form.

    Pre-condition: none. Post-condition: no `attn.fused`.
  }];
}

#endif // ATTN_FUSION_PASSES_TD
