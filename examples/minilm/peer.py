# The same attention in onnxruntime, as an export of the model states it.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import math

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

from model import HEAD_SIZE


def make_onnx_attention(threads):
    """attention(q, k, v, lengths) through onnxruntime with that many threads."""
    node = helper.make_node
    graph = helper.make_graph(
        [node("Transpose", ["k"], ["kt"], perm=[0, 1, 3, 2]),
         node("MatMul", ["q", "kt"], ["dot"]),
         node("Mul", ["dot", "scale"], ["scaled"]),
         node("Add", ["scaled", "mask"], ["masked"]),
         node("Softmax", ["masked"], ["p"], axis=-1),
         node("MatMul", ["p", "v"], ["o"])],
        "attention",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * 4)
         for name in ("q", "k", "v", "mask")],
        [helper.make_tensor_value_info("o", TensorProto.FLOAT, [None] * 4)],
        [helper.make_tensor("scale", TensorProto.FLOAT, [], [1 / math.sqrt(HEAD_SIZE)])])
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options,
                                           providers=["CPUExecutionProvider"])

    def attention(q, k, v, lengths):
        # Padding is removed as the model does it: the lowest float is added.
        removed = np.arange(k.shape[2]) >= lengths[:, None, None, None]
        mask = np.where(removed, np.finfo(np.float32).min, np.float32(0))
        return session.run(None, {"q": q, "k": k, "v": v, "mask": mask})[0]

    return attention
