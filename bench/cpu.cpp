// attn-bench: compiled attention beside the peak of the core it runs on.
//
//   attn-bench [--repetitions=N] [NAME..]   ratios of cases; all by default
//   attn-bench --mcpu=NAME ..               code for, and the peak of, another
//   attn-bench --decode [NAME..]            one query, beside reading its keys
//   attn-bench --pairwise [NAME..]          scores that are no dot product,
//                                           beside tanh alone or reading
//   attn-bench --threads                    two threads beside one
//   attn-bench --memory=LENGTH              what one call takes
//
// Prints a line of JSON for each result; bench.py makes tables of them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Cases.h"
#include "Dialects.h"
#include "Measure.h"

#include "attn/ExecutionEngine/Source.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/JSON.h"
#include "llvm/Target/TargetMachine.h"

#include <cstdlib>
#include <fstream>
#include <malloc.h>
#include <thread>

using namespace mlir;
using namespace mlir::attn;
using bench::Case;
using llvm::createStringError;

namespace {
/// A case, compiled; the results of its calls are freed with it.
struct Program {
  std::unique_ptr<MLIRContext> context;
  std::optional<Callable> callable;
  std::vector<HostTensor> inputs;
  std::optional<Invocation> invocation;
  Machine machine;

  void run() { invocation->run(); }
};
} // namespace

/// What is compiled for; this machine if it names no cpu.
static CompilerOptions compilerOptions;

static llvm::Expected<Program> build(const Case &c) {
  Program program;
  DialectRegistry registry;
  registerDialects(registry);
  program.context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler(sources, program.context.get());
  std::string path = std::string(ATTN_BENCH_CASES "/") + c.file + ".mlir";
  auto module = parseSource(path, sources, program.context.get());
  if (!module)
    return module.takeError();
  FailureOr<func::FuncOp> entry = findEntry(**module, c.function);
  if (failed(entry))
    return createStringError("%s has no @%s", path.c_str(), c.function);
  FailureOr<Signature> signature = Signature::get(*entry);
  if (failed(signature))
    return createStringError("@%s cannot be called", c.function);
  for (auto function : (*module)->getOps<func::FuncOp>())
    if (function != *entry)
      function.setPrivate();

  auto machine = createTargetMachine(compilerOptions);
  if (!machine)
    return machine.takeError();
  AttnPipelineOptions options;
  options.route = c.route;
  options.machine = program.machine = getMachine(**machine);
  auto passes = PassManager::on<ModuleOp>(program.context.get());
  passes.enableVerifier(false);
  passes.addPass(createSymbolDCEPass());
  buildAttnPipeline(passes, options);
  if (failed(passes.run(**module)))
    return createStringError("@%s cannot be lowered", c.function);
  auto callable = compile(**module, *signature, compilerOptions);
  if (!callable)
    return callable.takeError();
  program.callable.emplace(std::move(*callable));

  auto inputs = bench::makeInputs(c);
  if (!inputs)
    return inputs.takeError();
  program.inputs = std::move(*inputs);
  auto invocation = program.callable->bind(program.inputs);
  if (!invocation)
    return invocation.takeError();
  program.invocation.emplace(std::move(*invocation));
  return program;
}

/// A wrong program is not measured.
static llvm::Error checkOnce(const Case &c, Program &program) {
  program.run();
  auto results = program.invocation->getResults();
  if (!results)
    return results.takeError();
  return bench::check(c, program.inputs, results->front());
}

/// Built, checked, and ready to run with so many threads.
static llvm::Expected<Program> prepare(const Case &c, int threads = 1) {
  auto program = build(c);
  if (!program)
    return program.takeError();
  setNumThreads(threads);
  if (llvm::Error error = checkOnce(c, *program))
    return std::move(error);
  return program;
}

static void print(llvm::json::Object object) {
  llvm::outs() << llvm::json::Value(std::move(object)) << "\n";
  llvm::outs().flush();
}

static llvm::json::Object toJSON(const bench::Rate &rate) {
  return llvm::json::Object{{"best", rate.best}, {"median", rate.median}};
}

static const Case &getCase(StringRef name) {
  return *llvm::find_if(bench::getCases(),
                        [&](const Case &c) { return name == c.name; });
}

/// Those of `cases` that `names` names, or all.
static llvm::Error
measureAll(ArrayRef<Case> cases, ArrayRef<StringRef> names,
           llvm::function_ref<llvm::Error(const Case &)> measure) {
  for (StringRef name : names)
    if (llvm::none_of(cases, [&](const Case &c) { return name == c.name; }))
      return createStringError("no case '%s'", name.data());
  for (const Case &c : cases)
    if (names.empty() || llvm::is_contained(names, c.name))
      if (llvm::Error error = measure(c))
        return error;
  return llvm::Error::success();
}

