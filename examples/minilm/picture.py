# Attention weights as a picture: one cell for each pair of tokens.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import numpy as np
from PIL import Image, ImageDraw, ImageFont

CELL, MARGIN, TITLE = 32, 96, 32
INK = (30, 30, 40)


def draw_weights(weights, tokens, title, path):
    """Row i shows how much token i takes from each token; dark is much."""
    size = MARGIN + CELL * len(tokens)
    image = Image.new("RGB", (size + 12, size + TITLE + 12), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(15)
    draw.text((8, 8), title, INK, font)

    # White to dark blue; the square root keeps small weights visible.
    shade = np.sqrt(np.clip(weights, 0, 1))[..., None]
    colours = (255 - shade * (255 - np.array([10, 40, 120]))).astype(np.uint8)
    cells = Image.fromarray(colours).resize((CELL * len(tokens),) * 2, Image.NEAREST)
    image.paste(cells, (MARGIN, MARGIN + TITLE))

    for i, token in enumerate(tokens):
        at = MARGIN + CELL * i + CELL // 2
        draw.text((MARGIN - 8, at + TITLE), token, INK, font, anchor="rm")
        column = Image.new("RGB", (MARGIN - 8, 20), "white")
        ImageDraw.Draw(column).text((0, 10), token, INK, font, anchor="lm")
        image.paste(column.rotate(90, expand=True), (at - 10, TITLE))
    image.save(path)
