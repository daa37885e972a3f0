// Ops on whole tensors: the five graph ops, attn.fused and attn.yield.
#ifndef ATTN_IR_GRAPH_OPS_TD
#define ATTN_IR_GRAPH_OPS_TD

include "attn/IR/AttnAttrs.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"

def Attn_ScoreOp : Attn_Op<"score", [
    Pure, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>]> {
  let summary = "scores of every query against every key";
  let description = [{
    ```
    dot:       S[.., i, j] = scale * sum over d of q[.., i, d] * k[.., j, d]
    pairwise:  S[.., i, j] = scale * sum over d of f(q[.., i, d], k[.., j, d], w[.., d], ..)
    no query:  S[.., 0, j] = scale * sum over d of f(k[.., j, d], w[.., d], ..)
    ```

    `f` is the region; it takes scalars of the compute type (query, key, then
    one for each parameter) and yields one. Additive (Bahdanau) scoring is
    `f = w * tanh(q + k)` after the two projections; squared distance is
    `f = (q - k) * (q - k)`; a multi-layer perceptron on the key alone is the
    form without a query. A parameter is `[D]`, or `[.., D]` with leading axes
    that each have size 1 or the size of the scores.

    If D is zero, every score is zero.

    Constraints:
    - score_c1: query, key and result have the same rank, at least 2 and at most 8;
      without a query the result has one row;
    - score_c2: query and key agree on D, result on M and N;
    - score_c3: on each leading axis the key has the size of the result, or 1,
      or, on the last one, a divisor of it; the query has the size of the result;
    - score_c4: all inputs have one element type and the result has its compute type;
    - score_c5: a parameter ends in D; its other axes have size 1 or that of the
      leading axis of the result that they fall on;
    - score_c6: `dot` has a query, and neither region nor parameters;
    - score_c7: the region takes one compute scalar for each of query, key and
      parameters, yields one, and has no side effects.

    Example:

    ```mlir
    %s = attn.score dot(%q, %k) scale(0.125)
        : tensor<2x8x?x64xf16>, tensor<2x2x?x64xf16> -> tensor<2x8x?x?xf32>

    %a = attn.score pairwise(%q, %k) params(%w) {
    ^bb0(%x: f32, %y: f32, %wd: f32):
      %0 = arith.addf %x, %y : f32
      %1 = math.tanh %0 : f32
      %2 = arith.mulf %wd, %1 : f32
      attn.yield %2 : f32
    } : tensor<?x128xf32>, tensor<?x128xf32>, tensor<128xf32> -> tensor<?x?xf32>
    ```
  }];
  let arguments = (ins Optional<Attn_InputTensor>:$query,
                       Attn_InputTensor:$key,
                       Variadic<Attn_InputTensor>:$params,
                       DefaultValuedAttr<F64Attr, "1.0">:$scale);
  let results = (outs Attn_ComputeTensor:$result);
  let regions = (region MaxSizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    /// True if the score is the dot product (there is no region).
    bool isDot() { return getBody().empty(); }
  }];
}

