# PyTorch: scaled_dot_product_attention with one of its two backends for the CPU,
# and FlexAttention, which torch.compile makes into C++.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import tempfile

import numpy as np

# Before the import: nothing is compiled yet when a process starts.
CACHE = tempfile.TemporaryDirectory()
os.environ["TORCHINDUCTOR_CACHE_DIR"] = CACHE.name
os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
# Clang compiles the same code to a kernel that takes four times as long.
os.environ["CXX"] = "g++"

import torch  # noqa: E402
from torch.nn.attention import SDPBackend, flex_attention, sdpa_kernel  # noqa: E402

from peers import Declined  # noqa: E402
from peers.cases import bias, mask  # noqa: E402

BACKENDS = {"SDPA flash": SDPBackend.FLASH_ATTENTION, "SDPA math": SDPBackend.MATH}


def tensor(array):
    if array.dtype.itemsize == 2 and array.dtype != np.float16:
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def sdpa(way, case, inputs):
    if case.softcap:
        raise Declined("has no soft cap")
    q, k, v = map(tensor, (inputs.q, inputs.k, inputs.v))
    options = {"is_causal": case.causal, "scale": case.scale,
               "enable_gqa": case.heads != case.kv_heads}
    if case.alibi:
        options.update(is_causal=False, attn_mask=tensor(bias(case, inputs)).to(q.dtype))
    elif case.window or case.documents:
        options["attn_mask"] = tensor(mask(case, inputs))
    backend = BACKENDS[way]

    def call():
        with torch.inference_mode(), sdpa_kernel(backend):
            return torch.nn.functional.scaled_dot_product_attention(q, k, v, **options)

    return call


def flex(case, inputs):
    q, k, v = map(tensor, (inputs.q, inputs.k, inputs.v))
    document, slope = tensor(inputs.document[0]), tensor(inputs.slope)
    past = case.keys - case.queries

    def keep(b, h, i, j):
        i = i + past
        kept = j >= 0
        if case.causal or case.window:
            kept = kept & (j <= i)
        if case.window:
            kept = kept & (j >= i - case.window)
        if case.documents:
            kept = kept & (document[i] == document[j])
        return kept

    def change(score, b, h, i, j):
        if case.softcap:
            score = case.softcap * torch.tanh(score / case.softcap)
        if case.alibi:
            score = score + slope[h] * (j - i - past)
        return score

    # The blocks are found here, once: a model does so once for all of its layers.
    blocks = flex_attention.create_block_mask(
        keep, None, None, case.queries, case.keys, device="cpu") if case.masked else None
    compiled = torch.compile(flex_attention.flex_attention, fullgraph=True, dynamic=False)

    def call():
        with torch.inference_mode():
            return compiled(q, k, v, score_mod=change if case.softcap or case.alibi else None,
                            block_mask=blocks, scale=case.scale,
                            enable_gqa=case.heads != case.kv_heads)

    return call


def build(way, case, inputs, threads):
    torch.set_num_threads(threads)
    call = flex(case, inputs) if way == "FlexAttention" else sdpa(way, case, inputs)

    def read(result):
        return result.float().numpy()

    return call, read
