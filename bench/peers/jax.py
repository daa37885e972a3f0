# JAX: jax.nn.dot_product_attention, which XLA compiles for the CPU.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os

os.environ["JAX_PLATFORMS"] = "cpu"

import jax  # noqa: E402
import numpy as np  # noqa: E402

from peers import Declined  # noqa: E402
from peers.cases import bias, mask  # noqa: E402


def build(way, case, inputs, threads):
    if case.softcap:
        raise Declined("has no soft cap")
    # Its layout is [batch, length, heads, features].
    q, k, v = (jax.device_put(np.ascontiguousarray(x.transpose(0, 2, 1, 3)))
               for x in (inputs.q, inputs.k, inputs.v))
    options, arrays = {"scale": case.scale, "is_causal": case.causal}, {}
    if case.window:
        options["local_window_size"] = (case.window, 0)
    if case.alibi:
        arrays["bias"] = jax.device_put(bias(case, inputs).astype(inputs.q.dtype))
    elif case.documents:
        arrays["mask"] = jax.device_put(mask(case, inputs)[None, None])

    @jax.jit
    def attention(q, k, v, arrays):
        return jax.nn.dot_product_attention(q, k, v, **options, **arrays)

    def call():
        return attention(q, k, v, arrays).block_until_ready()

    def read(result):
        return np.asarray(result).transpose(0, 2, 1, 3)

    return call, read
