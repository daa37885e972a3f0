# Building one function as text, together with the values of its arguments.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import math
import struct
from dataclasses import dataclass, field
from pathlib import Path

INDENT = "  "


@dataclass(frozen=True)
class Dim:
    """An axis: its size in this run, and whether types say it."""

    size: int
    static: bool

    def __str__(self):
        return str(self.size) if self.static else "?"


def tensor(dims, element):
    return "tensor<" + "".join(f"{d}x" for d in dims) + element + ">"


def shaped(dims, element):
    """The type in front of an input's value: 2x8xf32."""
    return "".join(f"{d.size}x" for d in dims) + element


def count(dims):
    return math.prod(d.size for d in dims)


def to_bytes(values, element):
    if element == "bf16":  # the upper half of an f32, rounded to nearest even
        words = struct.unpack(f"<{len(values)}I", struct.pack(f"<{len(values)}f", *values))
        halves = [(w + 0x7FFF + (w >> 16 & 1)) >> 16 if w & 0x7FFFFFFF <= 0x7F800000
                  else w >> 16 | 0x40 for w in words]
        return struct.pack(f"<{len(values)}H", *halves)
    code = {"f16": "e", "f32": "f", "f64": "d", "i1": "B", "i8": "b", "i32": "i", "i64": "q"}
    return struct.pack(f"<{len(values)}{code[element]}", *values)


class Block:
    """Straight-line code; each value gets a name that is free in the function."""

    def __init__(self, program, depth=1):
        self.program, self.depth, self.lines = program, depth, []

    def say(self, line):
        self.lines.append(INDENT * self.depth + line)

    def let(self, op):
        name = self.program.fresh()
        self.say(f"{name} = {op}")
        return name

    def const(self, value, type):
        if type.startswith("f") and isinstance(value, float):
            # MLIR wants infinities as bits.
            bits = {"f32": ("<f", "<I", 8), "f64": ("<d", "<Q", 16)}[type]
            if math.isinf(value):
                word, = struct.unpack(bits[1], struct.pack(bits[0], value))
                return self.let(f"arith.constant 0x{word:0{bits[2]}X} : {type}")
            return self.let(f"arith.constant {value!r} : {type}" if "e" not in repr(value)
                            else f"arith.constant {value:.12f} : {type}")
        return self.let(f"arith.constant {value} : {type}")

    def op(self, name, *operands, type):
        return self.let(f"{name} {', '.join(operands)} : {type}")

    def index(self, name, *operands):
        return self.op(name, *operands, type="index")

    def cmp(self, predicate, a, b, type="index"):
        kind = "cmpf" if type.startswith("f") else "cmpi"
        return self.op(f"arith.{kind} {predicate},", a, b, type=type)

    def select(self, condition, a, b, type):
        return self.op("arith.select", condition, a, b, type=type)

    def to_float(self, index, type):
        wide = self.let(f"arith.index_cast {index} : index to i64")
        return self.let(f"arith.sitofp {wide} : i64 to {type}")

    def extract(self, value, indices):
        name, type = value
        return self.let(f"tensor.extract {name}[{', '.join(indices)}] : {type}")

    def dim(self, value, axis):
        name, type = value
        at = self.const(axis, "index")
        return self.let(f"tensor.dim {name}, {at} : {type}")

    def branch(self, condition, then, other, type):
        """scf.if: `then` and `other` fill a block and return its value."""
        name = self.program.fresh()
        self.say(f"{name} = scf.if {condition} -> ({type}) {{")
        for fill, end in ((then, "} else {"), (other, "}")):
            inner = Block(self.program, self.depth + 1)
            result = fill(inner)
            inner.say(f"scf.yield {result} : {type}")
            self.lines += inner.lines
            self.say(end)
        return name

    def region(self, head, arguments, tail, fill):
        """`head { ^bb0(arguments): ...; attn.yield } tail` as a value."""
        name = self.program.fresh()
        names = [self.program.fresh() for _ in arguments]
        listed = ", ".join(f"{n}: {t}" for n, t in zip(names, arguments))
        self.say(f"{name} = {head} {{")
        self.say(f"^bb0({listed}):")
        inner = Block(self.program, self.depth + 1)
        result, type = fill(inner, names)
        inner.say(f"attn.yield {result} : {type}")
        self.lines += inner.lines
        self.say(f"}} {tail}")
        return name


@dataclass
class Program:
    """func.func @f, what to call it with, and what it is made of."""

    folder: Path
    name: str
    arguments: list = field(default_factory=list)
    inputs: list = field(default_factory=list)
    features: list = field(default_factory=list)
    counter: int = 0

    def __post_init__(self):
        self.body = Block(self)

    def fresh(self):
        self.counter += 1
        return f"%v{self.counter}"

    def argument(self, dims, element, value):
        """A tensor argument: (name, type). `value` is what --input takes after
        the type, or a list of elements, which goes to a file if it is long."""
        if isinstance(value, list):
            if len(value) <= 16 and element not in ("f16", "bf16", "f32", "f64"):
                value = " ".join(map(str, value))
            elif value:
                path = self.folder / f"{self.name}-{len(self.arguments)}.bin"
                path.write_bytes(to_bytes(value, element))
                value = f"@{path}"
        name, type = f"%a{len(self.arguments)}", tensor(dims, element)
        self.arguments.append((name, type))
        self.inputs.append(shaped(dims, element) + (f"={value}" if value else ""))
        return name, type

    def text(self, results):
        """The whole function, returning `results`, pairs of name and type."""
        listed = ", ".join(f"{n}: {t}" for n, t in self.arguments)
        names = ", ".join(n for n, _ in results)
        types = ", ".join(t for _, t in results)
        return "\n".join([f"// {' '.join(self.features)}",
                          f"func.func @f({listed}) -> ({types}) {{", *self.body.lines,
                          f"{INDENT}return {names} : {types}", "}", ""])
