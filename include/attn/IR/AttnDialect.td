// The dialect and the type constraints its ops share.
#ifndef ATTN_IR_DIALECT_TD
#define ATTN_IR_DIALECT_TD

include "mlir/IR/OpBase.td"

def Attn_Dialect : Dialect {
  let name = "attn";
  let cppNamespace = "::mlir::attn";
  let summary = "What attention computes: scores, softmax, weighted sums";
  let description = [{
    Attention is a **score** for each query and key, a **softmax** over the
    keys and a **weighted sum** of the values:

    ```
    S[.., i, j] = score(Q[.., i, :], K[.., j, :])
    P[.., i, :] = softmax over j of S[.., i, :]
    O[.., i, e] = sum over j of P[.., i, j] * V[.., j, e]
    ```

    The dialect says this at three granularities.

    | granularity | ops | values |
    |---|---|---|
    | graph | `score`, `score_mod`, `mask`, `softmax`, `weighted_sum` | whole tensors |
    | fused | `fused` | whole tensors, no score tensor |
    | tiled | `pack_query`, `pack_key`, `init`, `step`, `merge`, `finish` | one tile of queries, one of keys |

    Shapes. Every tensor ends in two axes, rows and features: Q is `[.., M, D]`,
    K is `[.., N, D]`, V is `[.., N, E]`, scores are `[.., M, N]`. The axes before
    them are *leading* axes (batch and heads, say; none to six of them). K and V
    may have size 1 on any leading axis (they are broadcast), and on the last
    leading axis, the heads, any divisor of the size of Q (grouped queries: head
    `h` of Q reads head `h / (Hq / Hkv)`). Nothing is copied for either.

    Types. Inputs are f16, bf16, f32 or f64. Scores, weights, sums and regions
    are in the *compute type*: f64 for f64 inputs, f32 for all others. A program
    may allow weights of 16 bits.

    Regions see scalars. Their last arguments are indices, one for each axis of
    the score tensor: `(.., i, j)`. They may read tensors of the function around
    them with `tensor.extract`.

    Meaning is fixed by rules S1-S10 of docs/Semantics.md; the important ones:
    `-inf` means *removed*, a query without keys gives a zero row, and no bit
    of a removed key or value reaches any output.
  }];
  let dependentDialects = ["arith::ArithDialect", "tensor::TensorDialect"];
  let useDefaultAttributePrinterParser = 1;
}

class Attn_Op<string mnemonic, list<Trait> traits = []>
    : Op<Attn_Dialect, mnemonic, traits>;

// Inputs: Q, K, V and the parameters of a pairwise score.
def Attn_InputTensor : RankedTensorOf<[F16, BF16, F32, F64]>;
// Scores and statistics: the compute type.
def Attn_ComputeTensor : RankedTensorOf<[F32, F64]>;
// Weights: the compute type, or 16 bits where a program allows them.
def Attn_WeightsTensor : RankedTensorOf<[F16, BF16, F32, F64]>;
// Lengths and segment ids.
def Attn_IndexTensor : RankedTensorOf<[I32, I64, Index]>;
// Operands of tiled ops live in tensors before bufferization, in memrefs after.
def Attn_Tile : AnyTypeOf<[RankedTensorOf<[F16, BF16, F32, F64]>,
                           MemRefOf<[F16, BF16, F32, F64]>]>;

#endif // ATTN_IR_DIALECT_TD
