# S3 for a few queries: whatever removed rows hold, no bit of the result changes.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import subprocess
import sys
import tempfile

import numpy as np

random = np.random.default_rng(7)
q = random.standard_normal((2, 6, 1, 64), dtype=np.float32)
k = random.standard_normal((2, 6, 400, 64), dtype=np.float32)
v = random.standard_normal((2, 6, 400, 32), dtype=np.float32)
lengths = np.array([390, 3])


def run(*inputs):
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, f"{i}.npy") for i in range(6)]
        for path, value in zip(paths, inputs):
            np.save(path, value)
        subprocess.run(["attn-run", sys.argv[1], *(f"--input=@{path}" for path in paths[:4]),
                        *(f"--output=@{path}" for path in paths[4:])], check=True)
        return [np.load(path).view(np.int32) for path in paths[4:]]


def poison(array, value, removed):
    array = array.copy()
    for b, length in enumerate(lengths):
        array[b, :, slice(length, None) if removed else slice(1, 2)] = value
    return array


clean = run(q, k, v, lengths)
for value in (np.nan, np.inf, -np.inf, 3e38):
    for pair in ((k, poison(v, value, True)), (poison(k, value, True), v)):
        assert all(map(np.array_equal, clean, run(q, *pair, lengths))), value
# The comparison sees what is not removed.
assert not np.array_equal(clean[0], run(q, k, poison(v, np.nan, False), lengths)[0])
