# Counts lit's results and prints the closing line: N passed, N failed, N skipped.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import sys
from collections import Counter

PASSED = {"PASS", "FLAKYPASS", "XFAIL"}
SKIPPED = {"UNSUPPORTED", "SKIPPED", "EXCLUDED"}

try:
    with open(sys.argv[1]) as file:
        codes = [test["code"] for test in json.load(file)["tests"]]
except (OSError, ValueError):
    codes = ["UNRESOLVED"]  # lit itself did not come to an end

count = Counter("passed" if code in PASSED else "skipped" if code in SKIPPED else "failed"
                for code in codes)
print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
# A run in which nothing passed has tested nothing.
sys.exit(count["failed"] > 0 or count["passed"] == 0)
