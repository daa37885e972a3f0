# The peers of the benchmark: one file for each library, imported only where it
# is measured, since nobody needs all of them. measure.py says what a file offers.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

# file -> its package, and its ways to compute attention
PEERS = {
    "naive": (None, ["op by op"]),
    "onnxruntime": ("onnxruntime", ["MultiHeadAttention", "GroupQueryAttention", "Attention"]),
    "pytorch": ("torch", ["SDPA flash", "SDPA math", "FlexAttention"]),
    "openvino": ("openvino", ["SDPA"]),
    "jax": ("jax", ["dot_product_attention"]),
    "iree": ("iree-base-compiler", ["attention op", "linalg ops"]),
}
# What test/requirements.txt and attn itself are enough for.
ALWAYS = ["naive", "onnxruntime"]


class Declined(Exception):
    """A peer cannot do a case; the text is the reason, for the table."""
