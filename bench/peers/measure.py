# One case, attn and one peer, in turn in one process of their own:
#
#   python -m peers.measure CASE FILE WAY [--threads N] [--repetitions N]
#
# Prints a line of JSON. A peer is a file that offers
#   build(way, case, inputs, threads) -> (call, read): call() computes and is
#       measured; read(call()) is the result as [1, heads, queries, features]
# and may raise Declined in build. Inputs are laid out and typed as a peer likes
# them in build, where that does not count.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import importlib
import importlib.metadata
import json
import math
import os
import resource
import statistics
import sys
import tempfile
import time

import numpy as np

from peers import PEERS, Declined, attn
from peers.cases import CASES, TOLERANCE, make_inputs, reference

SHORTEST = 0.01  # seconds of a sample: what is shorter is called many times
LONGEST = 40  # seconds of all repetitions; then the fewest are enough
FEWEST = 3
PAUSE = 0.3  # seconds until the idle threads of OpenMP and of pools stop spinning


def cpu_time():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def difference(a, b):
    """The worst element, beside itself or what is usual in its row: the rows of few
    keys are large, and those of many are small."""
    a, b = (np.asarray(x).astype(np.float64) for x in (a, b))
    if a.shape != b.shape:
        return math.inf
    usual = np.sqrt(np.mean(b * b, axis=-1, keepdims=True))
    worst = float(np.max(np.abs(a - b) / np.maximum(usual, np.abs(b))))
    return worst if math.isfinite(worst) else math.inf


class Side:
    """attn, or a peer: from source to times."""

    def __init__(self, build, threads):
        # With one thread, CPU time: other programs do not disturb it.
        self.clock = time.process_time if threads == 1 else time.perf_counter
        self.pause = 0 if threads == 1 else PAUSE
        wall, cpu = time.perf_counter(), cpu_time()
        self.call, read = build()
        self.result = read(self.call())
        wall, cpu = time.perf_counter() - wall, cpu_time() - cpu
        self.count = 1
        once = self.sample()
        self.count = max(1, math.ceil(SHORTEST / max(once, 1e-6)))
        # The first call is not compiling; what is left of it is the first touch of memory.
        self.compile = {"wall": max(0, wall - once), "cpu": max(0, cpu - once)}
        self.times = []

    def sample(self):
        if self.pause:
            time.sleep(self.pause)
            self.call()
        start = self.clock()
        for _ in range(self.count):
            self.call()
        return (self.clock() - start) / self.count

    def summary(self):
        return {"best": min(self.times), "median": statistics.median(self.times)}


def measure(case, build, threads, repetitions):
    """The row of the table, but for who it is."""
    inputs = make_inputs(case)
    tolerance = TOLERANCE[case.dtype]
    rows = sorted({0, case.queries // 3, case.queries - 1})
    expected = reference(case, inputs, rows)

    def build_ours():
        with tempfile.TemporaryDirectory() as folder:
            return attn.load(attn.compile_library(case, folder), case, inputs)

    ours = Side(build_ours, threads)
    if not (error := difference(ours.result[0][:, rows], expected)) <= tolerance:
        sys.exit(f"attn is wrong in '{case.name}': error {error:.1e}, at most {tolerance:.0e}")
    row = {"tolerance": tolerance, "error_of_attn": error, "threads": threads}
    try:
        theirs = Side(lambda: build(case, inputs, threads), threads)
    except Declined as reason:
        return {**row, "declined": str(reason)}
    except Exception as problem:  # a library's own word on what it cannot do
        lines = str(problem).strip().splitlines() or [""]
        return {**row, "declined": f"{type(problem).__name__}: {lines[0]}"}
    row["difference"] = difference(theirs.result, ours.result)
    row["error"] = difference(np.asarray(theirs.result)[0][:, rows], expected)
    if not max(row["difference"], row["error"]) <= tolerance:
        return {**row, "wrong": True}

    start = time.monotonic()
    while len(ours.times) < min(repetitions, FEWEST) or (
            len(ours.times) < repetitions and time.monotonic() - start < LONGEST):
        for side in (ours, theirs):
            side.times.append(side.sample())
    ratios = [b / a for a, b in zip(ours.times, theirs.times)]
    return {**row, "repetitions": len(ratios), "ours": ours.summary(), "theirs": theirs.summary(),
            "compile": {"ours": ours.compile, "theirs": theirs.compile},
            "times_faster": {"best": min(theirs.times) / min(ours.times),
                             "median": statistics.median(ratios)}}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=[case.name for case in CASES])
    parser.add_argument("file")
    parser.add_argument("way")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=9)
    args = parser.parse_args()

    # Some pools are as large as the machine, whatever they are told: it is this large.
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < args.threads:
        sys.exit(f"no {args.threads} processors for {args.threads} threads")
    os.sched_setaffinity(0, allowed[:args.threads])
    os.environ["OMP_NUM_THREADS"] = str(args.threads)

    case = next(case for case in CASES if case.name == args.case)
    package, _ = PEERS.get(args.file, (None, []))  # those of self_test.py are none
    row = {}
    try:
        row["version"] = importlib.metadata.version(package) if package else ""
        peer = importlib.import_module(f"peers.{args.file}")
    except ImportError as problem:
        row["declined"] = f"not installed: {problem}"
    else:
        row |= measure(case, lambda *rest: peer.build(args.way, *rest), args.threads,
                       args.repetitions)
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
