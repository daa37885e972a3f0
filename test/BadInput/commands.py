# Command lines that ask for what is not there, and programs without end.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
from case import Case, f32

SAME = """
func.func @f(%a: tensor<4xf32>) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}"""
TWO = SAME + SAME.replace("@f", "@g") + SAME.replace("func.func", "func.func private").replace("@f", "@hidden")
ENDLESS = """
func.func @f(%n: index) -> index {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %r = scf.while (%i = %c0) : (index) -> index {
    %go = arith.cmpi ne, %i, %n : index
    scf.condition(%go) %i : index
  } do {
  ^bb0(%i: index):
    %next = arith.addi %i, %c2 : index
    scf.yield %next : index
  }
  return %r : index
}"""
LARGE = """
func.func @f(%n: index) -> tensor<?xf32> {
  %x = arith.constant 1.0 : f32
  %0 = tensor.empty(%n) : tensor<?xf32>
  %1 = linalg.fill ins(%x : f32) outs(%0 : tensor<?xf32>) -> tensor<?xf32>
  return %1 : tensor<?xf32>
}"""
ONE = ["1"]

CASES = [
    # The program and its entry.
    Case("file-missing", "cannot read 'gone.mlir': No such file", SAME, ONE, file="gone.mlir"),
    Case("file-folder", "cannot read '.': not a regular file", SAME, ONE, file="."),
    Case("file-device", "cannot read '/dev/zero': not a regular file", SAME, ONE, file="/dev/zero"),
    Case("entry-ambiguous", "several public functions, choose one: @f, @g", TWO, ONE),
    Case("entry-missing", "no public function @h; there is @f, @g", TWO, ONE, ["--entry=h"]),
    Case("entry-private", "no public function @hidden; there is @f, @g", TWO, ONE, ["--entry=hidden"]),
    Case("entry-external", "no public function with a body", "func.func private @f()"),
    Case("entry-type", "argument 0 has type 'tensor<4xi4>'", SAME.replace("f32", "i4"), ONE),
    Case("entry-unranked", r"argument 0 has type 'tensor<\*xf32>'", SAME.replace("4xf32", "*xf32"), ONE),

    # Options.
    Case("option", "Unknown command line argument '--frobnicate'", SAME, ONE, ["--frobnicate"]),
    Case("target", "target 'cuda' is not available", SAME, ONE, ["--target=cuda"]),
    Case("mcpu", "'pdp11' is not a cpu of", SAME, ONE, ["--mcpu=pdp11"]),
    Case("mattr", "'warp9' is not a feature of", SAME, ONE, ["--mattr=+warp9"]),
    Case("level", "for the -O option|-O must be", SAME, ONE, ["-Ofast"]),
    Case("level-9", "-O must be at most 3", SAME, ONE, ["-O9"]),
    Case("route", "Cannot find option named 'scenic'", SAME, ONE, ["--route=scenic"]),
    Case("stage", "Cannot find option named 'ptx'", SAME, ONE, ["--stop-after=ptx"]),
    Case("threads", "--threads must be at most 1024", SAME, ONE, ["--threads=1000000"]),
    Case("threads-negative", "'-1' value invalid", SAME, ONE, ["--threads=-1"]),
    Case("timeout", "'soon' value invalid", SAME, ONE, ["--timeout=soon"]),
    Case("stage-order", "attn.softmax", """
func.func @f(%s: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %p = attn.softmax %s : tensor<4x4xf32>
  return %p : tensor<4x4xf32>
}""", ONE, ["--start-from=vector"]),

    # Outputs and what is expected of them.
    Case("output-folder-missing", "result 0: cannot write 'gone/o.npy': No such file", SAME, ONE,
         ["--output=@gone/o.npy"]),
    Case("output-is-folder", "result 0: cannot write '.': Is a directory", SAME, ONE, ["--output=@."]),
    Case("output-full", "result 0: cannot write '/dev/full': No space left", SAME, ONE,
         ["--output=@/dev/full"]),
    Case("output-spec", "--output=o.npy is neither", SAME, ONE, ["--output=o.npy"]),
    Case("output-too-many", "has 1 results, got 2 --output", SAME, ONE, ["--output=@a.npy", "--output=@b.npy"]),
    Case("expected-too-many", "has 1 results, got 2 --expected_output", SAME, ONE, ["--expected_output=1"] * 2),
    Case("expected-garbage", "result 0: 'x' is not a value of f32", SAME, ONE, ["--expected_output=x"]),
    Case("expected-missing", "result 0: cannot read 'gone.npy'", SAME, ONE, ["--expected_output=@gone.npy"]),
    Case("expected-type", "result 0: expected tensor<4xf32>, got 4xf64", SAME, ONE, ["--expected_output=4xf64=1"]),
    Case("expected-other", "result 0: 4 of 4 elements differ; element 0 is 1, expected 2", SAME, ONE,
         ["--expected_output=2", "--output="]),
    Case("emit-folder-missing", "cannot write 'gone/f.o': No such file", SAME, (), ["--emit=obj", "-o", "gone/f.o"]),
    Case("emit-full", "cannot write '/dev/full': No space left", SAME, (), ["--emit=llvm", "-o", "/dev/full"]),
    Case("emit-shared-to-stdout", "shared", SAME, (), ["--emit=shared"]),
    Case("object-folder-missing", "gone/f.o", SAME, ONE, ["--object-filename=gone/f.o"]),
    Case("benchmark-flag", "does not know --benchmark_foo=1", SAME, ONE, ["--benchmark_foo=1"]),

    # Limits.
    Case("endless", "out of time", ENDLESS, ONE, ["--timeout=2"]),
    Case("endless-reference", "'scf.while' op cannot be evaluated", ENDLESS, ONE, ["--reference"]),
    Case("memory", "memory", LARGE, ["1000000000"], ["--max-memory=400"]),
    Case("memory-without-limit", "memory", LARGE, ["100000000000000"]),
    Case("memory-overflow", "size of a buffer is negative or far beyond", LARGE, ["4611686018427387904"]),
    Case("memory-negative", "size of a buffer is negative or far beyond", LARGE, ["-5"]),
    Case("memory-reference", "memory", LARGE, ["1000000000"], ["--reference", "--max-memory=400"]),
    Case("memory-of-inputs", "memory", SAME.replace("4xf32", "?xf32"), ["500000000xf32=1"], ["--max-memory=400"]),
]
