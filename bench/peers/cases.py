# What is computed: attention by a few parameters, as attn's source, as random
# inputs, and as a formula in double precision for some rows.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import math
from dataclasses import dataclass

import ml_dtypes
import numpy as np

DTYPES = {"f32": np.float32, "f16": np.float16, "bf16": ml_dtypes.bfloat16}

# Largest difference of two results, or of one and the formula, relative to the
# formula. Half types: one rounding of the result, and of weights in some peers.
TOLERANCE = {"f32": 2e-5, "f16": 1e-2, "bf16": 5e-2}


@dataclass(frozen=True)
class Case:
    name: str
    heads: int
    queries: int
    features: int
    dtype: str = "f32"
    keys: int = 0  # as many as queries
    kv_heads: int = 0  # as many as heads
    causal: bool = False
    window: int = 0  # keys before the query that it sees, with itself
    documents: int = 0  # a query sees its own document
    softcap: float = 0  # cap * tanh(score / cap)
    alibi: bool = False  # + slope[head] * (key - query)

    def __post_init__(self):
        object.__setattr__(self, "keys", self.keys or self.queries)
        object.__setattr__(self, "kv_heads", self.kv_heads or self.heads)

    @property
    def scale(self):
        return 1 / math.sqrt(self.features)

    @property
    def masked(self):
        return bool(self.causal or self.window or self.documents)

    @property
    def shape(self):
        """One line for people."""
        heads = f"{self.heads} heads" + (
            f" on {self.kv_heads}" if self.kv_heads != self.heads else "")
        return f"{self.dtype}, {heads}, {self.queries} x {self.keys}, D = {self.features}"

    def shapes(self):
        kv = (1, self.kv_heads, self.keys, self.features)
        return (1, self.heads, self.queries, self.features), kv, kv


CASES = [
    Case("full d64", 8, 2048, 64),
    Case("full d128", 2, 4096, 128),
    Case("causal d64", 8, 2048, 64, causal=True),
    Case("causal d128", 2, 4096, 128, causal=True),
    Case("full d64 bf16", 8, 2048, 64, "bf16"),
    Case("full d128 bf16", 2, 4096, 128, "bf16"),
    Case("full d64 f16", 8, 2048, 64, "f16"),
    Case("window 256", 2, 8192, 64, window=256),
    Case("documents", 2, 8192, 64, documents=8),
    Case("softcap alibi causal", 8, 2048, 64, causal=True, softcap=20, alibi=True),
    Case("alibi causal", 8, 2048, 64, causal=True, alibi=True),
    Case("gqa causal", 32, 1024, 128, kv_heads=8, causal=True),
    Case("decode", 8, 1, 128, keys=8192),
    Case("decode bf16", 8, 1, 128, "bf16", keys=8192),
    Case("decode gqa", 32, 1, 128, keys=8192, kv_heads=8),
    Case("small", 8, 128, 64),
]


@dataclass
class Inputs:
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    document: np.ndarray  # [1, keys], i64
    slope: np.ndarray  # [heads], f32

    def arguments(self, case):
        """Those of the function in source(case)."""
        return [self.q, self.k, self.v] + [self.document] * bool(case.documents) + [
            self.slope] * case.alibi


def make_inputs(case):
    random = np.random.default_rng(7)
    q, k, v = (random.standard_normal(shape, np.float32).astype(DTYPES[case.dtype])
               for shape in case.shapes())
    # Documents of all lengths: their borders are not those of tiles.
    borders = np.sort(random.choice(case.keys, max(0, case.documents - 1), replace=False))
    document = np.searchsorted(borders, np.arange(case.keys), side="right")[None]
    slope = 2.0 ** (-8 * np.arange(1, case.heads + 1) / case.heads)
    return Inputs(q, k, v, document.astype(np.int64), slope.astype(np.float32))


def keep(case, inputs, i, j):
    """Which keys j the queries i see, by broadcasting; i counts from the last key back."""
    kept = np.ones(np.broadcast_shapes(i.shape, j.shape), bool)
    if case.causal or case.window:
        kept &= j <= i
    if case.window:
        kept &= j >= i - case.window
    if case.documents:
        kept &= inputs.document[0, i] == inputs.document[0, j]
    return kept