static llvm::Error measureCase(const Case &c, int repetitions) {
  auto program = prepare(c);
  if (!program)
    return program.takeError();
  double pairs = bench::countPairs(c);
  bench::limitPeak(program->machine.vectorBytes,
                   c.hasBf16Weights && program->machine.hasBf16Dot);
  bench::Measurement m =
      bench::measure([&] { program->run(); },
                     c.heads * bench::getFlops(c, pairs), repetitions);
  double tiles = bench::countPairsOfTiles(c, program->machine) / pairs;
  print(llvm::json::Object{
      {"kind", "rate"},
      {"name", c.name},
      {"length", c.length},
      {"features", c.features},
      {"gflops", toJSON(m.rate)},
      {"peak", toJSON(m.peak)},
      {"ratio", toJSON(m.ratio)},
      // As if all of each tile that must be visited were useful.
      {"tile_ratio", toJSON({m.ratio.best * tiles, m.ratio.median * tiles})},
      {"kept", pairs / (double(c.getQueries()) * c.length)},
      {"loop", bench::peakName()},
      {"mcpu", compilerOptions.cpu},
      {"repetitions", repetitions}});
  return llvm::Error::success();
}

/// All calls of `c`, which do `work`, beside a yardstick, which does
/// `yardstickWork` of the same.
static llvm::json::Object compareWith(const Case &c, Program &program,
                                      double work,
                                      llvm::function_ref<void()> yardstick,
                                      double yardstickWork, int repetitions) {
  auto run = [&] {
    for (int64_t call = 0; call < c.calls; ++call)
      program.run();
  };
  bench::Comparison times = bench::compare(run, yardstick, repetitions,
                                           /*wall=*/c.threads > 1);
  double rate = c.calls * work / times.function;
  double peak = yardstickWork / times.yardstick;
  double medianRatio = times.ratio * c.calls * work / yardstickWork;
  return llvm::json::Object{{"name", c.name},
                            {"length", c.length},
                            {"rate", rate * 1e-9},
                            {"peak", peak * 1e-9},
                            {"ratio", toJSON({rate / peak, medianRatio})},
                            {"repetitions", repetitions}};
}

/// Bytes of keys and values a second, beside a loop that only reads them.
static llvm::json::Object compareWithReading(const Case &c, Program &program,
                                             int repetitions) {
  auto readKeys = [&] {
    for (int64_t call = 0; call < c.calls; ++call)
      for (int64_t i = 0; i < c.getNumKeyInputs(); ++i) {
        HostTensor &keys = program.inputs[c.getFirstKey() + i];
        bench::readAll(keys.getData(), keys.getNumBytes(), c.threads);
      }
  };
  double bytes = c.getKeyBytes();
  llvm::json::Object result =
      compareWith(c, program, bytes, readKeys, c.calls * bytes, repetitions);
  result["bytes"] = c.getKeyBytes();
  return result;
}

static llvm::Error measureDecode(const Case &c, int repetitions) {
  auto program = prepare(c, c.threads);
  if (!program)
    return program.takeError();
  llvm::json::Object result = compareWithReading(c, *program, repetitions);
  result["kind"] = "decode";
  print(std::move(result));
  return llvm::Error::success();
}

/// Scores that are no dot product: calls of tanh a second, beside a loop of the
/// same tanh alone or, where there is none, bytes beside plain reading.
static llvm::Error measurePairwise(ArrayRef<StringRef> names, int repetitions) {
  const Case &tanhCase = bench::getTanhCase();
  auto tanh = prepare(tanhCase);
  if (!tanh)
    return tanh.takeError();
  auto runTanh = [&] {
    for (int64_t call = 0; call < tanhCase.calls; ++call)
      tanh->run();
  };
  double numTanh = tanhCase.calls * bench::countTanh(tanhCase);
  auto measure = [&](const Case &c) -> llvm::Error {
    auto program = prepare(c);
    if (!program)
      return program.takeError();
    llvm::json::Object result =
        c.hasTanh() ? compareWith(c, *program, bench::countTanh(c), runTanh,
                                  numTanh, repetitions)
                    : compareWithReading(c, *program, repetitions);
    result["kind"] = "pairwise";
    result["beside"] = c.hasTanh() ? "tanh alone" : "plain reading";
    result["unit"] = c.hasTanh() ? "G tanh/s" : "GB/s";
    result["bytes"] = c.getKeyBytes();
    print(std::move(result));
    return llvm::Error::success();
  };
  return measureAll(bench::getPairwiseCases(), names, measure);
}

