# OpenVINO: the operator ScaledDotProductAttention on its CPU plugin.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import numpy as np
import openvino as ov
from openvino import opset13 as op

from peers import Declined
from peers.cases import bias, mask

# What it computes with. It takes a hint of f16, too, and then computes with bf16
# where the processor has no f16: eight times as coarse.
PRECISION = {"f32": "f32", "f16": "f32", "bf16": "bf16"}
TYPES = {"f32": ov.Type.f32, "f16": ov.Type.f16, "bf16": ov.Type.bf16}


def host(array, kind):
    """A tensor over the memory of an array, which it does not keep alive."""
    if kind == ov.Type.bf16:  # numpy has no bf16 of its own
        return ov.Tensor(array.view(np.uint16), list(array.shape), kind)
    return ov.Tensor(array, shared_memory=True)


def build(way, case, inputs, threads):
    if case.softcap:
        raise Declined("has no soft cap")
    kind = TYPES[case.dtype]
    parameters = [op.parameter(list(x.shape), kind) for x in (inputs.q, inputs.k, inputs.v)]
    feeds = [host(x, kind) for x in (inputs.q, inputs.k, inputs.v)]
    q, k, v = parameters
    if case.heads != case.kv_heads:  # as exporters write it; the plugin knows the pattern
        group = case.heads // case.kv_heads
        wide = [1, case.kv_heads, group, case.keys, case.features]
        k, v = (op.reshape(op.broadcast(op.unsqueeze(x, np.int64(2)), wide, "BIDIRECTIONAL"),
                           [1, case.heads, case.keys, case.features], False) for x in (k, v))
    options = {"causal": case.causal}
    added = None
    if case.alibi:
        options["causal"], added = False, bias(case, inputs)
    elif case.window or case.documents:
        added = np.where(mask(case, inputs), np.float32(0), np.float32(-np.inf))[None, None]
    if added is not None:
        parameters.append(op.parameter(list(added.shape), ov.Type.f32))
        feeds.append(host(added, ov.Type.f32))
        options["attention_mask"] = parameters[-1]
    result = op.scaled_dot_product_attention(q, k, v, **options)
    model = ov.Model([result], parameters, "attention")
    # Its scale is 1 / sqrt(D), too. Without a hint f32 becomes bf16 on some processors.
    compiled = ov.Core().compile_model(model, "CPU", {
        "INFERENCE_PRECISION_HINT": PRECISION[case.dtype], "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False})
    request = compiled.create_infer_request()
    for i, feed in enumerate(feeds):
        request.set_input_tensor(i, feed)

    def call():
        request.infer()
        return request.get_output_tensor(0)

    def read(tensor):
        if tensor.element_type == ov.Type.bf16:
            return tensor.data.view(inputs.q.dtype).reshape(inputs.q.shape).copy()
        return tensor.data.copy()

    call.keeps = inputs, added
    return call, read
