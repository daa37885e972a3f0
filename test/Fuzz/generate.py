# One random attention: the function and its inputs.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import math
import random

import pieces
from program import Dim, Program, count, tensor

# Around the edges of tiles and vectors, and a few that are far from any.
LENGTHS = [1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 48, 63, 64, 65, 100, 127, 128, 129, 200,
           255, 256, 257, 300]
FEATURES = [1, 2, 3, 7, 8, 16, 17, 31, 32, 33, 64, 64, 64, 65, 80, 96, 128]

# How many scalar operations the reference may take: this bounds its time.
WORK = 3_000_000


def pick_sizes(r):
    """B, heads, heads per key, M, N, D, E of a case that is not too large."""
    while True:
        b, hkv, group = r.choice([1, 1, 2, 3]), r.choice([1, 1, 2, 3]), r.choice([1, 1, 2, 4])
        m, n = r.choice(LENGTHS), r.choice(LENGTHS)
        if r.random() < 0.12:
            m = 1  # decoding
        if r.random() < 0.2:
            n = m
        d, e = r.choice(FEATURES), r.choice(FEATURES)
        if r.random() < 0.5:
            e = d
        if b * hkv * group * m * n * (d + e + 16) <= WORK:
            break
    sizes = [b, hkv, group, m, n, d, e]
    if r.random() < 0.04:
        sizes[r.choice([0, 3, 4, 5, 6])] = 0
    return sizes


def pick_dims(r, sizes):
    mode = r.choice(["static", "dynamic", "mixed"])
    static = {"static": 1.0, "dynamic": 0.0, "mixed": 0.5}[mode]
    return mode, [Dim(size, r.random() < static) for size in sizes]


def shared_heads(r, heads, hkv):
    """The leading axis of keys or values: as many, fewer, or broadcast."""
    choice = r.random()
    if choice < 0.7:
        return hkv
    return heads if choice < 0.9 else Dim(1, heads.static)


def make_input(p, r, dims, element, rank, scale):
    """A query, key or value, now and then stored as (B, S, H, D). Returns its
    name and type."""
    size = count(dims)
    if r.random() < 0.3 and size <= 20000:
        value = [scale * r.gauss(0, 1) for _ in range(size)]
    else:
        value = f"random:{r.randrange(1 << 30)}"
    type = tensor(dims, element)
    if rank < 3 or r.random() < 0.75:
        return p.argument(dims, element, value)
    order = list(range(rank))
    order[-3], order[-2] = order[-2], order[-3]
    source, source_type = p.argument([dims[i] for i in order], element, value)
    p.features.append("transposed")
    b = p.body
    sizes = [b.dim((source, source_type), order[i]) for i in range(rank) if not dims[i].static]
    empty = b.let(f"tensor.empty({', '.join(sizes)}) : {type}")
    return b.let(f"linalg.transpose ins({source} : {source_type}) outs({empty} : {type}) "
                 f"permutation = {order}"), type


def add_score(p, g, q, k, scores_type, element, features):
    """`q` may be None. Returns the scores."""
    r, d = g.random, features
    scale = r.choice([0.5, 1, 1, 2, 4, -1]) / math.sqrt(max(d.size, 1))
    if q and r.random() < 0.6:
        p.features.append("dot")
        return p.body.let(f"attn.score dot({q[0]}, {k[0]}) scale({scale:.6f}) : "
                          f"{q[1]}, {k[1]} -> {scores_type}")
    function, params = r.choice(pieces.WITH_QUERY if q else pieces.WITHOUT_QUERY)
    p.features.append(function.__name__)
    operands = [x for x in (q, k) if x]
    listed = []
    for _ in range(params):
        leading = g.leading[len(g.leading) - r.choice([0, 0, 0, *range(len(g.leading) + 1)]):]
        leading = [Dim(1, True) if r.random() < 0.3 else x for x in leading]
        listed.append(p.argument(leading + [d], element, g.seed()))
    head = f"attn.score pairwise({', '.join(x[0] for x in operands)})"
    if listed:
        head += f" params({', '.join(x[0] for x in listed)})"
    types = ", ".join(x[1] for x in operands + listed)

    def fill(b, names):
        query = names[0] if q else None
        rest = names[1:] if q else names
        return function(b, g.type, query, rest[0], rest[1:]), g.type
    return p.body.region(f"{head} scale({scale:.6f})", [g.type] * (len(operands) + params),
                         f": {types} -> {scores_type}", fill)


def add_mod(p, g, type):
    mods = pieces.MODS if g.leading else [m for m in pieces.MODS if m is not pieces.slopes]
    make = g.random.choice(mods)
    p.features.append(make.__name__)
    fill = make(g)
    indices = ["index"] * (len(g.leading) + 2)
    return p.body.region(f"attn.score_mod {g.scores[0]}", [g.type] + indices, f": {type}",
                         lambda b, names: (fill(b, names[0], names[1:]), g.type))


