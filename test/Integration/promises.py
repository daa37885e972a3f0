# S2, S3 and S6 on compiled code: no tolerance, the bits must agree.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import subprocess
import sys
import tempfile

import numpy as np

PROGRAM = sys.argv[1]
random = np.random.default_rng(5)


def values(*shape):
    return random.standard_normal(shape, dtype=np.float32)


def run(entry, *inputs, threads=1):
    """The results of a function, as integers: NaN equals NaN, -0 is not 0."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, f"{i}.npy") for i in range(len(inputs) + 2)]
        for path, value in zip(paths, inputs):
            np.save(path, value)
        results = paths[-2:]
        subprocess.run(["attn-run", PROGRAM, f"--entry={entry}", f"--threads={threads}",
                        *(f"--input=@{path}" for path in paths[:-2]),
                        *(f"--output=@{path}" for path in results)], check=True)
        return [np.load(path).view(np.int32) for path in results]


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other))


def rows(results, batch, first, last):
    return [result[batch, :, first:last] for result in results]


def s2_rows_without_keys():
    q, k, v = values(1, 2, 9, 8), values(1, 2, 4, 8), values(1, 2, 4, 5)
    out, lse = (bits.view(np.float32) for bits in run("causal", q, k, v))
    assert not out[:, :, :5].view(np.int32).any()  # +0, every bit
    assert (lse[:, :, :5] == -np.inf).all()
    assert np.isfinite(lse[:, :, 5:]).all()


def s3_removed_values_leave_no_trace():
    q, k, v = values(2, 2, 5, 8), values(2, 2, 131, 8), values(2, 2, 131, 7)
    lengths = np.array([131, 67])
    before = run("sparse", q, k, v, lengths)
    for poison in (np.nan, np.inf, -np.inf, np.float32(-0.0), 3e38):
        changed = k.copy(), v.copy()
        for tensor in changed:
            tensor[:, :, ::3] = poison
            tensor[1, :, 67:] = poison
        assert same(before, run("sparse", q, *changed, lengths)), poison
    kept = v.copy()  # the test can fail: key 1 is kept
    kept[:, :, 1] = np.nan
    assert not same(before, run("sparse", q, k, kept, lengths))


def s6_same_bits_wherever_a_query_stands():
    q, k, v = values(3, 2, 301, 24), values(3, 2, 301, 24), values(3, 2, 301, 19)
    for entry in ("plain", "causal", "window"):
        whole = run(entry, q, k, v)
        assert same(whole, run(entry, q, k, v, threads=2))
        assert same(rows(whole, 2, 0, 301), rows(run(entry, q[2:], k[2:], v[2:]), 0, 0, 301))
        for first in (1, 290, 300):
            part = run(entry, q[:, :, first:], k, v)
            assert same(rows(whole, 1, first, 301), rows(part, 1, 0, 301 - first)), first
    part = run("plain", q[:, :, 17:30], k, v)
    whole = run("plain", q, k, v)
    assert same(rows(whole, 0, 17, 30), rows(part, 0, 0, 13))
    assert not same(rows(whole, 0, 18, 31), rows(part, 0, 0, 13))


s2_rows_without_keys()
s3_removed_values_leave_no_trace()
s6_same_bits_wherever_a_query_stands()
