// S10: nothing is read or written out of bounds.
//
// Every input lies directly before, or directly behind, a page that must not be
// touched: one byte too far ends the process.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Program.h"

#include "llvm/Support/MathExtras.h"

#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace attn::test;

namespace {

/// Memory between two pages without permissions, of which the data takes the
/// first or the last bytes.
class Guarded {
public:
  Guarded(const HostTensor &from, bool atEnd) {
    size_t page = sysconf(_SC_PAGESIZE);
    size_t inner = llvm::alignTo(from.getNumBytes(), page);
    size = inner + 2 * page;
    void *mapping = mmap(nullptr, size, PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED)
      llvm::report_fatal_error("no memory between guard pages");
    base = static_cast<char *>(mapping);
    data = base + page + (atEnd ? inner - from.getNumBytes() : 0);
    if (inner == 0)
      return;
    mprotect(base + page, inner, PROT_READ | PROT_WRITE);
    std::memcpy(data, from.getData(), from.getNumBytes());
    // Inputs are only read.
    mprotect(base + page, inner, PROT_READ);
  }
  Guarded(Guarded &&other)
      : base(std::exchange(other.base, nullptr)), data(other.data),
        size(other.size) {}
  ~Guarded() {
    if (base)
      munmap(base, size);
  }

  HostTensor borrow(const HostTensor &like) const {
    return HostTensor::borrow(like.getElementType(), like.getShape(), data);
  }
  char *getData() const { return data; }

private:
  char *base, *data;
  size_t size;
};

/// What the program gives for inputs between guard pages must be what it gives
/// for inputs elsewhere.
void checkBounds(const Program &program, Tensors &inputs) {
  Tensors expected = program.call(inputs);
  for (bool atEnd : {false, true}) {
    SCOPED_TRACE(atEnd ? "guard behind" : "guard in front");
    std::vector<Guarded> guards;
    Tensors guarded;
    for (const HostTensor &input : inputs) {
      guards.emplace_back(input, atEnd);
      guarded.push_back(guards.back().borrow(input));
    }
    EXPECT_TRUE(sameBits(program.call(guarded), expected));
  }
}

HostTensor makeMask(Shape shape) {
  HostTensor mask = makeTensor(ElementType::I1, std::move(shape));
  for (int64_t i = 0; i < mask.getNumElements(); ++i)
    mask.setInt(i, i * i % 5 != 0);
  return mask;
}

struct Kind {
  const char *name;
  std::vector<std::string> steps, extra;
  /// The tensors of `extra`, for M queries and N keys.
  std::function<Tensors(int64_t, int64_t)> more;
};

Tensors none(int64_t, int64_t) { return {}; }

template <typename... Each>
Tensors tensors(Each... each) {
  Tensors result;
  (result.push_back(std::move(each)), ...);
  return result;
}

std::vector<int64_t> blocks(int64_t count, int64_t size) {
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < count; ++i)
    ids.push_back(i / size);
  return ids;
}

const Kind kKinds[] = {
    {"Plain", {}, {}, none},
    {"CausalWindow", {"attn.mask $s window(20, 0) : $t"}, {}, none},
    {"Lengths",
     {"attn.mask $s lengths(%n : tensor<?xi64>) : $t"},
     {"%n: tensor<?xi64>"},
     [](int64_t, int64_t N) { return tensors(makeIntegers({2}, {N, N / 2})); }},
    {"Segments",
     {"attn.mask $s segments(%a, %b : tensor<?x?xi64>, tensor<?x?xi64>) : $t"},
     {"%a: tensor<?x?xi64>", "%b: tensor<?x?xi64>"},
     [](int64_t M, int64_t N) {
       return tensors(makeIntegers({1, M}, blocks(M, 9)),
                      makeIntegers({1, N}, blocks(N, 11)));
     }},
    {"Dense",
     {"attn.mask $s dense(%m : tensor<?x?xi1>) : $t"},
     {"%m: tensor<?x?xi1>"},
     [](int64_t M, int64_t N) { return tensors(makeMask({M, N})); }},
    {"DenseOfHeads",
     {"attn.mask $s dense(%m : tensor<?x1x?xi1>) : $t"},
     {"%m: tensor<?x1x?xi1>"},
     [](int64_t, int64_t N) { return tensors(makeMask({2, 1, N})); }},
    // A table of distances; one that is read far beyond both of its ends; and
    // one that has an element for each pair.
    {"Table",
     {modRegion("%u = arith.subi %j, %i : index\n"
                "%w = tensor.extract %t[%u] : tensor<?x$f>\n"
                "%r = arith.addf %x, %w : $f")},
     {"%t: tensor<?x$f>"},
     [](int64_t M, int64_t) {
       return tensors(makeRandom(ElementType::F32, {M / 2 + 1}, 7));
     }},
    {"TableOfPairs",
     {modRegion("%w = tensor.extract %t[%i, %j] : tensor<?x?x$f>\n"
                "%r = arith.addf %x, %w : $f")},
     {"%t: tensor<?x?x$f>"},
     [](int64_t M, int64_t N) {
       return tensors(makeRandom(ElementType::F32, {M, N}, 7));
     }},
    {"MaskTable",
     {maskRegion("%u = tensor.extract %a[%i] : tensor<?xi64>\n"
                 "%w = tensor.extract %b[%j] : tensor<?xi64>\n"
                 "%r = arith.cmpi sge, %u, %w : i64")},
     {"%a: tensor<?xi64>", "%b: tensor<?xi64>"},
     [](int64_t M, int64_t N) {
       return tensors(makeIntegers({M}, blocks(M, 3)),
                      makeIntegers({N}, blocks(N, 3)));
     }},
};

