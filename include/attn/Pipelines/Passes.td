// Passes of the room Pipelines.
#ifndef ATTN_PIPELINES_PASSES_TD
#define ATTN_PIPELINES_PASSES_TD

include "mlir/Pass/PassBase.td"

def VerifyStagePass : Pass<"attn-verify-stage"> {
  let summary = "check that a stage of the compiler has ended";
  let description = [{
    Fails if a verifier does or, naming the first op at fault, if the IR holds
    an op that the stage must have replaced:

    | stage | must not contain |
    |---|---|
    | `graph` | `attn.fused`, tiled ops |
    | `fused` | tiled ops; a score, softmax and weighted sum that feed one another |
    | `tiled` | graph ops, `attn.fused` |
    | `vector` | attn, linalg and bufferization ops, tensors, reshapes with two unknown sizes in one group |
    | `llvm` | anything but llvm and omp |

    Changes nothing. Pre-condition: none. Post-condition: the table.
  }];
  let options = [Option<"stage", "stage", "std::string", "\"graph\"",
                        "graph, fused, tiled, vector or llvm">];
}

def ProtectArgumentsPass : Pass<"attn-protect-arguments"> {
  let summary = "forbid writing to the tensors a public function is given";
  let description = [{
    One-shot bufferization may compute in the buffer of an argument. A caller
    does not expect its inputs to change, so every tensor argument of a public
    function becomes `bufferization.writable = false`, unless it says otherwise.

    Pre-condition: functions take tensors. Post-condition: their tensor
    arguments carry the attribute.
  }];
  let dependentDialects = ["bufferization::BufferizationDialect"];
}

#endif // ATTN_PIPELINES_PASSES_TD
