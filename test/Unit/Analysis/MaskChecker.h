// Compares what the mask analysis emits with the mask itself, tile by tile.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TEST_UNIT_ANALYSIS_MASKCHECKER_H
#define ATTN_TEST_UNIT_ANALYSIS_MASKCHECKER_H

#include "ScalarInterpreter.h"
#include "attn/Analysis/MaskAnalysis.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include <functional>
#include <optional>
#include <variant>

namespace attn_test {

/// keep(i, j)
using Oracle = std::function<bool(int64_t, int64_t)>;
using Argument = std::variant<int64_t, Tensor>;

/// What was seen over all tiles of a grid. Every number is a count of non-empty
/// tiles (or ranges of queries) except where it says otherwise.
struct Findings {
  /// Broken promises; the first one in words.
  int64_t wrong = 0;
  std::string firstWrong;
  int64_t tiles = 0, mayExact = 0, fullExact = 0;
  int64_t ranges = 0, boundsTight = 0;
  bool exact() const { return mayExact == tiles && fullExact == tiles; }
  bool tight() const { return boundsTight == ranges; }
};

/// A mask of one batch: The region has the
/// arguments %b, %i and %j and may capture %M, %N and the parameters.
class MaskChecker {
public:
  /// `params` is a list such as `%n: tensor<?xi64>`, or empty; `before` is code
  /// in front of the mask and `body` the code of the region, without braces.
  MaskChecker(llvm::StringRef params, llvm::StringRef before,
              llvm::StringRef body);

  /// Sweeps all tiles [iLo, iHi) x [jLo, jHi) of M x N, empty ones included.
  /// Without an oracle, the region is run for each pair.
  Findings sweep(int64_t m, int64_t n, std::vector<Argument> args = {},
                 Oracle oracle = nullptr);

  bool valid() const { return analysis.has_value(); }
  const mlir::attn::MaskAnalysis &result() const { return *analysis; }

private:
  ScalarInterpreter prepare(int64_t m, int64_t n,
                            const std::vector<Argument> &args);
  void checkBounds(ScalarInterpreter &run, int64_t iLo, int64_t iHi, int64_t n,
                   const Oracle &keep, Findings &findings);
  void checkClass(ScalarInterpreter &run, int64_t iLo, int64_t iHi, int64_t jLo,
                  int64_t jHi, const Oracle &keep, Findings &findings);

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::optional<mlir::attn::MaskAnalysis> analysis;
  mlir::Block *entry = nullptr, *region = nullptr;
  mlir::attn::MaskAnalysis::KeyBounds bounds;
  mlir::attn::MaskAnalysis::TileClass tile;
};

} // namespace attn_test

#endif // ATTN_TEST_UNIT_ANALYSIS_MASKCHECKER_H
