# attn itself: a case compiled into a shared library, called through its C interface.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import ctypes
import math
import shutil
import subprocess
from pathlib import Path

import numpy as np

from peers.cases import source


def tensor(array=None, rank=4):
    """attn_memref_<rank>d_<type> of the generated headers."""

    class Tensor(ctypes.Structure):
        _fields_ = [("allocated", ctypes.c_void_p), ("aligned", ctypes.c_void_p),
                    ("offset", ctypes.c_int64), ("sizes", ctypes.c_int64 * rank),
                    ("strides", ctypes.c_int64 * rank)]

    if array is None:
        return Tensor()
    strides = [stride // array.itemsize for stride in array.strides]
    return Tensor(array.ctypes.data, array.ctypes.data, 0,
                  (ctypes.c_int64 * rank)(*array.shape), (ctypes.c_int64 * rank)(*strides))


def compile_library(case, folder, *options):
    file, library = Path(folder) / "attention.mlir", Path(folder) / "attention.so"
    file.write_text(source(case))
    run = shutil.which("attn-run") or "attn-run"
    subprocess.run([run, file, "--emit=shared", "-o", library, *options], check=True)
    return library


def load(library, case, inputs):
    """call() computes, read(call()) is the result; it is freed at the next call."""
    entry = ctypes.CDLL(str(library))._mlir_ciface_attention
    free = ctypes.CDLL(None).free
    arrays = inputs.arguments(case)
    arguments = [tensor(array, array.ndim) for array in arrays]
    pointers = [ctypes.byref(argument) for argument in arguments]
    result = tensor()

    def call():
        free(ctypes.c_void_p(result.allocated))
        entry(ctypes.byref(result), *pointers)
        return result

    def read(result):
        size = math.prod(result.sizes) * arrays[0].itemsize
        data = ctypes.string_at(result.aligned, size)
        return np.frombuffer(data, arrays[0].dtype).reshape(result.sizes)

    call.keeps = arrays, arguments  # C sees their addresses only
    return call, read
