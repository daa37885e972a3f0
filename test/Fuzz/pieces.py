# What attention is made of: score functions, score_mods, masks and the type of
# weights, each at random. Whatever decides which keys stay is computed exactly (from integers
# or inputs, not from scores), as rounding may not move it.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import math
from types import SimpleNamespace

from program import Dim

# score functions ------------------------------------------------------------
# f(block, type, query or None, key, params) -> value; NUMBER of parameters.


def additive(b, t, q, k, w):
    sum = b.op("arith.addf", q, k, type=t) if q else k
    return b.op("arith.mulf", w[0], b.op("math.tanh", sum, type=t), type=t)


def squared_distance(b, t, q, k, w):
    difference = b.op("arith.subf", q, k, type=t)
    return b.op("arith.mulf", difference, difference, type=t)


def absolute_distance(b, t, q, k, w):
    return b.op("math.absf", b.op("arith.subf", q, k, type=t), type=t)


def product(b, t, q, k, w):
    return b.op("arith.mulf", *([q, k] if q else [w[0], k]), type=t)


def bilinear(b, t, q, k, w):
    return b.op("arith.mulf", w[0], b.op("arith.mulf", q, k, type=t), type=t)


def relu_of_two(b, t, q, k, w):
    first = b.op("arith.mulf", w[0], q or k, type=t)
    sum = b.op("arith.addf", first, k, type=t)
    relu = b.op("arith.maximumf", sum, b.const(0.0, t), type=t)
    return b.op("arith.mulf", w[1], relu, type=t)


def larger(b, t, q, k, w):
    return b.select(b.cmp("ogt", q, k, type=t), q, k, t)


def branching(b, t, q, k, w):
    def negated(inner):
        return inner.op("arith.negf", k, type=t)
    return b.branch(b.cmp("olt", q, k, type=t), lambda inner: q, negated, t)


WITH_QUERY = [(additive, 1), (squared_distance, 0), (absolute_distance, 0), (product, 0),
              (bilinear, 1), (relu_of_two, 2), (larger, 0), (branching, 0)]
WITHOUT_QUERY = [(additive, 1), (product, 1), (relu_of_two, 2)]

# score_mods -----------------------------------------------------------------
# f(g, block, x, index) -> score. `g` has: random, type, program, leading, m, n,
# scores (the tensor and its type), and may add arguments to the program.


def softcap(g):
    cap = g.random.choice([2.0, 5.0, 30.0])

    def fill(b, x, at):
        c = b.const(cap, g.type)
        ratio = b.op("arith.divf", x, c, type=g.type)
        return b.op("arith.mulf", b.op("math.tanh", ratio, type=g.type), c, type=g.type)
    return fill


def slopes(g):
    """ALiBi: each head has a slope, read from a tensor."""
    heads = g.leading[-1:]
    table = g.program.argument(heads, g.type, g.seed())

    def fill(b, x, at):
        slope = b.extract(table, at[-3:-2])
        apart = b.to_float(b.index("arith.subi", at[-1], at[-2]), g.type)
        step = b.op("arith.mulf", apart, b.const(0.0625, g.type), type=g.type)
        return b.op("arith.addf", x, b.op("arith.mulf", slope, step, type=g.type), type=g.type)
    return fill


def relative_bias(g):
    """table[i - j + N - 1]."""
    size = Dim(max(g.m.size + g.n.size - 1, 1), g.random.random() < 0.5)
    table = g.program.argument([size], g.type, g.seed())
    n = g.program.body.dim(g.scores, len(g.leading) + 1)

    def fill(b, x, at):
        last = b.index("arith.subi", n, b.const(1, "index"))
        place = b.index("arith.addi", b.index("arith.subi", at[-2], at[-1]), last)
        return b.op("arith.addf", x, b.extract(table, [place]), type=g.type)
    return fill


def bucket_bias(g):
    """A table of 8 distances, clamped: as T5 does, without its logarithm."""
    table = g.program.argument(g.leading[-1:] + [Dim(8, True)], g.type, g.seed())

    def fill(b, x, at):
        apart = b.index("arith.subi", at[-2], at[-1])
        low = b.index("arith.maxsi", apart, b.const(0, "index"))
        place = b.index("arith.minsi", low, b.const(7, "index"))
        return b.op("arith.addf", x, b.extract(table, at[-3:-2] + [place]), type=g.type)
    return fill


