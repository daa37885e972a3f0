// Bounds on source files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support.h"

#include "attn/ExecutionEngine/Source.h"

using namespace mlir;
using namespace mlir::attn;

static std::string repeat(StringRef text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i)
    result += text;
  return result;
}

static std::string check(const std::string &source) {
  return errorOf(checkSource(source));
}

TEST(Source, Depth) {
  const char *tooDeep =
      "line 1: brackets are nested too deeply, more than 256 levels";
  for (StringRef bracket : {"(", "[", "{", "<"}) {
    EXPECT_EQ(check(repeat(bracket, 250)), "no error");
    EXPECT_EQ(check(repeat(bracket, 257)), tooDeep);
  }
  EXPECT_EQ(check(repeat("([{<", 65)), tooDeep);
  EXPECT_EQ(check(repeat("(<)", 1000)), "no error");
  EXPECT_EQ(check("\n\n" + repeat("[", 300)),
            "line 3: brackets are nested too deeply, more than 256 levels");
}

TEST(Source, BracketsThatAreNone) {
  EXPECT_EQ(check(repeat("() -> ", 1000)), "no error");
  EXPECT_EQ(check("affine_set<(d) : (" + repeat("d <= 1, d >= 0, ", 1000)),
            "no error");
  EXPECT_EQ(check(repeat("// [\n", 1000)), "no error");
  EXPECT_EQ(check("\"" + repeat("[", 1000) + "\""), "no error");
  EXPECT_EQ(check("\"\\\"" + repeat("[", 1000) + "\""), "no error");
  EXPECT_EQ(check("\""), "no error");
  EXPECT_EQ(check("\"\\"), "no error");
}

TEST(Source, LongExpressions) {
  EXPECT_EQ(check("affine_map<(d) -> (" + repeat("d + ", 3000)),
            "line 1: an expression is longer than 8 KiB");
  EXPECT_EQ(check("affine_map<(d) -> (" + repeat("(d) + ", 3000)),
            "line 1: an expression is longer than 8 KiB");
  EXPECT_EQ(check("dense<[" + repeat("1, ", 100000)), "no error");
  EXPECT_EQ(check("dense<\"0x" + repeat("00", 100000) + "\">"), "no error");
  EXPECT_EQ(check("{" + repeat("op\n", 100000)), "no error");
}

TEST(Source, LongWords) {
  EXPECT_EQ(check(repeat("9", 1024)), "no error");
  EXPECT_EQ(check(repeat("9", 1025)), "line 1: a word is longer than 1 KiB");
  EXPECT_EQ(check("\"" + repeat("9", 1025) + "\""), "no error");
}

TEST(Source, Resources) {
  auto resource = [](StringRef blob) {
    return check(
        ("{-# dialect_resources: { builtin: { a: \"" + blob + "\" } } #-}")
            .str());
  };
  const char *wrong =
      "line 1: the alignment of a resource is not a power of two";
  EXPECT_EQ(resource("0x0400000001020304"), "no error");
  EXPECT_EQ(resource("0x0000000001020304"), wrong);
  EXPECT_EQ(resource("0x0300000001020304"), wrong);
  EXPECT_EQ(resource("0x04"), wrong);
  EXPECT_EQ(resource("0xzz000000"), wrong);
  EXPECT_EQ(check("dense<\"0x00000000\">"), "no error");
}

TEST(Source, SizeAndBytecode) {
  EXPECT_EQ(check(std::string(kMaxSourceBytes, ' ')), "no error");
  EXPECT_EQ(check(std::string(kMaxSourceBytes + 1, ' ')),
            "the file is larger than 64 MiB");
  EXPECT_EQ(check("ML\xefR\x01"), "bytecode is not accepted, only text");
}
