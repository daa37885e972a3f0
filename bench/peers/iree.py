# IREE: its operator for attention, which it tiles and fuses itself, and attention
# as linalg operations, which are fused as far as it sees fit.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import re

import numpy as np
from iree import compiler, runtime

from peers import Declined
from peers.cases import bias
from peers.iree_source import REMOVED, adds, source


def compile_module(text):
    try:
        return compiler.compile_str(text, target_backends=["llvm-cpu"], extra_args=[
            "--iree-llvmcpu-target-cpu=host", "--iree-opt-level=O3"])
    except compiler.CompilerToolError as problem:
        message = re.search(r"(?<=error: ).*", str(problem))
        raise Declined(f"iree-compile: {message[0] if message else 'failed'}") from None


def added(way, case, inputs):
    operand = adds(way, case)
    if not operand:
        return []
    whole = np.maximum(bias(case, inputs), np.float32(REMOVED))
    heads = (case.kv_heads, case.heads // case.kv_heads) if "heads" in operand else ()
    return [np.ascontiguousarray(whole.reshape(*heads, case.queries, case.keys))]


def build(way, case, inputs, threads):
    module = compile_module(source(way, case))
    if threads > 1:
        runtime.flags.parse_flags(f"--task_topology_group_count={threads}")
    device = runtime.get_device("local-sync" if threads == 1 else "local-task")
    config = runtime.Config(device=device)
    context = runtime.SystemContext(config=config)
    context.add_vm_module(runtime.VmModule.copy_buffer(config.vm_instance, module))
    function = context.modules.module["attention"]
    shape = (1, case.kv_heads, case.heads // case.kv_heads, case.queries, case.features)
    arrays = [inputs.q.reshape(shape), inputs.k, inputs.v, *added(way, case, inputs)]
    arrays = [runtime.asdevicearray(device, array) for array in arrays]

    def call():
        return function(*arrays)

    def read(result):
        return result.to_host().reshape(inputs.q.shape).copy()

    return call, read
