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
    are composed in order, a mod skipping what an earlier one removed. Weights of
    16 bits become `weights(..)`.

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

def GroupHeadsPass : Pass<"attn-group-heads"> {
  let summary = "make query heads that share a key head its queries";
  let description = [{
    A decoder asks one query of each head. Where several query heads share a head
    of keys and values, each tile of keys would be read once for each of them. This
    pass turns the heads of a group into the queries of one head: the same numbers
    with other names, as `[.., Hq, 1, D]` and `[.., Hkv, Hq / Hkv, D]` lie in memory
    alike. Regions compute the head from the query: `h = hkv * group + i`.

    ```mlir
    %o = attn.fused query(%q) key(%k) value(%v) .. : (tensor<1x32x1x128xf32>, tensor<1x8x?x128xf32>, ..)
    ```
    becomes
    ```mlir
    %qs = tensor.expand_shape (tensor.collapse_shape %q) : .. into tensor<1x8x4x128xf32>
    %os = attn.fused query(%qs) key(%k) value(%v) .. : (tensor<1x8x4x128xf32>, tensor<1x8x?x128xf32>, ..)
    %o = tensor.expand_shape (tensor.collapse_shape %os) : .. into tensor<1x32x1x128xf32>
    ```

    Pre-condition: none. Post-condition: none. Heads stay apart if their number is
    known only at run time, if each has more than one query, a sink or parameters.
  }];
  let dependentDialects = ["arith::ArithDialect", "tensor::TensorDialect"];
}

#endif // ATTN_FUSION_PASSES_TD
