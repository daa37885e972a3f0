// The command line of attn-run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Options.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "llvm/Support/CommandLine.h"

using namespace mlir;
using namespace mlir::attn;
namespace cl = llvm::cl;

static const char *const kOverview =
    "compile and run a function that is written with the attn dialect\n\n"
    "  attn-run f.mlir --input=@q.npy --input=2x8x128x64xf32=random:7 \\\n"
    "                  --input=2x8x128x64xf32=1.5 --output=@o.npy --check\n";

double Thresholds::of(ElementType type) const {
  switch (type) {
  case ElementType::F16:
    return f16;
  case ElementType::BF16:
    return bf16;
  case ElementType::F32:
    return f32;
  case ElementType::F64:
    return f64;
  default:
    return 0;
  }
}

/// Takes the options of Google Benchmark out of the command line.
static std::vector<std::string>
takeBenchmarkArguments(SmallVectorImpl<const char *> &arguments) {
  std::vector<std::string> taken = {arguments.front()};
  llvm::erase_if(arguments, [&](StringRef argument) {
    if (!argument.ltrim('-').starts_with("benchmark_"))
      return false;
    taken.push_back("--" + argument.ltrim('-').str());
    return true;
  });
  return taken;
}

namespace {
/// Made after LLVM's own options are out of the way, hence not global.
struct CommandLine {
  cl::OptionCategory category{"attn-run options"};

  cl::opt<std::string> file{cl::Positional, cl::desc("FILE.mlir"), cl::Required,
                            cl::cat(category)};
  cl::opt<std::string> entry{
      "entry", cl::desc("function to run; default: the only public one"),
      cl::value_desc("name"), cl::cat(category)};
  cl::list<std::string> inputs{
      "input",
      cl::desc("value of the next argument: @F.npy, 2x8xf32=random:SEED, "
               "2x2xi64=1 2 3 4, 4x4xf32=1.5, 4x4xf32=@F.bin or, for the type "
               "of the argument, only what follows the first ="),
      cl::value_desc("spec"), cl::cat(category)};
  cl::list<std::string> outputs{
      "output",
      cl::desc("where the next result goes: @F.npy, - for stdout, or nothing; "
               "default: - for all"),
      cl::value_desc("@F.npy|-"), cl::cat(category)};
  cl::list<std::string> expectedOutputs{
      "expected_output",
      cl::desc("what the next result should be, as in --input, or (ignored)"),
      cl::value_desc("spec"), cl::cat(category)};
  cl::opt<double> f16{"expected_f16_threshold", cl::init(1e-3),
                      cl::desc("largest error of f16 (1e-3)"),
                      cl::cat(category)};
  cl::opt<double> bf16{"expected_bf16_threshold", cl::init(1e-2),
                       cl::desc("largest error of bf16 (1e-2)"),
                       cl::cat(category)};
  cl::opt<double> f32{"expected_f32_threshold", cl::init(1e-4),
                      cl::desc("largest error of f32 (1e-4)"),
                      cl::cat(category)};
  cl::opt<double> f64{"expected_f64_threshold", cl::init(1e-4),
                      cl::desc("largest error of f64 (1e-4)"),
                      cl::cat(category)};
  cl::opt<double> rtol{"expected_rtol", cl::init(1e-5),
                       cl::desc("error relative to the value, added (1e-5)"),
                       cl::cat(category)};
  cl::opt<bool> check{
      "check",
      cl::desc("compare with the f64 reference; exit with 1 on a mismatch"),
      cl::cat(category)};
  cl::list<std::string> givenOutputs{
      "given_output",
      cl::desc("with --check: the next result, as in --input, of a run "
               "elsewhere, which is checked instead of one here"),
      cl::value_desc("spec"), cl::cat(category)};
  cl::opt<bool> reference{
      "reference", cl::desc("run the f64 reference instead of compiled code"),
      cl::cat(category)};

  cl::opt<std::string> target{"target", cl::init("cpu"),
                              cl::desc("cpu (default) or cuda"),
                              cl::value_desc("name"), cl::cat(category)};
  cl::opt<std::string> cpu{"mcpu",
                           cl::desc("cpu to compile for; default: this one, "
                                    "or generic for another --mtriple"),
                           cl::value_desc("name"), cl::cat(category)};
  cl::opt<std::string> triple{
      "mtriple",
      cl::desc("machine that --emit writes for, as aarch64-linux-gnu; "
               "default: this one"),
      cl::value_desc("triple"), cl::cat(category)};
  cl::opt<std::string> features{"mattr",
                                cl::desc("cpu features, as in +avx2,-fma"),
                                cl::value_desc("list"), cl::cat(category)};
  cl::opt<unsigned> optLevel{"O",
                             cl::Prefix,
                             cl::init(3),
                             cl::desc("level of LLVM: 0 optimizes nothing (3)"),
                             cl::value_desc("0-3"),
                             cl::cat(category)};
  cl::opt<Route> route{
      "route", cl::init(Route::Fused), cl::desc("the way down:"),
      cl::values(clEnumValN(Route::Fused, "fused", "one kernel (default)"),
                 clEnumValN(Route::Naive, "naive",
                            "op by op, with the score matrix in memory")),
      cl::cat(category)};
  cl::opt<unsigned> threads{
      "threads", cl::init(0),
      cl::desc("threads to use; default: OMP_NUM_THREADS, or all"),
      cl::value_desc("n"), cl::cat(category)};

