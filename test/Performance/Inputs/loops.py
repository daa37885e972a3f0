# Innermost loops of an assembly file, counted: loops.py FILE.s REGISTER
#
# For each loop of one block that multiplies and adds in registers REGISTER (zmm,
# ymm, or v for AArch64): its multiply-adds, its loads, and its accesses of vectors
# on the stack. If all of them are products of pairs of bf16, it says dot instead of
# fma.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import re
import sys


def innermost_loops(lines):
    """The instructions from each label to the first jump, if it jumps back, and how the
    function addresses its stack: by rbp only if it sets it to that."""
    label, body, stack = None, [], ["(%rsp", "[sp"]
    for line in lines:
        code = re.split("# |//", line)[0].strip().replace("\t", " ")
        if code == ".cfi_startproc":
            stack = ["(%rsp", "[sp"]
        elif code == "movq %rsp, %rbp":
            stack.append("(%rbp)")
        elif start := re.match(r"(\.LBB\w+):", code):
            label, body = start[1], []
        elif code and not code.startswith("."):
            body.append(code)
            if re.match(r"j|b\.|b |cbn?z|tbn?z", code):
                if code.split()[-1] == label:
                    yield body, stack
                label = None


def describe_aarch64(body, stack):
    """A pair loads two; a multiply-add broadcasts an element of a register."""
    fma = sum(code.startswith("fmla v") for code in body)
    vector = [code for code in body if re.match(r"\w+ .*?\b[qvsd]\d", code)]
    loads = sum(1 + code.startswith("ldp") for code in vector if code.startswith("ld"))
    spills = sum(any(place in code for place in stack) for code in vector)
    return fma and f"fma={fma} fma/load={fma / max(loads, 1):.2f} spills={spills}"


def describe(body, stack, register):
    if register == "v":
        return describe_aarch64(body, stack)
    vector = [code for code in body if f"%{register}" in code]
    fma = sum(code.startswith("vfmadd") for code in vector)
    dot = sum(code.startswith("vdpbf16ps") for code in vector)
    name, fma = ("fma", fma) if fma else ("dot", dot)
    loads = sum("(" in code and not code.endswith(")") for code in vector)
    spills = sum(any(place in code for place in stack) for code in vector)
    return fma and f"{name}={fma} {name}/load={fma / max(loads, 1):.2f} spills={spills}"


if __name__ == "__main__":
    path, register = sys.argv[1:]
    for body, stack in innermost_loops(open(path)):
        if text := describe(body, stack, register):
            print(text)
