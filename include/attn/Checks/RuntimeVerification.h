// Run-time checks of what the types of graph ops leave open.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_CHECKS_RUNTIMEVERIFICATION_H
#define ATTN_CHECKS_RUNTIMEVERIFICATION_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace mlir::attn {

/// Lets `attn-runtime-checks`, and the upstream pass `generate-runtime-verification`,
/// check attn.score, mask, softmax, weighted_sum and fused: one `cf.assert` for
/// each constraint that their types do not prove. Also registers the checks that
/// upstream has for linalg, memref and tensor.
void registerRuntimeVerifiableOpInterfaceExternalModels(
    DialectRegistry &registry);

} // namespace mlir::attn

#endif // ATTN_CHECKS_RUNTIMEVERIFICATION_H
