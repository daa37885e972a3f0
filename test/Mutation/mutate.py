# Plants the bugs of mutants.py one by one, and says which test finds each:
#
#   mutate.py [NAME...]      all mutants, or those whose name contains a NAME
#
# Works on a copy under build/mutation, which keeps its own build, so that a
# mutant costs one or two files. Fails if fewer than 95 % are found, and if the
# suite fails without any bug.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[2]
COPY = ROOT / "build/mutation"
PRESET = os.environ.get("ATTN_PRESET", "dev")
BUILD = COPY / "build" / PRESET
GOAL = 0.95
MINUTES = 30  # a stage that takes longer hangs

# What must be built, and then tested: numbers first, since they find most. Not
# Layering, whose rules are about the repository and not about the compiler.
TOOLS = ["attn-opt", "attn-run"]
STAGES = [
    (TOOLS, ["Examples"]),
    (["SemanticsTests", "GridTests"], ["Unit/Semantics", "Unit/Integration"]),
    (TOOLS, ["Checks", "Codegen", "Conversion", "Fusion", "IR", "Tiling"]),
    (TOOLS, ["Integration", "Semantics"]),
    (["all"], ["Pipelines", "Run", "Performance", "Accuracy", "Embedding", "BadInput"]),
    (["all"], ["Unit"]),
    (["all"], ["Conformance"]),
]


def write_changed(path, data):
    """Leaves the time of an equal file alone, and so what is built from it."""
    if not path.is_file() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def copy_sources():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    for name in names:
        write_changed(COPY / name, (ROOT / name).read_bytes())
        shutil.copymode(ROOT / name, COPY / name)
    for path in list(COPY.rglob("*")):
        name = path.relative_to(COPY)
        if path.is_file() and name.parts[0] != "build" and name.as_posix() not in names:
            path.unlink()


def run(*command):
    """Exit status and output; the status is None if it had to be stopped."""
    env = {**os.environ, "CCACHE_BASEDIR": str(COPY), "CCACHE_NOHASHDIR": "1"}
    process = subprocess.Popen(command, cwd=COPY, env=env, text=True, start_new_session=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        output, _ = process.communicate(timeout=60 * MINUTES)
        return process.returncode, output
    except subprocess.TimeoutExpired:
        return None, ""
    finally:  # its children, too
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)


def build(targets):
    status, output = run("ninja", "-C", str(BUILD), *targets)
    if status != 0:
        sys.exit(f"{output[-4000:]}\nmutate: does not build")


def first_failure():
    """The first test that fails, or None."""
    for targets, folders in STAGES:
        build(targets)
        paths = [str(BUILD / "test" / folder) for folder in folders
                 if (BUILD / "test" / folder).is_dir() or (COPY / "test" / folder).is_dir()]
        status, output = run(sys.executable, shutil.which("lit"), "-sv", "--max-failures=1", *paths)
        if status is None:
            return f"no end of {folders[0]}"
        if status != 0:
            found = re.search(r"^\w[\w ]* Tests \(\d+\):\n +(.+)", output, re.M)
            return found[1] if found else output[-400:]
    return None


def select(names):
    chosen = [m for m in MUTANTS if not names or any(name in m.name for name in names)]
    stale = [m.name for m in chosen if (ROOT / m.file).read_text().count(m.old) != 1]
    if stale or not chosen:
        sys.exit(f"mutate: no such mutant, or its text is not in the sources: {stale or names}")
    return chosen


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="say what each mutant breaks")
    parser.add_argument("--trust", action="store_true", help="take it that the suite passes")
    options = parser.parse_args()
    chosen = select(options.names)
    if options.list:
        for mutant in chosen:
            print(f"{mutant.name:28} {mutant.breaks}")
        return 0

    copy_sources()
    status, output = run("cmake", "--preset", PRESET, f"-DATTN_PYTHON={sys.executable}")
    if status != 0:
        sys.exit(output)
    if not options.trust and (failure := first_failure()):
        sys.exit(f"mutate: without any mutant: {failure}")

    killed = 0
    for mutant in chosen:
        path = COPY / mutant.file
        text = path.read_text()
        path.write_text(text.replace(mutant.old, mutant.new))
        try:
            failure = first_failure()
        finally:
            path.write_text(text)
        killed += failure is not None
        print(f"{mutant.name:28} {failure or 'SURVIVED: ' + mutant.breaks}", flush=True)
    print(f"{killed} of {len(chosen)} killed")
    return killed < GOAL * len(chosen)


if __name__ == "__main__":
    sys.exit(main())
