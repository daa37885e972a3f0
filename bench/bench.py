# All measurements, as one table: ./dev bench [--save] [--repetitions N] [--only KIND..]
#
# Every figure is a ratio of two things measured in turn in one run, or it comes
# with the size or bound to hold it against. Results go to build/bench; --save
# keeps them in bench/results, under the name of the processor.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
KINDS = ["rate", "threads", "memory", "startup", "peer"]


def tool(name):
    path = shutil.which(name)
    return path or sys.exit(f"bench: {name} is not on the PATH; use ./dev bench")


def json_lines(command, env=None):
    """The objects a program prints, one a line, as they come."""
    process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True,
                               env={**os.environ, **(env or {})})
    for line in process.stdout:
        yield json.loads(line)
    if process.wait():
        sys.exit(f"bench: {Path(command[0]).name} failed")


# Measurements ---------------------------------------------------------------


def rate(args):
    yield from json_lines([tool("attn-bench"), f"--repetitions={args.repetitions}"])


def threads(args):
    yield from json_lines([tool("attn-bench"), "--threads", f"--repetitions={args.repetitions}"])


def memory(args):
    for length in (4096, 65536):  # a process each: a peak does not go down again
        yield from json_lines([tool("attn-bench"), f"--memory={length}"])


def run_times(command, repetitions):
    walls, cpus = [], []
    for _ in range(repetitions):
        start = time.monotonic()
        process = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        walls.append(time.monotonic() - start)
        cpus.append(usage.ru_utime + usage.ru_stime)
        if status:
            sys.exit("bench: attn-run failed")
    return {"wall": {"best": min(walls), "median": statistics.median(walls)},
            "cpu": {"best": min(cpus), "median": statistics.median(cpus)}}


def startup(args):
    run = [tool("attn-run"), HERE / "cases/startup.mlir"]
    inputs = ["--input=random"] * 3 + ["--input=0.5"]
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in [("start to first result", inputs),
                                ("source to object file",
                                 ["--emit=obj", "-o", Path(folder) / "f.o"]),
                                ("source to the LLVM dialect", ["--stop-after=llvm"])]:
            yield {"kind": "startup", "name": name, **run_times(run + arguments, args.repetitions)}


def peer(args):
    # As attn-bench does it: memory that was freed is kept for the next call.
    env = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**31 - 1),
           "OMP_NUM_THREADS": "1"}
    yield from json_lines([sys.executable, HERE / "peer.py", tool("attn-run"),
                           "--repetitions", args.repetitions], env)


# Tables ---------------------------------------------------------------------


def mib(count):
    return f"{count / 2**20:.1f} MiB"


def milliseconds(times):
    return f"{times['best'] * 1e3:.0f} / {times['median'] * 1e3:.0f} ms"


def both(pair):
    digits = 2 if pair["best"] >= 0.1 else 3
    return f"{pair['best']:.{digits}f} / {pair['median']:.{digits}f}"


# kind: title, what is in it, columns, row of a result
TABLES = {
    "rate": (
        "Speed",
        "One head, one thread. Ratio: useful GFLOP/s, two products for each kept pair of query "
        "and key, over those of a loop of multiply-adds alone; best of all repetitions, and "
        "median of the ratios to the loop just before and after. Whole tiles: as if every pair "
        "of each tile with a kept one were useful; it says how long a tile takes, beside those "
        "of a full case. Naive: op by op, with the scores in memory.",
        ["case", "length", "kept", "GFLOP/s", "peak", "ratio (best / median)", "whole tiles"],
        lambda r: [r["name"], r["length"], f"{r['kept']:.1%}", f"{r['gflops']['best']:.0f}",
                   f"{r['peak']['best']:.0f}", both(r["ratio"]), f"{r['tile_ratio']['best']:.2f}"]),
    "threads": (
        "Two threads",
        "CPU time of both together over that of one; the part of it in the calling thread, half "
        "if tiles are shared evenly; how much sooner they are done, beside what two threads that "
        "only spin gain on the same machine at the same time.",
        ["case", "CPU time", "calling thread", "speedup", "speedup of spinning"],
        lambda r: [r["name"], f"{r['cpu_ratio']:.2f}", f"{r['own_part']:.0%}",
                   f"{r['speedup']:.2f}",
                   f"{r['speedup_of_spinning']:.2f}"]),
    "memory": (
        "Memory",
        "What the resident set grows by in one causal call, without inputs and output.",
        ["length", "inputs and output", "scratch", "score matrix"],
        lambda r: [r["length"], mib(r["inputs"] + r["output"]), mib(r["scratch"]),
                   mib(r["score_matrix"])]),
    "startup": (
        "Start-up",
        "A variant never seen before: soft cap, ALiBi and causal, tiny. Processes from start to "
        "end; best / median.",
        ["what", "wall", "CPU"],
        lambda r: [r["name"], milliseconds(r["wall"]), milliseconds(r["cpu"])]),
    "peer": (
        "Beside a library",
        "CPU time of the library over that of attn, one thread each, in turn in one process; "
        "the results agree.",
        ["case", "length", "library", "times faster (best / median)"],
        lambda r: [r["name"], r["length"], r["peer"], both(r["times_faster"])]),
}


def markdown(head, results):
    lines = ["<!-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception -->",
             f"# {head['cpu']}", ""]
    lines += [f"- {key}: `{value}`" for key, value in head.items() if key != "cpu"]
    for kind, (title, text, columns, row) in TABLES.items():
        rows = [[str(cell) for cell in row(r)] for r in results if r["kind"] == kind]
        if not rows:
            continue
        widths = [max(len(cells[i]) for cells in [columns] + rows) for i in range(len(columns))]

        def line(cells):
            return "| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths)) + " |"

        lines += ["", f"## {title}", "", text, "", line(columns),
                  "|" + "|".join("-" * (w + 2) for w in widths) + "|"]
        lines += [line(cells) for cells in rows]
    return "\n".join(lines) + "\n"


def describe_cpu():
    """The name as people read it, and what tells it from others of that name."""
    fields = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    name = fields.get("model name", os.uname().machine)
    family, model = fields.get("cpu family", "?"), fields.get("model", "?")
    return f"{name}, family {family}, model {model}"


def git(*arguments):
    return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True,
                          check=True).stdout.strip()


def main():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("--save", action="store_true", help="write into bench/results")
    parser.add_argument("--repetitions", type=int, default=15)
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS)
    args = parser.parse_args()

    changed = " and changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    head = {"cpu": describe_cpu(), "command": " ".join(["./dev bench", *sys.argv[1:]]),
            "commit": git("rev-parse", "--short=12", "HEAD") + changed,
            # Others' programs take caches and clocks, and wall time most of all.
            "load average": f"{os.getloadavg()[0]:.1f} of {os.cpu_count()} at the start"}
    results = []
    for kind in args.only:
        for result in globals()[kind](args):
            results.append(result)
            _, _, _, row = TABLES[kind]
            print("bench:", kind + ":", *row(result), sep="  ", file=sys.stderr, flush=True)

    head["load average"] += f", {os.getloadavg()[0]:.1f} at the end"
    folder = HERE / "results" if args.save else ROOT / "build/bench"
    folder.mkdir(parents=True, exist_ok=True)
    key = re.sub(r"[^a-z0-9]+", "-", head["cpu"].lower()).strip("-")
    (folder / f"{key}.json").write_text(json.dumps({**head, "results": results}, indent=1) + "\n")
    text = markdown(head, results)
    (folder / f"{key}.md").write_text(text)
    print(text, end="")
    print(f"\nbench: wrote {folder.relative_to(ROOT)}/{key}.md and .json")


main()
