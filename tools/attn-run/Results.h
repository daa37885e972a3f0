// What happens to results: printed, written, compared.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TOOLS_ATTN_RUN_RESULTS_H
#define ATTN_TOOLS_ATTN_RUN_RESULTS_H

#include "Options.h"

namespace mlir::attn {

/// One tensor for each argument, from the --input options.
llvm::Expected<std::vector<HostTensor>> readInputs(const Options &options,
                                                   const Signature &signature);

/// The results of a run elsewhere, from the --given_output options: one for
/// each result, or none at all.
llvm::Expected<std::vector<HostTensor>>
readGivenOutputs(const Options &options, const Signature &signature);

/// Fails, before anything runs, if there are more --output or
/// --expected_output than results.
llvm::Error checkOutputs(const Options &options, const Signature &signature);

/// Does what the --output options say, and fails if a result is too far from
/// its --expected_output. Writes nothing if an --expected_output is no value of
/// the result's type.
llvm::Error handleResults(const Options &options, const Signature &signature,
                          ArrayRef<HostTensor> results);

} // namespace mlir::attn

#endif // ATTN_TOOLS_ATTN_RUN_RESULTS_H
