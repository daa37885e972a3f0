# What LLVM's model of a processor makes of the products' inner loops:
#   model.py [--plant] FILE.s CPU UNITS BOUND
#
# Prints the cycles of each loop that is mostly multiply-adds, and their share of
# what UNITS units could do in that time; fails below BOUND. --plant lets each
# multiply-add wait for the one before it, to see that this is found.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import re
import subprocess
import sys

from loops import innermost_loops

ITERATIONS = 400  # the start weighs little then


def cycles(body, cpu):
    text = "".join(re.sub(r"\.LBB\w+", "loop", code) + "\n" for code in body)
    mca = ["llvm-mca", "-mtriple=aarch64-linux-gnu", f"-mcpu={cpu}",
           f"-iterations={ITERATIONS}", "-"]
    report = subprocess.run(mca, input="loop:\n" + text, capture_output=True, text=True,
                            check=True).stdout
    return int(re.search(r"Total Cycles: *(\d+)", report)[1]) / ITERATIONS


def main(path, cpu, units, bound, plant):
    shares = []
    for body, _ in innermost_loops(open(path)):
        fma = sum(code.startswith("fmla v") for code in body)
        # The loops of weights have more of other things, the others few in all.
        if fma < 8 or 2 * fma < len(body):
            continue
        if plant:
            body = [re.sub(r"^fmla v\d+", "fmla v31", code) for code in body]
        time = cycles(body, cpu)
        shares.append(fma / int(units) / time)
        print(f"{cpu}: fma={fma} instructions={len(body)} cycles={time:.2f} "
              f"share={shares[-1]:.2f}")
    return not shares or min(shares) < float(bound)


if __name__ == "__main__":
    arguments = [x for x in sys.argv[1:] if x != "--plant"]
    sys.exit(main(*arguments, plant="--plant" in sys.argv))
