# The results of ./dev bench as Markdown tables.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import itertools

from peers.cases import TOLERANCE


def mib(count):
    return f"{count / 2**20:.1f} MiB"


def milliseconds(times):
    return f"{times['best'] * 1e3:.0f} / {times['median'] * 1e3:.0f} ms"


def both(pair):
    digits = 2 if pair["best"] >= 0.1 else 3
    return f"{pair['best']:.{digits}f} / {pair['median']:.{digits}f}"


def agreement(r):
    if "declined" in r:
        return r["declined"].replace("|", "\\|")
    error = f"{max(r['difference'], r['error']):.1e}"
    if r.get("wrong"):
        return f"wrong result: {error}, at most {r['tolerance']:.0e}"
    return f"agrees: {error}"


def peer_row(r):
    faster, time = ("-", "-") if "times_faster" not in r else (
        both(r["times_faster"]), f"{r['theirs']['best'] * 1e3:.2f} ms")
    return [r["peer"], r.get("version", ""), faster, time, agreement(r)]


def peer_heading(rows):
    timed = [r for r in rows if "times_faster" in r]
    heading = [f"### {rows[0]['case']}: {rows[0]['shape']}; {rows[0]['threads']} thread(s)"]
    if timed:
        best = min(timed, key=lambda r: r["times_faster"]["median"])
        ours = min(r["ours"]["best"] for r in timed)
        heading += ["", f"attn: {ours * 1e3:.2f} ms. Best peer: {best['peer']}, "
                    f"{best['times_faster']['median']:.2f} times that."]
    return heading


# kind: title, what is in it, columns, row of a result
TABLES = {
    "rate": (
        "Speed",
        "One thread, and one head but for the cases that name heads. Ratio: useful GFLOP/s, two "
        "products for each kept pair of query and key, over those of a loop of multiply-adds "
        "alone, or of dot products of pairs where weights may be of bf16; best of all "
        "repetitions, and median of the ratios to the loop just before and after. Whole tiles: as if every pair "
        "of each tile with a kept one were useful; it says how long a tile takes, beside those "
        "of a full case. Naive: op by op, with the scores in memory.",
        ["case", "length", "kept", "GFLOP/s", "peak", "ratio (best / median)", "whole tiles"],
        lambda r: [r["name"], r["length"], f"{r['kept']:.1%}", f"{r['gflops']['best']:.0f}",
                   f"{r['peak']['best']:.0f}", both(r["ratio"]), f"{r['tile_ratio']['best']:.2f}"]),
    "decode": (
        "One query",
        "A query for each head, many keys. GB/s of keys and values, beside those of a loop that "
        "reads the same memory and does nothing with it, in turn. CPU time of one thread, wall "
        "time of two.",
        ["case", "keys", "MiB", "GB/s", "plain reading", "ratio (best / median)"],
        lambda r: [r["name"], r["length"], f"{r['bytes'] / 2**20:.0f}", f"{r['rate']:.1f}",
                   f"{r['peak']:.1f}", both(r["ratio"])]),
    "pairwise": (
        "Scores that are no dot product",
        "One thread, 128 features. Additive: w . tanh(q + k). Pooling: a score of the key alone, "
        "and keys that are the values, too. Tanh a second, beside those of a loop of the same "
        "tanh in the first-level cache, in turn; or GB/s of keys and values, read once, beside "
        "plain reading.",
        ["case", "keys", "MiB", "rate", "beside", "its rate", "ratio (best / median)"],
        lambda r: [r["name"], r["length"], f"{r['bytes'] / 2**20:.1f}",
                   f"{r['rate']:.2f} {r['unit']}", r["beside"], f"{r['peak']:.2f}",
                   both(r["ratio"])]),
    "threads": (
        "Two threads",
        "CPU time of both together over that of one; the part of it in the calling thread, half "
        "if tiles are shared evenly; how much sooner they are done, beside what two threads that "
        "only multiply and add gain on the same machine at the same time: two cores of a virtual "
        "machine may be one.",
        ["case", "CPU time", "calling thread", "speedup", "speedup of the peak"],
        lambda r: [r["name"], f"{r['cpu_ratio']:.2f}", f"{r['own_part']:.0%}",
                   f"{r['speedup']:.2f}",
                   f"{r['speedup_of_peak']:.2f}"]),
    "memory": (
        "Memory",
        "What the resident set grows by in one causal call, without inputs and output.",
        ["length", "inputs and output", "scratch", "score matrix"],
        lambda r: [r["length"], mib(r["inputs"] + r["output"]), mib(r["scratch"]),
                   mib(r["score_matrix"])]),
    "startup": (
        "Start-up",
        "A variant never seen before: soft cap, ALiBi and causal, tiny. Processes from start to "
        "end; best / median.",
        ["what", "wall", "CPU"],
        lambda r: [r["name"], milliseconds(r["wall"]), milliseconds(r["cpu"])]),
    "peers": (
        "Beside other libraries",
        "Time of the peer over that of attn, in turn in one process, on the same inputs and as "
        "many processors as threads; best over best, and median of the ratios of neighbours. CPU "
        "time of the process with one thread, wall time with more. A peer has its inputs in the "
        "layout and its masks in the form it likes; making those does not count. Agreement: the "
        "largest difference from attn, and from the formula in double precision for some rows, "
        "relative to the element or to what is usual in its row; at most "
        + ", ".join(f"{limit:.0e} of {name}" for name, limit in TOLERANCE.items()) + ".",
        ["peer", "version", "times faster (best / median)", "its time", "agreement, or why not"],
        peer_row),
    "compile": (
        "From source to callable",
        "Compiling, loading and the first call, less one later call; one processor for each "
        "thread, a cold cache, libraries already imported. Wall / CPU, children with it.",
        ["case", "peer", "version", "peer", "attn", "times faster (wall)"],
        lambda r: [r["case"], r["peer"], r["version"],
                   *(f"{r[x]['wall']:.2f} / {r[x]['cpu']:.2f} s" for x in ("theirs", "ours")),
                   f"{r['theirs']['wall'] / r['ours']['wall']:.1f}"]),
}

# kind: what gets a table of its own, and its heading
GROUPS = {"peers": (lambda r: (r["case"], r["threads"]), peer_heading)}


def table(columns, rows):
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(cells[i]) for cells in [columns] + rows) for i in range(len(columns))]

    def line(cells):
        return "| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths)) + " |"

    return [line(columns), "|" + "|".join("-" * (w + 2) for w in widths) + "|",
            *(line(cells) for cells in rows)]


def markdown(head, results):
    lines = ["<!-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception -->",
             f"# {head['cpu']}", ""]
    lines += [f"- {key}: `{value}`" for key, value in head.items() if key != "cpu"]
    for kind, (title, text, columns, row) in TABLES.items():
        found = [r for r in results if r["kind"] == kind]
        if not found:
            continue
        lines += ["", f"## {title}", "", text]
        key, heading = GROUPS.get(kind, (lambda r: None, lambda rows: None))
        for _, group in itertools.groupby(found, key):
            group = list(group)
            if above := heading(group):
                lines += ["", *above]
            lines += ["", *table(columns, [row(r) for r in group])]
    return "\n".join(lines) + "\n"
