# attn beside onnxruntime's fused attention: same inputs, one process, in turn.
#
#   peer.py ATTN_RUN [--repetitions N]
#
# Prints a line of JSON for each case; a difference in the results is an error.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import ctypes
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

CASES = Path(__file__).parent / "cases"
# file, function, length, features
SHAPES = [("full", "f32_d64", 2048, 64), ("full", "f32_d128", 4096, 128),
          ("causal", "f32_d64", 2048, 64), ("causal", "f32_d128", 4096, 128)]


class Tensor(ctypes.Structure):
    """attn_memref_4d_f32 of the generated headers."""
    _fields_ = [("allocated", ctypes.c_void_p), ("aligned", ctypes.c_void_p),
                ("offset", ctypes.c_int64), ("sizes", ctypes.c_int64 * 4),
                ("strides", ctypes.c_int64 * 4)]

    @staticmethod
    def of(array):
        strides = [stride // array.itemsize for stride in array.strides]
        return Tensor(array.ctypes.data, array.ctypes.data, 0,
                      (ctypes.c_int64 * 4)(*array.shape), (ctypes.c_int64 * 4)(*strides))


def make_attn(attn_run, folder, file, function):
    library = Path(folder) / f"{file}_{function}.so"
    subprocess.run([attn_run, CASES / f"{file}.mlir", f"--entry={function}",
                    "--emit=shared", "-o", library], check=True)
    entry = getattr(ctypes.CDLL(library), f"_mlir_ciface_{function}")
    libc = ctypes.CDLL(None)
    result = Tensor()

    def call(inputs):
        entry(ctypes.byref(result), *(ctypes.byref(x) for x in inputs))

    def free():
        libc.free(ctypes.c_void_p(result.allocated))

    def read():
        count = math.prod(result.sizes)
        data = ctypes.cast(result.aligned, ctypes.POINTER(ctypes.c_float * count))
        return np.frombuffer(data.contents, np.float32).reshape(result.sizes).copy()

    return call, read, free


def make_peer(length, features, causal):
    # The layout is [batch, length, heads * features]: with one head, ours.
    node = helper.make_node("MultiHeadAttention", ["q", "k", "v"], ["o"],
                            domain="com.microsoft", num_heads=1, unidirectional=int(causal))
    shape = [1, length, features]
    graph = helper.make_graph(
        [node], "attention",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in "qkv"],
        [helper.make_tensor_value_info("o", TensorProto.FLOAT, shape)])
    proto = helper.make_model(graph, ir_version=8, opset_imports=[
        helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options,
                                           providers=["CPUExecutionProvider"])
    return lambda inputs: session.run(None, dict(zip("qkv", inputs)))[0]


def measure(attn_run, folder, file, function, length, features, repetitions):
    random = np.random.default_rng(7)
    arrays = [random.standard_normal((1, 1, length, features), np.float32) for _ in range(3)]
    flat = [array[0] for array in arrays]
    tensors = [Tensor.of(array) for array in arrays]
    call, read, free = make_attn(attn_run, folder, file, function)
    peer = make_peer(length, features, file == "causal")

    call(tensors)
    ours = read()
    free()
    difference = float(np.abs(ours[0] - peer(flat)).max())
    if not difference < 1e-5:
        sys.exit(f"peer.py: {file} {function}: results differ by {difference}")

    # One thread each: its CPU time is not disturbed by other programs.
    own_times, peer_times = [], []
    for _ in range(repetitions):
        start = time.thread_time()
        call(tensors)
        own_times.append(time.thread_time() - start)
        free()
        start = time.thread_time()
        peer(flat)
        peer_times.append(time.thread_time() - start)
    ratios = [b / a for a, b in zip(own_times, peer_times)]
    return {"kind": "peer", "name": f"{file} d{features}", "length": length,
            "peer": f"onnxruntime {onnxruntime.__version__} MultiHeadAttention",
            "times_faster": {"best": min(peer_times) / min(own_times),
                             "median": statistics.median(ratios)},
            "difference": difference, "repetitions": repetitions}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("attn_run")
    parser.add_argument("--repetitions", type=int, default=9)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for shape in SHAPES:
            print(json.dumps(measure(args.attn_run, folder, *shape, args.repetitions)),
                  flush=True)


main()
