# Sizes, lengths and indices that only show when the program runs. Each is
# refused on every route: fused, op by op, and by the reference.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import platform

import numpy as np

from case import Case, attention, f32

DYNAMIC = "?x?x?x?xf32"
ANY = attention(DYNAMIC, DYNAMIC, DYNAMIC, DYNAMIC)


def masked(mask, *types):
    arguments = "".join(f", %{name}: {type}" for name, type in zip("ab", types))
    return attention(*[DYNAMIC] * 4, mask=mask, arguments=arguments)


LENGTHS = masked("lengths(%a : tensor<?xi64>)", "tensor<?xi64>")
LENGTHS32 = masked("lengths(%a : tensor<?xi32>)", "tensor<?xi32>")
PREFIX = masked("prefix(%a : tensor<?xi64>)", "tensor<?xi64>")
DENSE = masked("dense(%a : tensor<?x?xi1>)", "tensor<?x?xi1>")
SEGMENTS = masked("segments(%a, %b : tensor<?x?xi64>, tensor<?x?xi64>)",
                  "tensor<?x?xi64>", "tensor<?x?xi64>")
SINK = masked("causal", "tensor<?xf32>").replace(
    "attn.softmax %m", "attn.softmax %m sink(%a : tensor<?xf32>)")
STATIC_RESULT = attention(DYNAMIC, DYNAMIC, DYNAMIC, "2x4x3x8xf32")

# Two batches, four heads, three queries, five keys, eight features.
Q, K, V = f32(2, 4, 3, 8), f32(2, 4, 5, 8), f32(2, 4, 5, 8)


def i64(*shape):
    return np.zeros(shape, np.int64)


# name, message of compiled code, message of the reference, program, inputs
SIZES = [
    ("features", "agree on the size of a feature vector", "score_c2", ANY, [Q, f32(2, 4, 5, 9), V]),
    ("no-features", "agree on the size of a feature vector", "score_c2", ANY, [Q, f32(2, 4, 5, 0), V]),
    ("keys-and-values", "one value for each key", "weighted_sum_c2", ANY, [Q, K, f32(2, 4, 6, 8)]),
    ("no-values", "one value for each key", "weighted_sum_c2", ANY, [Q, K, f32(2, 4, 0, 8)]),
    ("key-heads", "leading axis 1 of the key", "score_c3", ANY, [Q, f32(2, 3, 5, 8), f32(2, 3, 5, 8)]),
    ("more-key-heads", "leading axis 1 of the key", "score_c3", ANY, [Q, f32(2, 8, 5, 8), V]),
    ("no-key-heads", "leading axis 1 of the key", "score_c3", ANY, [Q, f32(2, 0, 5, 8), V]),
    ("value-heads", "leading axis 1 of the values", "weighted_sum_c3", ANY, [Q, K, f32(2, 3, 5, 8)]),
    ("key-batch", "leading axis 0 of the key", "score_c3", ANY, [Q, f32(3, 4, 5, 8), V]),
    ("value-batch", "leading axis 0 of the values", "weighted_sum_c3", ANY, [Q, K, f32(4, 4, 5, 8)]),
    # Only heads may be shared by a divisor.
    ("half-the-batches", "leading axis 0 of the key", "score_c3", ANY, [f32(4, 4, 3, 8), K, V]),
    ("static-result", "must have the size that its type states", "does not fit|not have the shape|shape",
     STATIC_RESULT, [Q, K, f32(2, 4, 5, 7)]),
    ("sink", "one value for each head", "softmax_c3", SINK, [Q, K, V, f32(3)]),
    ("sink-of-one", "one value for each head", "softmax_c3", SINK, [Q, K, V, f32(1)]),
    ("lengths-batch", "axis 0 of mask operand 0", "mask_c2", LENGTHS, [Q, K, V, i64(3)]),
    ("dense-keys", "axis 1 of mask operand 0", "mask_c2", DENSE, [Q, K, V, np.ones((3, 6), bool)]),
    ("dense-queries", "axis 0 of mask operand 0", "mask_c2", DENSE, [Q, K, V, np.ones((2, 5), bool)]),
    ("segments-queries", "axis 1 of mask operand 0", "mask_c2", SEGMENTS, [Q, K, V, i64(2, 4), i64(2, 5)]),
    ("segments-keys", "axis 1 of mask operand 1", "mask_c2", SEGMENTS, [Q, K, V, i64(2, 3), i64(2, 1)]),
    ("segments-batch", "axis 0 of mask operand 1", "mask_c2", SEGMENTS, [Q, K, V, i64(2, 3), i64(3, 5)]),
]

LENGTH_VALUES = [
    ("length-negative", LENGTHS, np.int64, [5, -1]),
    ("length-beyond", LENGTHS, np.int64, [6, 5]),
    ("length-most-negative", LENGTHS, np.int64, [5, -2**63]),
    ("length-largest", LENGTHS, np.int64, [2**63 - 1, 5]),
    ("length-of-33-bits", LENGTHS, np.int64, [5, 2**32 + 5]),
    ("length-i32-most-negative", LENGTHS32, np.int32, [-2**31, 5]),
    ("length-i32-largest", LENGTHS32, np.int32, [5, 2**31 - 1]),
    ("prefix-negative", PREFIX, np.int64, [-1, 5]),
    ("prefix-beyond", PREFIX, np.int64, [5, 6]),
    ("prefix-most-negative", PREFIX, np.int64, [-2**63, 5]),
]
SIZES += [(name, "a length must be at least 0 and at most the number of keys",
           "length .* is not between 0 and 5", program, [Q, K, V, np.array(values, type)])
          for name, program, type, values in LENGTH_VALUES]

