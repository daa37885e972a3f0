# How far results are from f64, in comparison with others.
#
# f32 is compared with NumPy's f32 with the scores in memory; f16 and bf16 with
# the floor, that is the f64 result rounded once. Programs that allow weights of
# the inputs' 16 bits have a bound of their own. The inputs are those of the
# FlashAttention-3 paper (normal, one in a thousand ten times as large), normal
# and uniform. accuracy.py [--plant] fails beyond the bounds; --plant puts a
# wrong scale into the compiled function, to see that it is found.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import ml_dtypes
import numpy as np

BOUND_F32 = 1.25  # times the RMSE of NumPy
BOUND_16 = 1.05  # times the RMSE of one rounding
# With weights rounded, too. Their errors are independent: to sum_j p_j v_j they
# add a variance of u^2 sum_j (p_j v_j)^2, which, for values of both signs, is what
# the rounding of the result adds, u^2 o^2. Together they have sqrt(2) times the RMSE.
BOUND_16_WEIGHTS = 1.5

PROGRAM = """
func.func @f(%q: tensor<{n}x{d}x{t}>, %k: tensor<{n}x{d}x{t}>, %v: tensor<{n}x{d}x{t}>)
    -> tensor<{n}x{d}x{t}> {{
  %s = attn.score dot(%q, %k) scale({scale})
      : tensor<{n}x{d}x{t}>, tensor<{n}x{d}x{t}> -> tensor<{n}x{n}xf32>
  %p = attn.softmax %s : tensor<{n}x{n}xf32> -> tensor<{n}x{n}x{w}>
  %o = attn.weighted_sum %p, %v
      : tensor<{n}x{n}x{w}>, tensor<{n}x{d}x{t}> -> tensor<{n}x{d}x{t}>
  return %o : tensor<{n}x{d}x{t}>
}}
"""
TYPES = {"f32": np.float32, "f16": np.float16, "bf16": ml_dtypes.bfloat16}


def normal(random, shape):
    return random.standard_normal(shape)


def outliers(random, shape):
    return normal(random, shape) + 10 * normal(random, shape) * (random.random(shape) < 0.001)


def uniform(random, shape):
    return random.random(shape)


def attention(q, k, v, scale):
    """In the type of the inputs, with the scores in memory."""
    s = (q @ k.T) * q.dtype.type(scale)
    p = np.exp(s - s.max(-1, keepdims=True))
    return (p / p.sum(-1, keepdims=True)) @ v


def compiled(folder, inputs, type, weights, scale):
    n, d = inputs[0].shape
    program = folder / "f.mlir"
    program.write_text(PROGRAM.format(n=n, d=d, t=type, w=weights, scale=scale))
    command = ["attn-run", program, f"--output=@{folder}/o.npy"]
    for name, x in zip("qkv", inputs):
        np.save(folder / f"{name}.npy", x)
        command.append(f"--input=@{folder}/{name}.npy")
    subprocess.run(command, check=True)
    return np.load(folder / "o.npy").view(TYPES[type])


def rmse(x, exact):
    return math.sqrt(np.mean((x.astype(np.float64) - exact) ** 2))


def main(plant):
    failed = False
    random = np.random.default_rng(0)
    print("inputs    type  weights     N    D      RMSE  compared with   ratio   bound")
    with tempfile.TemporaryDirectory() as folder:
        for distribution in (outliers, normal, uniform):
            for n, d in ((1024, 64), (2048, 128)):
                for type, dtype in TYPES.items():
                    inputs = [distribution(random, (n, d)).astype(dtype) for _ in range(3)]
                    scale = 1 / math.sqrt(d)
                    exact = attention(*(x.astype(np.float64) for x in inputs), scale)
                    if type == "f32":
                        other, bounds = attention(*inputs, scale), {"f32": BOUND_F32}
                    else:
                        other = exact.astype(np.float32).astype(dtype)
                        bounds = {"f32": BOUND_16, type: BOUND_16_WEIGHTS}
                    for weights, bound in bounds.items():
                        actual = compiled(Path(folder), inputs, type, weights,
                                          scale * (1.01 if plant else 1))
                        error, anchor = rmse(actual, exact), rmse(other, exact)
                        wrong = not error <= bound * anchor
                        failed |= wrong
                        print(f"{distribution.__name__:9} {type:5} {weights:7} {n:4} {d:4}  "
                              f"{error:.2e}  "
                              f"{'NumPy f32' if type == 'f32' else 'one rounding':12} "
                              f"{error / anchor:8.3f}    {bound}{'  FAIL' if wrong else ''}",
                              flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main("--plant" in sys.argv[1:]))
