#!/usr/bin/env python3
# attn-run --check, but the code is for AArch64 and runs in an emulator:
#   emulate.py FILE.mlir [OPTIONS OF attn-run]
#   emulate.py --run-lines FILE.mlir...     what RUN or EMULATE lines check
#
# attn-run writes an object, qemu runs it, and attn-run compares the results with
# the reference, as it does with its own. --plant compiles the function with
# another scale, to see that it is found.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import functools
import math
import os
import re
import shlex
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

TRIPLE = "aarch64-linux-gnu"
CALL = Path(__file__).resolve().parent / "Inputs" / "call.c"
BYTES = {"f16": 2, "bf16": 2, "f32": 4, "f64": 8, "i1": 1, "i8": 1, "i32": 4, "i64": 8,
         "index": 8}
TIMEOUT = 120


class Wrong(Exception):
    pass


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
    if done.returncode:
        raise Wrong(f"{Path(command[0]).name}: exit {done.returncode}\n"
                    f"{done.stdout}{done.stderr}".strip())
    return done.stdout


class Type:
    """tensor<2x?xf32>, or the same without tensor<>."""

    def __init__(self, text):
        *sizes, self.element = text.split("x")
        if self.element == "inde":  # "index" ends in an x
            sizes, self.element = text.split("x")[:-2], "index"
        self.sizes = [None if size == "?" else int(size) for size in sizes]

    def __str__(self):
        return "x".join([*map(str, self.sizes), self.element])


def signature(source, entry):
    """The types of arguments and results."""
    name = rf"@{entry}" if entry else r"@\w+"
    text = re.sub(r"//.*", "", source)
    found = re.search(rf"func\.func (?:public )?{name}\((.*?)\)\s*->\s*([^{{]*)", text, re.S)
    if not found:
        raise Wrong(f"no function {entry} that returns tensors")
    if re.search(r":(?!\s*tensor<)", found[1]):
        raise Wrong("an argument is no tensor")
    return [[Type(x) for x in re.findall(r"tensor<([^>]*)>", part)] for part in found.groups()]


def input_files(attn_run, folder, types, specs):
    """The values of --input, as (sizes, path of the bytes): found out by a function
    that returns its arguments."""
    given = []
    for type, spec in zip(types, specs, strict=True):
        left = spec.split("=")[0]
        given.append(Type(left) if re.fullmatch(r"(\d+x)*\w+", left) and
                     left.split("x")[-1] in BYTES else type)
    listed = ", ".join(f"%{i}: tensor<{type}>" for i, type in enumerate(given))
    names = ", ".join(f"%{i}" for i in range(len(given)))
    tensors = ", ".join(f"tensor<{type}>" for type in given)
    program = folder / "inputs.mlir"
    program.write_text(f"func.func @f({listed}) -> ({tensors}) {{\n"
                       f"  return {names} : {tensors}\n}}\n")
    paths = [folder / f"input-{i}.npy" for i in range(len(given))]
    run(attn_run, program, "--reference", *(f"--input={spec}" for spec in specs),
        *(f"--output=@{path}" for path in paths))
    return list(zip(given, paths))


def npy_data(path):
    """The elements of a file of version 1."""
    data = path.read_bytes()
    return data[10 + struct.unpack("<H", data[8:10])[0]:]


def words(*numbers):
    return struct.pack(f"<{len(numbers)}q", *numbers)


@functools.cache
def driver():
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name) / "call.o"
    run("clang", f"--target={TRIPLE}", "-O1", "-Wall", "-Werror", "-c", CALL, "-o", path)
    return folder, path


def plant_bug(source):
    wrong = re.sub(r"scale\(([^)]*)\)", lambda m: f"scale({float(m[1]) * 1.05:.6f})", source)
    if wrong == source:
        raise Wrong("there is no scale to plant a bug in")
    return wrong


@functools.cache
def executable(attn_run, source, entry, options):
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name)
    (path / "f.mlir").write_text(source)
    run(attn_run, path / "f.mlir", "--emit=obj", "-o", path / "f.o", "--threads=1",
        f"--mtriple={TRIPLE}", *([f"--entry={entry}"] if entry else []), *options)
    symbols = run("llvm-nm", "--defined-only", path / "f.o")
    symbol = re.search(r"T (_mlir_ciface_\w+)", symbols)[1]
    run("clang", f"--target={TRIPLE}", "-fuse-ld=lld", "-static", driver()[1], path / "f.o",
        f"-Wl,--defsym=attn_entry={symbol}", "-lm", "-o", path / "f")
    return folder, path / "f"


def emulate(arguments, plant=False, attn_run="attn-run"):
    """What attn-run says of the results."""
    file, entry, specs, options = None, "", [], []
    for argument in arguments:
        name, _, value = argument.partition("=")
        if not argument.startswith("-"):
            file = argument
        elif name == "--entry":
            entry = value
        elif name == "--input":
            specs.append(value)
        elif name not in ("--check", "--threads", "--output"):
            options.append(argument)
    source = Path(file).read_text()
    arguments, results = signature(source, entry)
    wrong = plant_bug(source) if plant else source
    binary = executable(attn_run, wrong, entry, tuple(options))[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs = input_files(attn_run, folder, arguments, specs)
        with open(folder / "inputs", "wb") as out:
            out.write(words(len(inputs)))
            for type, path in inputs:
                out.write(words(len(type.sizes), BYTES[type.element], *type.sizes))
                out.write(npy_data(path))
            out.write(words(len(results)))
            for type in results:
                out.write(words(len(type.sizes), BYTES[type.element]))
        run("qemu-aarch64", "-cpu", "max", binary, folder / "inputs", folder / "outputs")

        data, given = (folder / "outputs").read_bytes(), []
        for i, type in enumerate(results):
            rank = len(type.sizes)
            type.sizes = list(struct.unpack(f"<{rank}q", data[:8 * rank]))
            end = 8 * rank + BYTES[type.element] * math.prod(type.sizes)
            (folder / f"{i}.bin").write_bytes(data[8 * rank:end])
            given.append(f"--given_output={type}=@{folder}/{i}.bin")
            data = data[end:]
        if data:
            raise Wrong("there is more output than results")
        return run(attn_run, file, *([f"--entry={entry}"] if entry else []), "--check",
                   *(f"--input=@{path}" for _, path in inputs), *given)


def run_lines(path):
    """The checks of a file, as arguments of attn-run."""
    lines = re.findall(r"^// (?:RUN: attn-run %s|EMULATE:) (.*--.*)", Path(path).read_text(),
                       re.M)
    for line in lines:
        words = shlex.split(line.split("|")[0])
        if "--check" in words:
            yield [path, *words]


def main(arguments):
    plant = "--plant" in arguments
    arguments = [x for x in arguments if x != "--plant"]
    commands = [arguments]
    if "--run-lines" in arguments:
        paths = [x for x in arguments if not x.startswith("-")]
        options = [x for x in arguments if x.startswith("-") and x != "--run-lines"]
        commands = [[*line, *options] for path in paths for line in run_lines(path)]
    failed = 0
    for command in commands:
        print(" ".join(os.path.basename(x) if x.endswith(".mlir") else x for x in command))
        try:
            print(emulate(command, plant), end="", flush=True)
        except Wrong as wrong:
            print(f"error: {wrong}", flush=True)
            failed += 1
    print(f"{len(commands)} emulated, {failed} failed")
    return bool(failed) or not commands


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
