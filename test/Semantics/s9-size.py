# S9: the code has the same size for every length of the sequences.
#
# s9-size.py LENGTH...: prints, for each stage and the optimized code, how large
# it is; fails if that differs between the lengths. With --stages only the former:
# LLVM treats a division by one number otherwise than by another.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import collections
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = """
func.func @f(%q: tensor<2x{0}x64xf32>, %k: tensor<1x{0}x64xf32>, %v: tensor<1x{0}x64xf32>)
    -> (tensor<2x{0}x64xf32>, tensor<2x{0}xf32>) {{
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<2x{0}x64xf32>, tensor<1x{0}x64xf32> -> tensor<2x{0}x{0}xf32>
  %m = attn.mask %s {1} : tensor<2x{0}x{0}xf32>
  %p, %l = attn.softmax %m : tensor<2x{0}x{0}xf32>, tensor<2x{0}xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<2x{0}x{0}xf32>, tensor<1x{0}x64xf32> -> tensor<2x{0}x64xf32>
  return %o, %l : tensor<2x{0}x64xf32>, tensor<2x{0}xf32>
}}
"""


def attn_run(*options):
    return subprocess.run(["attn-run", *options], capture_output=True, text=True,
                          check=True).stdout


def operations(text):
    """How often each operation occurs. Constants are left out: a length may
    happen to be one that is there already."""
    found = re.findall(r"^\s*(?:%.* = )?\"?([a-z_]+\.[\w.]+)", text, re.M)
    return collections.Counter(op for op in found if not op.endswith(".constant"))


def instructions(text):
    return collections.Counter(re.findall(r"^\s+(?:%\S+ = )?(?:tail )?([a-z]+) ", text, re.M))


def sizes(path, only_stages):
    """What is counted -> how often it occurs."""
    for stage in ("fused", "tiled", "vector", "llvm"):
        yield stage, operations(attn_run(path, f"--stop-after={stage}", "--print"))
    if not only_stages:
        yield "code", instructions(attn_run(path, "--emit=llvm", "-O1"))


def main(lengths):
    only_stages = lengths[0] == "--stages"
    lengths = lengths[only_stages:]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for mask in ("causal", "window(64, 0)"):
            seen = {}
            for length in lengths:
                path = Path(folder) / "f.mlir"
                path.write_text(PROGRAM.format(length, mask))
                for what, count in sizes(str(path), only_stages):
                    first = seen.setdefault(what, count)
                    same = sum(count.values()) > 0 and count == first
                    failed |= not same
                    print(mask, length, what, sum(count.values()),
                          "" if same else f"differs: {count - first} {first - count}")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