def dense_bias(g):
    axes = g.random.randint(1, len(g.leading) + 2)
    table = g.program.argument((g.leading + [g.m, g.n])[-axes:], g.type, g.seed())
    return lambda b, x, at: b.op("arith.addf", x, b.extract(table, at[-axes:]), type=g.type)


def removing(g):
    """A score_mod may remove a key itself."""
    keep = g.random.choice(REGIONS)(g)

    def fill(b, x, at):
        return b.select(keep(b, at), x, b.const(-math.inf, g.type), g.type)
    return fill


def branching_mod(g):
    """Only one side of an scf.if may read its table."""
    axis, _ = g.random.choice([(-2, g.m), (-1, g.n)])
    table = g.program.argument([g.m if axis == -2 else g.n], g.type, g.seed())
    condition = g.random.choice(REGIONS)(g)

    def fill(b, x, at):
        def then(inner):
            return inner.op("arith.addf", x, inner.extract(table, at[axis:][:1]), type=g.type)

        def other(inner):
            return inner.op("arith.mulf", x, inner.const(0.5, g.type), type=g.type)
        return b.branch(condition(b, at), then, other, g.type)
    return fill


def leaky(g):
    def fill(b, x, at):
        positive = b.cmp("ogt", x, b.const(0.0, g.type), type=g.type)
        return b.select(positive, x, b.op("arith.mulf", x, b.const(0.25, g.type), type=g.type),
                        g.type)
    return fill


def functions(g):
    name, = g.random.sample(["math.tanh", "math.absf", "math.exp", "math.log1p", "math.sin",
                             "math.erf", "math.sqrt"], 1)

    def fill(b, x, at):
        # Into a range where the function has no large slope.
        if name in ("math.exp", "math.log1p", "math.sqrt"):
            x = b.op("math.absf", x, type=g.type)
        if name == "math.exp":
            x = b.op("arith.negf", x, type=g.type)
        if name == "math.sqrt":
            x = b.op("arith.addf", x, b.const(0.5, g.type), type=g.type)
        return b.op(name, x, type=g.type)
    return fill


MODS = [softcap, softcap, slopes, slopes, relative_bias, bucket_bias, dense_bias, removing,
        branching_mod, leaky, functions]

# conditions on indices ------------------------------------------------------
# f(g) -> fill(block, index) -> i1.


def not_diagonal(g):
    return lambda b, at: b.cmp("ne", at[-2], at[-1])


def shifted_causal(g):
    shift = g.random.randint(-20, 20)
    return lambda b, at: b.cmp(g.random.choice(["sle", "slt"]), at[-1],
                               b.index("arith.addi", at[-2], b.const(shift, "index")))


def blocks(g):
    size = g.random.choice([1, 4, 16, 24, 64])
    op = g.random.choice(["arith.divsi", "arith.divui", "arith.floordivsi"])

    def fill(b, at):
        s = b.const(size, "index")
        return b.cmp("eq", b.index(op, at[-2], s), b.index(op, at[-1], s))
    return fill


def strided(g):
    step, rest = g.random.randint(2, 5), g.random.randint(0, 1)

    def fill(b, at):
        sum = b.index("arith.addi", at[-2], at[-1])
        return b.cmp("eq", b.index("arith.remui", sum, b.const(step, "index")),
                     b.const(rest, "index"))
    return fill


def unsigned(g):
    """i - j < size with wrap-around: a causal window in one comparison."""
    size = g.random.randint(0, 40)
    return lambda b, at: b.cmp("ult", b.index("arith.subi", at[-2], at[-1]),
                               b.const(size, "index"))


def by_head(g):
    """j <= i + c * h: the tiles differ from head to head."""
    if not g.leading:
        return shifted_causal(g)
    factor = g.random.choice([-7, -1, 1, 16])

    def fill(b, at):
        shift = b.index("arith.muli", at[-3], b.const(factor, "index"))
        return b.cmp("sle", at[-1], b.index("arith.addi", at[-2], shift))
    return fill


def hashed(g):
    """Nothing that an analysis could follow."""
    factor = g.random.choice([7, 2654435761])

    def fill(b, at):
        mixed = b.index("arith.xori", b.index("arith.muli", at[-2], b.const(factor, "index")),
                        at[-1])
        return b.cmp("ne", b.index("arith.andi", mixed, b.const(3, "index")),
                     b.const(0, "index"))
    return fill


