// Compiling a function from text and calling it, in one process.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Program.h"

#include "../../tools/attn-run/Dialects.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Target/TargetMachine.h"

#include <cstring>

using namespace mlir;
using namespace mlir::attn;

namespace attn::test {

struct Program::Impl {
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
  std::optional<Callable> callable;

  explicit Impl(const DialectRegistry &registry)
      : context(registry, MLIRContext::Threading::DISABLED) {}
};

static DialectRegistry makeRegistry() {
  DialectRegistry registry;
  registerDialects(registry);
  return registry;
}

Program::Program(const std::string &source, Settings settings)
    : impl(std::make_unique<Impl>(makeRegistry())) {
  impl->module = parseSourceString<ModuleOp>(source, &impl->context);
  if (!impl->module)
    llvm::report_fatal_error("the program is not valid");
  impl->function = *impl->module->getOps<func::FuncOp>().begin();
  auto signature = Signature::get(impl->function);

  mlir::attn::CompilerOptions compiler;
  compiler.optLevel = settings.optLevel;
  AttnPipelineOptions pipeline;
  pipeline.route = settings.route;
  pipeline.threads = settings.threads;
  pipeline.machine = getMachine(*llvm::cantFail(createTargetMachine(compiler)));
  PassManager passes(&impl->context);
  buildAttnPipeline(passes, pipeline);
  // The interpreter needs the module as it was.
  OwningOpRef<ModuleOp> lowered = impl->module->clone();
  if (failed(signature) || failed(passes.run(*lowered)))
    llvm::report_fatal_error("the program cannot be lowered");
  impl->callable.emplace(
      llvm::cantFail(mlir::attn::compile(*lowered, *signature, compiler)));
}

Program::~Program() = default;

Tensors Program::call(Tensors &inputs) const {
  return llvm::cantFail(impl->callable->call(inputs));
}

std::vector<reference::AnyTensor>
Program::evaluate(const Tensors &inputs) const {
  std::vector<reference::AnyTensor> arguments;
  for (const HostTensor &input : inputs)
    arguments.push_back(toReference(input));
  auto results = mlir::attn::evaluate(impl->function, arguments);
  if (failed(results))
    llvm::report_fatal_error("the program cannot be evaluated");
  return std::move(*results);
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

HostTensor makeTensor(ElementType type, Shape shape) {
  return llvm::cantFail(HostTensor::create(type, std::move(shape)));
}

HostTensor makeRandom(ElementType type, Shape shape, uint64_t seed) {
  HostTensor tensor = makeTensor(type, std::move(shape));
  fillRandom(tensor, seed);
  return tensor;
}

HostTensor makeIntegers(Shape shape, const std::vector<int64_t> &values) {
  HostTensor tensor = makeTensor(ElementType::I64, std::move(shape));
  for (auto [i, value] : llvm::enumerate(values))
    tensor.setInt(i, value);
  return tensor;
}

Tensors cloneAll(const Tensors &tensors) {
  Tensors copies;
  for (const HostTensor &tensor : tensors)
    copies.push_back(llvm::cantFail(tensor.clone()));
  return copies;
}

reference::AnyTensor toReference(const HostTensor &tensor) {
  int64_t count = tensor.getNumElements();
  if (isFloat(tensor.getElementType())) {
    reference::Tensor result(tensor.getShape());
    for (int64_t i = 0; i < count; ++i)
      result.data[i] = tensor.getFloat(i);
    return result;
  }
  reference::IntTensor result(tensor.getShape());
  for (int64_t i = 0; i < count; ++i)
    result.data[i] = tensor.getInt(i);
  return result;
}

reference::FloatFormat getFormat(ElementType type) {
  switch (type) {
  case ElementType::F16:
    return reference::FloatFormat::F16;
  case ElementType::BF16:
    return reference::FloatFormat::BF16;
  case ElementType::F64:
    return reference::FloatFormat::F64;
  default:
    return reference::FloatFormat::F32;
  }
}

testing::AssertionResult sameBits(const HostTensor &a, const HostTensor &b) {
  if (a.getElementType() != b.getElementType() || a.getShape() != b.getShape())
    return testing::AssertionFailure()
           << a.typeString() << " and " << b.typeString();
  size_t width = getByteWidth(a.getElementType());
  for (int64_t i = 0; i < a.getNumElements(); ++i)
    if (std::memcmp(a.getData() + i * width, b.getData() + i * width, width))
      return testing::AssertionFailure()
             << "element " << i << " of " << a.typeString() << ": "
             << testing::PrintToString(a.getFloat(i)) << " and "
             << testing::PrintToString(b.getFloat(i));
  return testing::AssertionSuccess();
}

testing::AssertionResult sameBits(const Tensors &a, const Tensors &b) {
  if (a.size() != b.size())
    return testing::AssertionFailure() << a.size() << " and " << b.size();
  for (size_t i = 0; i < a.size(); ++i)
    if (auto same = sameBits(a[i], b[i]); !same)
      return same << ", of result " << i;
  return testing::AssertionSuccess();
}

testing::AssertionResult
matches(const HostTensor &actual, const reference::AnyTensor &expected,
        int64_t numKeys, double magnitude,
        std::optional<reference::RoundedWeights> weights) {
  reference::Comparison comparison = reference::compare(
      std::get<reference::Tensor>(toReference(actual)),
      std::get<reference::Tensor>(expected), getFormat(actual.getElementType()),
      numKeys, magnitude, weights);
  if (comparison.passed())
    return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << comparison.numWrong << " wrong: " << comparison.reason;
}

//===----------------------------------------------------------------------===//
// Attention as text
//===----------------------------------------------------------------------===//

std::string maskRegion(const std::string &lines) {
  return "attn.mask $s {\n^bb0(%h: index, %i: index, %j: index):\n" + lines +
         "\nattn.yield %r : i1\n} : $t";
}

std::string modRegion(const std::string &lines) {
  return "attn.score_mod $s {\n"
         "^bb0(%x: $f, %h: index, %i: index, %j: index):\n" +
         lines + "\nattn.yield %r : $f\n} : $t";
}

static std::string replaceAll(std::string text, const std::string &from,
                              const std::string &to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;
       at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::string Attention::text() const {
  std::string element = mlir::attn::toString(type).str();
  std::string compute = type == ElementType::F64 ? "f64" : "f32";
  auto known = [&](int64_t size, bool isOpen = false) {
    return isStatic && !isOpen ? std::to_string(size) : std::string("?");
  };
  std::string m = known(queries, openQueries), n = known(keys, openKeys);
  auto tensor = [](std::initializer_list<std::string> shape,
                   const std::string &element) {
    std::string text = "tensor<";
    for (const std::string &size : shape)
      text += size + "x";
    return text + element + ">";
  };
  // The type of an argument or result, in the order that the op takes or not.
  auto rows = [&](int64_t heads, const std::string &rows, int64_t features,
                  bool turned = false) {
    std::string h = known(heads);
    return tensor({turned ? rows : h, turned ? h : rows, known(features)},
                  element);
  };
  std::string q = rows(heads, m, features), k = rows(keyHeads, n, features),
              v = rows(keyHeads, n, values), o = rows(heads, m, values);
  std::string t = tensor({known(heads), m, n}, compute);
  std::string w = weights.empty() ? t : tensor({known(heads), m, n}, weights);
  std::string l = tensor({known(heads), m}, compute);

  std::string text, end = "%o";
  auto turn = [&](const std::string &from, const std::string &to,
                  const std::string &fromType, const std::string &toType) {
    text += to + "e = tensor.empty() : " + toType + "\n" + to +
            " = linalg.transpose ins(" + from + " : " + fromType + ") outs(" +
            to + "e : " + toType + ") permutation = [1, 0, 2]\n";
  };
  std::string result = rows(heads, m, values, isTurned);
  if (isTurned) {
    turn("%qa", "%q", rows(heads, m, features, true), q);
    turn("%ka", "%k", rows(keyHeads, n, features, true), k);
    turn("%va", "%v", rows(keyHeads, n, values, true), v);
  }
  std::string suffix = isTurned ? "a: " : ": ";
  std::string head = "func.func @f(%q" + suffix +
                     rows(heads, m, features, isTurned) + ", %k" + suffix +
                     rows(keyHeads, n, features, isTurned) + ", %v" + suffix +
                     rows(keyHeads, n, values, isTurned);
  for (const std::string &argument : extra)
    head += ", " + argument;
  head += ") -> (" + result + (hasLse ? ", " + l : "") + ") {\n";
  text += "%s0 = attn.score dot(%q, %k) scale(" + std::to_string(scale) +
          ") : " + q + ", " + k + " -> " + t + "\n";
  std::string last = "%s0";
  for (size_t i = 0; i < steps.size(); ++i) {
    std::string next = "%s" + std::to_string(i + 1);
    std::string step = replaceAll(steps[i], "$s", last);
    step = replaceAll(replaceAll(step, "$t", t), "$f", compute);
    text += next + " = " + step + "\n";
    last = next;
  }
  text +=
      std::string("%p") + (hasLse ? ", %l" : "") + " = attn.softmax " + last;
  if (!sink.empty())
    text += " sink(" + sink + ")";
  text += " : " + t + (weights.empty() ? "" : " -> " + w);
  if (hasLse)
    text += ", " + l;
  text +=
      "\n%o = attn.weighted_sum %p, %v : " + w + ", " + v + " -> " + o + "\n";
  if (isTurned) {
    turn("%o", "%r", o, result);
    end = "%r";
  }
  return head + text + "return " + end + (hasLse ? ", %l" : "") + " : " +
         result + (hasLse ? ", " + l : "") + "\n}\n";
}

Tensors Attention::inputs(uint64_t seed) const {
  auto random = [&](int64_t heads, int64_t rows, int64_t features,
                    uint64_t seed) {
    return makeRandom(type,
                      isTurned ? Shape{rows, heads, features}
                               : Shape{heads, rows, features},
                      seed);
  };
  Tensors tensors;
  tensors.push_back(random(heads, queries, features, 3 * seed));
  tensors.push_back(random(keyHeads, keys, features, 3 * seed + 1));
  tensors.push_back(random(keyHeads, keys, values, 3 * seed + 2));
  return tensors;
}

} // namespace attn::test