  cl::opt<Stage> startFrom{
      "start-from", cl::init(Stage::Graph), cl::desc("form of the input:"),
      cl::values(clEnumValN(Stage::Graph, "graph", "graph ops (default)"),
                 clEnumValN(Stage::Fused, "fused", "attn.fused"),
                 clEnumValN(Stage::Tiled, "tiled", "tiled ops on tensors"),
                 clEnumValN(Stage::Vector, "vector", "no attn op")),
      cl::cat(category)};
  cl::opt<Stage> stopAfter{
      "stop-after", cl::desc("lower to this stage and do not run:"),
      cl::values(clEnumValN(Stage::Graph, "graph", "the five ops on tensors"),
                 clEnumValN(Stage::Fused, "fused", "attn.fused"),
                 clEnumValN(Stage::Tiled, "tiled", "loops over tiles"),
                 clEnumValN(Stage::Vector, "vector", "no attn op left"),
                 clEnumValN(Stage::LLVM, "llvm", "the LLVM dialect")),
      cl::cat(category)};
  cl::opt<bool> print{"print",
                      cl::desc("print the IR of that stage, by default llvm"),
                      cl::cat(category)};
  cl::opt<bool> printPipeline{"print-pipeline",
                              cl::desc("print the pass pipeline and exit"),
                              cl::cat(category)};
  cl::opt<bool> verifyEach{
      "verify-each",
      cl::desc("verify the IR after every pass, not only every stage"),
      cl::cat(category)};
  cl::opt<FileKind> emit{
      "emit", cl::desc("write a file (-o) and do not run:"),
      cl::values(clEnumValN(FileKind::LLVM, "llvm", "LLVM IR, optimized"),
                 clEnumValN(FileKind::Assembly, "asm", "assembly"),
                 clEnumValN(FileKind::Object, "obj", "an object file"),
                 clEnumValN(FileKind::Shared, "shared",
                            "a shared library and its C header")),
      cl::cat(category)};
  cl::opt<std::string> emitPath{"o", cl::init("-"),
                                cl::desc("file of --emit; default: stdout"),
                                cl::value_desc("file"), cl::cat(category)};
  cl::opt<std::string> objectDump{"object-filename",
                                  cl::desc("also write the object that is run"),
                                  cl::value_desc("file"), cl::cat(category)};
  cl::opt<unsigned> timeout{"timeout", cl::init(0),
                            cl::desc("end with an error after so long"),
                            cl::value_desc("seconds"), cl::cat(category)};
  cl::opt<unsigned> maxMemory{"max-memory", cl::init(0),
                              cl::desc("end with an error beyond so much"),
                              cl::value_desc("MiB"), cl::cat(category)};
  cl::opt<bool> benchmark{
      "benchmark",
      cl::desc("measure with Google Benchmark; takes its --benchmark_* flags"),
      cl::cat(category)};
};
} // namespace

Options Options::parse(int argc, char **argv) {
  SmallVector<const char *> arguments(argv, argv + argc);
  std::vector<std::string> benchmark = takeBenchmarkArguments(arguments);
  // LLVM has options of these names for its own tools.
  auto &registered = cl::getRegisteredOptions();
  for (StringRef name : {"stop-after", "threads"})
    if (auto it = registered.find(name); it != registered.end())
      it->second->removeArgument();

  CommandLine line;
  registerPassManagerCLOptions();
  registerDefaultTimingManagerCLOptions();
  cl::HideUnrelatedOptions(line.category);
  cl::ParseCommandLineOptions(arguments.size(), arguments.data(), kOverview);

  Options options;
  options.file = line.file;
  options.entry = line.entry;
  options.inputs = line.inputs;
  options.outputs = line.outputs;
  options.expectedOutputs = line.expectedOutputs;
  options.thresholds = {line.f16, line.bf16, line.f32, line.f64, line.rtol};
  options.check = line.check;
  options.givenOutputs = line.givenOutputs;
  options.reference = line.reference;
  options.target = line.target;
  options.compiler = {line.cpu, line.features, line.optLevel, line.objectDump,
                      line.triple};
  options.route = line.route;
  options.threads = line.threads;
  options.startFrom = line.startFrom;
  if (line.stopAfter.getNumOccurrences())
    options.stopAfter = line.stopAfter;
  options.print = line.print;
  options.printPipeline = line.printPipeline;
  options.verifyEach = line.verifyEach;
  if (line.emit.getNumOccurrences())
    options.emit = line.emit;
  options.emitPath = line.emitPath;
  options.timeout = line.timeout;
  options.maxMemory = line.maxMemory;
  options.benchmark = line.benchmark || benchmark.size() > 1;
  options.benchmarkArguments = std::move(benchmark);
  if (options.threads > 1024) {
    llvm::errs() << "attn-run: error: --threads must be at most 1024\n";
    std::exit(1);
  }
  if (line.optLevel > 3) {
    llvm::errs() << "attn-run: error: -O must be at most 3\n";
    std::exit(1);
  }
  return options;
}