def mask(case, inputs):
    """[queries, keys], for peers that want to be told each pair."""
    i = np.arange(case.keys - case.queries, case.keys)[:, None]
    return keep(case, inputs, i, np.arange(case.keys)[None])


def bias(case, inputs):
    """What is added to a score, [1, heads, queries, keys]: the mask, and ALiBi."""
    i = np.arange(case.keys - case.queries, case.keys)[:, None]
    j = np.arange(case.keys)[None]
    added = np.where(keep(case, inputs, i, j), np.float32(0), np.float32(-np.inf))[None, None]
    if case.alibi:
        added = added + inputs.slope[None, :, None, None] * (j - i).astype(np.float32)
    return added


def reference(case, inputs, rows):
    """The formula, in double precision: [heads, rows, features]."""
    group = case.heads // case.kv_heads
    q = inputs.q[0][:, rows].astype(np.float64)
    k, v = (np.repeat(x[0].astype(np.float64), group, axis=0) for x in (inputs.k, inputs.v))
    score = case.scale * q @ k.transpose(0, 2, 1)
    if case.softcap:
        score = case.softcap * np.tanh(score / case.softcap)
    i = (np.array(rows) + case.keys - case.queries)[:, None]
    j = np.arange(case.keys)[None]
    if case.alibi:
        score += inputs.slope.astype(np.float64)[:, None, None] * (j - i)
    score = np.where(keep(case, inputs, i, j), score, -np.inf)
    weight = np.exp(score - score.max(-1, keepdims=True))
    return weight / weight.sum(-1, keepdims=True) @ v


SOFTCAP = """
    %cap = arith.constant {cap:e} : f32
    %c0 = arith.divf %x, %cap : f32
    %c1 = math.tanh %c0 : f32
    %c2 = arith.mulf %c1, %cap : f32"""
ALIBI = """
    %a0 = arith.subi %j, %i : index
    %a1 = arith.index_cast %a0 : index to i64
    %a2 = arith.sitofp %a1 : i64 to f32
    %a3 = tensor.extract %slope[%h] : tensor<{heads}xf32>
    %a4 = arith.mulf %a3, %a2 : f32
    %a5 = arith.addf {x}, %a4 : f32"""


def source(case):
    """The function @attention of the graph dialect."""
    q, kv, _ = ("x".join(map(str, shape)) for shape in case.shapes())
    q, kv = f"tensor<{q}x{case.dtype}>", f"tensor<{kv}x{case.dtype}>"
    s = f"tensor<1x{case.heads}x{case.queries}x{case.keys}xf32>"
    ids = f"tensor<1x{case.keys}xi64>"
    arguments = f"%q: {q}, %k: {kv}, %v: {kv}"
    last, lines = "%s0", [f"%s0 = attn.score dot(%q, %k) scale({case.scale!r}) : {q}, {kv} -> {s}"]

    def add(line):
        nonlocal last
        lines.append(f"%s{len(lines)} = " + line.format(last=last))
        last = f"%s{len(lines) - 1}"

    if case.softcap or case.alibi:
        body = SOFTCAP.format(cap=case.softcap) if case.softcap else ""
        body += ALIBI.format(heads=case.heads, x="%c2" if body else "%x") if case.alibi else ""
        value = "%a5" if case.alibi else "%c2"
        add(f"attn.score_mod {{last}} {{{{\n  ^bb0(%x: f32, %b: index, %h: index, %i: index, "
            f"%j: index):{body}\n    attn.yield {value} : f32\n  }}}} : {s}")
    if case.window:
        add(f"attn.mask {{last}} window({case.window}, 0) : {s}")
    if case.causal:
        add(f"attn.mask {{last}} causal : {s}")
    if case.documents:
        arguments += f", %document: {ids}"
        add(f"attn.mask {{last}} segments(%document, %document : {ids}, {ids}) : {s}")
    if case.alibi:
        arguments += f", %slope: tensor<{case.heads}xf32>"
    # Peers round the weights of 16-bit inputs, too.
    weights = s.replace("f32", case.dtype)
    rounded = "" if weights == s else f" -> {weights}"
    lines += [f"%p = attn.softmax {last} : {s}{rounded}",
              f"%o = attn.weighted_sum %p, %v : {weights}, {kv} -> {q}", f"return %o : {q}"]
    text = "\n  ".join(lines)
    return f"func.func @attention({arguments}) -> {q} {{\n  {text}\n}}\n"