/// Two threads beside one; and, because other programs want the cores too, or
/// two of them may be one, two threads that only multiply and add beside one.
static llvm::Error compareThreads(int repetitions) {
  const Case &c = getCase("causal d128");
  auto program = prepare(c, /*threads=*/2);
  if (!program)
    return program.takeError();
  auto runWith = [&](int threads) {
    return [&program, threads] {
      setNumThreads(threads);
      program->run();
    };
  };
  constexpr int kTimes = 80;
  auto peakOfTwo = [] {
    std::thread other([] { bench::runPeak(kTimes / 2); });
    bench::runPeak(kTimes / 2);
    other.join();
  };
  auto times = bench::timeInTurn(
      {runWith(1), runWith(2), [] { bench::runPeak(kTimes); }, peakOfTwo},
      repetitions);
  std::vector<double> cpu, part, wall, machine;
  for (int i = 0; i < repetitions; ++i) {
    cpu.push_back(times[1][i].cpu / times[0][i].cpu);
    part.push_back(times[1][i].own / times[1][i].cpu);
    wall.push_back(times[0][i].wall / times[1][i].wall);
    machine.push_back(times[2][i].wall / times[3][i].wall);
  }
  print(llvm::json::Object{{"kind", "threads"},
                           {"name", c.name},
                           {"cpu_ratio", bench::median(cpu)},
                           {"own_part", bench::median(part)},
                           {"speedup", bench::median(wall)},
                           {"speedup_of_peak", bench::median(machine)},
                           {"repetitions", repetitions}});
  return llvm::Error::success();
}

/// A line of /proc/self/status, in bytes.
static int64_t readStatus(StringRef field) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    StringRef text(line);
    int64_t kilobytes = 0;
    if (text.consume_front(field) && text.consume_front(":") &&
        !text.trim().consumeInteger(10, kilobytes))
      return kilobytes * 1024;
  }
  return 0;
}

static llvm::Error measureMemory(int64_t length) {
  Case c = getCase("causal d64 dynamic");
  c.length = length;
  auto program = build(c);
  if (!program)
    return program.takeError();
  setNumThreads(1);
  // What compiling took must not hide what the call takes: the peak starts
  // again at what is resident now.
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
  int64_t before = readStatus("VmRSS");
  int64_t peakBefore = readStatus("VmHWM");
  program->run();
  int64_t peak = readStatus("VmHWM");
  auto results = program->invocation->getResults();
  if (!results)
    return results.takeError();
  if (llvm::Error error = bench::check(c, program->inputs, results->front()))
    return error;
  int64_t inputs = 0;
  for (const HostTensor &input : program->inputs)
    inputs += input.getNumBytes();
  int64_t output = results->front().getNumBytes();
  print(llvm::json::Object{
      {"kind", "memory"},
      {"length", length},
      {"features", c.features},
      {"inputs", inputs},
      {"output", output},
      {"resident_before", before},
      {"peak_before", peakBefore},
      {"peak", peak},
      {"scratch", peak - std::max(before, peakBefore) - output},
      {"score_matrix", 4 * length * length}});
  return llvm::Error::success();
}

static llvm::Error runAll(ArrayRef<StringRef> arguments) {
  int repetitions = 15;
  int64_t memory = 0;
  bool threads = false, decode = false, pairwise = false;
  std::vector<StringRef> names;
  for (StringRef argument : arguments) {
    StringRef value = argument;
    if (value.consume_front("--repetitions=")) {
      if (value.getAsInteger(10, repetitions) || repetitions < 1)
        return createStringError("--repetitions=N needs a positive number");
    } else if (value.consume_front("--memory=")) {
      if (value.getAsInteger(10, memory) || memory < 1024 || memory > 1 << 20)
        return createStringError("--memory=N is for 1024 to 1048576 keys");
    } else if (value.consume_front("--mcpu=")) {
      compilerOptions.cpu = value.str();
    } else if (value == "--threads") {
      threads = true;
    } else if (value == "--decode") {
      decode = true;
    } else if (value == "--pairwise") {
      pairwise = true;
    } else if (value.starts_with("-")) {
      return createStringError("unknown option %s", argument.data());
    } else {
      names.push_back(value);
    }
  }
  if (memory)
    return measureMemory(memory);
  if (threads)
    return compareThreads(repetitions);
  if (pairwise)
    return measurePairwise(names, repetitions);
  if (decode)
    return measureAll(bench::getDecodeCases(), names, [&](const Case &c) {
      return measureDecode(c, repetitions);
    });
  if (bench::peakName().empty())
    return createStringError(
        "no loop for the peak of this processor: nothing is measured");
  return measureAll(bench::getCases(), names,
                    [&](const Case &c) { return measureCase(c, repetitions); });
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  // Results are allocated and freed by each call. Memory given back to the
  // system would be mapped anew, and that measured.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  // A thread that waits for work must not use up the core of the other case.
  setenv("KMP_BLOCKTIME", "0", /*overwrite=*/0);
  std::vector<StringRef> arguments(argv + 1, argv + argc);
  if (llvm::Error error = runAll(arguments)) {
    llvm::errs() << "attn-bench: error: " << toString(std::move(error)) << "\n";
    return 1;
  }
  return 0;
}
