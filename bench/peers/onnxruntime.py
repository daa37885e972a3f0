# onnxruntime: its own fused operators, and the one of the ONNX standard.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import numpy as np
import onnxruntime
from onnx import TensorProto, helper

from peers import Declined
from peers.cases import bias, mask

# numpy has no bf16 of its own: an array of another type is that.
ONNX = {"f32": TensorProto.FLOAT, "f16": TensorProto.FLOAT16, "bf16": TensorProto.BFLOAT16}
BY_TYPE = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.float16): TensorProto.FLOAT16,
            np.dtype(np.int32): TensorProto.INT32, np.dtype(bool): TensorProto.BOOL}


def flat(array):
    """[batch, length, heads * features], the layout of the operators of com.microsoft."""
    batch, heads, length, features = array.shape
    return np.ascontiguousarray(array.transpose(0, 2, 1, 3)).reshape(
        batch, length, heads * features)


def multi_head(case, inputs):
    if case.kv_heads != case.heads:
        raise Declined("has no heads of keys for several of queries")
    if case.softcap:
        raise Declined("has no soft cap")
    feeds = {"query": flat(inputs.q), "key": flat(inputs.k), "value": flat(inputs.v)}
    attributes = {"num_heads": case.heads, "scale": case.scale}
    if case.causal and not case.alibi:
        attributes["unidirectional"] = 1
    elif case.masked:  # bias and key padding come between; they are not given
        feeds.update({"": None, " ": None, "attention_bias": bias(case, inputs)})
    return "com.microsoft", "MultiHeadAttention", feeds, attributes


def grouped(case, inputs):
    if not case.causal and not case.window and case.queries > 1:
        raise Declined("is always causal")
    if case.documents:
        raise Declined("has no documents")
    feeds = {"query": flat(inputs.q), "key": flat(inputs.k), "value": flat(inputs.v)}
    attributes = {"num_heads": case.heads, "kv_num_heads": case.kv_heads, "scale": case.scale}
    if case.softcap:
        attributes["softcap"] = float(case.softcap)
    if case.window:
        attributes["local_window_size"] = case.window + 1  # with the query's own key
    past = [np.zeros_like(x[:, :, :0]) for x in (inputs.k, inputs.v)]
    if case.queries == 1:  # the last key is added to a cache, in place
        feeds["key"], feeds["value"] = flat(inputs.k[:, :, -1:]), flat(inputs.v[:, :, -1:])
        past = [inputs.k.copy(), inputs.v.copy()]
    feeds.update({"past_key": past[0], "past_value": past[1],
                  "seqlens_k": np.array([case.keys - 1], np.int32),
                  "total_length": np.array(case.keys, np.int32)})
    if case.alibi:
        i = np.arange(case.queries)[:, None]
        added = inputs.slope[None, :, None, None] * (np.arange(case.keys)[None] - i)
        feeds.update({"": None, " ": None, "  ": None, "bias": added.astype(np.float32)})
    return "com.microsoft", "GroupQueryAttention", feeds, attributes


def standard(case, inputs):
    feeds = {"query": inputs.q, "key": inputs.k, "value": inputs.v}
    attributes = {"scale": case.scale}
    if case.softcap:
        attributes["softcap"] = float(case.softcap)
    if case.causal:
        attributes["is_causal"] = 1
    if case.alibi:
        feeds["mask"] = bias(case, inputs).astype(inputs.q.dtype)
    elif case.window or case.documents:
        feeds["mask"] = mask(case, inputs)
    return "", "Attention", feeds, attributes


WAYS = {"MultiHeadAttention": multi_head, "GroupQueryAttention": grouped, "Attention": standard}


def build(way, case, inputs, threads):
    domain, operator, feeds, attributes = WAYS[way](case, inputs)
    outputs = ["o"] + ["present_key", "present_value"] * (way == "GroupQueryAttention")
    node = helper.make_node(operator, [name.strip() for name in feeds], outputs,
                            domain=domain, **attributes)
    feeds = {name: x for name, x in feeds.items() if x is not None}

    def describe(name, array):
        kind = BY_TYPE.get(array.dtype, TensorProto.BFLOAT16)
        return helper.make_tensor_value_info(name, kind, array.shape)

    graph = helper.make_graph(
        [node], "attention", [describe(name, array) for name, array in feeds.items()],
        [helper.make_tensor_value_info(name, ONNX[case.dtype], None) for name in outputs])
    proto = helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 23), helper.make_opsetid("com.microsoft", 1)])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options,
                                           providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    values = {}
    for name, array in feeds.items():
        kind = BY_TYPE.get(array.dtype)
        if kind is None:
            array = array.view(np.uint16)
        values[name] = onnxruntime.OrtValue.ortvalue_from_numpy_with_onnx_type(
            array, kind or TensorProto.BFLOAT16)
        binding.bind_ortvalue_input(name, values[name])
    for name in outputs:
        cache = values.get(name.replace("present", "past"))
        if cache and case.queries == 1:
            binding.bind_ortvalue_output(name, cache)
        else:
            binding.bind_output(name)

    def call():
        session.run_with_iobinding(binding)
        return binding.get_outputs()[0]

    def read(value):
        array = value.numpy()
        if way == "Attention":
            return array
        return array.reshape(1, case.queries, case.heads, -1).transpose(0, 2, 1, 3)

    call.keeps = values, feeds
    return call, read
