// The command line of attn-run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TOOLS_ATTN_RUN_OPTIONS_H
#define ATTN_TOOLS_ATTN_RUN_OPTIONS_H

#include "attn/ExecutionEngine/Compiler.h"
#include "attn/Pipelines/Pipelines.h"

namespace mlir::attn {

/// How far a result may be from an --expected_output: |a - e| <= the threshold
/// of its type + relative * |e|.
struct Thresholds {
  double f16, bf16, f32, f64, relative;

  double of(ElementType type) const;
};

struct Options {
  std::string file;
  std::string entry;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<std::string> expectedOutputs;
  Thresholds thresholds;
  bool check;
  std::vector<std::string> givenOutputs;
  bool reference;

  std::string target;
  CompilerOptions compiler;
  Route route;
  unsigned threads;

  Stage startFrom = Stage::Graph;
  std::optional<Stage> stopAfter;
  bool print;
  bool printPipeline;
  /// Verifiers run after every pass, not only at the end of a stage.
  bool verifyEach;
  std::optional<FileKind> emit;
  std::string emitPath;

  unsigned timeout;
  unsigned maxMemory;

  bool benchmark;
  /// The program's name and what starts with --benchmark_.
  std::vector<std::string> benchmarkArguments;

  /// Exits if the command line is not valid.
  static Options parse(int argc, char **argv);
};

} // namespace mlir::attn

#endif // ATTN_TOOLS_ATTN_RUN_OPTIONS_H
