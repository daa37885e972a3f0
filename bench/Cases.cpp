// The table of cases, their inputs, and the check of their results.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Cases.h"

#include "attn/Reference/Compare.h"
#include "attn/Reference/Masks.h"
#include "attn/Tiling/TileSizes.h"

#include <cmath>

using namespace mlir::attn;
namespace reference = attn::reference;

static constexpr int64_t kWindow = 256;
static constexpr int64_t kDocument = 1024;

static constexpr ElementType f32 = ElementType::F32;

static const bench::Case kCases[] = {
    {"full d64", "full", "f32_d64", bench::Keep::All, f32, 2048, 64},
    {"full d128", "full", "f32_d128", bench::Keep::All, f32, 4096, 128},
    {"full d64 dynamic", "full", "f32_d64_dynamic", bench::Keep::All, f32, 2048,
     64},
    {"full d64 f16", "full", "f16_d64", bench::Keep::All, ElementType::F16,
     2048, 64},
    {"full d64 bf16", "full", "bf16_d64", bench::Keep::All, ElementType::BF16,
     2048, 64},
    {"full d64 spread x30", "full", "f32_d64", bench::Keep::All, f32, 2048, 64,
     30},
    {"causal d64", "causal", "f32_d64", bench::Keep::Causal, f32, 2048, 64},
    {"causal d128", "causal", "f32_d128", bench::Keep::Causal, f32, 4096, 128},
    {"causal d64 dynamic", "causal", "f32_d64_dynamic", bench::Keep::Causal,
     f32, 2048, 64},
    {"causal softcap alibi", "causal", "softcap_alibi", bench::Keep::Causal,
     f32, 2048, 64, 1, Route::Fused, true},
    {"full d64 S2047", "full", "f32_d64_dynamic", bench::Keep::All, f32, 2047,
     64},
    {"full d80", "full", "f32_d80", bench::Keep::All, f32, 2048, 80},
    {"full d96", "full", "f32_d96", bench::Keep::All, f32, 2048, 96},
    {"full d112", "full", "f32_d112", bench::Keep::All, f32, 2048, 112},
    {"full d256", "full", "f32_d256", bench::Keep::All, f32, 2048, 256},
    {"window 256", "sparse", "window", bench::Keep::Window, f32, 8192, 64},
    {"segments 1024", "sparse", "segments", bench::Keep::Segments, f32, 8192,
     64},
    {"full d64 short", "full", "f32_d64_short", bench::Keep::All, f32, 512, 64},
    {"full d64 short naive", "full", "f32_d64_short", bench::Keep::All, f32,
     512, 64, 1, Route::Naive},
};

static constexpr bench::Case decode(const char *name, const char *function,
                                    ElementType type, int64_t heads,
                                    int64_t keyHeads) {
  bench::Case c = {name, "decode", function, bench::Keep::All, type, 8192, 128};
  c.heads = heads;
  c.keyHeads = keyHeads;
  c.queries = 1;
  return c;
}

static const bench::Case kDecodeCases[] = {
    decode("decode", "f32", f32, 8, 8),
    decode("decode 32/8", "f32_grouped", f32, 32, 8),
    decode("decode bf16", "bf16", ElementType::BF16, 8, 8),
};

llvm::ArrayRef<bench::Case> bench::getCases() { return kCases; }
llvm::ArrayRef<bench::Case> bench::getDecodeCases() { return kDecodeCases; }

int64_t bench::Case::getKeyBytes() const {
  return 2 * keyHeads * length * features * getByteWidth(type);
}

bench::Keys bench::getKeys(const Case &c, int64_t i) {
  switch (c.keep) {
  case Keep::All:
    return {0, c.length};
  case Keep::Causal:
    return {0, i + 1};
  case Keep::Window:
    return {std::max<int64_t>(0, i - kWindow), i + 1};
  case Keep::Segments:
    return {i / kDocument * kDocument,
            std::min(c.length, (i / kDocument + 1) * kDocument)};
  }
  llvm_unreachable("a case of Keep");
}

double bench::countPairs(const Case &c) {
  double pairs = 0;
  for (int64_t i = 0; i < c.length; ++i) {
    Keys keys = getKeys(c, i);
    pairs += keys.end - keys.first;
  }
  return pairs;
}

double bench::countPairsOfTiles(const Case &c, const Machine &machine) {
  TileSizes tile =
      chooseTileSizes({c.length, c.features, c.features, 4}, machine);
  const int64_t block = machine.getBlockVectors() * machine.getLanes(4);
  double pairs = 0;
  for (int64_t i = 0; i < c.length; i += block) {
    // Both ends grow with the query, so its neighbours leave no gap.
    int64_t last = std::min(c.length, i + block) - 1;
    int64_t first = getKeys(c, i).first / tile.keys * tile.keys;
    pairs += double(last + 1 - i) * (getKeys(c, last).end - first);
  }
  return pairs;
}

