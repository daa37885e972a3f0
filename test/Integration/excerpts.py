# The IR shown in Markdown files is what the compiler prints:
#   excerpts.py FILE.md...   or   excerpts.py --self-test
#
# A fenced block after the comment "<!-- COMMAND -->" must occur in what the
# command prints, and one after "<!-- FILE -->" in the file. In a block, "..."
# stands for anything in a line, a line "..." for any lines; white space does
# not count.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import functools
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"<!-- ((?:attn-|examples/)[^>]*?) -->\n```\w*\n(.*?)```", re.S)


@functools.cache
def source(what):
    if what.startswith("examples/"):
        return (ROOT / what).read_text()
    run = subprocess.run(shlex.split(what), cwd=ROOT, capture_output=True, text=True)
    return run.stdout if run.returncode == 0 else f"exit status {run.returncode}"


def matches(block, text):
    lines = []
    for line in block.strip().splitlines():
        if line.strip() == "...":
            lines.append(r"(?:.*\n)*?")
            continue
        # Words in order, with any blanks between them.
        words = [r"[^\n]*?".join(map(re.escape, word.split("...")))
                 for word in line.split()]
        lines.append(r"[ \t]*" + r"[ \t]+".join(words) + r"[ \t]*\n")
    return re.search("^" + "".join(lines), text + "\n", re.M) is not None


def stale(markdown):
    """What each excerpt that does not match says it shows."""
    blocks = BLOCK.findall(markdown)
    return [what for what, block in blocks if not matches(block, source(what))]


def self_test():
    example = "examples/causal.mlir"
    good = "%s = attn.score dot(...) scale(0.125)\n...\n%p = attn.softmax %m : tensor<8x512x512xf32>\n"
    page = "<!-- %s -->\n```mlir\n%s```\n"
    assert stale(page % (example, good)) == []
    for bad in (good.replace("0.125", "0.25"), good.replace("...\n", ""), good + "return %p\n"):
        assert stale(page % (example, bad)) == [example], bad
    assert stale(page % ("attn-opt --no-such-flag", good))


def main(args):
    if args == ["--self-test"]:
        return self_test()
    for name in args:
        text = Path(name).read_text()
        if not BLOCK.search(text):
            sys.exit(f"{name}: no excerpt")
        if found := stale(text):
            sys.exit("\n".join(f"{name}: not what this shows: {what}" for what in found))


if __name__ == "__main__":
    main(sys.argv[1:])
