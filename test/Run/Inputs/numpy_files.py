# numpy_files.py FOLDER: sends arrays of every dtype through attn-run and back.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import subprocess
import sys
from pathlib import Path

import numpy as np

TYPES = {
    "f16": "<f2", "f32": "<f4", "f64": "<f8", "bf16": "<V2",
    "i1": "|b1", "i8": "|i1", "i32": "<i4", "i64": "<i8", "index": "<i8",
}
SHAPES = [(), (5,), (2, 3), (4, 0), (2, 3, 4, 5)]


def array(dtype, shape):
    count = int(np.prod(shape))
    if dtype == "|b1":
        return (np.arange(count) % 3 == 0).reshape(shape)
    if dtype == "<V2":
        return np.arange(count, dtype="<u2").view("<V2").reshape(shape)
    return (np.arange(count) - 2).astype(dtype).reshape(shape)


folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name, dtype in TYPES.items():
    functions, inputs, outputs, arrays = [], [], [], []
    for i, shape in enumerate(SHAPES):
        arrays.append(array(dtype, shape))
        # The even ones in the order of Fortran.
        order = "F" if i % 2 == 0 else "C"
        np.save(folder / f"in{i}.npy", np.asarray(arrays[-1], order=order))
        inputs.append(f"--input=@{folder}/in{i}.npy")
        outputs.append(f"--output=@{folder}/out{i}.npy")
    types = ["tensor<" + "".join(f"{n}x" for n in s) + f"{name}>" for s in SHAPES]
    arguments = [f"%{i}: {t}" for i, t in enumerate(types)]
    values = [f"%{i}" for i in range(len(types))]
    (folder / "f.mlir").write_text(
        f"func.func @f({', '.join(arguments).replace('%', '%a')}) -> ({', '.join(types)}) {{\n"
        f"  return {', '.join(values).replace('%', '%a')} : {', '.join(types)}\n}}\n")
    subprocess.run(["attn-run", folder / "f.mlir", *inputs, *outputs], check=True)
    for i, expected in enumerate(arrays):
        actual = np.load(folder / f"out{i}.npy")
        assert actual.dtype == np.dtype(dtype), (name, actual.dtype)
        assert actual.shape == expected.shape, (name, actual.shape)
        assert actual.tobytes() == expected.tobytes(), (name, actual, expected)