def add_mask(p, g, type):
    if g.random.random() < 0.6:
        make = g.random.choice(pieces.NAMED)
        p.features.append(make.__name__)
        return p.body.let(f"attn.mask {g.scores[0]} {make(g)} : {type}")
    make = g.random.choice(pieces.REGIONS)
    p.features.append(make.__name__)
    keep = make(g)
    return p.body.region(f"attn.mask {g.scores[0]}", ["index"] * (len(g.leading) + 2),
                         f": {type}", lambda b, names: (keep(b, names), "i1"))


def add_lost_digits(p, g, type):
    """A planted bug: f32 has no digits left for (x + 2^20) - 2^20, while the
    reference, in f64, has. Scores come out rounded to eighths."""
    def fill(b, names):
        large = b.const(float(1 << 20), g.type)
        sum = b.op("arith.addf", names[0], large, type=g.type)
        return b.op("arith.subf", sum, large, type=g.type), g.type
    return p.body.region(f"attn.score_mod {g.scores[0]}",
                         [g.type] + ["index"] * (len(g.leading) + 2), f": {type}", fill)


def generate(seed, number, folder, plant=False):
    """Case `number` of `seed`, a function of these two only; its files go to
    `folder`. Returns the path of the function and the values of --input."""
    r = random.Random(f"{seed}/{number}")
    p = Program(folder, str(number))
    sizes = pick_sizes(r)
    mode, (b, hkv, group, m, n, d, e) = pick_dims(r, sizes)
    rank = r.choice([2, 3, 4, 4, 4])
    element = "f32" if plant else r.choice(["f32", "f32", "f16", "bf16", "f64"])
    compute = "f64" if element == "f64" else "f32"
    p.features += [element, mode, f"rank{rank}"]

    heads = Dim(hkv.size * group.size, hkv.static and group.static)
    if not heads.static:
        hkv = Dim(hkv.size, False)
    leading = {2: [], 3: [heads], 4: [b, heads]}[rank]

    def of_keys(last):
        axes = [shared_heads(r, heads, hkv)] if rank > 2 else []
        if rank == 4:
            axes.insert(0, Dim(1, b.static) if r.random() < 0.1 and b.size else b)
        return axes + [n, last]

    has_query = r.random() < 0.93
    if not has_query:
        m = Dim(1, True)
        p.features.append("no-query")
    spread = r.choice([0.5, 1.0])
    q = make_input(p, r, leading + [m, d], element, rank, spread) if has_query else None
    k = make_input(p, r, of_keys(d) if has_query else leading + [n, d], element, rank, spread)
    v = make_input(p, r, of_keys(e), element, rank, 1.0)

    scores_type = tensor(leading + [m, n], compute)
    g = pieces.context(random=r, type=compute, program=p, leading=leading, m=m, n=n,
                       scores=None)
    steps = [add_mod] * r.choice([0, 0, 1, 1, 2]) + [add_mask] * r.choice([0, 1, 1, 2, 3])
    r.shuffle(steps)
    if plant:
        steps = [add_lost_digits]
    scores = add_score(p, g, q, k, scores_type, element, d)
    for step in steps:
        g.scores = scores, scores_type
        scores = step(p, g, scores_type)

    sink, lse_type = "", tensor(leading + [m], compute)
    if r.random() < 0.2:
        name, type = p.argument(leading[-1:], compute, g.seed())
        sink = f" sink({name} : {type})"
        p.features.append("sink")
    weights = p.fresh()
    has_lse = r.random() < 0.4
    lse = p.fresh() if has_lse else None
    weights_type = tensor(leading + [m, n], pieces.weights_of(g, element))
    arrow = f" -> {weights_type}" if weights_type != scores_type else ""
    if arrow:
        p.features.append("weights-16")
    p.body.say(f"{weights}{f', {lse}' if lse else ''} = attn.softmax {scores}{sink} : "
               f"{scores_type}{arrow}{f', {lse_type}' if lse else ''}")
    out_type = tensor(leading + [m, e], compute if r.random() < 0.15 else element)
    out = p.body.let(f"attn.weighted_sum {weights}, {v[0]} : {weights_type}, {v[1]} -> {out_type}")
    results = [(out, out_type)]
    if lse:
        results.append((lse, lse_type))
        p.features.append("lse")
    if r.random() < 0.04:
        results.append((weights, weights_type))  # someone looks at the weights, too
        p.features.append("weights")

    path = folder / f"{number}.mlir"
    path.write_text(p.text(results))
    return path, p.inputs
