# Files that are no valid module, or one that nobody should compile.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import random

from case import Case, attention

DEEP = 100_000


def score(types, op="attn.score dot(%q, %k)", result="2x4x5xf32"):
    q, k = types
    return f"""func.func @f(%q: tensor<{q}>, %k: tensor<{k}>) -> tensor<{result}> {{
  %s = {op} : tensor<{q}>, tensor<{k}> -> tensor<{result}>
  return %s : tensor<{result}>
}}"""


def on_scores(line, arguments="", result="2x4x5xf32"):
    """One op on the scores %s of two heads, four queries and five keys."""
    return f"""func.func @f(%s: tensor<2x4x5xf32>{arguments}) -> tensor<{result}> {{
  %r = {line}
  return %r : tensor<{result}>
}}"""


def attribute(text):
    return f'"t.x"() {{a = {text}}} : () -> ()\n'


SYNTAX = [
    Case("empty", "no public function", ""),
    Case("only-comment", "no public function", "// nothing\n"),
    Case("garbage", "byte .* is zero: this is no text", random.Random(1).randbytes(65536)),
    Case("zero-byte", "byte 8 is zero", b"module {\0 func.func @f() { return } }"),
    Case("bytecode", "bytecode is not accepted", b"ML\xefR" + bytes(100)),
    Case("unclosed-brace", "f.mlir:1:.*error: expected", "func.func @f() {"),
    Case("unknown-op", "unregistered operation 'attn.attention'",
         on_scores('"attn.attention"(%s) : (tensor<2x4x5xf32>) -> tensor<2x4x5xf32>')),
    Case("unknown-dialect", "f.mlir:2:20: error: operation being parsed with an unregistered dialect",
         on_scores('"tpu.matmul"(%s) : (tensor<2x4x5xf32>) -> tensor<2x4x5xf32>')),
    Case("unknown-type", "unregistered dialect|unknown type|dialect namespace",
         "func.func @f(%a: !tpu.tile<4>) { return }"),
    Case("undefined-value", "use of undeclared SSA value name",
         on_scores("attn.softmax %t : tensor<2x4x5xf32>")),
    Case("other-type", "use of value '%s' expects different type",
         on_scores("attn.softmax %s : tensor<2x4x6xf32>")),
    Case("two-of-one-name", "redefinition of symbol named 'f'",
         "func.func @f() { return }\nfunc.func @f() { return }"),
    Case("negative-size", "error: ", "func.func @f(%a: tensor<-4xf32>) { return }"),
    Case("size-of-80-bits", "dimension", "func.func @f(%a: tensor<99999999999999999999999xf32>) { return }"),
    Case("integer-of-16777216-bits", "integer bitwidth is limited",
         "func.func @f(%a: i16777216) { return }"),
    Case("letters", "is not a valid module",
         bytes(random.Random(2).choices(range(32, 127), k=500))),
    # MLIR reads an attribute that is not there.
    Case("parser-crash", "the parser crashes", on_scores(
        "linalg.transpose ins(%s : tensor<2x4x5xf32>) outs(%s : tensor<2x4x5xf32>) permutation = [0, 1e300, 1]")),
    Case("alias-cycle", "undefined symbol alias", '#a = [#b]\n#b = [#a]\n' + attribute("#a")),
]

VERIFIER = [
    Case("score-rank", "query and key of one rank", score(("2x4x8xf32", "5x8xf32"))),
    Case("score-rank-9", "a key of rank 2 to 8",
         score(("1x1x1x1x1x1x1x4x8xf32", "1x1x1x1x1x1x1x5x8xf32"), result="1x1x1x1x1x1x1x4x5xf32")),
    Case("score-features", "agree on the size of a feature vector, got 8 and 9",
         score(("2x4x8xf32", "2x5x9xf32"))),
    Case("score-keys", "one score for each key, got 5 for 6", score(("2x4x8xf32", "2x6x8xf32"))),
    Case("score-queries", "one row of scores for each query", score(("2x3x8xf32", "2x5x8xf32"))),
    Case("score-heads", "leading axis 0 of the key to be 2 or 1 or a divisor of 2, got 3",
         score(("2x4x8xf32", "3x5x8xf32"))),
    Case("score-two-types", "query and key of one element type",
         score(("2x4x8xf32", "2x5x8xf16"))),
    Case("score-compute-type", "result #0 must be ranked tensor of 32-bit float or 64-bit float",
         score(("2x4x8xf16", "2x5x8xf16"), result="2x4x5xf16")),
    Case("score-integers", "must be ranked tensor of", score(("2x4x8xi32", "2x5x8xi32"))),
    Case("score-no-region", "expected '{' to begin a region",
         score(("2x4x8xf32", "2x5x8xf32"), "attn.score pairwise(%q, %k)")),
    Case("score-scale", "error: expected", score(("2x4x8xf32", "2x5x8xf32"), "attn.score dot(%q, %k) scale(big)")),
    Case("mask-form", "unknown mask form 'diagonal'",
         on_scores("attn.mask %s diagonal : tensor<2x4x5xf32>")),
    Case("mask-window", "window bounds of at least -1, got -7 and 0",
         on_scores("attn.mask %s window(-7, 0) : tensor<2x4x5xf32>")),
    Case("mask-lengths-type", "elements of type i32, i64 or index, got 'i8'",
         on_scores("attn.mask %s lengths(%n : tensor<2xi8>) : tensor<2x4x5xf32>", ", %n: tensor<2xi8>")),
    Case("mask-dense", "a dense mask whose axes are 1 or those of the scores",
         on_scores("attn.mask %s dense(%n : tensor<3x5xi1>) : tensor<2x4x5xf32>", ", %n: tensor<3x5xi1>")),
    Case("mask-region", "the mask region to yield 'i1'", on_scores("""attn.mask %s {
  ^bb0(%b: index, %i: index, %j: index):
    attn.yield %j : index
  } : tensor<2x4x5xf32>""")),
    Case("mod-region", "the score_mod region to take", on_scores("""attn.score_mod %s {
  ^bb0(%x: f32, %j: index):
    attn.yield %x : f32
  } : tensor<2x4x5xf32>""")),
    Case("mod-side-effect", "no side effects in the score_mod region", on_scores("""attn.score_mod %s {
  ^bb0(%x: f32, %b: index, %i: index, %j: index):
    memref.store %x, %m[%i] : memref<4xf32>
    attn.yield %x : f32
  } : tensor<2x4x5xf32>""").replace("%r =", "%m = memref.alloc() : memref<4xf32>\n  %r =")),
    Case("softmax-sink", "a sink of element type 'f32' with one value for each head",
         on_scores("attn.softmax %s sink(%t : tensor<3xf32>) : tensor<2x4x5xf32>", ", %t: tensor<3xf32>")),
    Case("values-keys", "one value for each key, got 6 for 5",
         attention("2x4x8xf32", "2x5x8xf32", "2x6x8xf32", "2x4x8xf32")),
    Case("values-size", "result rows of the size of a value",
         attention("2x4x8xf32", "2x5x8xf32", "2x5x7xf32", "2x4x8xf32")),
    Case("wrong-stage", "attn.step", on_scores("attn.softmax %s : tensor<2x4x5xf32>").replace(
        "%r =", "attn.step %s\n  %r =")),
]

