# cases.py TABLE FOLDER: runs attn-run on each case of a table of bad inputs.
# Every one must end with a status that is no signal, with one message that
# names what is wrong, soon, and with no file written.
# cases.py --self-test FOLDER: these rules are seen to fail.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import importlib
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from case import Case

# Of processor time, which does not depend on what else the machine does.
SECONDS = 10
# What is known to wait for ever on a failure: a test must end.
DEADLINE = 120


def write_inputs(case, folder):
    """The command line of the case, whose inputs are written to `folder`."""
    source = case.source
    (folder / "f.mlir").write_bytes(source if isinstance(source, bytes) else source.encode())
    arguments = []
    for i, value in enumerate(case.inputs):
        if isinstance(value, str):
            arguments.append(f"--input={value}")
            continue
        path = folder / f"{i}.npy"
        if isinstance(value, bytes):
            path.write_bytes(value)
        else:
            np.save(path, value)
        arguments.append(f"--input=@{path.name}")
    arguments += case.arguments
    if not any(a.startswith("--output") for a in arguments):
        arguments.append("--output=@out.npy")
    return ["attn-run", case.file, *arguments]


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def check(case, folder):
    """What is wrong with the answer to the case, or nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = write_inputs(case, folder)
    before, start = sorted(folder.iterdir()), processor_seconds()
    try:
        result = subprocess.run(command, cwd=folder, capture_output=True, timeout=DEADLINE)
    except subprocess.TimeoutExpired:
        return f"still running after {DEADLINE} s"
    text = result.stderr.decode(errors="replace")
    shown = f"status {result.returncode}, stderr: {text[:2000]}"
    if result.returncode < 0 or result.returncode >= 128:
        return f"ended by a signal: {shown}"
    if result.returncode == 0:
        return f"accepted: {shown}"
    if "PLEASE submit a bug report" in text or "internal error" in text:
        return f"an internal error: {shown}"
    if not re.search(case.message, text):
        return f"no message matches '{case.message}': {shown}"
    if sorted(folder.iterdir()) != before:
        return f"a file was written: {shown}"
    seconds = processor_seconds() - start
    return f"took {seconds:.1f} s" if seconds > SECONDS else None


def run_table(name, folder):
    cases = importlib.import_module(name).CASES
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "two cases of one name"
    failures = 0
    for case in cases:
        if problem := check(case, folder / case.name):
            failures += 1
            print(f"{name}/{case.name}: {problem}")
    print(f"{len(cases)} cases, {failures} failed")
    return failures != 0


GOOD = """func.func @f(%a: tensor<4xf32>) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}"""
PLANTED = [
    Case("accepted", "accepted", GOOD, ["4xf32=1"]),
    Case("message", "no message matches", GOOD, ["4xf64=1"]),
    Case("written", "a file was written", GOOD, ["4xf32=1"],
         ["--output=@out.npy", "--expected_output=4xf32=2"]),
]


def self_test(folder):
    for case in PLANTED:
        wrong = case._replace(message="no such message")
        if case.name == "written":
            wrong = case._replace(message="elements differ")
        problem = check(wrong, folder / case.name)
        assert problem and problem.startswith(case.message), (case.name, problem)
    return False


if __name__ == "__main__":
    table, folder = sys.argv[1], Path(sys.argv[2])
    sys.exit(self_test(folder) if table == "--self-test" else run_table(table, folder))