/// Uniform, with that standard deviation.
static void fill(HostTensor &tensor, uint64_t seed, double deviation) {
  fillRandom(tensor, seed); // in [-1, 1): its own is 1 / sqrt(3)
  for (int64_t i = 0; i < tensor.getNumElements(); ++i)
    tensor.setFloat(i, tensor.getFloat(i) * deviation * std::sqrt(3.0));
}

llvm::Expected<std::vector<HostTensor>> bench::makeInputs(const Case &c) {
  std::vector<HostTensor> inputs;
  for (int number = 0; number < 3; ++number) {
    bool isQuery = number == 0;
    auto tensor = HostTensor::create(
        c.type, {1, isQuery ? c.heads : c.keyHeads,
                 isQuery ? c.getQueries() : c.length, c.features});
    if (!tensor)
      return tensor.takeError();
    // A score is a sum of products over sqrt(D): it deviates as the query does.
    fill(*tensor, number + 1, number == 0 ? c.spread : 1);
    inputs.push_back(std::move(*tensor));
  }
  if (c.keep == Keep::Segments) {
    auto documents = HostTensor::create(ElementType::I64, {1, c.length});
    if (!documents)
      return documents.takeError();
    for (int64_t i = 0; i < c.length; ++i)
      documents->setInt(i, i / kDocument);
    inputs.push_back(std::move(*documents));
  }
  return inputs;
}

/// Rows of one head of `tensor` [1, H, M, D].
static reference::Tensor takeRows(const HostTensor &tensor, int64_t head,
                                  llvm::ArrayRef<int64_t> rows) {
  int64_t features = tensor.getShape()[3];
  int64_t first = head * tensor.getShape()[2];
  reference::Tensor result({int64_t(rows.size()), features});
  for (size_t r = 0; r < rows.size(); ++r)
    for (int64_t d = 0; d < features; ++d)
      result({int64_t(r), d}) =
          tensor.getFloat((first + rows[r]) * features + d);
  return result;
}

static reference::KeepFunction getMask(const bench::Case &c,
                                       llvm::ArrayRef<HostTensor> inputs) {
  reference::Shape scores = {c.length, c.length};
  switch (c.keep) {
  case bench::Keep::All:
    return {};
  case bench::Keep::Causal:
    return reference::causal(scores);
  case bench::Keep::Window:
    return reference::window(scores, kWindow, 0);
  case bench::Keep::Segments: {
    reference::IntTensor documents({c.length});
    for (int64_t i = 0; i < c.length; ++i)
      documents.data[i] = inputs[3].getInt(i);
    return reference::segments(documents, documents);
  }
  }
  llvm_unreachable("a case of Keep");
}

static reference::FloatFormat getFormat(ElementType type) {
  return type == ElementType::F16    ? reference::FloatFormat::F16
         : type == ElementType::BF16 ? reference::FloatFormat::BF16
                                     : reference::FloatFormat::F32;
}

static llvm::Error checkHead(const bench::Case &c,
                             llvm::ArrayRef<HostTensor> inputs,
                             const HostTensor &output, int64_t head) {
  // The ends, both sides of the borders of tiles, and something between.
  const int64_t n = c.length;
  llvm::SmallVector<int64_t> rows = {0};
  if (c.getQueries() == n)
    rows.append({1, 63, 64, 255, 256, n / 3, n / 2 + 17, n - 1});
  std::vector<int64_t> all(n);
  for (int64_t i = 0; i < n; ++i)
    all[i] = i;
  int64_t keyHead = head * c.keyHeads / c.heads;
  reference::Tensor query = takeRows(inputs[0], head, rows),
                    key = takeRows(inputs[1], keyHead, all),
                    value = takeRows(inputs[2], keyHead, all);
  reference::Attention attention;
  attention.query = &query;
  attention.key = &key;
  attention.value = &value;
  attention.scale = 1 / std::sqrt(double(c.features));
  if (reference::KeepFunction keep = getMask(c, inputs))
    attention.keep = [=](const reference::Index &index) {
      return keep({rows[index[0]], index[1]});
    };
  if (c.hasMod)
    attention.mod = [=](double x, const reference::Index &index) {
      double distance = double(index[1]) - double(rows[index[0]]);
      return 30 * std::tanh(x / 30) + 0.0078125 * distance;
    };
  reference::Tensor expected = reference::attention(attention, {}).output;

  // The tolerance is one for scores of ordinary size: the error of a weight
  // grows with the score.
  double magnitude = 0;
  for (double x : value.data)
    magnitude = std::max(magnitude, std::fabs(x));
  reference::Comparison comparison = reference::compare(
      takeRows(output, head, rows), expected, getFormat(c.type), n,
      magnitude * std::max(1.0, c.spread));
  if (comparison.passed())
    return llvm::Error::success();
  return llvm::createStringError("'%s' is wrong: %s", c.name,
                                 comparison.reason.c_str());
}

llvm::Error bench::check(const Case &c, llvm::ArrayRef<HostTensor> inputs,
                         const HostTensor &output) {
  if (llvm::Error error = checkHead(c, inputs, output, 0))
    return error;
  return checkHead(c, inputs, output, c.heads - 1);
}