def Attn_ScoreModOp : Attn_Op<"score_mod", [
    Pure, SameOperandsAndResultType,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>]> {
  let summary = "change each score that is not removed";
  let description = [{
    ```
    R[.., i, j] = S[.., i, j] == -inf ? -inf : region(S[.., i, j], .., i, j)
    ```

    The region may remove a key itself by yielding `-inf`. Because removed keys
    are left alone, a mask may stand before or after a score_mod with the same
    result (S1).

    Constraints:
    - score_mod_c1: the region takes a score and one index for each axis, yields
      a score, and has no side effects;
    - score_mod_c2: the scores have rank 2 to 8.

    Example (tanh soft cap):

    ```mlir
    %t = attn.score_mod %s {
    ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
      %cap = arith.constant 50.0 : f32
      %0 = arith.divf %x, %cap : f32
      %1 = math.tanh %0 : f32
      %2 = arith.mulf %1, %cap : f32
      attn.yield %2 : f32
    } : tensor<2x8x?x?xf32>
    ```
  }];
  let arguments = (ins Attn_ComputeTensor:$scores);
  let results = (outs Attn_ComputeTensor:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$scores $body attr-dict `:` type($scores)";
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let hasCanonicalizer = 1;
}

def Attn_MaskOp : Attn_Op<"mask", [
    Pure, AllTypesMatch<["scores", "result"]>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>]> {
  let summary = "remove keys: their scores become -inf";
  let description = [{
    ```
    R[.., i, j] = keep(.., i, j) ? S[.., i, j] : -inf
    ```

    With M queries, N keys and `t = i + N - M` (the last query is aligned with
    the last key; with `top_left`, `t = i`), `keep` is

    | form | keep |
    |---|---|
    | `causal` | `j <= t` |
    | `window(l, r)` | `t - l <= j` and `j <= t + r`; -1 means unbounded |
    | `lengths(%n)` | `j < n[b]` |
    | `prefix(%n)` | `j < n[b]` or `j <= t` |
    | `segments(%q, %k)` | `q[b, i] == k[b, j]` |
    | `dense(%m)` | `m[.., i, j]` |
    | a region | what it yields |

    `b` is the first leading axis. `n` is `[B]`, `q` is `[B, M]` and `k` is
    `[B, N]`; without leading axes they are `[]`, `[M]` and `[N]`; an axis B of
    size 1 is broadcast. `m` has at most the rank of the scores; its axes fall
    on the last axes of the scores and each has their size or 1. A length is at
    least 0 and at most N; anything else stops the program with a message.

    Masks are sets: their order and their place in the chain of mods never
    changes the result (S1).

    Constraints:
    - mask_c1: the scores have rank 2 to 8; the form takes the stated number of
      operands, of the stated rank;
    - mask_c2: the axes of the operands fit those of the scores;
    - mask_c3: lengths and segment ids are integers, a dense mask is i1;
    - mask_c4: window bounds are at least -1; other forms have none;
    - mask_c5: only the region form has a region; it takes one index for each
      axis, yields an i1, and has no side effects;
    - mask_c6: `top_left` goes with causal, window and prefix.

    Example:

    ```mlir
    %0 = attn.mask %s causal : tensor<2x8x?x?xf32>
    %1 = attn.mask %0 window(128, 0) top_left : tensor<2x8x?x?xf32>
    %2 = attn.mask %1 lengths(%n : tensor<2xi64>) : tensor<2x8x?x?xf32>
    %3 = attn.mask %2 {
    ^bb0(%b: index, %h: index, %i: index, %j: index):
      %k = arith.cmpi ne, %i, %j : index
      attn.yield %k : i1
    } : tensor<2x8x?x?xf32>
    ```
  }];
  let arguments = (ins Attn_ComputeTensor:$scores,
                       Variadic<AnyRankedTensor>:$args,
                       Attn_MaskKindAttr:$kind,
                       DefaultValuedAttr<SI64Attr, "-1">:$left,
                       DefaultValuedAttr<SI64Attr, "-1">:$right,
                       UnitAttr:$topLeft);
  let results = (outs Attn_ComputeTensor:$result);
  let regions = (region MaxSizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let hasCanonicalizer = 1;
}

def Attn_SoftmaxOp : Attn_Op<"softmax", [
    Pure,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>]> {
  let summary = "normalise scores over the keys";
  let description = [{
    ```
    m      = max over j of S[.., i, j]
    L      = sum over j of exp(S[.., i, j] - m)  (+ exp(sink[h] - m))
    P[..]  = L == 0 ? 0 : exp(S[.., i, j] - m) / L
    lse    = m + log(L)
    ```

    A sink is one more logit in the denominator, without a value; there is one
    for each head (the last leading axis; a 0-d tensor if there is none). A row
    without keys gives zero weights, and an lse of `-inf`, or of the sink (S2).
    The lse is a natural logarithm, whatever base the code uses inside (S4).

    The weights are of the compute type, or, after `->`, of f16 or bf16. That is a
    permission (S5): each weight may be rounded to that type once, before or after
    it is divided by L, and L may be the sum of rounded or of unrounded weights. A
    lowering may also keep more digits than asked for. The lse has them all, in
    either case.

    Constraints:
    - softmax_c1: the scores have rank 2 to 8;
    - softmax_c2: the lse has the shape of the scores without the last axis, and
      their element type;
    - softmax_c3: the sink has the size of the last leading axis (none: rank 0),
      and the element type of the scores;
    - softmax_c4: the weights have the shape of the scores, and their element type
      or, for scores of f32, f16 or bf16.

    Example:

    ```mlir
    %p = attn.softmax %s : tensor<2x8x?x?xf32>
    %p2, %lse = attn.softmax %s sink(%t : tensor<8xf32>)
        : tensor<2x8x?x?xf32>, tensor<2x8x?xf32>
    %p3 = attn.softmax %s : tensor<2x8x?x?xf32> -> tensor<2x8x?x?xbf16>
    ```
  }];
  let arguments = (ins Attn_ComputeTensor:$scores,
                       Optional<Attn_ComputeTensor>:$sink);
  let results = (outs Attn_WeightsTensor:$result,
                      Optional<Attn_ComputeTensor>:$lse);
  let assemblyFormat = [{
    $scores (`sink` `(` $sink^ `:` type($sink) `)`)? attr-dict
    `:` custom<ScoresAndWeights>(type($scores), type($result)) (`,` type($lse)^)?
  }];
  let hasVerifier = 1;
}

def Attn_WeightedSumOp : Attn_Op<"weighted_sum", [
    Pure, DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>]> {
  let summary = "sum of the values, weighted";
  let description = [{
    ```
    O[.., i, e] = sum over j with P[.., i, j] != 0 of P[.., i, j] * V[.., j, e]
    ```

    A weight of zero contributes nothing, whatever the value holds, NaN and
    infinity included (S3).

    Constraints:
    - weighted_sum_c1: weights, values and result have the same rank, 2 to 8;
    - weighted_sum_c2: weights and values agree on N, weights and result on M,
      values and result on E;
    - weighted_sum_c3: the leading axes of the weights are those of the result;
      those of the values follow score_c3;
    - weighted_sum_c4: the weights have the compute type of the values or their
      element type; the result has the element type of the values or the compute
      type.

    Whatever the type of the weights, the sum is taken in the compute type.

    Example:

    ```mlir
    %o = attn.weighted_sum %p, %v
        : tensor<2x8x?x?xf32>, tensor<2x2x?x64xf16> -> tensor<2x8x?x64xf16>
    %o2 = attn.weighted_sum %p2, %v
        : tensor<2x8x?x?xf16>, tensor<2x2x?x64xf16> -> tensor<2x8x?x64xf16>
    ```
  }];
  let arguments = (ins Attn_WeightsTensor:$weights, Attn_InputTensor:$value);
  let results = (outs Attn_InputTensor:$result);
  let assemblyFormat = [{
    $weights `,` $value attr-dict
    `:` type($weights) `,` type($value) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Attn_FusedOp : Attn_Op<"fused", [
    Pure, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>]> {
  let summary = "a whole attention in one op, without a score tensor";
  let description = [{
    The composition of one score, any number of score_mods and masks, one
    softmax and one weighted sum:

    ```
    s   = score(q, k, params)         region `score`; absent: dot product
    s   = mod(s, .., i, j)            region `mod`, left out for s = -inf; absent: s
    s   = mask(.., i, j) ? s : -inf   region `mask`; absent: s
    o   = weighted_sum(softmax(s, sink), v),  lse as in softmax
    ```

    With `weights(bf16)` or `weights(f16)` the softmax is one of weights of that
    type: each weight may be rounded to it once. Without it they are in the compute
    type.

    Operands, types and regions obey the constraints of the five ops it stands
    for: score_c1 to score_c7, score_mod_c1, mask_c5, softmax_c3 and
    weighted_sum_c1 to weighted_sum_c4, under the same names.

    Constraints:
    - fused_c1: a type of the weights is f16 or bf16, and that of the values.

    Example:

    ```mlir
    %o = attn.fused query(%q) key(%k) value(%v) scale(0.125) mask {
    ^bb0(%b: index, %h: index, %i: index, %j: index):
      %0 = arith.cmpi sle, %j, %i : index
      attn.yield %0 : i1
    } : (tensor<2x8x?x64xf32>, tensor<2x2x?x64xf32>, tensor<2x2x?x64xf32>) -> tensor<2x8x?x64xf32>
    ```
  }];
  let arguments = (ins Optional<Attn_InputTensor>:$query,
                       Attn_InputTensor:$key,
                       Attn_InputTensor:$value,
                       Variadic<Attn_InputTensor>:$params,
                       Optional<Attn_ComputeTensor>:$sink,
                       DefaultValuedAttr<F64Attr, "1.0">:$scale,
                       OptionalAttr<TypeAttr>:$weights);
  let results = (outs Attn_InputTensor:$result,
                      Optional<Attn_ComputeTensor>:$lse);
  let regions = (region MaxSizedRegion<1>:$scoreBody,
                        MaxSizedRegion<1>:$modBody,
                        MaxSizedRegion<1>:$maskBody);
  let assemblyFormat = [{
    (`query` `(` $query^ `)`)? `key` `(` $key `)` `value` `(` $value `)`
    (`params` `(` $params^ `)`)? (`sink` `(` $sink^ `)`)?
    (`scale` `(` $scale^ `)`)? (`weights` `(` $weights^ `)`)?
    (`score` $scoreBody^)? (`mod` $modBody^)? (`mask` $maskBody^)?
    attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    bool isDot() { return getScoreBody().empty(); }
    /// The type of scores, sums and regions: f64 for f64 inputs, else f32.
    FloatType getComputeType();
    /// The type that the program allows weights to be rounded to; the compute
    /// type if it allows none.
    FloatType getWeightsType();
    /// Rank of the inputs; the leading axes are the first `rank - 2`.
    int64_t getRank() { return getKey().getType().getRank(); }
  }];
}

def Attn_YieldOp : Attn_Op<"yield", [
    Pure, Terminator, ReturnLike,
    ParentOneOf<["ScoreOp", "ScoreModOp", "MaskOp", "FusedOp", "StepOp"]>]> {
  let summary = "result of a region of an attn op";
  let arguments = (ins AnyType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

#endif // ATTN_IR_GRAPH_OPS_TD
