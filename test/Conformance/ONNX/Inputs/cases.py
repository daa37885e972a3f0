# The Attention node tests of the installed onnx package, made by its own
# generators at the time of the test: nothing is stored here.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import warnings
from dataclasses import dataclass

import numpy as np
from onnx.helper import get_attribute_value


@dataclass
class Case:
    """One node: what goes in, and what the package says comes out."""
    name: str
    opset: int
    attributes: dict
    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]

    def replace(self, **changes):
        return Case(**{**self.__dict__, **changes})


def named(names, arrays):
    """Pairs the names that a node gives (an absent one is empty) with arrays."""
    return dict(zip(filter(None, names), arrays, strict=True))


def collect():
    """All Attention cases, without their copies expanded to other ops."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Importing a module of cases fills the list of its package. This one
        # alone is enough: collect_testcases imports those of all other ops.
        import onnx.backend.test.case.node.attention  # noqa: F401
        from onnx.backend.test.case.node import _NodeTestCases
    for test in _NodeTestCases:
        node = test.model.graph.node[0]
        if node.op_type != "Attention" or test.name.endswith("_expanded"):
            continue
        [(inputs, outputs)] = test.data_sets
        yield Case(
            test.name.removeprefix("test_attention_"), test.model.opset_import[0].version,
            {a.name: get_attribute_value(a) for a in node.attribute},
            named(node.input, inputs), named(node.output, outputs))
