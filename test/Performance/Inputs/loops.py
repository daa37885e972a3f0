# Innermost loops of an assembly file, counted: loops.py FILE.s REGISTER
#
# For each loop of one block that multiplies and adds in registers REGISTER (zmm,
# ymm): its multiply-adds, its loads, and its accesses of vectors on the stack.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import re
import sys


def innermost_loops(lines):
    """The instructions from each label to the first jump, if it jumps back."""
    label, body = None, []
    for line in lines:
        code = line.split("#")[0].strip()
        if start := re.match(r"(\.LBB\w+):", code):
            label, body = start[1], []
        elif code and not code.startswith("."):
            body.append(code)
            if code.startswith("j"):
                if code.split()[-1] == label:
                    yield body
                label = None


def describe(body, register):
    vector = [code for code in body if f"%{register}" in code]
    fma = sum(code.startswith("vfmadd") for code in vector)
    loads = sum("(" in code and not code.endswith(")") for code in vector)
    # Where it moves or has an index, rbp is a pointer like any other.
    moves = any(code.endswith(", %rbp") for code in body)
    spills = sum("(%rsp" in code or ("(%rbp)" in code and not moves) for code in vector)
    return fma and f"fma={fma} fma/load={fma / max(loads, 1):.2f} spills={spills}"


if __name__ == "__main__":
    path, register = sys.argv[1:]
    for body in innermost_loops(open(path)):
        if text := describe(body, register):
            print(text)
