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

static constexpr bench::Case bf16Weights(const char *name, const char *file,
                                         const char *function, bench::Keep keep,
                                         int64_t length, int64_t features) {
  bench::Case c = {name,   file,    function, keep, ElementType::BF16,
                   length, features};
  c.hasBf16Weights = true;
  return c;
}

static constexpr bench::Case heads(const char *name, const char *function,
                                   int64_t heads, int64_t keyHeads,
                                   int64_t queries, int64_t length,
                                   bool tokensFirst = false) {
  bench::Case c = {name, "heads", function, bench::Keep::All, f32, length, 64};
  c.heads = heads;
  c.keyHeads = keyHeads;
  c.queries = queries;
  c.tokensFirst = tokensFirst;
  return c;
}

static const bench::Case kCases[] = {
    {"full d64", "full", "f32_d64", bench::Keep::All, f32, 2048, 64},
    {"full d128", "full", "f32_d128", bench::Keep::All, f32, 4096, 128},
    {"full d64 dynamic", "full", "f32_d64_dynamic", bench::Keep::All, f32, 2048,
     64},
    {"full d64 f16", "full", "f16_d64", bench::Keep::All, ElementType::F16,
     2048, 64},
    {"full d64 bf16", "full", "bf16_d64", bench::Keep::All, ElementType::BF16,
     2048, 64},
    bf16Weights("full d64 bf16 weights", "full", "bf16_weights_d64",
                bench::Keep::All, 2048, 64),
    bf16Weights("full d128 bf16 weights", "full", "bf16_weights_d128",
                bench::Keep::All, 4096, 128),
    bf16Weights("causal d64 bf16 weights", "causal", "bf16_weights_d64",
                bench::Keep::Causal, 2048, 64),
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
    heads("full d64 32/8 heads", "grouped", 32, 8, 1024, 1024),
    heads("full d64 512 x 4096", "cross", 1, 1, 512, 4096),
    heads("full d64 tokens first", "tokens_first", 4, 4, 2048, 2048, true),
    {"window 256", "sparse", "window", bench::Keep::Window, f32, 8192, 64},
    {"segments 1024", "sparse", "segments", bench::Keep::Segments, f32, 8192,
     64},
    {"full d64 short", "full", "f32_d64_short", bench::Keep::All, f32, 512, 64},
    {"full d64 short naive", "full", "f32_d64_short", bench::Keep::All, f32,
     512, 64, 1, Route::Naive},
};

static constexpr bench::Case decode(const char *name, const char *function,
                                    ElementType type, int64_t heads,
                                    int64_t keyHeads, int threads = 1) {
  bench::Case c = {name, "decode", function, bench::Keep::All, type, 8192, 128};
  c.heads = heads;
  c.keyHeads = keyHeads;
  c.queries = 1;
  c.threads = threads;
  return c;
}

static const bench::Case kDecodeCases[] = {
    decode("decode", "f32", f32, 8, 8),
    decode("decode 32/8", "f32_grouped", f32, 32, 8),
    decode("decode bf16", "bf16", ElementType::BF16, 8, 8),
    decode("decode, 2 threads", "f32", f32, 8, 8, 2),
    decode("decode 32/8, 2 threads", "f32_grouped", f32, 32, 8, 2),
};

static constexpr bench::Case pairwise(const char *name, const char *function,
                                      bench::Score score, int64_t heads,
                                      int64_t length, int64_t features,
                                      int64_t queries, int64_t calls = 1) {
  bench::Case c = {name, "pairwise", function, bench::Keep::All,
                   f32,  length,     features};
  c.heads = c.keyHeads = heads;
  c.queries = queries;
  c.score = score;
  c.calls = calls;
  return c;
}

static const bench::Case kPairwiseCases[] = {
    pairwise("additive", "additive", bench::Score::Additive, 1, 1024, 128,
             1024),
    pairwise("additive, one query", "additive_one", bench::Score::Additive, 1,
             4096, 128, 1, 16),
    pairwise("pooling, tanh", "pool_tanh", bench::Score::PoolTanh, 1, 4096, 128,
             1, 16),
    pairwise("pooling, relu", "pool_relu", bench::Score::PoolRelu, 8, 65536,
             128, 1),
    pairwise("pooling, relu, in cache", "pool_relu", bench::Score::PoolRelu, 1,
             1024, 128, 1, 256),
};

static const bench::Case kTanhCase =
    pairwise("tanh", "tanh", bench::Score::TanhAlone, 1, 4096, 256, 1, 16);

llvm::ArrayRef<bench::Case> bench::getCases() { return kCases; }
llvm::ArrayRef<bench::Case> bench::getDecodeCases() { return kDecodeCases; }
llvm::ArrayRef<bench::Case> bench::getPairwiseCases() { return kPairwiseCases; }
const bench::Case &bench::getTanhCase() { return kTanhCase; }

int64_t bench::Case::getKeyBytes() const {
  return getNumKeyInputs() * keyHeads * length * features * getByteWidth(type);
}

double bench::countTanh(const Case &c) {
  return double(c.heads) * c.getQueries() * c.length * c.features;
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
  for (int64_t i = 0; i < c.getQueries(); ++i) {
    Keys keys = getKeys(c, i);
    pairs += keys.end - keys.first;
  }
  return pairs;
}

