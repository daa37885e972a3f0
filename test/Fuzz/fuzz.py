# Random attention against the reference, by every route: fuzz.py --help
#
# Each case is compiled and compared with the f64 reference: fused, for several
# instruction sets and optimization levels, and op by op; some run again with
# another number of threads, where every bit must be the same. What fails prints
# a command that shows it again. --emulate compiles for AArch64, which no other
# machine runs: test/Emulation/emulate.py takes the place of attn-run.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import os
import platform
import random
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from generate import generate

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 120  # seconds for one run: far beyond what any case needs


def instruction_sets():
    """Values of --mcpu that this machine can run; "" is the machine itself."""
    if platform.machine() != "x86_64":
        return [""]
    flags = Path("/proc/cpuinfo").read_text()
    return ["", "", ""] + [cpu for cpu, flag in (("x86-64-v3", " avx2 "), ("x86-64", " sse2 "))
                           if flag in flags]


AARCH64 = ["generic", "neoverse-n1", "neoverse-v1", "neoverse-v2", "cortex-a55"]


def plan(args, number):
    """The runs of a case: [(name, options)]. The last of those that have an
    --output must give the bits of the first."""
    r = random.Random(f"plan {args.seed}/{number}")
    fused = ["--route=fused", f"-O{r.choice([0, 1, 1, 3])}"]
    if args.emulate:
        return [("aarch64", [*fused, f"--mcpu={r.choice(AARCH64)}", "--check"])]
    if cpu := r.choice(instruction_sets()):
        fused.append(f"--mcpu={cpu}")
    if r.random() >= args.threads_share:
        runs = [("fused", [*fused, "--threads=1", "--check"])]
    else:
        runs = [("threads-2", [*fused, "--threads=2", "--check", "--output=@{}"]),
                ("threads-1", [*fused, "--threads=1", "--output=@{}"])]
    return runs + [("naive", ["--route=naive", "-O0", "--threads=1", "--check"])]


def run(command):
    """What went wrong, or nothing."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return f"takes more than {TIMEOUT} s"
    if done.returncode == 0:
        return ""
    for line in done.stdout.splitlines():
        if "FAIL" in line:
            return line
    first = next((line for line in done.stderr.splitlines() if "error" in line), "no message")
    return f"exit {done.returncode}: {first}"


def run_case(args, number):
    """The failures of a case, as (what, command)."""
    folder = args.folder
    path, inputs = generate(args.seed, number, folder, args.plant == "digits")
    failures, outputs = [], []
    for name, options in plan(args, number):
        given = [f"--input={x}" for x in inputs]
        if name == "threads-1" and args.plant == "threads":
            given[2] = given[2].split("=random")[0].split("=@")[0] + "=0.5"
        # One output file for each result: only the first is compared.
        output = folder / f"{number}-{name}.npy"
        options = [o.format(output) for o in options]
        command = [args.attn_run, str(path), *options, *given]
        if what := run(command):
            failures.append((f"{name}: {what}", command))
        elif any(o.startswith("--output") for o in options):
            outputs.append((output.read_bytes(), command))
    if len(outputs) == 2 and outputs[0][0] != outputs[1][0]:
        # The two commands differ in --threads and --check only.
        compare = [o for o in outputs[0][1] if o != "--check" and not o.startswith("--output")]
        expected = outputs[1][1][[o.startswith("--output") for o in outputs[1][1]].index(True)]
        zero = [f"--expected_{t}_threshold=0" for t in ("f16", "bf16", "f32", "f64", "")][:4]
        failures.append(("threads: one and two give different bits", [
            *compare, f"--expected_output={expected.split('=', 1)[1]}", *zero,
            "--expected_rtol=0"]))
    if not failures and not args.keep:
        for file in [path, *folder.glob(f"{number}-*")]:
            file.unlink()
    return failures


def parse():
    parser = argparse.ArgumentParser(description="random programs against the reference")
    parser.add_argument("--seed", type=int, default=0, help="which sequence of cases (0)")
    parser.add_argument("--count", type=int, default=200, help="how many cases (200)")
    parser.add_argument("--first", type=int, default=0, help="number of the first case (0)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="cases at a time")
    parser.add_argument("--threads-share", type=float, default=0.2,
                        help="share of cases that run with one and two threads (0.2)")
    parser.add_argument("--keep", action="store_true", help="keep the files of cases that pass")
    parser.add_argument("--emulate", action="store_true",
                        help="compile for AArch64 and run in an emulator")
    parser.add_argument("--plant", choices=["digits", "threads"],
                        help="plant a bug, to see that it is found")
    parser.add_argument("--folder", type=Path, help="where files go; default: build/fuzz/SEED")
    preset = os.environ.get("ATTN_PRESET", "dev")
    parser.add_argument("--attn-run", default=str(ROOT / "build" / preset / "bin" / "attn-run"))
    args = parser.parse_args()
    if args.emulate:
        args.attn_run = str(ROOT / "test" / "Emulation" / "emulate.py")
    args.folder = args.folder or ROOT / "build" / "fuzz" / str(args.seed)
    args.folder.mkdir(parents=True, exist_ok=True)
    return args


def main():
    args = parse()
    start = said = time.monotonic()
    failed = 0
    with ThreadPoolExecutor(args.jobs) as pool:
        numbers = range(args.first, args.first + args.count)
        for done, (number, failures) in enumerate(
                zip(numbers, pool.map(lambda n: run_case(args, n), numbers)), 1):
            failed += bool(failures)
            for what, command in failures:
                print(f"case {number}: {what}\n  {shlex.join(command)}", flush=True)
            if time.monotonic() - said > 10:
                said = time.monotonic()
                print(f"{done} of {args.count} cases, {failed} failed, {said - start:.0f} s",
                      file=sys.stderr, flush=True)
    print(f"seed {args.seed}: {args.count} cases, {failed} failed, "
          f"{time.monotonic() - start:.0f} s")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
