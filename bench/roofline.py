# Draws the roofline of a saved measurement: roofline.py RESULTS.json OUT.svg
#
# Across: operations for each byte of query, key, value and output, read or
# written once. Up: GFLOP/s. The roof is the rate of plain reading, and then the
# peak of multiply-adds, both measured in the same run as the points.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import math
import re
import sys

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 420, 60, 50, 20, 20
X_RANGE, Y_RANGE = (0.25, 4096), (4, 512)


def place(x, y):
    def along(value, low, high):
        return math.log(value / low) / math.log(high / low)

    return (LEFT + along(x, *X_RANGE) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - along(y, *Y_RANGE) * (HEIGHT - BOTTOM - TOP))


def points(results):
    """name, operations for each byte, GFLOP/s"""
    for r in results:
        if r["kind"] == "rate" and not re.search("naive|AVX2", r["name"]):
            element = 2 if "16" in r["name"] else 4
            moved = 4 * r["length"] * r["features"] * element
            flops = 4 * r["kept"] * r["length"] ** 2 * r["features"]
            yield r["name"], flops / moved, r["gflops"]["best"]
        elif r["kind"] == "decode":
            # Two operations for each element of a key and of a value, and head.
            if "threads" in r["name"]:
                continue
            intensity = {"decode": 0.5, "decode 32/8": 2, "decode bf16": 1}[r["name"]]
            yield r["name"], intensity, r["rate"] * intensity


def text(x, y, what, anchor="middle", size=11):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
            f'fill="#555">{what}</text>')


def draw(data):
    results = data["results"]
    peaks = {r["loop"]: r["peak"]["best"] for r in results if r["kind"] == "rate"}
    peak, pairs = peaks["avx512"], peaks.get("avx512bf16")
    reading = max(r["peak"] for r in results
                  if r["kind"] == "decode" and "threads" not in r["name"])
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           'font-family="sans-serif"><rect width="100%" height="100%" fill="white"/>']
    for exponent in range(-2, 13, 2):
        x, y = place(2 ** exponent, Y_RANGE[0])
        svg.append(text(x, y + 16, f"{2 ** exponent:g}"))
    for exponent in range(2, 10):
        x, y = place(X_RANGE[0], 2 ** exponent)
        svg.append(text(x - 6, y + 4, f"{2 ** exponent}", "end"))
        svg.append(f'<path d="M{x:.1f} {y:.1f}H{WIDTH - RIGHT}" stroke="#eee"/>')
    svg.append(text(WIDTH / 2, HEIGHT - 12, "FLOP for each byte of query, key, value and output"))
    svg.append(text(LEFT, TOP - 6, "GFLOP/s", "start"))
    roof = [place(X_RANGE[0], reading * X_RANGE[0]), place(peak / reading, peak),
            place(X_RANGE[1], peak)]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in roof)
    svg.append(f'<path d="M{path}" fill="none" stroke="#c33" stroke-width="2"/>')
    svg.append(text(*place(X_RANGE[1], peak * 1.06), f"multiply-adds: {peak:.0f}", "end"))
    if pairs:
        x, y = place(peak / reading, peak)
        x2, y2 = place(pairs / reading, pairs)
        svg.append(f'<path d="M{x:.1f} {y:.1f}L{x2:.1f} {y2:.1f}H{WIDTH - RIGHT}" fill="none" '
                   'stroke="#c33" stroke-dasharray="6 4"/>')
        svg.append(text(*place(X_RANGE[1], pairs * 1.06), f"pairs of bf16: {pairs:.0f}", "end"))
    x, y = place(1.4, reading * 1.4)
    svg.append(text(x + 8, y + 14, f"plain reading: {reading:.0f} GB/s", "start"))
    for name, intensity, rate in points(results):
        x, y = place(intensity, rate)
        svg.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#36c" fill-opacity="0.7">'
                   f"<title>{name}: {rate:.0f} GFLOP/s</title></circle>")
        if name.startswith("decode"):
            svg.append(text(x + 8, y + 4, name, "start"))
    return "\n".join([*svg, "</svg>", ""])


if __name__ == "__main__":
    source, target = sys.argv[1:]
    with open(source) as file, open(target, "w") as out:
        out.write(draw(json.load(file)))
