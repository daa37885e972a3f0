# Counts lit's results and prints the closing line: N passed, N failed, N skipped.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import sys
import xml.etree.ElementTree as xml

try:
    suites = list(xml.parse(sys.argv[1]).getroot())
    total, failed, skipped = (sum(int(suite.get(count)) for suite in suites)
                              for count in ("tests", "failures", "skipped"))
except (OSError, xml.ParseError):
    total, failed, skipped = 1, 1, 0  # lit did not come to an end

passed = total - failed - skipped
print(f"{passed} passed, {failed} failed, {skipped} skipped")
# A run in which nothing passed has tested nothing.
sys.exit(failed > 0 or passed == 0)
