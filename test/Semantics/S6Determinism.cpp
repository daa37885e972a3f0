// S6: the same call gives the same bits, whatever the number of threads, the
// size of the batch and the position in the batch or tile.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Program.h"

#include <cstring>

using namespace attn::test;

namespace {

const std::string kCausal = "attn.mask $s causal : $t";
const std::string kSoftcap = modRegion("%c = arith.constant 2.0 : $f\n"
                                       "%d = arith.divf %x, %c : $f\n"
                                       "%t = math.tanh %d : $f\n"
                                       "%r = arith.mulf %t, %c : $f");

/// Rows [first, first + count) of the first axis.
HostTensor slice(const HostTensor &tensor, int64_t first, int64_t count) {
  Shape shape = tensor.getShape();
  size_t bytes = tensor.getNumBytes() / shape[0];
  shape[0] = count;
  HostTensor part = makeTensor(tensor.getElementType(), shape);
  std::memcpy(part.getData(), tensor.getData() + first * bytes, count * bytes);
  return part;
}

/// Types, and whether weights are of 16 bits, too.
struct Types {
  ElementType type;
  bool hasNarrowWeights;
};

class Determinism : public testing::TestWithParam<Types> {
protected:
  /// Whatever stands in rows, in pairs or in lanes is decided by sizes and
  /// types.
  Attention makeAttention() const {
    Attention attention;
    attention.type = GetParam().type;
    if (GetParam().hasNarrowWeights) {
      attention.weights = mlir::attn::toString(attention.type).str();
      attention.hasLse = false;
    }
    return attention;
  }
};

TEST_P(Determinism, Threads) {
  Attention attention = makeAttention();
  attention.heads = 3;
  attention.queries = 200;
  for (std::vector<std::string> steps :
       {std::vector<std::string>{}, {kCausal, kSoftcap}}) {
    attention.steps = steps;
    Tensors inputs = attention.inputs(1);
    Tensors serial = attention.compile().call(inputs);
    Settings settings;
    settings.threads = true;
    Program program = attention.compile(settings);
    for (int threads : {1, 2, 4}) {
      mlir::attn::setNumThreads(threads);
      for (int repeat = 0; repeat < 5; ++repeat)
        EXPECT_TRUE(sameBits(serial, program.call(inputs))) << threads;
    }
  }
}

TEST_P(Determinism, HeadsAloneAndTogether) {
  Attention attention = makeAttention();
  attention.isStatic = false;
  attention.heads = attention.keyHeads = 5;
  attention.steps = {kCausal, kSoftcap};
  Tensors inputs = attention.inputs(2);
  Program program = attention.compile();
  Tensors together = program.call(inputs);
  for (int64_t first = 0; first < 5; ++first)
    for (int64_t count = 1; first + count <= 5; count += 3) {
      Tensors part, expected;
      for (const HostTensor &input : inputs)
        part.push_back(slice(input, first, count));
      for (const HostTensor &result : together)
        expected.push_back(slice(result, first, count));
      EXPECT_TRUE(sameBits(expected, program.call(part)))
          << first << " + " << count;
    }
}

// The same query in several places of a tile, among neighbours that raise the
// maximum at other keys.
TEST_P(Determinism, PlaceInTheTile) {
  Attention attention = makeAttention();
  attention.heads = 1;
  attention.queries = 100;
  attention.scale = 4;
  for (std::vector<std::string> steps :
       {std::vector<std::string>{}, {kSoftcap}}) {
    attention.steps = steps;
    Tensors inputs = attention.inputs(3);
    size_t queryBytes = inputs[0].getNumBytes() / attention.queries;
    const int64_t places[] = {0, 1, 7, 15, 16, 31, 32, 50, 63, 64, 97, 98, 99};
    for (int64_t place : places)
      std::memcpy(inputs[0].getData() + place * queryBytes,
                  inputs[0].getData() + 5 * queryBytes, queryBytes);
    Tensors results = attention.compile().call(inputs);
    for (const HostTensor &result : results) {
      size_t rowBytes = result.getNumBytes() / attention.queries;
      for (int64_t place : places)
        EXPECT_EQ(std::memcmp(result.getData() + place * rowBytes,
                              result.getData() + 5 * rowBytes, rowBytes),
                  0)
            << place;
    }
  }
}

// Every other query's scores outgrow its reference, by hundreds, so that its
// block of queries is done again; those of the others grow a little. Without
// their neighbours they are not done again.
TEST_P(Determinism, NeighboursThatOutgrowTheirReference) {
  Attention attention = makeAttention();
  attention.isStatic = false;
  attention.heads = attention.keyHeads = 1;
  attention.queries = 48;
  attention.keys = 300;
  Tensors inputs = attention.inputs(6);
  auto scaleRows = [&](HostTensor &tensor, int64_t rows, auto factor) {
    for (int64_t i = 0; i < tensor.getNumElements(); ++i) {
      int64_t row = i / (tensor.getNumElements() / rows);
      tensor.setFloat(i, tensor.getFloat(i) * factor(row));
    }
  };
  scaleRows(inputs[0], 48, [](int64_t i) { return i % 2 ? 30.0 : 0.5; });
  scaleRows(inputs[1], 300, [](int64_t j) { return 1 + j / 50.0; });
  Program program = attention.compile();
  Tensors together = program.call(inputs);
  size_t queryBytes = inputs[0].getNumBytes() / 48;
  Tensors part = cloneAll(inputs);
  part[0] = makeTensor(attention.type, {1, 24, attention.features});
  for (int64_t i = 0; i < 24; ++i)
    std::memcpy(part[0].getData() + i * queryBytes,
                inputs[0].getData() + 2 * i * queryBytes, queryBytes);
  Tensors alone = program.call(part);
  for (size_t k = 0; k < together.size(); ++k) {
    size_t rowBytes = together[k].getNumBytes() / 48;
    for (int64_t i = 0; i < 24; ++i)
      EXPECT_EQ(std::memcmp(alone[k].getData() + i * rowBytes,
                            together[k].getData() + 2 * i * rowBytes, rowBytes),
                0)
          << i;
  }
}

// One function, called with all queries and with a few of them.
TEST_P(Determinism, QueriesAloneAndTogether) {
  Attention attention = makeAttention();
  attention.isStatic = false;
  attention.heads = 1;
  attention.queries = 70;
  attention.steps = {kSoftcap};
  Tensors inputs = attention.inputs(4);
  Program program = attention.compile();
  Tensors together = program.call(inputs);
  size_t queryBytes = inputs[0].getNumBytes() / attention.queries;
  for (int64_t count : {1, 2, 15, 16, 17, 64, 69}) {
    Tensors part = cloneAll(inputs);
    part[0] = makeTensor(attention.type, {1, count, attention.features});
    std::memcpy(part[0].getData(), inputs[0].getData(), count * queryBytes);
    Tensors results = program.call(part);
    for (size_t k = 0; k < results.size(); ++k)
      EXPECT_EQ(std::memcmp(results[k].getData(), together[k].getData(),
                            results[k].getNumBytes()),
                0)
          << count;
  }
}

// A few queries, which stand in rows: their order, the heads beside theirs, the
// batch and the threads change no bit.
TEST_P(Determinism, PlaceAmongAFewQueries) {
  Attention attention = makeAttention();
  attention.isStatic = true;
  attention.heads = attention.keyHeads = 6;
  attention.queries = 4;
  attention.keys = 300;
  attention.values = 48;
  attention.scale = 4;
  attention.steps = {kSoftcap};
  Tensors inputs = attention.inputs(7);
  size_t queryBytes = inputs[0].getNumBytes() / 24;
  // All heads have the keys of the first one, and queries in another order.
  for (int k : {1, 2}) {
    size_t bytes = inputs[k].getNumBytes() / 6;
    for (int64_t h = 1; h < 6; ++h)
      std::memcpy(inputs[k].getData() + h * bytes, inputs[k].getData(), bytes);
  }
  auto place = [](int64_t h, int64_t i) {
    return (i * (h % 2 ? 3 : 1) + h) % 4;
  };
  for (int64_t h = 1; h < 6; ++h)
    for (int64_t i = 0; i < 4; ++i)
      std::memcpy(inputs[0].getData() + (4 * h + place(h, i)) * queryBytes,
                  inputs[0].getData() + i * queryBytes, queryBytes);
  Settings settings;
  settings.threads = true;
  Tensors results = attention.compile().call(inputs);
  mlir::attn::setNumThreads(4);
  EXPECT_TRUE(sameBits(results, attention.compile(settings).call(inputs)));
  for (const HostTensor &result : results) {
    size_t rowBytes = result.getNumBytes() / 24;
    for (int64_t h = 1; h < 6; ++h)
      for (int64_t i = 0; i < 4; ++i)
        EXPECT_EQ(
            std::memcmp(result.getData() + (4 * h + place(h, i)) * rowBytes,
                        result.getData() + i * rowBytes, rowBytes),
            0)
            << "head " << h << ", query " << i;
    // Different queries have different results: the test can fail.
    EXPECT_NE(
        std::memcmp(result.getData(), result.getData() + rowBytes, rowBytes),
        0);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Determinism,
                         testing::Values(Types{ElementType::F16, false},
                                         Types{ElementType::BF16, false},
                                         Types{ElementType::BF16, true},
                                         Types{ElementType::F32, false},
                                         Types{ElementType::F64, false}),
                         [](const auto &info) {
                           return mlir::attn::toString(info.param.type).str() +
                                  (info.param.hasNarrowWeights ? "Weights"
                                                               : "");
                         });

} // namespace
