# conformance.py FOLDER [--programs | --self-test] [--cases=N] [NAME ..]: the
# ONNX Attention node tests, through attn-run on both routes, compared with what
# the onnx package expects.
#
# FOLDER receives one program and the arrays of each case, so that a failing
# one can be run again by hand. --programs only prints the programs; --self-test
# plants errors and demands that the comparison sees each of them. NAMEs select
# cases; --cases demands that there are so many, so that none is lost silently.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from cases import collect
from emit_mlir import Unsupported, function

ROUTES = ["fused", "naive"]
# Largest error allowed. The package computes 16-bit cases in 16 bits, rounding
# each step: what it expects is itself up to 1 ulp (f16) and 2 ulp (bf16) away
# from the correctly rounded result.
F32_ERROR = 1e-6
ULPS = {"float16": 1, "bfloat16": 2}


# Comparison -----------------------------------------------------------------


def ordered(array):
    """16-bit floats as integers that count ulps."""
    bits = array.view(np.int16).astype(np.int64)
    return np.where(bits < 0, -32768 - bits, bits)


def error(actual, expected):
    """The largest error in units of what is allowed; infinite where a special
    value or an exact zero (a removed key, a row without keys) is missed."""
    if (actual.dtype, actual.shape) != (expected.dtype, expected.shape):
        return np.inf
    exact = ~np.isfinite(expected.astype(np.float64)) | (expected == 0)
    if not np.array_equal(actual[exact], expected[exact]):
        return np.inf
    a, e = actual[~exact], expected[~exact]
    if not np.isfinite(a.astype(np.float64)).all():
        return np.inf
    if expected.dtype == np.float32:
        allowed, difference = F32_ERROR, np.abs(a.astype(np.float64) - e)
    else:
        allowed, difference = ULPS[expected.dtype.name], np.abs(ordered(a) - ordered(e))
    return difference.max(initial=0) / allowed


def judge(actual, expected):
    """The largest error over all outputs; a cache is copied, so bit for bit."""
    worst = 0.0
    for name, array in expected.items():
        worst = max(worst, error(actual[name], array))
        if name.startswith("present") and actual[name].tobytes() != array.tobytes():
            worst = np.inf
    return worst


# Running --------------------------------------------------------------------


def write(case, folder):
    """The program and its inputs; returns the command that runs it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "node.mlir").write_text(function(case))
    for name, array in case.inputs.items():
        np.save(folder / f"{name}.npy", array)
    return ["attn-run", "node.mlir", "--threads=1",
            *(f"--input=@{name}.npy" for name in case.inputs)]


def run(case, command, route, folder):
    """The outputs of attn-run by name."""
    files = {name: f"{route}.{name}.npy" for name in case.outputs}
    for file in files.values():  # nothing of an earlier run is taken for a result
        (folder / file).unlink(missing_ok=True)
    command = [*command, f"--route={route}", *(f"--output=@{file}" for file in files.values())]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(f"{shlex.join(command)}\n{done.stderr[-1000:]}")
    # NumPy does not know bf16: it reads two bytes of anything.
    outputs = {name: np.load(folder / file) for name, file in files.items()}
    return {name: array.view(case.outputs[name].dtype) if array.dtype.kind == "V" else array
            for name, array in outputs.items()}


def errors(case, folder, routes=ROUTES):
    """The largest error on each route, None where there is no result."""
    try:
        command = write(case, folder / case.name)
    except Unsupported as reason:
        print(f"{case.name}: {reason}", file=sys.stderr)
        return [None] * len(routes)
    worst = []
    for route in routes:
        try:
            worst.append(judge(run(case, command, route, folder / case.name), case.outputs))
        except (RuntimeError, subprocess.TimeoutExpired) as reason:
            print(f"{case.name}: {reason}", file=sys.stderr)
            worst.append(None)
    return worst


def passes(worst):
    return worst is not None and worst <= 1


def conformance(selected, folder):
    with ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(lambda case: errors(case, folder), selected))
    print("Largest error, in units of what is allowed:")
    print(f"{'case':60} opset " + " ".join(f"{route:>8}" for route in ROUTES))
    for case, row in zip(selected, rows):
        cells = " ".join("    none" if worst is None else f"{worst:8.3f}" for worst in row)
        print(f"{case.name:60} {case.opset:5} {cells}{'' if all(map(passes, row)) else '  FAIL'}")
    for route, column in zip(ROUTES, zip(*rows)):
        print(f"{route}: {sum(map(passes, column))} of {len(selected)}")
    good = sum(all(map(passes, row)) for row in rows)
    print(f"PASS: {good} of {len(selected)}")
    return good == len(selected)


# Self-test ------------------------------------------------------------------

# case -> an attribute that is set wrong, None: left out
WRONG_ATTRIBUTES = [
    ("4d", {"scale": 0.36}),
    ("4d_scaled", {"scale": None}),
    ("4d_causal", {"is_causal": None}),
    ("4d_softcap", {"softcap": None}),
    ("4d_with_qk_matmul_softcap", {"qk_matmul_output_mode": 0}),
    ("4d_with_qk_matmul_bias", {"qk_matmul_output_mode": 1}),
    ("4d_with_past_and_present_qk_matmul_bias_3d_mask_causal", {"is_causal": None}),
    ("local_window", {"left_window_size": 1}),
    ("bidirectional_window", {"right_window_size": 1}),
]


def planted(expected):
    """Each output in turn, with one element a little too far away."""
    for name, array in expected.items():
        bad = array.copy()
        flat = bad.reshape(-1)
        finite = np.flatnonzero(np.isfinite(flat.astype(np.float64)))
        for n in (finite[0], finite[-1]):
            keep = flat[n]
            if array.dtype == np.float32:
                flat[n] += np.float32(2 * F32_ERROR)
            else:
                bits = flat.view(np.int16)
                bits[n] += ULPS[array.dtype.name] + 1
            yield name, {**expected, name: bad.copy()}
            flat[n] = keep
    for name, array in expected.items():
        yield name, {**expected, name: np.full_like(array, np.nan)}
        yield name, {**expected, name: array[..., :-1]}


def self_test(selected, folder):
    tried = missed = 0
    for case in selected:
        if judge(case.outputs, case.outputs) != 0:
            print(f"{case.name}: equal outputs differ")
            missed += 1
        for name, outputs in planted(case.outputs):
            tried += 1
            if passes(judge(outputs, case.outputs)):
                print(f"{case.name}: an error planted in {name} is not seen")
                missed += 1
    by_name = {case.name: case for case in selected}
    for name, change in WRONG_ATTRIBUTES:
        case = by_name[name]
        attributes = {k: v for k, v in {**case.attributes, **change}.items() if v is not None}
        tried += 1
        wrong = case.replace(name=f"wrong_{name}", attributes=attributes)
        [worst] = errors(wrong, folder, ["fused"])
        if worst is None or passes(worst):
            print(f"{name}: {change} is not seen")
            missed += 1
    print(f"SELF-TEST: {tried - missed} of {tried} planted errors found")
    return not missed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--cases", type=int)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--programs", action="store_true")
    mode.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    selected = [case for case in collect() if not options.names or case.name in options.names]
    if options.cases not in (None, len(selected)):
        sys.exit(f"{len(selected)} cases instead of {options.cases}")
    if options.programs:
        print("\n".join(map(function, selected)))
        return 0
    return 0 if (self_test if options.self_test else conformance)(selected, options.folder) else 1


if __name__ == "__main__":
    sys.exit(main())
