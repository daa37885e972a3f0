# The rules of docs/Architecture.md, checked: rules.py RULE [ROOT [LLVM_INCLUDE]]
#
# Each rule is a generator of violations. "rules.py --self-test RULE" plants
# violations in an empty tree and demands that each one is found.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

CODE = {".cpp", ".h", ".td", ".py"}
MAX_LINES = 500


def files(root, *folders):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in CODE and path.is_file():
                yield path, path.relative_to(root).as_posix()


# includes -------------------------------------------------------------------


def room_table(root):
    """The fenced table: room -> (rooms it may include, may include MLIR)."""
    text = (root / "docs/Architecture.md").read_text()
    rows = re.search(r"```rooms\n(.*?)```", text, re.S)[1].splitlines()[1:]
    table = {}
    for room, allowed, mlir in (map(str.strip, row.split("|")) for row in rows):
        table[room] = ([a.strip() for a in allowed.split(",") if a.strip()], mlir == "yes")
    return table


def room_of(path, table):
    """lib/Codegen/CPU/X.cpp, attn/Codegen/CPU/X.h -> Codegen/CPU."""
    if path.startswith("tools/"):
        return "tools"
    inner = re.sub(r"^(include/attn|lib|attn|include/attn-c|attn-c)/", "", path)
    if path.startswith(("include/attn-c/", "attn-c/")):
        return "CAPI"
    if "/" not in inner:  # attn/InitAll.h: the door to everything
        return "Pipelines"
    rooms = [r for r in table if inner.startswith(r + "/")]
    return max(rooms, key=len, default=None)


def includes(root):
    table = room_table(root)
    for i, (room, (allowed, _)) in enumerate(table.items()):
        for other in set(allowed) - set(list(table)[:i]) - {"Passes.h of all"}:
            yield f"docs/Architecture.md: {room} may include {other}, which is not above it"
    for path, name in files(root, "include", "lib", "tools"):
        room = room_of(name, table)
        if room is None:
            yield f"{name}: belongs to no room of docs/Architecture.md"
            continue
        allowed, mlir = table[room]
        text = path.read_text()
        for include in re.findall(r'^\s*#?include\s+["<]([^">]+)[">]', text, re.M):
            if include.startswith("../") or "/../" in include:
                yield f"{name}: includes {include}, outside of its folder"
            elif include.startswith(("mlir/", "mlir-c/", "llvm/")) and not mlir:
                yield f"{name}: {room} includes {include} of MLIR or LLVM"
            elif include.startswith(("attn/", "attn-c/")):
                other = room_of(include, table)
                if other == room:
                    continue
                passes = re.search(r"/Passes\.(h|td)", include)
                if passes and "Passes.h of all" in allowed:
                    continue
                if other not in allowed or (passes and other != "Pipelines"):
                    yield f"{name}: {room} includes {include}"
        if room != "tools" and re.search(r"\bcl::(opt|list|bits|alias)\b", text):
            yield f"{name}: cl::opt outside of tools"


# sizes ----------------------------------------------------------------------


def sizes(root):
    for path, name in files(root, "include", "lib", "tools"):
        lines = len(path.read_text().splitlines())
        if lines > MAX_LINES:
            yield f"{name}: {lines} lines, at most {MAX_LINES}"


# described ------------------------------------------------------------------


def described(root, llvm_include="/usr/lib/llvm-22/include"):
    """Asks TableGen itself, so that nothing inherited is missed."""
    seen = set()
    for path, name in files(root, "include"):
        if path.suffix != ".td":
            continue
        run = subprocess.run(
            ["llvm-tblgen", "--dump-json", "-I", root / "include", "-I", llvm_include, path],
            capture_output=True, text=True)
        if run.returncode:
            yield f"{name}: {run.stderr.strip()}"
            continue
        records = json.loads(run.stdout)
        kinds = records["!instanceof"]
        for key in kinds.get("PassBase", []) + kinds.get("Op", []):
            record = records[key]
            # Upstream's ops come along through includes; a pass never does.
            dialect = record.get("opDialect", {}).get("def", "Attn")
            if key in seen or not dialect.startswith("Attn"):
                continue
            seen.add(key)
            if not (record.get("summary") or "").strip():
                yield f"{name}: {key} has no summary"
            # What attn.yield does is said by the ops around it.
            if not (record.get("description") or "").strip() and record.get("opName") != "yield":
                yield f"{name}: {key} has no description"


# tidy -----------------------------------------------------------------------


def tidy(root):
    # The brackets keep these lines from matching themselves.
    unfinished = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X])\b")
    machine = re.compile(r"(?<![\w.%}\])])/(work|tmp|home|root)/")
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z"],
                            capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        path = root / name
        if not path.is_file() or b"\0" in (data := path.read_bytes()):
            continue
        for number, line in enumerate(data.decode(errors="replace").splitlines(), 1):
            if unfinished.search(line):
                yield f"{name}:{number}: unfinished"
            if machine.search(line):
                yield f"{name}:{number}: a path of one machine"


# links ----------------------------------------------------------------------


