// Random masks: whatever the region says, no class and no bound is wrong.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "MaskChecker.h"

#include "gtest/gtest.h"

#include <map>
#include <random>

using namespace attn_test;

namespace {

/// Writes the body of a random mask over %i, %j, %u, %n[b], %q[i], %k[j], in
/// one integer type.
class Writer {
public:
  Writer(unsigned seed, std::string type)
      : random(seed), type(std::move(type)) {
    leaf["i"] = cast("%i", "index");
    leaf["j"] = cast("%j", "index");
    leaf["u"] = cast("%u", "index");
    leaf["n"] = cast(emit("tensor.extract %n[%b] : tensor<?xi64>"), "i64");
    leaf["q"] = cast(emit("tensor.extract %q[%i] : tensor<?xi64>"), "i64");
    leaf["k"] = cast(emit("tensor.extract %k[%j] : tensor<?xi64>"), "i64");
  }

  std::string write() {
    std::string result = boolean(3);
    return text + "attn.yield " + result + " : i1";
  }

private:
  unsigned pick(unsigned n) { return random() % n; }

  std::string emit(const std::string &op) {
    std::string name = "%v" + std::to_string(next++);
    text += name + " = " + op + "\n";
    return name;
  }
  std::string cast(const std::string &value, const std::string &from) {
    if (from == type)
      return value;
    if (from == "index" || type == "index")
      return emit("arith.index_cast " + value + " : " + from + " to " + type);
    return emit("arith.trunci " + value + " : " + from + " to " + type);
  }
  std::string constant(int64_t value) {
    return emit("arith.constant " + std::to_string(value) + " : " + type);
  }
  std::string binary(const char *op, const std::string &a,
                     const std::string &b) {
    return emit(std::string("arith.") + op + " " + a + ", " + b + " : " + type);
  }

  std::string integer(unsigned depth) {
    static const char *const leaves[] = {"i", "j", "i", "j",
                                         "u", "n", "q", "k"};
    if (depth == 0 || pick(3) == 0)
      return pick(6) == 0 ? constant(int64_t(pick(9)) - 3)
                          : leaf[leaves[pick(8)]];
    static const char *const ops[] = {"addi",  "subi",       "addi",  "subi",
                                      "muli",  "minsi",      "maxsi", "divsi",
                                      "divui", "floordivsi", "remsi", "select"};
    std::string op = ops[pick(12)], a = integer(depth - 1);
    if (op == "select") {
      std::string c = boolean(0);
      return emit("arith.select " + c + ", " + a + ", " + integer(depth - 1) +
                  " : " + type);
    }
    if (op.find("div") != op.npos || op == "remsi")
      return binary(op.c_str(), a, constant(2 + pick(3)));
    if (op == "muli")
      return binary("muli", a, constant(pick(4) ? int64_t(pick(5)) - 2 : 37));
    return binary(op.c_str(), a, integer(depth - 1));
  }

  std::string boolean(unsigned depth) {
    if (depth == 0 || pick(4) == 0) {
      static const char *const preds[] = {"slt", "sle", "sgt", "sge", "eq",
                                          "ne",  "ult", "ule", "ugt", "uge"};
      std::string a = integer(2), b = integer(2);
      return emit(std::string("arith.cmpi ") + preds[pick(10)] + ", " + a +
                  ", " + b + " : " + type);
    }
    std::string a = boolean(depth - 1);
    switch (pick(5)) {
    case 0:
    case 1:
      return emit("arith.andi " + a + ", " + boolean(depth - 1) + " : i1");
    case 2:
      return emit("arith.ori " + a + ", " + boolean(depth - 1) + " : i1");
    case 3: {
      std::string yes = emit("arith.constant true");
      return emit("arith.xori " + a + ", " + yes + " : i1");
    }
    default:
      return emit("arith.xori " + a + ", " + boolean(depth - 1) + " : i1");
    }
  }

  std::mt19937 random;
  std::string type, text;
  std::map<std::string, std::string> leaf;
  unsigned next = 0;
};

class RandomMask : public testing::TestWithParam<const char *> {};

} // namespace

static Tensor randomVector(std::mt19937 &random, int64_t size) {
  Tensor t{{size}, {}};
  for (int64_t i = 0; i < size; ++i)
    // Mostly small, at times anything at all.
    t.data.push_back(random() % 16 == 0
                         ? int64_t((uint64_t(random()) << 32) | random())
                         : int64_t(random() % 8) - 1);
  return t;
}

TEST_P(RandomMask, NeverWrong) {
  int64_t tiles = 0, exact = 0, ranges = 0, tight = 0, bounded = 0;
  for (unsigned seed = 0; seed < 150; ++seed) {
    std::string body =
        Writer(seed + unsigned(GetParam()[1]) * 1000, GetParam()).write();
    MaskChecker mask("%u: index, %n: tensor<?xi64>, %q: tensor<?xi64>, "
                     "%k: tensor<?xi64>",
                     "", body);
    ASSERT_TRUE(mask.valid()) << body;
    std::mt19937 random(seed);
    for (auto [m, n] : {std::pair(4, 5), {5, 3}, {0, 3}, {3, 0}}) {
      Findings f =
          mask.sweep(m, n,
                     {int64_t(random() % 6), randomVector(random, 1),
                      randomVector(random, m), randomVector(random, n)});
      ASSERT_EQ(f.wrong, 0) << "seed " << seed << ", " << m << " x " << n
                            << ": " << f.firstWrong << "\n"
                            << mask.result().describe() << "\n"
                            << body;
      tiles += f.tiles;
      exact += std::min(f.mayExact, f.fullExact);
      ranges += f.ranges;
      tight += f.boundsTight;
    }
    bounded += mask.result().hasKeyBounds();
  }
  // Most answers are exact; a change that makes them all unknown is noticed.
  EXPECT_GT(exact, tiles / 2);
  EXPECT_GT(bounded, 40);
  RecordProperty("tiles", std::to_string(tiles));
  RecordProperty("exact", std::to_string(exact));
  RecordProperty("ranges", std::to_string(ranges));
  RecordProperty("tight", std::to_string(tight));
}

INSTANTIATE_TEST_SUITE_P(Types, RandomMask,
                         testing::Values("index", "i32", "i8"));