double bench::countPairsOfTiles(const Case &c, const Machine &machine) {
  TileSizes tile = chooseTileSizes(
      {c.getQueries(), c.length, c.features, c.features, 4}, machine);
  const int64_t block = machine.getBlockVectors() * machine.getLanes(4);
  double pairs = 0;
  for (int64_t i = 0; i < c.getQueries(); i += block) {
    // Both ends grow with the query, so its neighbours leave no gap.
    int64_t last = std::min(c.getQueries(), i + block) - 1;
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
  auto add = [&](Shape shape, double deviation) -> llvm::Error {
    auto tensor = HostTensor::create(c.type, std::move(shape));
    if (!tensor)
      return tensor.takeError();
    fill(*tensor, inputs.size() + 1, deviation);
    inputs.push_back(std::move(*tensor));
    return llvm::Error::success();
  };
  auto shape = [&](int64_t heads, int64_t tokens) -> Shape {
    if (c.tokensFirst)
      return {1, tokens, heads, c.features};
    return {1, heads, tokens, c.features};
  };
  if (c.score == Score::TanhAlone) {
    if (llvm::Error error = add({c.length}, 1))
      return std::move(error);
    return inputs;
  }
  // A score is a sum of products over sqrt(D): it deviates as the query does.
  if (!c.isPooling())
    if (llvm::Error error = add(shape(c.heads, c.getQueries()), c.spread))
      return std::move(error);
  for (int64_t number = 0; number < c.getNumKeyInputs(); ++number)
    if (llvm::Error error = add(shape(c.keyHeads, c.length), 1))
      return std::move(error);
  if (c.score != Score::Dot)
    if (llvm::Error error = add({c.features}, 1 / std::sqrt(c.features)))
      return std::move(error);
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

/// Rows of one head of `tensor`, [1, H, M, D] or [1, M, H, D].
static reference::Tensor takeRows(const bench::Case &c,
                                  const HostTensor &tensor, int64_t head,
                                  llvm::ArrayRef<int64_t> rows) {
  int64_t features = tensor.getShape()[3], inner = tensor.getShape()[2];
  reference::Tensor result({int64_t(rows.size()), features});
  for (size_t r = 0; r < rows.size(); ++r) {
    int64_t row =
        c.tokensFirst ? rows[r] * inner + head : head * inner + rows[r];
    for (int64_t d = 0; d < features; ++d)
      result({int64_t(r), d}) = tensor.getFloat(row * features + d);
  }
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
  int64_t firstKey = c.getFirstKey();
  reference::Tensor query,
      key = takeRows(c, inputs[firstKey], keyHead, all),
      value =
          takeRows(c, inputs[firstKey + c.getNumKeyInputs() - 1], keyHead, all);
  reference::Attention attention;
  if (!c.isPooling()) {
    query = takeRows(c, inputs[0], head, rows);
    attention.query = &query;
  }
  attention.key = &key;
  attention.value = &value;
  if (c.score == bench::Score::Dot) {
    attention.scale = 1 / std::sqrt(double(c.features));
  } else {
    reference::Tensor w({c.features});
    for (int64_t d = 0; d < c.features; ++d)
      w.data[d] = inputs.back().getFloat(d);
    attention.params.push_back(std::move(w));
    // The arguments are a query, if there is one, a key and w.
    attention.score = [score = c.score](const std::vector<double> &x) {
      switch (score) {
      case bench::Score::PoolRelu:
        return x[1] * std::max(x[0], 0.0);
      case bench::Score::PoolTanh:
        return x[1] * std::tanh(x[0]);
      default:
        return x[2] * std::tanh(x[0] + x[1]);
      }
    };
  }
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
      takeRows(c, output, head, rows), expected, getFormat(c.type), n,
      magnitude * std::max(1.0, c.spread),
      c.hasBf16Weights ? std::optional(reference::RoundedWeights{
                             reference::FloatFormat::BF16, magnitude})
                       : std::nullopt);
  if (comparison.passed())
    return llvm::Error::success();
  return llvm::createStringError("'%s' is wrong: %s", c.name,
                                 comparison.reason.c_str());
}

/// Errors of one time over shrink in the next.
static llvm::Error checkTanh(const bench::Case &c, const HostTensor &input,
                             const HostTensor &output) {
  for (int64_t i = 0; i < c.length; ++i) {
    double expected = input.getFloat(i);
    for (int64_t n = 0; n < c.features; ++n)
      expected = std::tanh(expected);
    if (!(std::fabs(output.getFloat(i) - expected) <= 1e-6))
      return llvm::createStringError("'%s' is wrong at %d", c.name, int(i));
  }
  return llvm::Error::success();
}

llvm::Error bench::check(const Case &c, llvm::ArrayRef<HostTensor> inputs,
                         const HostTensor &output) {
  if (c.score == Score::TanhAlone)
    return checkTanh(c, inputs[0], output);
  if (llvm::Error error = checkHead(c, inputs, output, 0))
    return error;
  return checkHead(c, inputs, output, c.heads - 1);
}
