# Sentence similarity with a real model whose attention is compiled by attn.
#
# Runs all-MiniLM-L6-v2 layer by layer. The attention of each layer is a call of
# attn-run on attention.mlir; its result feeds the rest of the network. Each is
# compared with onnxruntime and with float64, and so are the sentence vectors.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import math
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from model import HEAD_SIZE, LAYERS, MiniLM, attention_f64
from peer import make_onnx_attention
from picture import draw_weights

TOLERANCE = 1e-5
HERE = Path(__file__).parent
SENTENCES = [
    "A man is playing the guitar on stage.",
    "Somebody performs music in front of an audience.",
    "The animal didn't cross the street because it was too tired.",
    "The dog stayed on the pavement, exhausted.",
    "Interest rates rose again as the central bank fought inflation.",
    "Borrowing money became more expensive this year.",
    "How do I bake bread without yeast?",
    "Attention compares every word of a text with every other word, turns the "
    "similarities into weights that sum to one, and mixes the words by these weights; "
    "the price is a table with as many rows and columns as the text has words, unless "
    "a kernel computes the table piece by piece and never stores it.",
]
# The head to draw: there, a pronoun looks at what it stands for.
PICTURE_SENTENCE, PICTURE_LAYER, PICTURE_HEAD = 2, 3, 1


def attn_run(entry, folder, inputs, *flags):
    """Saves the inputs as .npy files, runs attention.mlir on them, loads the output."""
    command = ["attn-run", str(HERE / "attention.mlir"), f"--entry={entry}"]
    for name, value in inputs.items():
        np.save(folder / f"{name}.npy", value)
        command.append(f"--input=@{folder / name}.npy")
    output = folder / "output.npy"
    command += flags or [f"--output=@{output}"]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{' '.join(command)}\n{run.stdout}{run.stderr}")
    return run.stdout if flags else np.load(output)


def max_difference(a, b):
    if a.shape != b.shape:
        return math.inf
    worst = np.abs(a.astype(np.float64) - b).max()
    return worst if np.isfinite(worst) else math.inf  # NaN must not pass as small


def seconds_of_benchmark(text):
    """The first time in a Google Benchmark table: "NAME  123 us  120 us  5000"."""
    found = re.search(r"^\S+\s+([\d.e+]+)\s*(ns|us|ms|s)\s", text, re.M)
    if not found:
        sys.exit(f"attn-run --benchmark printed no time:\n{text}")
    return float(found[1]) * {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}[found[2]]


def seconds_of_call(call, budget=0.5):
    """Mean over repeated calls, after a warm-up, as Google Benchmark does it."""
    for _ in range(10):
        call()
    start, count = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - start) < budget:
        call()
        count += 1
    return elapsed / count


def main():
    if not shutil.which("attn-run"):
        sys.exit("attn-run is not on the PATH; ./dev demo builds it and puts it there")
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=Path("build/minilm"),
                        help="folder for the arrays and the picture")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    threads = len(os.sched_getaffinity(0))
    os.environ["OMP_NUM_THREADS"] = str(threads)

    model = MiniLM()
    peer = make_onnx_attention(threads)
    own, kept = [], {}

    def compiled_attention(layer, q, k, v, lengths):
        folder = out / f"layer{layer}"
        folder.mkdir(exist_ok=True)
        inputs = {"q": q, "k": k, "v": v, "lengths": lengths}
        result = attn_run("attention", folder, inputs)
        if (result.shape, result.dtype) != (v.shape, v.dtype):
            sys.exit(f"expected {v.shape} {v.dtype}, got {result.shape} {result.dtype}")
        own.append((max_difference(result, peer(q, k, v, lengths)),
                    max_difference(result, attention_f64(q, k, v, lengths))))
        if layer == 0:
            print(f"\nq, k and v are {' x '.join(map(str, q.shape))}; tokens of each sentence: "
                  f"{', '.join(map(str, lengths))}\n\nlargest difference in the output of each "
                  "layer's attention, same inputs:\n\nlayer   against onnxruntime   against float64")
        print(f"{layer:5}   {own[-1][0]:19.2e}   {own[-1][1]:15.2e}", flush=True)
        kept[layer] = inputs
        return result

    print("all-MiniLM-L6-v2, its attention compiled from examples/minilm/attention.mlir\n")
    for i, sentence in enumerate(SENTENCES):
        print(f"  {i}  {sentence if len(sentence) < 76 else sentence[:72] + ' ...'}")
    vectors = model.embed(SENTENCES, compiled_attention)

    # The oracle computes the whole network in float64, and shares no attention.
    oracle = MiniLM(np.float64).embed(SENTENCES, lambda _, *inputs: attention_f64(*inputs))
    by_peer = model.embed(SENTENCES, lambda _, *inputs: peer(*inputs))
    final = max_difference(vectors, by_peer), max_difference(vectors, oracle)
    print(f"final   {final[0]:19.2e}   {final[1]:15.2e}   (unit vectors of the sentences)")

    print("\nsimilarity of the sentences, from our vectors:\n")
    print("     " + "".join(f"{j:6}" for j in range(len(SENTENCES))))
    for i, row in enumerate(vectors @ vectors.T):
        print(f"  {i}  " + "".join(f"{x:6.2f}" for x in row))

    inputs = kept[PICTURE_LAYER]
    n = inputs["lengths"][PICTURE_SENTENCE]
    one = {name: inputs[name][PICTURE_SENTENCE, PICTURE_HEAD, :n] for name in ("q", "k")}
    weights = attn_run("weights", out, one)
    expected = np.exp(one["q"].astype(np.float64) @ one["k"].T / math.sqrt(HEAD_SIZE))
    expected /= expected.sum(-1, keepdims=True)
    picture = max_difference(weights, expected)
    tokens = model.tokenizer.encode(SENTENCES[PICTURE_SENTENCE]).tokens[:n]
    title = f"layer {PICTURE_LAYER}, head {PICTURE_HEAD}: each row looks at the columns"
    draw_weights(weights, tokens, title, out / "attention.png")
    it = weights[tokens.index("it")]
    print(f"\nweights of layer {PICTURE_LAYER}, head {PICTURE_HEAD} on sentence {PICTURE_SENTENCE}: "
          f"{out / 'attention.png'} (within {picture:.0e} of float64)")
    print('  "it" looks at ' + ", ".join(f'"{tokens[j]}" {it[j]:.2f}' for j in np.argsort(-it)[:3]))

    print("\nmeasuring ...", flush=True)
    arguments = kept[0]
    rounds = [(seconds_of_benchmark(attn_run("attention", out / "layer0", arguments, "--benchmark")),
               seconds_of_call(lambda: peer(*arguments.values()))) for _ in range(3)]
    # Taken in turns and the best of each: other programs only make a time longer.
    ours, theirs = (min(times) for times in zip(*rounds))
    print(f"time of one layer's attention, {threads} threads: attn {ours * 1e6:.0f} us, "
          f"onnxruntime {theirs * 1e6:.0f} us (the model's graph: MatMul, Softmax, MatMul)")

    worst = max(picture, *(x for pair in [*own, final] for x in pair))
    agrees = worst <= TOLERANCE and len(own) == LAYERS
    print(f"\n{'agrees' if agrees else 'DISAGREES'}: largest difference {worst:.2e}, allowed {TOLERANCE:.0e}")
    return not agrees


if __name__ == "__main__":
    sys.exit(main())
