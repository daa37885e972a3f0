// attn-run: compiles a function and runs it, in one process.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Benchmark.h"
#include "Dialects.h"
#include "Guards.h"
#include "Options.h"
#include "Oracle.h"
#include "Progress.h"
#include "Results.h"

#include "attn/ExecutionEngine/Source.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace mlir::attn;

static LogicalResult report(llvm::Error error) {
  if (!error)
    return success();
  llvm::handleAllErrors(std::move(error), [](const llvm::ErrorInfoBase &info) {
    llvm::errs() << "attn-run: error: " << info.message() << "\n";
  });
  return failure();
}

static LogicalResult reportMessage(const llvm::Twine &message) {
  llvm::errs() << "attn-run: error: " << message << "\n";
  return failure();
}

/// Only the entry, and what it calls, is worth compiling.
static void removeOthers(ModuleOp module, StringRef entry,
                         PassManager &passes) {
  for (auto function : module.getOps<func::FuncOp>())
    if (function.getName() != entry)
      function.setPrivate();
  passes.addPass(createSymbolDCEPass());
}

static LogicalResult lower(ModuleOp module, StringRef entry,
                           const Options &options) {
  auto machine = createTargetMachine(options.compiler);
  if (!machine)
    return report(machine.takeError());
  AttnPipelineOptions pipeline;
  pipeline.startFrom = options.startFrom;
  pipeline.stopAfter = options.stopAfter.value_or(Stage::LLVM);
  pipeline.route = options.route;
  pipeline.machine = getMachine(**machine);
  pipeline.threads = options.threads != 1;
  auto passes = PassManager::on<ModuleOp>(module.getContext());
  if (failed(applyPassManagerCLOptions(passes)))
    return failure();
  applyDefaultTimingPassManagerCLOptions(passes);
  passes.enableVerifier(options.verifyEach);
  removeOthers(module, entry, passes);
  buildAttnPipeline(passes, pipeline);
  if (options.printPipeline) {
    passes.printAsTextualPipeline(llvm::outs());
    llvm::outs() << "\n";
    return success();
  }
  Progress progress("compiling");
  return passes.run(module);
}

/// Compiles `module`, which is lowered, and does all that needs its results.
static LogicalResult runCompiled(ModuleOp module, const Options &options,
                                 const Signature &signature,
                                 MutableArrayRef<HostTensor> inputs,
                                 Oracle *oracle) {
  auto callable = compile(module, signature, options.compiler);
  if (!callable)
    return report(callable.takeError());
  auto invocation = callable->bind(inputs);
  if (!invocation)
    return report(invocation.takeError());
  {
    ArithmeticGuard guard;
    invocation->run();
  }
  auto results = invocation->getResults();
  if (!results)
    return report(results.takeError());
  if (failed(report(handleResults(options, signature, *results))))
    return failure();
  if (oracle &&
      (failed(oracle->run()) || failed(oracle->check(*results, llvm::outs()))))
    return failure();
  if (options.benchmark)
    runBenchmark(signature.name, *invocation);
  return success();
}

static LogicalResult runReference(const Options &options,
                                  const Signature &signature, Oracle &oracle) {
  if (failed(oracle.run()))
    return failure();
  auto results = oracle.getResults(signature);
  if (!results)
    return report(results.takeError());
  return report(handleResults(options, signature, *results));
}

/// For results that were computed elsewhere.
static LogicalResult checkGiven(const Options &options,
                                const Signature &signature,
                                ArrayRef<HostTensor> results, Oracle &oracle) {
  if (failed(report(handleResults(options, signature, results))) ||
      failed(oracle.run()))
    return failure();
  return oracle.check(results, llvm::outs());
}

static LogicalResult run(const Options &options) {
  setLimits(options.timeout, options.maxMemory);
  if (options.benchmark)
    if (failed(report(initializeBenchmark(options.benchmarkArguments))))
      return failure();
  if (options.target != "cpu")
    return reportMessage("target '" + options.target +
                         "' is not available in this build, only cpu");

  DialectRegistry registry;
  registerDialects(registry);
  // One function is one unit of work for the pass manager: threads would only
  // cost their start.
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler(sources, &context);
  auto module = parseSource(options.file, sources, &context);
  if (!module)
    return report(module.takeError());
  FailureOr<func::FuncOp> entry = findEntry(**module, options.entry);
  if (failed(entry))
    return failure();
  FailureOr<Signature> signature = Signature::get(*entry);
  if (failed(signature))
    return failure();

  bool needsInputs = !options.stopAfter && !options.print && !options.emit &&
                     !options.printPipeline;
  std::vector<HostTensor> inputs;
  std::optional<Oracle> oracle;
  if (needsInputs) {
    if (!options.compiler.triple.empty())
      return reportMessage("code for --mtriple=" + options.compiler.triple +
                           " cannot be run here: use --emit");
    if (failed(report(checkOutputs(options, *signature))))
      return failure();
    auto read = readInputs(options, *signature);
    if (!read)
      return report(read.takeError());
    inputs = std::move(*read);
    auto given = readGivenOutputs(options, *signature);
    if (!given)
      return report(given.takeError());
    if (options.check || options.reference)
      oracle.emplace(*entry, inputs);
    if (!given->empty())
      return checkGiven(options, *signature, *given, *oracle);
    if (options.reference)
      return runReference(options, *signature, *oracle);
  }

  // The oracle needs the module as it was.
  OwningOpRef<ModuleOp> lowered = (*module)->clone();
  if (failed(lower(*lowered, signature->name, options)))
    return reportMessage("@" + signature->name + " cannot be lowered");
  if (options.print)
    lowered->print(llvm::outs());
  if (options.emit && !options.stopAfter)
    return report(emit(*lowered, *signature, *options.emit, options.emitPath,
                       options.compiler));
  if (!needsInputs)
    return success();
  if (options.threads != 0)
    setNumThreads(options.threads);
  return runCompiled(*lowered, options, *signature, inputs,
                     oracle ? &*oracle : nullptr);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  installGuards();
  return failed(run(Options::parse(argc, argv)));
}
