# attn's own route without fusion: op by op, with the scores in memory.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import tempfile

from peers import attn


def build(way, case, inputs, threads):
    with tempfile.TemporaryDirectory() as folder:
        library = attn.compile_library(case, folder, "--route=naive")
        return attn.load(library, case, inputs)
