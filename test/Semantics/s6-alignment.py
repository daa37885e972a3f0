# S6: the last queries alone give the bits that they give among all queries.
# A mask lets their tile of queries begin at another key.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import subprocess
import sys
import tempfile

import numpy as np

random = np.random.default_rng(5)
q, k = random.standard_normal((2, 2, 2, 301, 24), dtype=np.float32)
v = random.standard_normal((2, 2, 301, 19), dtype=np.float32)


def run(entry, *inputs):
    """The results of a function, as integers: NaN equals NaN, -0 is not 0."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, f"{i}.npy") for i in range(5)]
        for path, value in zip(paths, inputs):
            np.save(path, value)
        subprocess.run(["attn-run", sys.argv[1], f"--entry={entry}",
                        *(f"--input=@{path}" for path in paths[:3]),
                        *(f"--output=@{path}" for path in paths[3:])], check=True)
        return [np.load(path).view(np.int32) for path in paths[3:]]


def last_rows(results, count, skip=0):
    return [result[:, :, 301 - count - skip:301 - skip] for result in results]


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other))


for entry in ("causal", "window"):
    whole = run(entry, q, k, v)
    for count in (1, 11, 300):
        part = run(entry, q[:, :, -count:], k, v)
        assert same(last_rows(whole, count), part), (entry, count)
        assert count == 300 or not same(last_rows(whole, count, skip=1), part)