# A region reads a table. It is clamped into it, but an empty one has no edge.
READ = """
func.func @f(%s: tensor<?x?xf32>, %t: tensor<?xf32>) -> tensor<?x?xf32> {
  %r = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    %y = tensor.extract %t[%j] : tensor<?xf32>
    attn.yield %y : f32
  } : tensor<?x?xf32>
  %p = attn.softmax %r : tensor<?x?xf32>
  return %p : tensor<?x?xf32>
}"""
DIVIDE = """
func.func @f(%s: tensor<?x?xf32>, %n: index) -> tensor<?x?xf32> {
  %m = attn.mask %s {
  ^bb0(%i: index, %j: index):
    %a = arith.remui %i, %n : index
    %b = arith.divui %j, %n : index
    %c = arith.cmpi eq, %a, %b : index
    attn.yield %c : i1
  } : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  return %p : tensor<?x?xf32>
}"""
SIZES.append(("empty-table", "a tensor that a region reads must not be empty", "out of bounds",
              READ, [f32(3, 5), f32(0)]))
# Other processors divide by zero without a word.
if platform.machine() == "x86_64":
    SIZES.append(("divide-by-zero", "divides by zero", "no defined value", DIVIDE, [f32(3, 5), "0"]))


def plain(line, arguments, result="tensor<?x?xf32>"):
    return f"func.func @f({arguments}) -> {result} {{\n  %r = {line}\n  return %r : {result}\n}}"


# What surrounds attention in a program; the interpreter knows few of these ops.
AROUND = [
    ("matmul", "tensor|linalg.matmul: dimension #0 of input/output operand #1",
     plain("linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) "
           "outs(%c : tensor<?x?xf32>) -> tensor<?x?xf32>",
           "%a: tensor<?x?xf32>, %b: tensor<?x?xf32>, %c: tensor<?x?xf32>"),
     [f32(2, 3), f32(2, 2), f32(2, 2)]),
    ("add", "arith.addf: the operands differ in size on axis 1",
     plain("arith.addf %a, %b : tensor<?x?xf32>", "%a: tensor<?x?xf32>, %b: tensor<?x?xf32>"),
     [f32(2, 8), f32(2, 7)]),
    ("extract", "tensor.extract: out-of-bounds access",
     plain("tensor.extract %a[%i] : tensor<?xf32>", "%a: tensor<?xf32>, %i: index", "f32"),
     [f32(4), "4"]),
    ("extract-negative", "tensor.extract: out-of-bounds access",
     plain("tensor.extract %a[%i] : tensor<?xf32>", "%a: tensor<?xf32>, %i: index", "f32"),
     [f32(4), "-1"]),
    ("insert", "tensor.insert: out-of-bounds access",
     plain("tensor.insert %x into %a[%i] : tensor<4xf32>",
           "%a: tensor<4xf32>, %x: f32, %i: index", "tensor<4xf32>"),
     [f32(4), "1", "4"]),
    ("slice", "tensor.extract_slice: .* out-of-bounds",
     plain("tensor.extract_slice %a[%i] [4] [1] : tensor<?xf32> to tensor<4xf32>",
           "%a: tensor<?xf32>, %i: index", "tensor<4xf32>"),
     [f32(6), "3"]),
    ("insert-slice", "tensor.insert_slice: the slice is out of bounds on axis 0",
     plain("tensor.insert_slice %b into %a[%i] [4] [1] : tensor<4xf32> into tensor<?xf32>",
           "%a: tensor<?xf32>, %b: tensor<4xf32>, %i: index", "tensor<?xf32>"),
     [f32(6), f32(4), "3"]),
    ("cast", "tensor.cast: size mismatch of dim 0",
     plain("tensor.cast %a : tensor<?xf32> to tensor<4xf32>", "%a: tensor<?xf32>", "tensor<4xf32>"),
     [f32(3)]),
    ("generic", "tensor.extract: out-of-bounds access",
     plain("""linalg.generic {indexing_maps = [affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]} outs(%a : tensor<?xf32>) {
  ^bb0(%x: f32):
    %i = linalg.index 0 : index
    %y = tensor.extract %t[%i] : tensor<?xf32>
    linalg.yield %y : f32
  } -> tensor<?xf32>""", "%a: tensor<?xf32>, %t: tensor<?xf32>", "tensor<?xf32>"),
     [f32(6), f32(5)]),
    # 2^31 queries and keys without features are no bytes; their scores are.
    ("scores", "size of a buffer is negative or far beyond",
     plain("attn.score dot(%q, %k) : tensor<?x0xf32>, tensor<?x0xf32> -> tensor<?x?xf32>",
           "%q: tensor<?x0xf32>, %k: tensor<?x0xf32>"), ["4294967296x0xf32="] * 2),
    ("result", "size of a buffer is negative or far beyond",
     attention("?x?xf32", "?x?xf32", "?x?xf32", "?x?xf32"),
     ["1048576x0xf32=", "0x0xf32=", "0x1099511627776xf32="]),
]

CASES = [Case(f"{name}-{route}", reference if route == "reference" else compiled, program, inputs, [flag])
         for name, compiled, reference, program, inputs in SIZES
         for route, flag in [("fused", "--route=fused"), ("naive", "--route=naive"), ("reference", "--reference")]]
CASES += [Case(f"{name}-{route}", compiled, program, inputs, [f"--route={route}"])
          for name, compiled, program, inputs in AROUND for route in ["fused", "naive"]]
CASES.append(Case("scores-reference", "too large to evaluate|out of memory", *AROUND[-2][2:], ["--reference"]))
