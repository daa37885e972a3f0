# Planted faults: each must be a row that says so. Needs attn-run, and no peer.
#
#   python -m peers.self_test   (in bench)
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import sys

from peers import fake, measure
from peers.cases import CASES
from peers.rows import run

SMALL = next(case for case in CASES if case.name == "small")
DECLINED = {"declines": "has no heads", "raises": "ValueError: not today",
            "crashes": "ended by SIGABRT", "hangs": "took more than 2 s"}


def expect(condition, what):
    if not condition:
        sys.exit(f"self_test.py: {what}")


def rows():
    def row(way):
        limit = 2 if way == "hangs" else 600
        return run(sys.executable, SMALL.name, "fake", way, 1, 1, limit)

    right = row("right")
    expect("times_faster" in right and "wrong" not in right, f"right: {right}")
    for way in ("one element", "one NaN", "zeros", "other shape"):
        wrong = row(way)
        expect(wrong.get("wrong") and "times_faster" not in wrong, f"{way}: {wrong}")
    for way, reason in DECLINED.items():
        declined = row(way)
        expect(declined.get("declined") == reason, f"{way}: {declined}")
    gone = run(sys.executable, SMALL.name, "no_such_file", "right", 1, 1)
    expect(gone["declined"].startswith("not installed: No module named"), f"{gone}")


def attn():
    """A wrong result of attn is no row, but an end."""
    honest = measure.reference
    measure.reference = lambda *arguments: honest(*arguments) + 1e-4
    try:
        measure.measure(SMALL, lambda *rest: fake.build("right", *rest), 1, 1)
    except SystemExit as end:
        expect(str(end).startswith("attn is wrong in 'small'"), f"another end: {end}")
    else:
        expect(False, "a wrong result of attn is not noticed")


rows()
attn()
print("all planted faults found")