def table_of(g):
    axes = g.random.randint(1, len(g.leading) + 2)
    table = g.program.argument((g.leading + [g.m, g.n])[-axes:], "i1", g.seed())
    return lambda b, at: b.extract(table, at[-axes:])


def same_document(g):
    ids = [g.program.argument([dim], "i32", f"random:{g.random.randrange(1000)}")
           for dim in (g.m, g.n)]

    def fill(b, at):
        q, k = b.extract(ids[0], at[-2:-1]), b.extract(ids[1], at[-1:])
        return b.cmp(g.random.choice(["eq", "sge"]), q, k, type="i32")
    return fill


def limit_of_row(g):
    """j < n[i]: one length for each query, not in order."""
    values = [g.random.randint(0, g.n.size) for _ in range(g.m.size)]
    table = g.program.argument([g.m], "i64", values)

    def fill(b, at):
        limit = b.let(f"arith.index_cast {b.extract(table, at[-2:-1])} : i64 to index")
        return b.cmp("slt", at[-1], limit)
    return fill


def constant(g):
    value = g.random.choice(["true", "false"])
    return lambda b, at: b.let(f"arith.constant {value}")


def combined(g):
    one, two = (g.random.choice(REGIONS)(g) for _ in range(2))
    op = g.random.choice(["arith.andi", "arith.ori", "arith.xori"])
    return lambda b, at: b.op(op, one(b, at), two(b, at), type="i1")


def branching_condition(g):
    one, two, three = (g.random.choice(REGIONS)(g) for _ in range(3))
    return lambda b, at: b.branch(one(b, at), lambda c: two(c, at), lambda c: three(c, at), "i1")


REGIONS = [not_diagonal, shifted_causal, blocks, strided, unsigned, by_head, hashed, table_of,
           same_document, limit_of_row, constant, combined, branching_condition]

# masks ----------------------------------------------------------------------
# f(g) -> the text of the form, for the forms without a region.


def top_left(g):
    return g.random.choice(["", "", " top_left"])


def batch(g):
    """The axis B of lengths and segments; now and then broadcast."""
    if not g.leading:
        return []
    return [Dim(1, True)] if g.random.random() < 0.15 else g.leading[:1]


def lengths_of(g, dims):
    n = g.n.size
    edge = [0, n, max(n - 1, 0), min(n, 1), min(n, 16), min(n, 64)]
    values = [g.random.choice(edge + [g.random.randint(0, n)]) for _ in range(
        dims[0].size if dims else 1)]
    element = g.random.choice(["i32", "i64"])
    name, type = g.program.argument(dims, element, values)
    return f"{name} : {type}"


def causal(g):
    return "causal" + top_left(g)


def window(g):
    left, right = (g.random.choice([-1, 0, 1, 5, 16, 100]) for _ in range(2))
    return f"window({left}, {right}){top_left(g)}"


def lengths(g):
    return f"lengths({lengths_of(g, batch(g))})"


def prefix(g):
    return f"prefix({lengths_of(g, batch(g))}){top_left(g)}"


def segments(g):
    dims = [batch(g) + [axis] for axis in (g.m, g.n)]
    pairs = []
    in_order = g.random.random() < 0.5
    for d in dims:
        size = math.prod(x.size for x in d)
        values = [g.random.randrange(4) for _ in range(size)]
        pairs.append(g.program.argument(d, "i64", sorted(values) if in_order else values))
    return "segments({}, {} : {}, {})".format(*(p[i] for i in (0, 1) for p in pairs))


def dense(g):
    dims = (g.leading + [g.m, g.n])[-g.random.randint(1, len(g.leading) + 2):]
    dims = [Dim(1, True) if g.random.random() < 0.2 else d for d in dims]
    name, type = g.program.argument(dims, "i1", g.seed())
    return f"dense({name} : {type})"


NAMED = [causal, causal, window, window, lengths, prefix, segments, dense]


# weights --------------------------------------------------------------------


def weights_of(g, element):
    """The type of the weights; 16-bit inputs allow weights of theirs."""
    if element in ("f16", "bf16") and g.random.random() < 0.4:
        return element
    return g.type


def context(**fields):
    """What the pieces see of the program they are made for."""
    g = SimpleNamespace(**fields)
    g.seed = lambda: f"random:{g.random.randrange(1 << 30)}"
    return g
