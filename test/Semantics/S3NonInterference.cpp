// S3: no bit of a removed key or value reaches an output bit.
//
// Some rows of K and V are overwritten with NaNs of random payload, infinities
// and other bits. Queries for which all those rows are removed must give the
// same bits as before; the others may give anything.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Program.h"

#include <cmath>
#include <cstring>
#include <random>

using namespace attn::test;

namespace {

using Keep = std::function<bool(int64_t h, int64_t i, int64_t j)>;

struct Case {
  const char *name;
  std::vector<std::string> steps;
  Keep keep;
  std::vector<std::string> extra = {};
  std::function<Tensors()> more = [] { return Tensors(); };
};

constexpr int64_t kQueries = 40, kKeys = 150;

Tensors one(HostTensor tensor) {
  Tensors tensors;
  tensors.push_back(std::move(tensor));
  return tensors;
}

int64_t segmentOfQuery(int64_t i) { return i / 9; }
int64_t segmentOfKey(int64_t j) { return j / 31; }
bool isDense(int64_t i, int64_t j) { return (7 * i + j * j) % 5 != 0; }

const Case kCases[] = {
    {"Causal",
     {"attn.mask $s causal : $t"},
     [](int64_t, int64_t i, int64_t j) { return j <= i + kKeys - kQueries; }},
    {"TopLeft",
     {"attn.mask $s causal top_left : $t"},
     [](int64_t, int64_t i, int64_t j) { return j <= i; }},
    {"Window",
     {"attn.mask $s window(20, 2) : $t"},
     [](int64_t, int64_t i, int64_t j) {
       int64_t t = i + kKeys - kQueries;
       return t - 20 <= j && j <= t + 2;
     }},
    {"Lengths",
     {"attn.mask $s lengths(%n : tensor<2xi64>) : $t"},
     [](int64_t h, int64_t, int64_t j) { return j < (h ? 130 : 70); },
     {"%n: tensor<2xi64>"},
     [] { return one(makeIntegers({2}, {70, 130})); }},
    {"Segments",
     {"attn.mask $s segments(%a, %b : tensor<1x40xi64>, tensor<1x150xi64>) : "
      "$t"},
     [](int64_t, int64_t i, int64_t j) {
       return segmentOfQuery(i) == segmentOfKey(j);
     },
     {"%a: tensor<1x40xi64>", "%b: tensor<1x150xi64>"},
     [] {
       std::vector<int64_t> q, k;
       for (int64_t i = 0; i < kQueries; ++i)
         q.push_back(segmentOfQuery(i));
       for (int64_t j = 0; j < kKeys; ++j)
         k.push_back(segmentOfKey(j));
       Tensors tensors = one(makeIntegers({1, kQueries}, q));
       tensors.push_back(makeIntegers({1, kKeys}, k));
       return tensors;
     }},
    {"Dense",
     {"attn.mask $s dense(%m : tensor<40x150xi1>) : $t"},
     [](int64_t, int64_t i, int64_t j) { return isDense(i, j); },
     {"%m: tensor<40x150xi1>"},
     [] {
       HostTensor mask = makeTensor(ElementType::I1, {kQueries, kKeys});
       for (int64_t i = 0; i < kQueries * kKeys; ++i)
         mask.setInt(i, isDense(i / kKeys, i % kKeys));
       return one(std::move(mask));
     }},
    {"Region",
     {maskRegion("%c = arith.constant 3 : index\n"
                 "%a = arith.xori %i, %j : index\n"
                 "%b = arith.andi %a, %c : index\n"
                 "%r = arith.cmpi ne, %b, %c : index")},
     [](int64_t, int64_t i, int64_t j) { return ((i ^ j) & 3) != 3; }},
    {"ModYieldsMinusInfinity",
     {modRegion("%n = arith.constant $inf : $f\n"
                "%s = arith.addi %i, %h : index\n"
                "%c = arith.cmpi ule, %j, %s : index\n"
                "%r = arith.select %c, %x, %n : $f")},
     [](int64_t h, int64_t i, int64_t j) { return j <= i + h; }},
    {"MaskAfterMod",
     {modRegion("%t = math.tanh %x : $f\n%r = arith.addf %t, %t : $f"),
      "attn.mask $s causal top_left : $t"},
     [](int64_t, int64_t i, int64_t j) { return j <= i; }},
};

/// Any bits, mostly those of NaNs and infinities.
uint64_t poisonBits(ElementType type, std::mt19937_64 &random) {
  uint64_t bits = random(), exponent = 0;
  switch (type) {
  case ElementType::F16:
    exponent = 0x7c00;
    break;
  case ElementType::BF16:
    exponent = 0x7f80;
    break;
  case ElementType::F32:
    exponent = 0x7f800000;
    break;
  default:
    exponent = 0x7ff0000000000000;
    break;
  }
  switch (random() % 4) {
  case 0: // an infinity
    return exponent | (random() & 1 ? exponent + (exponent & -exponent) : 0);
  case 1: // any finite or other bits
    return bits;
  default: // a NaN
    return bits | exponent | 1;
  }
}

void poison(HostTensor &tensor, const std::vector<int64_t> &rows,
            uint64_t seed) {
  std::mt19937_64 random(seed);
  const Shape &shape = tensor.getShape();
  size_t width = mlir::attn::getByteWidth(tensor.getElementType());
  for (int64_t head = 0; head < shape[0]; ++head)
    for (int64_t row : rows)
      for (int64_t d = 0; d < shape[2]; ++d) {
        uint64_t bits = poisonBits(tensor.getElementType(), random);
        int64_t at = (head * shape[1] + row) * shape[2] + d;
        std::memcpy(tensor.getData() + at * width, &bits, width);
      }
}

/// The first row of [heads, queries(, values)] that differs although `clean`
/// says that it may not; -1 if there is none.
int64_t differs(const HostTensor &a, const HostTensor &b,
                const std::vector<bool> &clean) {
  size_t rowBytes = a.getNumBytes() / clean.size();
  for (size_t row = 0; row < clean.size(); ++row)
    if (clean[row] && std::memcmp(a.getData() + row * rowBytes,
                                  b.getData() + row * rowBytes, rowBytes))
      return row;
  return -1;
}

/// How queries and weights are laid out: by the sizes and types of a program.
struct Layout {
  const char *name;
  ElementType type;
  Route route;
  int64_t features = 16, values = 24;
  bool hasNarrowWeights = false;
};

const Layout kLayouts[] = {
    {"f16_Fused", ElementType::F16, Route::Fused},
    {"bf16_Fused", ElementType::BF16, Route::Fused},
    {"f32_Fused", ElementType::F32, Route::Fused},
    {"f64_Fused", ElementType::F64, Route::Fused},
    {"f16_Naive", ElementType::F16, Route::Naive},
    {"bf16_Naive", ElementType::BF16, Route::Naive},
    {"f32_Naive", ElementType::F32, Route::Naive},
    {"f64_Naive", ElementType::F64, Route::Naive},
    // Pairs of keys, an even number of features and an odd one.
    {"Pairs", ElementType::BF16, Route::Fused, 16, 24, true},
    {"PairsOfKeys", ElementType::BF16, Route::Fused, 7, 9, true},
};

class NonInterference
    : public testing::TestWithParam<std::tuple<Case, Layout>> {};

TEST_P(NonInterference, PoisonInRemovedRows) {
  const Case &given = std::get<0>(GetParam());
  const Layout &layout = std::get<1>(GetParam());
  ElementType type = layout.type;
  Attention attention;
  attention.type = type;
  attention.features = layout.features;
  attention.values = layout.values;
  if (layout.hasNarrowWeights) {
    attention.weights = mlir::attn::toString(type).str();
    attention.hasLse = false;
  }
  attention.queries = kQueries;
  attention.keys = kKeys;
  attention.extra = given.extra;
  for (std::string step : given.steps) {
    if (size_t at = step.find("$inf"); at != std::string::npos)
      step.replace(at, 4,
                   type == ElementType::F64 ? "0xFFF0000000000000"
                                            : "0xFF800000");
    attention.steps.push_back(step);
  }
  Program program = attention.compile(quickly(layout.route));
  Tensors inputs = attention.inputs(3);
  for (HostTensor &tensor : given.more())
    inputs.push_back(std::move(tensor));
  Tensors before = program.call(inputs);

  std::mt19937_64 random(4);
  int64_t numClean = 0, numTouched = 0;
  for (uint64_t trial = 0; trial < 40; ++trial) {
    std::vector<int64_t> rows;
    for (uint64_t n = trial % 4 ? trial % 4 : 60; n > 0; --n)
      rows.push_back(random() % kKeys);
    std::vector<bool> clean;
    for (int64_t h = 0; h < attention.heads; ++h)
      for (int64_t i = 0; i < kQueries; ++i)
        clean.push_back(llvm::none_of(
            rows, [&](int64_t j) { return given.keep(h, i, j); }));
    Tensors poisoned = cloneAll(inputs);
    poison(poisoned[1], rows, 2 * trial);
    poison(poisoned[2], rows, 2 * trial + 1);
    Tensors after = program.call(poisoned);
    for (size_t k = 0; k < before.size(); ++k)
      ASSERT_EQ(differs(before[k], after[k], clean), -1)
          << "result " << k << ", trial " << trial;
    numClean += llvm::count(clean, true);
    // The poison is seen where it may be: the test can fail.
    std::vector<bool> touched(clean);
    touched.flip();
    numTouched += differs(before[0], after[0], touched) != -1;
  }
  EXPECT_GT(numClean, 0);
  EXPECT_GT(numTouched, 0);
}

INSTANTIATE_TEST_SUITE_P(All, NonInterference,
                         testing::Combine(testing::ValuesIn(kCases),
                                          testing::ValuesIn(kLayouts)),
                         [](const auto &info) {
                           return std::get<0>(info.param).name +
                                  std::string("_") +
                                  std::get<1>(info.param).name;
                         });

/// A few queries stand in rows. The mask removes keys among those that are
/// kept: behind the last kept one nothing would be read.
class NonInterferenceInRows
    : public testing::TestWithParam<std::tuple<ElementType, int64_t>> {};

TEST_P(NonInterferenceInRows, PoisonInRemovedRows) {
  Attention attention;
  attention.type = std::get<0>(GetParam());
  attention.queries = std::get<1>(GetParam());
  attention.keys = 300;
  attention.values = 48;
  attention.heads = attention.keyHeads = 2;
  attention.steps = {maskRegion("%c = arith.constant 3 : index\n"
                                "%g = arith.addi %i, %h : index\n"
                                "%a = arith.xori %g, %j : index\n"
                                "%b = arith.andi %a, %c : index\n"
                                "%r = arith.cmpi eq, %b, %c : index")};
  auto keep = [](int64_t h, int64_t i, int64_t j) {
    return (((i + h) ^ j) & 3) == 3;
  };
  Program program = attention.compile(quickly(Route::Fused));
  Tensors inputs = attention.inputs(5);
  Tensors before = program.call(inputs);
  std::mt19937_64 random(6);
  bool isSeen = false;
  for (uint64_t trial = 0; trial < 40; ++trial) {
    std::vector<int64_t> rows;
    for (int n = 0; n < 2; ++n)
      rows.push_back(random() % attention.keys);
    std::vector<bool> clean;
    for (int64_t h = 0; h < attention.heads; ++h)
      for (int64_t i = 0; i < attention.queries; ++i)
        clean.push_back(
            llvm::none_of(rows, [&](int64_t j) { return keep(h, i, j); }));
    Tensors poisoned = cloneAll(inputs);
    poison(poisoned[1], rows, 2 * trial);
    poison(poisoned[2], rows, 2 * trial + 1);
    Tensors after = program.call(poisoned);
    std::vector<bool> touched(clean);
    touched.flip();
    for (int k = 0; k < 2; ++k) {
      ASSERT_EQ(differs(before[k], after[k], clean), -1)
          << "result " << k << ", trial " << trial;
      isSeen |= differs(before[k], after[k], touched) != -1;
    }
  }
  EXPECT_TRUE(isSeen);
}

INSTANTIATE_TEST_SUITE_P(
    All, NonInterferenceInRows,
    testing::Combine(testing::Values(ElementType::F16, ElementType::BF16,
                                     ElementType::F32, ElementType::F64),
                     testing::Values(1, 3, 8)),
    [](const auto &info) {
      return mlir::attn::toString(std::get<0>(info.param)).str() + "_" +
             std::to_string(std::get<1>(info.param));
    });

// The second key of the last pair does not exist, nor does its value: what was
// there in an earlier tile, or an earlier call, is not seen. A NaN that is
// there is, as a NaN of its feature alone.
TEST(NonInterferenceInPairs, TheLastKeyOfAnOddNumber) {
  Attention attention;
  attention.type = ElementType::BF16;
  attention.weights = "bf16";
  attention.hasLse = false;
  attention.heads = 1;
  attention.openKeys = true;
  Program program = attention.compile(quickly(Route::Fused));
  for (int64_t keys : {1, 3, 129, 151}) {
    attention.keys = keys;
    Tensors inputs = attention.inputs(8);
    Tensors before = program.call(inputs);
    // A call of one key more, all NaN, which leaves its tiles behind.
    attention.keys = keys + 1;
    Tensors poisoned = attention.inputs(9);
    for (int k : {1, 2})
      for (int64_t i = 0; i < poisoned[k].getNumElements(); ++i)
        poisoned[k].setFloat(i, std::nan(""));
    program.call(poisoned);
    EXPECT_TRUE(sameBits(before, program.call(inputs))) << keys;

    inputs[2].setFloat(keys * attention.values - 2, std::nan(""));
    Tensors after = program.call(inputs);
    for (int64_t i = 0; i < after[0].getNumElements(); ++i) {
      bool isPoisoned = i % attention.values == attention.values - 2;
      EXPECT_EQ(std::isnan(after[0].getFloat(i)), isPoisoned) << i;
      if (!isPoisoned) {
        EXPECT_EQ(after[0].getFloat(i), before[0].getFloat(i)) << i;
      }
    }
  }
}

// Weights of two keys underflow, of one in a pair and of a last one alone: an
// infinite value adds nothing.
TEST(NonInterferenceInPairs, AWeightThatUnderflows) {
  Attention attention;
  attention.type = ElementType::BF16;
  attention.weights = "bf16";
  attention.hasLse = false;
  attention.heads = 1;
  attention.keys = 5;
  Program program = attention.compile(quickly(Route::Fused));
  Tensors inputs = attention.inputs(10);
  for (int64_t i = 0; i < inputs[0].getNumElements(); ++i)
    inputs[0].setFloat(i, 1);
  for (int64_t key : {1, 4})
    for (int64_t d = 0; d < attention.features; ++d)
      inputs[1].setFloat(key * attention.features + d, -100);
  Tensors before = program.call(inputs);
  for (int64_t key : {1, 4, 0})
    for (double x : {HUGE_VAL, -HUGE_VAL, std::nan("")}) {
      Tensors poisoned = cloneAll(inputs);
      for (int64_t e = 0; e < attention.values; ++e)
        poisoned[2].setFloat(key * attention.values + e, x);
      bool isSame(sameBits(before, program.call(poisoned)));
      EXPECT_EQ(isSame, key != 0) << "key " << key << ", " << x;
    }
}

} // namespace