HOSTILE = [
    Case("regions", "nested too deeply",
         '"t.x"() ({\n' * DEEP + "}) : () -> ()\n" * DEEP),
    Case("tuples", "nested too deeply|longer than 8 KiB",
         attribute("tuple<" * DEEP + "f32" + ">" * DEEP)),
    Case("arrays", "nested too deeply", attribute("[" * DEEP + "]" * DEEP)),
    Case("dictionaries", "nested too deeply", attribute("{b=" * DEEP + "1" + "}" * DEEP)),
    Case("affine-brackets", "nested too deeply",
         attribute("affine_map<(d0) -> (" + "(" * DEEP + "d0" + ")" * DEEP + ")>")),
    Case("affine-sum", "longer than 8 KiB",
         attribute("affine_map<(d0) -> (d0" + " + d0 floordiv 3" * DEEP + ")>")),
    Case("locations", "nested too deeply",
         '"t.x"() : () -> () loc(' + "fused[" * DEEP + "unknown" + "]" * DEEP + ")"),
    Case("long-number", "longer than 1 KiB", attribute("1" * 1_000_000 + " : i64")),
    Case("unclosed-brackets", "nested too deeply", "(" * DEEP),
    Case("huge-size", "has too many elements",
         "func.func @f(%a: tensor<1000000000000x1000000000000xf32>) { return }"),
    Case("huge-constant", "has too many elements|error",
         'func.func @f() -> tensor<4294967296x4294967296x4294967296xf32> {\n'
         '  %a = arith.constant dense<0.0> : tensor<4294967296x4294967296x4294967296xf32>\n'
         '  return %a : tensor<4294967296x4294967296x4294967296xf32>\n}'),
    Case("huge-scores", "has too many elements",
         attention("1099511627776x8xf32", "1099511627776x8xf32", "1099511627776x8xf32", "1099511627776x8xf32")),
    Case("huge-hex-constant", "error",
         'func.func @f() {\n  %a = arith.constant dense<"0x00"> : tensor<9223372036854775807x4xi8>\n  return\n}'),
    Case("huge-vector", "has too many elements|error",
         "func.func private @g() -> vector<4611686018427387904x4xf32>\n"
         "func.func @f() -> f32 {\n  %v = call @g() : () -> vector<4611686018427387904x4xf32>\n"
         "  %r = vector.extract %v[0, 0] : f32 from vector<4611686018427387904x4xf32>\n  return %r : f32\n}"),
    Case("resource-alignment", "alignment of a resource is not a power of two",
         "func.func @f() -> tensor<2xf64> {\n  %0 = arith.constant dense_resource<d> : tensor<2xf64>\n"
         "  return %0 : tensor<2xf64>\n}\n"
         '{-# dialect_resources: { builtin: { d: "0x000000000000F03F0000000000000040" } } #-}'),
    Case("recursion", "recursive", """
func.func @f(%n: i64) -> tensor<4xf32> {
  %c1 = arith.constant 1 : i64
  %m = arith.addi %n, %c1 : i64
  %r = call @f(%m) : (i64) -> tensor<4xf32>
  %s = arith.addf %r, %r : tensor<4xf32>
  return %s : tensor<4xf32>
}""", ["1"]),
    Case("recursion-of-two", "recursive", """
func.func @f(%n: i64) -> i64 {
  %r = call @g(%n) : (i64) -> i64
  return %r : i64
}
func.func private @g(%n: i64) -> i64 {
  %c1 = arith.constant 1 : i64
  %m = arith.addi %n, %c1 : i64
  %r = call @f(%m) : (i64) -> i64
  %s = arith.muli %r, %n : i64
  return %s : i64
}""", ["1"]),
]

CASES = SYNTAX + VERIFIER + HOSTILE
