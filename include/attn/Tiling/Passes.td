// Passes of the room Tiling: fused -> tiled.
#ifndef ATTN_TILING_PASSES_TD
#define ATTN_TILING_PASSES_TD

include "mlir/Pass/PassBase.td"

def TilePass : Pass<"attn-tile"> {
  let summary = "tile attn.fused into loops over a running state";
  let description = [{
    Each `attn.fused` becomes an `scf.forall` over batch, heads and tiles of
    queries, with an `scf.for` over tiles of keys inside that absorbs one tile
    after the other into a state. The loop visits only the keys that the mask
    may keep, and skips tiles that it empties.

    ```mlir
    %o = attn.fused query(%q) key(%k) value(%v) scale(0.125) mask {..} : ..
    ```
    becomes
    ```mlir
    %o = scf.forall (%b, %h, %t) in (2, 8, %tiles) shared_outs(%out = %empty) {
      %qt = attn.pack_query ins(%q[%b, %h, %t * 128 ..]) .. scale(0.180337)
      %s0:3 = attn.init ..
      %s1:3 = scf.for %j = %lo to %hi step 64 iter_args(%s:3 = %s0:3) {
        %kt = attn.pack_key ins(%k[%b, %h / 4, %j ..]) ..
        %vt = attn.pack_key ins(%v[%b, %h / 4, %j ..]) ..
        %n:3 = attn.step query(%qt) key(%kt) value(%vt) .. log2 mask {..}
        scf.yield %n:3
      }
      %r = attn.finish ins(%s1:3) .. log2
      scf.forall.in_parallel { tensor.parallel_insert_slice %r into %out[..] }
    }
    ```

    Pre-condition: none. Post-condition: no `attn.fused`. A remark `attn-tile`
    says which masks gave no bounds, and why.
  }];
  let options = [
    Option<"vectorBytes", "vector-bytes", "int64_t", "64",
           "width of a vector register; a tile of queries fills whole registers">,
    Option<"numVectorRegisters", "vector-registers", "int64_t", "32",
           "number of vector registers; a tile is whole register blocks">,
    Option<"l2Bytes", "l2-bytes", "int64_t", "1048576",
           "size of the second-level cache, which bounds a tile of queries">,
    Option<"bf16Dot", "bf16-dot", "bool", "false",
           "has a product of pairs of bf16: tiles of bf16 stand in pairs">,
    Option<"queryTile", "query-tile", "int64_t", "0",
           "queries in a tile; 0 chooses by shape and machine">,
    Option<"keyTile", "key-tile", "int64_t", "0",
           "keys in a tile; 0 chooses by shape and machine">,
    Option<"splitKeys", "split-keys", "int64_t", "0",
           "keys of one split, whole tiles; 0 chooses by shape and machine">];
  let dependentDialects = ["arith::ArithDialect", "scf::SCFDialect",
                           "tensor::TensorDialect", "affine::AffineDialect"];
  let statistics = [Statistic<"numTiled", "tiled", "attentions tiled">];
}

#endif // ATTN_TILING_PASSES_TD
