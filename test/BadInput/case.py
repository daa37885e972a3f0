# One bad input, and programs that several tables take.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
from typing import NamedTuple, Sequence, Union

import numpy as np


class Case(NamedTuple):
    name: str
    # What stderr must match, a regular expression.
    message: str
    source: Union[str, bytes]
    # A string is an --input as it is; an array, or the bytes of a file, is
    # written to a file first.
    inputs: Sequence = ()
    arguments: Sequence[str] = ()
    file: str = "f.mlir"


def f32(*shape):
    return np.ones(shape, np.float32)


def attention(q, k, v, out, mask="", arguments=""):
    """Attention over tensors of these shapes, "2x?x8xf32"."""
    split = lambda shape: shape.split("x")
    element = split(q)[-1]
    scores = "x".join(split(q)[:-2] + [split(k)[-3], "f64" if element == "f64" else "f32"])
    line = f"%m = attn.mask %s {mask} : tensor<{scores}>" if mask else ""
    return f"""
func.func @f(%q: tensor<{q}>, %k: tensor<{k}>, %v: tensor<{v}>{arguments}) -> tensor<{out}> {{
  %s = attn.score dot(%q, %k) : tensor<{q}>, tensor<{k}> -> tensor<{scores}>
  {line}
  %p = attn.softmax {"%m" if mask else "%s"} : tensor<{scores}>
  %o = attn.weighted_sum %p, %v : tensor<{scores}>, tensor<{v}> -> tensor<{out}>
  return %o : tensor<{out}>
}}"""
