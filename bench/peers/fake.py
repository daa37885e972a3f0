# A peer that fails in as many ways as there are, for self_test.py.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import time

import numpy as np

from peers import Declined
from peers.cases import TOLERANCE, reference


def build(way, case, inputs, threads):
    if way == "declines":
        raise Declined("has no heads")
    if way == "raises":
        raise ValueError("not today\nand more")
    if way == "crashes":
        os.abort()
    if way == "hangs":
        time.sleep(600)
    result = reference(case, inputs, range(case.queries))[None]
    if way == "one element":
        result[0, -1, -1, -1] += 3 * TOLERANCE[case.dtype] * max(1, abs(result[0, -1, -1, -1]))
    elif way == "one NaN":
        result[0, 0, 1, 0] = np.nan
    elif way == "zeros":
        result[:] = 0
    elif way == "other shape":
        result = result[:, :, :, :-1]
    return (lambda: result), (lambda x: x)
