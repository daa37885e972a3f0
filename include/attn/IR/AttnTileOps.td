// Ops on one tile of queries: the algebra of the running softmax state.
#ifndef ATTN_IR_TILE_OPS_TD
#define ATTN_IR_TILE_OPS_TD

include "attn/IR/AttnAttrs.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

// A tiled op writes its `outs`; on tensors it returns them, on memrefs it has
// no result.
class Attn_TileOp<string mnemonic, list<Trait> traits = []>
    : Attn_Op<mnemonic, !listconcat(traits, [
        DestinationStyleOpInterface,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>])> {
  let hasVerifier = 1;
  code dpsDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getOutsMutable(); }
  }];
  let extraClassDeclaration = dpsDeclaration;
}

def Attn_PackQueryOp : Attn_TileOp<"pack_query"> {
  let summary = "transpose, scale and widen a tile of queries";
  let description = [{
    ```
    out[d, i]    = i < m ? scale * query[i, d] : 0       out is [D, T]
    out[i, d]    = i < m ? scale * query[i, d] : 0       out is [T, D], with `rows`
    out[d, i, h] = i < m ? query[i, 2 d + h] : 0         out is [D / 2, T, 2], in pairs
    ```

    `query` is `[m, D]` in the input type with `m` at most T, `out` is `[D, T]`
    in the compute type. Queries become the fastest axis: a vector holds one
    feature of neighbouring queries, so that no later step needs a horizontal
    reduction. With `rows`, features stay the fastest axis.

    In pairs two neighbouring features of a query stand together in the input
    type, as a dot product of two terms takes them.

    Constraints:
    - pack_query_c1: `query` is `[m, D]`, `out` is `[D, T]`, or `[T, D]` with
      `rows`, of the compute type of `query`, or `[D / 2, T, 2]` of its own type;
      `m` is at most T;
    - pack_query_c2: pairs go without `rows` and with a scale of 1.

    Example:

    ```mlir
    %qt = attn.pack_query ins(%q) outs(%e) scale(0.125)
        : (tensor<?x64xf16>, tensor<64x128xf32>) -> tensor<64x128xf32>
    ```
  }];
  let arguments = (ins Attn_Tile:$query, Variadic<Attn_Tile>:$outs,
                       DefaultValuedAttr<F64Attr, "1.0">:$scale,
                       UnitAttr:$rows);
  let results = (outs Variadic<Attn_Tile>:$results);
  let assemblyFormat = [{
    `ins` `(` $query `)` `outs` `(` $outs `)` (`scale` `(` $scale^ `)`)?
    (`rows` $rows^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Attn_PackKeyOp : Attn_TileOp<"pack_key"> {
  let summary = "widen a tile of keys or values into contiguous rows";
  let description = [{
    ```
    out[j, d]    = j < n ? in[j, d] : 0                     out is [B, D]
    out[j, d, h] = 2 j + h < n ? in[2 j + h, d] : 0         out is [B / 2, D, 2], in pairs
    ```

    `in` is `[n, D]` in the input type with any strides and `n` at most B; `out`
    is `[B, D]` in the compute type or the input type. Every later read is then
    aligned, of one type and within the tile, whatever the layout and the length
    were. In pairs two neighbouring rows stand together in the input type.

    Constraints:
    - pack_key_c1: `in` is `[n, D]`, `out` is `[B, D]` of the type of `in` or its
      compute type, or `[B / 2, D, 2]` of the type of `in`; `n` is at most B.

    Example:

    ```mlir
    %kt = attn.pack_key ins(%k) outs(%e)
        : (tensor<?x64xf16>, tensor<64x64xf32>) -> tensor<64x64xf32>
    ```
  }];
  let arguments = (ins Attn_Tile:$key, Variadic<Attn_Tile>:$outs);
  let results = (outs Variadic<Attn_Tile>:$results);
  let assemblyFormat = [{
    `ins` `(` $key `)` `outs` `(` $outs `)` attr-dict
    `:` functional-type(operands, results)
  }];
}

def Attn_InitOp : Attn_TileOp<"init", [AttrSizedOperandSegments]> {
  let summary = "the state before any key";
  let description = [{
    ```
    max[i] = -inf, sum[i] = 0, acc[e, i] = 0                    without a sink
    max[i] = sink, sum[i] = sink == -inf ? 0 : exp(sink - sink), acc[e, i] = 0 with a sink
    ```

    The state of T queries is `(max, sum, acc)` of shapes `[T]`, `[T]` and
    `[E, T]`. `max` bounds the scores seen so far, up to the headroom of steps, `sum` is the sum of
    `exp(s - max)` and `acc` that of `exp(s - max) * v`. With `rows`, here and in
    the other ops, `acc` is `[T, E]`: the sums of a query stand together, which
    suits a few queries, whose keys and values are read as vectors. A sink is a scalar
    compute value, in the units of the scores: before steps with `log2` it comes
    multiplied by log2(e).

    Constraints:
    - init_c1: there are three outs of shapes `[T]`, `[T]` and `[E, T]`, or
      `[T, E]` with `rows`, and of one compute type, that of the sink.

    Example:

    ```mlir
    %m, %l, %a = attn.init outs(%0, %1, %2)
        : (tensor<128xf32>, tensor<128xf32>, tensor<64x128xf32>)
       -> (tensor<128xf32>, tensor<128xf32>, tensor<64x128xf32>)
    ```
  }];
  let arguments = (ins Optional<AnyTypeOf<[F32, F64]>>:$sink,
                       Variadic<Attn_Tile>:$outs, UnitAttr:$rows);
  let results = (outs Variadic<Attn_Tile>:$results);
  let assemblyFormat = [{
    (`sink` `(` $sink^ `)`)? `outs` `(` $outs `)` (`rows` $rows^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Attn_StepOp : Attn_TileOp<"step", [AttrSizedOperandSegments]> {
  let summary = "absorb one tile of keys and values into the state";
  let description = [{
    ```
    r[i, j]   = scale * score(q[:, i], k[j, :])
    s[i, j]   = r[i, j] != -inf and mask(.., i0 + i, j0 + j) ? mod(r[i, j], ..) : -inf
    max'[i]   = max(max[i], max over j of s[i, j])             up to a headroom
    c[i]      = exp(max[i] - max'[i])
    sum'[i]   = c[i] * sum[i] + sum over j of exp(s[i, j] - max'[i])
    acc'[e,i] = c[i] * acc[e, i] + sum over j of exp(s[i, j] - max'[i]) * v[j, e]
    ```

    with `exp(-inf - -inf) = 0`, over the first `count` keys of the tile, `at_most`
    that many. Tiles are packed: `query` is `[D, T]`, `key` `[B, D]`, `value`
    `[B, E]` and parameters `[D]`, in the compute type. Keys and values that are of
    that type already may be the rows themselves, with B = `count`, beside others
    that are packed. `at` gives the place of the tile in the whole: the leading
    indices, `i0` and `j0`, which the regions see added to their position in the
    tile. `full`, if given and true, says that the mask keeps every pair of the
    tile.

    With `rows`, `query` is `[T, D]` and `acc` `[T, E]`, and keys and values may be
    of a narrower type, which is widened when it is read.

    A query in pairs, `[D / 2, T, 2]` of bf16, takes keys of bf16: the products are
    exact, but that a subnormal number may count as zero, and their sums are in the
    compute type. Values in pairs,
    `[B / 2, E, 2]` of bf16, take weights that are rounded to bf16, of which `sum`
    is the sum.

    Only the first `queries` of the tile exist, all of them if it is not given. The
    state of others may or may not change. A lowering keeps what regions read for
    them inside the tensors. A weight of zero contributes nothing to `acc`,
    whatever the value holds (S3).

    `max` is a reference for the weights and cancels out of every result. A
    lowering may leave it where it is while scores exceed it by less than a fixed
    headroom, far from where a sum could overflow.

    `log2` says that scores come already multiplied by log2(e) (folded into the
    packed queries), so that `exp` above is `exp2`. It is legal only if nothing
    stands between the score and the softmax (S4).

    Constraints:
    - step_c1: there are three outs as in init_c1;
    - step_c2: a query is `[D, T]`, or `[T, D]` with `rows`, a key `[B, D]`, a
      value `[B, E]`, a parameter `[D]`, all of the compute type, or with `rows`
      keys and values of a type that widens to it; without `at_most` there is a
      value for each key; a constant `count` is no more than there are keys and
      values;
    - step_c3: `at` has at least two indices; regions take that many;
    - step_c4: `log2` goes without a `mod` region and with the dot product;
    - step_c5: `at_most` is positive;
    - step_c6: pairs are of bf16 beside a state of f32, take part in a dot product,
      and go without `rows`; a key is of bf16 where the query is in pairs;
    - score_c7, score_mod_c1 and mask_c5 hold for the regions.

    Example:

    ```mlir
    %m1, %l1, %a1 = attn.step query(%qt) key(%k) value(%v) count(%n) at(%b, %h, %i0, %j0)
        outs(%m, %l, %a) log2
        : (tensor<64x128xf32>, tensor<64x64xf32>, tensor<64x64xf32>, index, index, index, index, index,
           tensor<128xf32>, tensor<128xf32>, tensor<64x128xf32>)
       -> (tensor<128xf32>, tensor<128xf32>, tensor<64x128xf32>)
    ```
  }];
  let arguments = (ins Optional<Attn_Tile>:$query, Attn_Tile:$key,
                       Attn_Tile:$value, Variadic<Attn_Tile>:$params,
                       Index:$count, Optional<Index>:$queries,
                       Variadic<Index>:$at, Optional<I1>:$full,
                       Variadic<Attn_Tile>:$outs,
                       OptionalAttr<I64Attr>:$atMost,
                       DefaultValuedAttr<F64Attr, "1.0">:$scale,
                       UnitAttr:$log2, UnitAttr:$rows);
  let results = (outs Variadic<Attn_Tile>:$results);
  let regions = (region MaxSizedRegion<1>:$scoreBody,
                        MaxSizedRegion<1>:$modBody,
                        MaxSizedRegion<1>:$maskBody);
  let assemblyFormat = [{
    (`query` `(` $query^ `)`)? `key` `(` $key `)` `value` `(` $value `)`
    (`params` `(` $params^ `)`)? `count` `(` $count (`at_most` $atMost^)? `)`
    (`queries` `(` $queries^ `)`)? `at` `(` $at `)` (`full` `(` $full^ `)`)?
    `outs` `(` $outs `)` (`scale` `(` $scale^ `)`)? (`log2` $log2^)?
    (`rows` $rows^)? (`score` $scoreBody^)? (`mod` $modBody^)? (`mask` $maskBody^)?
    attr-dict `:` functional-type(operands, results)
  }];
  let hasCanonicalizer = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = dpsDeclaration # [{
    bool isDot() { return getScoreBody().empty(); }
    /// Whether queries stand in pairs of features, and values in pairs of keys.
    bool hasQueryPairs();
    bool hasValuePairs();
    /// The type of scores and state: that of `max`.
    FloatType getComputeType();
    /// T, the number of queries of the tile.
    int64_t getNumQueries();
    /// The most keys the tile can have, or kDynamic.
    int64_t getMaxCount();
  }];
}

def Attn_MergeOp : Attn_TileOp<"merge", [AttrSizedOperandSegments]> {
  let summary = "join the states of two disjoint sets of keys";
  let description = [{
    ```
    max'[i]    = max(max[i], max2[i])
    sum'[i]    = exp(max[i] - max'[i]) * sum[i] + exp(max2[i] - max'[i]) * sum2[i]
    acc'[e, i] = exp(max[i] - max'[i]) * acc[e, i] + exp(max2[i] - max'[i]) * acc2[e, i]
    ```

    with `exp(-inf - -inf) = 0`. `ins` is the second state, `outs` the first,
    which receives the result. Associative and commutative up to rounding; the
    state of `init` without a sink is its unit.

    Constraints:
    - merge_c1: `ins` and `outs` are states as in init_c1, of the same types.

    Example:

    ```mlir
    %m, %l, %a = attn.merge ins(%m2, %l2, %a2) outs(%m1, %l1, %a1)
        : (tensor<16xf32>, tensor<16xf32>, tensor<64x16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<64x16xf32>)
       -> (tensor<16xf32>, tensor<16xf32>, tensor<64x16xf32>)
    ```
  }];
  let arguments = (ins Variadic<Attn_Tile>:$ins, Variadic<Attn_Tile>:$outs,
                       UnitAttr:$log2, UnitAttr:$rows);
  let results = (outs Variadic<Attn_Tile>:$results);
  let assemblyFormat = [{
    `ins` `(` $ins `)` `outs` `(` $outs `)` (`log2` $log2^)?
    (`rows` $rows^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Attn_FinishOp : Attn_TileOp<"finish", [AttrSizedOperandSegments]> {
  let summary = "divide by the sum: the output rows of a tile";
  let description = [{
    ```
    out[i, e] = sum[i] == 0 ? 0 : acc[e, i] / sum[i]     i < m
    lse[i]    = max[i] + log(sum[i])                     natural logarithm
    ```

    `ins` is a state of T queries; `outs` are `[m, E]` in the output type and,
    if asked for, `[m]` in the compute type, with `m` at most T. With `log2` the
    maximum is in units of log2(e), and the lse is still natural.

    Constraints:
    - finish_c1: `ins` is a state as in init_c1;
    - finish_c2: `outs` are `[m, E]` and possibly `[m]` of the compute type; `m`
      is at most T.

    Example:

    ```mlir
    %o, %lse = attn.finish ins(%m, %l, %a) outs(%0, %1)
        : (tensor<128xf32>, tensor<128xf32>, tensor<64x128xf32>, tensor<?x64xf16>, tensor<?xf32>)
       -> (tensor<?x64xf16>, tensor<?xf32>)
    ```
  }];
  let arguments = (ins Variadic<Attn_Tile>:$ins, Variadic<Attn_Tile>:$outs,
                       UnitAttr:$log2, UnitAttr:$rows);
  let results = (outs Variadic<Attn_Tile>:$results);
  let assemblyFormat = [{
    `ins` `(` $ins `)` `outs` `(` $outs `)` (`log2` $log2^)?
    (`rows` $rows^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

#endif // ATTN_IR_TILE_OPS_TD
