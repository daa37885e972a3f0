# All measurements, as tables: ./dev bench [--save] [--repetitions N] [--only KIND..]
#     [--peers [FILE..]] [--cases NAME..] [--threads N]
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

from peers import ALWAYS, PEERS
from peers.cases import CASES
from peers.rows import rows
from tables import GROUPS, TABLES, markdown

HERE = Path(__file__).parent
ROOT = HERE.parent
KINDS = ["rate", "decode", "pairwise", "threads", "memory", "startup", "peers"]


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
    for result in json_lines([tool("attn-bench"), "--mcpu=haswell", "full d64", "full d128",
                              "causal d64", f"--repetitions={args.repetitions}"]):
        yield {**result, "name": f"{result['name']} (AVX2)"}


def decode(args):
    yield from json_lines([tool("attn-bench"), "--decode", f"--repetitions={args.repetitions}"])


def pairwise(args):
    yield from json_lines([tool("attn-bench"), "--pairwise", f"--repetitions={args.repetitions}"])


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


def peers(args):
    files = ALWAYS if args.peers is None else args.peers or list(PEERS)
    python = sys.executable if args.peers is None else ROOT / "build/venv-peers/bin/python"
    cases = [case for case in CASES if not args.cases or case.name in args.cases]
    yield from rows(python, files, cases, args.threads, args.repetitions)


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
    parser.add_argument("--peers", nargs="*", metavar="FILE", choices=list(PEERS),
                        help="also those that are installed for this only: all, or of "
                        + ", ".join(PEERS))
    parser.add_argument("--cases", nargs="+", metavar="NAME", default=[],
                        choices=[case.name for case in CASES],
                        help="of peers: " + ", ".join(case.name for case in CASES))
    parser.add_argument("--threads", type=int, default=1, help="of peers")
    args = parser.parse_args()

    changed = " and changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    head = {"cpu": describe_cpu(), "command": " ".join(["./dev bench", *sys.argv[1:]]),
            "commit": git("rev-parse", "--short=12", "HEAD") + changed,
            # Others' programs take caches and clocks, and wall time most of all.
            "load average": f"{os.getloadavg()[0]:.1f} of {os.cpu_count()} at the start"}
    key = re.sub(r"[^a-z0-9]+", "-", head["cpu"].lower()).strip("-")
    folder = ROOT / "build/bench"
    folder.mkdir(parents=True, exist_ok=True)
    results = []
    with open(folder / f"{key}.jsonl", "w") as lines:  # whatever happens to the rest
        for kind in args.only:
            for result in globals()[kind](args):
                results.append(result)
                print(json.dumps(result), file=lines, flush=True)
                _, _, _, row = TABLES[result["kind"]]
                above = [result["case"]] if result["kind"] in GROUPS else []
                print(f"bench: {result['kind']}:", *above, *row(result), sep="  ",
                      file=sys.stderr, flush=True)

    head["load average"] += f", {os.getloadavg()[0]:.1f} at the end"
    if args.save:
        folder = HERE / "results"
        folder.mkdir(exist_ok=True)
    (folder / f"{key}.json").write_text(json.dumps({**head, "results": results}, indent=1) + "\n")
    text = markdown(head, results)
    (folder / f"{key}.md").write_text(text)
    print(text, end="")
    print(f"\nbench: wrote {folder.relative_to(ROOT)}/{key}.md and .json")


main()
