# The rows of the table of peers: a process for each case and way, so that no
# library disturbs another, and one that crashes or hangs is a row as well.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from peers import PEERS

BENCH = Path(__file__).parent.parent

# Where a row is also one about compiling, and who compiles.
COMPILED = ["full d64", "documents", "softcap alibi causal"]
COMPILERS = ["FlexAttention", "attention op", "linalg ops", "dot_product_attention"]

# As attn-bench does it: memory that was freed is kept for the next call.
MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**31 - 1)}


def run(python, case, file, way, threads, repetitions, limit=600):
    """What measure.py says, or why it says nothing."""
    command = [python, "-m", "peers.measure", case, file, way, "--threads", threads,
               "--repetitions", repetitions]
    try:
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True,
                              cwd=BENCH, env={**os.environ, **MEMORY}, timeout=limit)
    except subprocess.TimeoutExpired:
        return {"declined": f"took more than {limit} s"}
    for line in reversed(done.stdout.splitlines()):  # libraries print, too
        if line.startswith("{"):
            return json.loads(line)
    if done.returncode < 0:
        return {"declined": f"ended by {signal.Signals(-done.returncode).name}"}
    sys.exit(f"bench: {case}, {file} {way}:\n{done.stderr}")


def rows(python, files, cases, threads, repetitions):
    for case in cases:
        for file in files:
            for way in PEERS[file][1]:
                row = run(python, case.name, file, way, threads, repetitions)
                head = {"case": case.name, "shape": case.shape, "peer": f"{file} {way}",
                        "threads": threads}
                yield {"kind": "peers", **head, **row}
                if case.name in COMPILED and way in COMPILERS and "compile" in row:
                    yield {"kind": "compile", **head, "version": row["version"],
                           **row["compile"]}
