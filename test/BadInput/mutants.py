# mutants.py FOLDER COUNT [SEED]: programs of the examples and of this suite,
# with a few tokens changed at random, are compiled. Most are malformed; none may
# end in a signal, run long, or be refused without a message.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Room for a slow machine: what is looked for does not end at all.
DEADLINE = 60
FINE = {"compiled", "refused", "refused with a crash"}
NUMBERS = ["-1", "0", "1", "?", "9223372036854775807", "99999999999999999999", "1e300", "0x7FC00000"]
TYPES = ["f16", "bf16", "f64", "i1", "i64", "index", "tensor<?x?xf32>", "tensor<*xf32>",
         "vector<[4]xf32>", "memref<?xf32>", "tensor<0x0xf32>", "none"]
SIZES = ["0", "1", "3", "17", "128", "4096", "1099511627776", "?"]
# What may stand for one another.
ALIKE = [
    ["arith.addf", "arith.subf", "arith.mulf", "arith.divf", "arith.maximumf", "arith.remf"],
    ["arith.addi", "arith.subi", "arith.muli", "arith.divsi", "arith.remui", "arith.shli", "arith.floordivsi"],
    ["arith.andi", "arith.ori", "arith.xori"],
    ["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"],
    ["math.exp", "math.tanh", "math.sqrt", "math.absf", "math.sin", "math.erf", "math.log"],
    ["causal", "causal top_left", "window(3, 0)", "window(-1, -1)", "window(9223372036854775807, 0)"],
    ["reduction", "parallel"],
    ["lengths", "prefix"],
]
WORDS = ["causal", "top_left", "lengths", "prefix", "dense", "window", "sink", "scale", "params",
         "pairwise", "dot", "attn.fused", "attn.step", "attn.merge", "attn.yield", "scf.yield"]


def programs():
    """Each seed with the name of its first function."""
    paths = sorted(path for folder in ["examples", "test/Integration", "test/BadInput"]
                   for path in (ROOT / folder).rglob("*.mlir"))
    for path in paths:
        text = re.sub(r"//.*\n", "\n", path.read_text())
        if entry := re.search(r"func\.func @(\w+)", text):
            yield path.name, text, entry[1]


def change_everywhere(text, rng):
    """A small change that often gives a valid program: it reaches the passes."""
    kind = rng.randrange(3)
    if kind == 0:  # one size
        sizes = re.findall(r"(?<![\w.])\d+(?=x)|(?<=x)\d+(?=x)|\?(?=x)", text)
        size = rng.choice(sizes or ["1"])
        return re.sub(rf"(?<![\w.]){re.escape(size)}(?=x)|(?<=x){re.escape(size)}(?=x)", rng.choice(SIZES), text)
    if kind == 1:  # one element type
        old, new = rng.sample(["f16", "bf16", "f32", "f64", "i1", "i32", "i64", "index"], 2)
        return re.sub(rf"(?<![a-z]){old}\b", new, text)
    for group in rng.sample(ALIKE, len(ALIKE)):  # one operation or word
        places = [match.span() for match in re.finditer(r"[\w.]+", text) if match[0] in group]
        if places:
            start, end = rng.choice(places)
            return text[:start] + rng.choice(group) + text[end:]
    return text


def change_tokens(text, rng):
    tokens = re.findall(r"\s+|[%@^#!]?[\w.$]+|->|.", text)
    for _ in range(rng.choice([1, 1, 2, 3, 5])):
        i, j = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        kind = rng.randrange(6)
        if kind == 0:
            del tokens[i]
        elif kind == 1:
            tokens[i] = tokens[j]
        elif kind == 2:
            tokens.insert(i, tokens[j])
        elif kind == 3:
            del tokens[i:i + rng.randrange(1, 20)]
        elif kind == 4:  # one value for another
            values = [p for p, token in enumerate(tokens) if token.startswith("%")]
            if values:
                tokens[rng.choice(values)] = tokens[rng.choice(values)]
        else:
            tokens[i] = rng.choice(NUMBERS + TYPES + WORDS)
        if len(tokens) < 2:
            break
    return "".join(tokens)


def mutate(text, rng):
    for _ in range(rng.choice([0, 1, 2])):
        text = change_everywhere(text, rng)
    return change_tokens(text, rng) if rng.random() < 0.6 else change_everywhere(text, rng)


def run(path, entry, route):
    """A word for what happened, and stderr."""
    command = ["attn-run", path.name, f"--entry={entry}", "--stop-after=llvm", f"--route={route}"]
    try:
        result = subprocess.run(command, cwd=path.parent, capture_output=True, timeout=DEADLINE)
    except subprocess.TimeoutExpired:
        return "endless", ""
    text = result.stderr.decode(errors="replace")
    if result.returncode < 0 or result.returncode >= 128 or "PLEASE submit" in text:
        return "signal", text
    if result.returncode == 0:
        return "compiled", text
    if "the parser crashes" in text:
        # MLIR's own bugs are not ours to mend, but a verifier of ours is run by the parser, too.
        trace = subprocess.run(["attn-opt", path], capture_output=True, text=True).stderr
        return ("signal", trace) if "mlir::attn::" in trace else ("refused with a crash", text)
    return "refused" if "error: " in text else "refused without a message", text


def main(folder, count, seed=1):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    seeds = list(programs())
    counts = Counter()
    for number in range(int(count)):
        rng = random.Random(f"{seed}.{number}")
        name, text, entry = rng.choice(seeds)
        path = folder / f"{seed}-{number}.mlir"
        path.write_text(mutate(text, rng))
        kind, text = run(path, entry, rng.choice(["fused", "fused", "naive"]))
        counts[kind] += 1
        if kind in FINE:
            path.unlink()
        else:
            print(f"{path}, of {name}: {kind}: {text[:1500]}")
    print(", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())))
    return set(counts) - FINE


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)