struct Sizes {
  int64_t queries, keys, features, values;
};
const Sizes kSizes[] = {{1, 1, 3, 3},    {1, 65, 17, 17},  {67, 1, 3, 17},
                        {67, 65, 17, 3}, {33, 129, 16, 5}, {67, 0, 3, 3},
                        {0, 65, 3, 3},   {16, 64, 1, 1}};

class S10Bounds
    : public testing::TestWithParam<std::tuple<ElementType, Route>> {};

TEST_P(S10Bounds, Inputs) {
  auto [type, route] = GetParam();
  std::string compute = type == ElementType::F64 ? "f64" : "f32";
  for (const Kind &kind : kKinds) {
    Attention attention;
    attention.type = type;
    attention.isStatic = false;
    attention.steps = kind.steps;
    for (std::string argument : kind.extra) {
      if (size_t at = argument.find("$f"); at != std::string::npos)
        argument.replace(at, 2, compute);
      attention.extra.push_back(argument);
    }
    Program program = attention.compile(quickly(route));
    for (const Sizes &sizes : kSizes) {
      SCOPED_TRACE(testing::Message()
                   << kind.name << " of " << sizes.queries << ", " << sizes.keys
                   << ", " << sizes.features);
      attention.queries = sizes.queries;
      attention.keys = sizes.keys;
      attention.features = sizes.features;
      attention.values = sizes.values;
      Tensors inputs = attention.inputs(1);
      for (HostTensor &tensor : kind.more(sizes.queries, sizes.keys)) {
        // Tables are made for f32.
        if (isFloat(tensor.getElementType()) && type == ElementType::F64)
          tensor = makeRandom(type, tensor.getShape(), 7);
        inputs.push_back(std::move(tensor));
      }
      checkBounds(program, inputs);
    }
  }
}

// Sizes that the types say, which the compiler may use to leave a check out.
TEST_P(S10Bounds, StaticSizes) {
  auto [type, route] = GetParam();
  for (const Sizes &sizes : kSizes) {
    SCOPED_TRACE(testing::Message() << sizes.queries << ", " << sizes.keys);
    Attention attention;
    attention.type = type;
    attention.queries = sizes.queries;
    attention.keys = sizes.keys;
    attention.features = sizes.features;
    attention.values = sizes.values;
    attention.steps = {"attn.mask $s causal : $t"};
    Program program = attention.compile(quickly(route));
    Tensors inputs = attention.inputs(2);
    checkBounds(program, inputs);
  }
}

std::string nameOf(const testing::TestParamInfo<S10Bounds::ParamType> &info) {
  return mlir::attn::toString(std::get<0>(info.param)).str() +
         (std::get<1>(info.param) == Route::Fused ? "Fused" : "Naive");
}

INSTANTIATE_TEST_SUITE_P(
    Types, S10Bounds,
    testing::Combine(testing::Values(ElementType::F16, ElementType::F32,
                                     ElementType::F64),
                     testing::Values(Route::Fused, Route::Naive)),
    nameOf);

// The pages are seen to guard.
TEST(S10BoundsDeathTest, Guard) {
  HostTensor tensor = makeRandom(ElementType::F32, {5}, 1);
  volatile char byte;
  EXPECT_DEATH(byte = Guarded(tensor, false).getData()[-1], "");
  EXPECT_DEATH(byte = Guarded(tensor, true).getData()[tensor.getNumBytes()],
               "");
  byte = Guarded(tensor, true).getData()[tensor.getNumBytes() - 1];
  (void)byte;
}

// One byte beyond the data is enough: a program that is told of one row more
// than there is does not come back.
TEST(S10BoundsDeathTest, OneRowTooMany) {
  Attention attention;
  attention.isStatic = false;
  Program program = attention.compile();
  Tensors inputs = attention.inputs(3);
  Guarded guard(inputs[1], /*atEnd=*/true);
  Shape shape = inputs[1].getShape();
  ++shape[1];
  inputs[1] = HostTensor::borrow(ElementType::F32, shape, guard.getData());
  shape[2] = attention.values;
  inputs[2] = makeRandom(ElementType::F32, shape, 1);
  EXPECT_DEATH(program.call(inputs), "");
}

} // namespace