def links(root):
    """Markdown links lead to files, and `Suite.Case` is a unit test."""
    cases = set()
    for path, _ in files(root, "test"):
        cases.update(re.findall(r"\b(?:TEST|TEST_F|TEST_P|TYPED_TEST)\((\w+),\s*(\w+)\)",
                                path.read_text()))
    for path in [*root.glob("*.md"), *(root / "docs").rglob("*.md")]:
        name, text = path.relative_to(root).as_posix(), path.read_text()
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            target = target.split("#")[0]
            if target and "://" not in target and not (path.parent / target).exists():
                yield f"{name}: no file {target}"
        for suite, case in re.findall(r"`([A-Z]\w+)\.([A-Z]\w+)`", text):
            if (suite, case) not in cases:
                yield f"{name}: no unit test {suite}.{case}"


# self-test ------------------------------------------------------------------

ROOMS = """```rooms
room      | may include           | MLIR
Reference |                       | no
IR        |                       | yes
Tiling    | IR                    | yes
Pipelines | IR, Passes.h of all   | yes
tools     | Pipelines             | yes
```"""
OP = """include "mlir/IR/OpBase.td"
def Attn_Dialect : Dialect { let name = "attn"; }
def O : Op<Attn_Dialect, "o"> { %s }
"""
PASS = 'include "mlir/Pass/PassBase.td"\ndef P : Pass<"p", ""> { %s }\n'

# rule -> (files that are fine, [one planted violation each])
PLANTED = {
    "includes": (
        {"docs/Architecture.md": ROOMS,
         "lib/Tiling/Ok.cpp": '#include "attn/IR/AttnOps.h"\n#include "attn/Tiling/Passes.h"\n',
         "lib/Pipelines/Ok.cpp": '#include "attn/Tiling/Passes.h"\n',
         "include/attn/InitAll.h": '#include "attn/IR/Attn.h"\n',
         "tools/attn-opt/attn-opt.cpp": '#include "attn/InitAll.h"\ncl::opt<bool> x;\n'},
        [{"lib/IR/Bad.cpp": '#include "attn/Tiling/TileSizes.h"\n'},  # a later room
         {"lib/IR/Bad.cpp": '#include "../Tiling/TileSizes.h"\n'},
         {"lib/Reference/Bad.cpp": '#include "llvm/ADT/STLExtras.h"\n'},
         {"lib/Reference/Bad.cpp": '#include "attn/IR/AttnOps.h"\n'},
         {"include/attn/Tiling/Bad.h": '#include "attn/IR/Passes.h"\n'},
         {"lib/Pipelines/Bad.cpp": '#include "attn/Tiling/TileSizes.h"\n'},
         {"include/attn/IR/Bad.td": 'include "attn/Tiling/Ops.td"\n'},
         {"lib/Tiling/Bad.cpp": "static llvm::cl::opt<int> size;\n"},
         {"lib/Attic/Bad.cpp": "\n"},  # no such room
         {"docs/Architecture.md": ROOMS.replace("IR        |    ", "IR        | Tiling")}]),
    "sizes": ({"lib/IR/Ok.cpp": "\n" * MAX_LINES}, [{"lib/IR/Bad.td": "\n" * (MAX_LINES + 1)}]),
    "described": (
        {"include/attn/Ok/Passes.td": PASS % 'let summary = "s"; let description = "d";',
         "include/attn/Ok/Ops.td": OP % 'let summary = "s"; let description = "d";'},
        [{"include/attn/Bad/Passes.td": PASS % 'let summary = "s";'},
         {"include/attn/Bad/Passes.td": PASS % 'let description = "d";'},
         {"include/attn/Bad/Ops.td": OP % 'let summary = "s";'},
         {"include/attn/Bad/Passes.td": "not TableGen"}]),
    "links": (
        {"README.md": "[a](docs/a.md#there) [b](https://b.c) `Suite.Case`\n",
         "docs/a.md": "[up](../README.md) `a.td`\n",
         "test/Unit/A.cpp": "TEST(Suite, Case) {}\n"},
        [{"docs/a.md": "[no](b.md)\n"}, {"docs/a/b.md": "`Suite.Other`\n"}]),
    "tidy": ({"a.md": "see /usr/lib and build/work/x\n"},
             [{"a.md": "TO" + "DO: more\n"}, {"a.sh": "cd /wo" + "rk/x\n"}]),
}


def run(rule, fixture):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in fixture.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        subprocess.run("git init -q && git add -A", shell=True, cwd=root, check=True)
        return list(rule(root))


def self_test(rule):
    clean, plants = PLANTED[rule.__name__]
    if found := run(rule, clean):
        yield f"clean tree, but: {found}"
    for plant in plants:
        if not run(rule, {**clean, **plant}):
            yield f"not found: {plant}"


def main(args):
    rules = {rule.__name__: rule for rule in (includes, sizes, described, links, tidy)}
    if args[0] == "--self-test":
        violations = list(self_test(rules[args[1]]))
    else:
        violations = list(rules[args[0]](Path(args[1]), *args[2:]))
    print("\n".join(violations))
    return bool(violations)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
