# Writes one ONNX Attention node as a function of graph ops.
#
# The text follows the order of ONNX: heads, cache, score, softcap, bias, masks,
# softmax, weighted sum. Masks are sets, so it does not matter that they come
# after a bias that ONNX adds in one go.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import math

import onnx

ELEMENTS = {"float16": "f16", "bfloat16": "bf16", "float32": "f32", "float64": "f64",
            "bool": "i1", "int64": "i64"}
DEFAULTS = {"scale": None, "softcap": 0.0, "is_causal": 0, "qk_matmul_output_mode": 0,
            "softmax_precision": onnx.TensorProto.FLOAT, "q_num_heads": None,
            "kv_num_heads": None, "left_window_size": -1, "right_window_size": -1}
INPUTS = ["Q", "K", "V", "attn_mask", "past_key", "past_value", "nonpad_kv_seqlen"]
AXES = ["%b", "%h", "%i", "%j"]
INDICES = ", ".join(f"{axis}: index" for axis in AXES)


class Unsupported(Exception):
    """A case that the graph ops cannot say, and why."""


class Value:
    """An SSA name and its tensor type."""

    def __init__(self, name, shape, element):
        self.name, self.shape, self.element = name, list(shape), element

    @property
    def type(self):
        return "tensor<" + "".join(f"{n}x" for n in self.shape) + self.element + ">"

    def __str__(self):
        return self.name


class Emitter:
    """The lines of one function."""

    def __init__(self, case):
        self.lines, self.names = [], 0
        self.inputs = {
            name: Value(f"%{name}", array.shape, ELEMENTS[array.dtype.name])
            for name, array in case.inputs.items()}
        if unknown := set(case.attributes) - set(DEFAULTS) | set(self.inputs) - set(INPUTS):
            raise Unsupported(f"unknown {', '.join(sorted(unknown))}")
        self.attributes = {**DEFAULTS, **case.attributes}
        # Scores and softmax are f32. Where f64 is asked for, all of the attention
        # is f64: what happens to scores has one type.
        precision = self.attributes["softmax_precision"]
        if precision not in (onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE):
            raise Unsupported(f"softmax_precision {precision} is below f32")
        wide = precision == onnx.TensorProto.DOUBLE or self.inputs["Q"].element == "f64"
        self.compute = "f64" if wide else "f32"

    def add(self, text, shape, element):
        """One op with one result; `text` is what follows `=`."""
        value = Value(f"%{self.names}", shape, element)
        self.names += 1
        self.lines.append(f"{value} = {text.replace('TYPE', value.type)}")
        return value

    # Tensors ------------------------------------------------------------------

    def cast(self, value, element):
        """Elementwise to another float type."""
        size = {"f16": 2, "bf16": 2, "f32": 4, "f64": 8}
        if element == value.element:
            return value
        op = "extf" if size[element] > size[value.element] else "truncf"
        return self.add(f"arith.{op} {value} : {value.type} to TYPE", value.shape, element)

    def transpose(self, value, order=(0, 2, 1, 3)):
        """Swaps heads and sequence."""
        shape = [value.shape[n] for n in order]
        empty = self.add("tensor.empty() : TYPE", shape, value.element)
        return self.add(
            f"linalg.transpose ins({value} : {value.type}) outs({empty} : TYPE) "
            f"permutation = {list(order)}", shape, value.element)

    def split_heads(self, value, heads):
        """[B, S, H*D] -> [B, H, S, D]; a tensor of four axes has heads already."""
        if len(value.shape) == 4:
            return value
        batch, rows, features = value.shape
        shape = [batch, rows, heads, features // heads]
        return self.transpose(self.add(
            f"tensor.expand_shape {value} [[0], [1], [2, 3]] output_shape {shape} "
            f": {value.type} into TYPE", shape, value.element))

    def join_heads(self, value):
        """[B, H, S, D] -> [B, S, H*D]."""
        value = self.transpose(value)
        batch, rows, heads, features = value.shape
        return self.add(
            f"tensor.collapse_shape {value} [[0], [1], [2, 3]] : {value.type} into TYPE",
            [batch, rows, heads * features], value.element)

    def append(self, past, value):
        """The cache followed by what is new."""
        if past is None:
            return value
        shape = list(past.shape)
        shape[2] += value.shape[2]
        return self.add(
            f"tensor.concat dim(2) {past}, {value} : ({past.type}, {value.type}) -> TYPE",
            shape, value.element)

    def pad_keys(self, mask, keys):
        """A mask may be too short; the keys beyond it are removed."""
        missing = keys - mask.shape[-1]
        if not missing:
            return mask
        # The bits of -inf, which has no decimal form.
        removed = {"i1": "false", "f16": "0xFC00 : f16", "bf16": "0xFF80 : bf16",
                   "f32": "0xFF800000 : f32", "f64": "0xFFF0000000000000 : f64"}[mask.element]
        self.lines.append(f"%removed = arith.constant {removed}")
        rank = len(mask.shape)
        axes = ", ".join(f"%a{n}: index" for n in range(rank))
        high = [0] * (rank - 1) + [missing]
        return self.add(
            f"tensor.pad {mask} low{[0] * rank} high{high} {{\n"
            f"^bb0({axes}):\n"
            f"  tensor.yield %removed : {mask.element}\n"
            f"}} : {mask.type} to TYPE", mask.shape[:-1] + [keys], mask.element)

    # Scores -------------------------------------------------------------------

    def score_mod(self, scores, *lines):
        """`lines` compute %y from the score %x and the indices."""
        body = "".join(f"  {line}\n" for line in lines)
        return self.add(
            f"attn.score_mod {scores} {{\n^bb0(%x: {self.compute}, {INDICES}):\n{body}"
            f"  attn.yield %y : {self.compute}\n}} : TYPE", scores.shape, scores.element)

    def mask(self, scores, form):
        return self.add(f"attn.mask {scores} {form} : TYPE", scores.shape, scores.element)

    def softcap(self, scores):
        cap = self.attributes["softcap"]
        if not cap:
            return scores
        t = self.compute
        return self.score_mod(
            scores, f"%cap = arith.constant {cap:.17e} : {t}",
            f"%share = arith.divf %x, %cap : {t}",
            f"%tanh = math.tanh %share : {t}", f"%y = arith.mulf %tanh, %cap : {t}")

    def bias(self, scores):
        """`attn_mask`: what is added, or which keys are kept."""
        mask = self.inputs.get("attn_mask")
        if mask is None:
            return scores
        mask = self.pad_keys(mask, scores.shape[-1])
        if mask.element == "i1":
            return self.mask(scores, f"dense({mask} : {mask.type})")
        # Axes are aligned on the right; one of size 1 is read at 0.
        axes = [axis if size > 1 else "%zero"
                for axis, size in zip(AXES[4 - len(mask.shape):], mask.shape)]
        t, wide = self.compute, mask.element == self.compute
        return self.score_mod(
            scores, "%zero = arith.constant 0 : index",
            f"%m = tensor.extract {mask}[{', '.join(axes)}] : {mask.type}",
            *([] if wide else [f"%w = arith.extf %m : {mask.element} to {t}"]),
            f"%y = arith.addf %x, %{'m' if wide else 'w'} : {t}")

    def positions(self, scores):
        """Where query i stands among the keys: the name of the form that says
        it, or the lines of a region that compute it as %t."""
        rows, keys = scores.shape[-2:]
        lengths, past = self.inputs.get("nonpad_kv_seqlen"), self.inputs.get("past_key")
        if lengths is not None:  # its queries are the last of each sequence
            return None, [
                f"%n = tensor.extract {lengths}[%b] : {lengths.type}",
                "%length = arith.index_cast %n : i64 to index",
                f"%rows = arith.constant {rows} : index",
                "%offset = arith.subi %length, %rows : index",
                "%t = arith.addi %i, %offset : index"]
        offset = past.shape[2] if past is not None else 0
        if offset == 0:
            return " top_left", []
        if offset == keys - rows:
            return "", []
        return None, [f"%offset = arith.constant {offset} : index",
                      "%t = arith.addi %i, %offset : index"]

    def position_mask(self, scores, named, *test):
        """The form `named` where one fits, else a region: `test` computes %keep
        from %t and %j."""
        alignment, position = self.positions(scores)
        if alignment is not None:
            return self.mask(scores, named + alignment)
        body = "".join(f"  {line}\n" for line in [*position, *test])
        return self.mask(scores, f"{{\n^bb0({INDICES}):\n{body}  attn.yield %keep : i1\n}}")

    def masks(self, scores):
        left, right = (self.attributes[f"{side}_window_size"] for side in ("left", "right"))
        if self.attributes["is_causal"]:
            scores = self.position_mask(
                scores, "causal", "%keep = arith.cmpi sle, %j, %t : index")
        if left >= 0 or right >= 0:
            most = 2**31  # stands for a side without a bound
            scores = self.position_mask(
                scores, f"window({left}, {right})",
                f"%left = arith.constant {left if left >= 0 else most} : index",
                f"%right = arith.constant {right if right >= 0 else most} : index",
                "%first = arith.subi %t, %left : index",
                "%last = arith.addi %t, %right : index",
                "%after = arith.cmpi sge, %j, %first : index",
                "%before = arith.cmpi sle, %j, %last : index",
                "%keep = arith.andi %after, %before : i1")
        if lengths := self.inputs.get("nonpad_kv_seqlen"):
            scores = self.mask(scores, f"lengths({lengths} : {lengths.type})")
        return scores

    # The whole node -----------------------------------------------------------

    def attention(self):
        """All outputs of the node by their names."""
        a, given = self.attributes, self.inputs
        query = self.split_heads(given["Q"], a["q_num_heads"])
        key, value = (
            self.append(given.get(past), self.split_heads(given[new], a["kv_num_heads"]))
            for past, new in (("past_key", "K"), ("past_value", "V")))
        outputs = {"present_key": key, "present_value": value}
        element = value.element
        if self.compute == "f64":
            query, key, value = (self.cast(x, "f64") for x in (query, key, value))

        batch, heads, rows, features = query.shape
        scale = a["scale"] if a["scale"] is not None else 1 / math.sqrt(features)
        raw = self.add(
            f"attn.score dot({query}, {key}) scale({scale:.17e}) "
            f": {query.type}, {key.type} -> TYPE", [batch, heads, rows, key.shape[2]], self.compute)
        capped = self.softcap(raw)
        biased = self.masks(self.bias(capped))
        weights = self.add(f"attn.softmax {biased} : TYPE", biased.shape, biased.element)
        result = self.add(
            f"attn.weighted_sum {weights}, {value} : {weights.type}, {value.type} -> TYPE",
            [batch, heads, rows, value.shape[3]], value.element)

        shown = [raw, capped, biased, weights][a["qk_matmul_output_mode"]]
        result = self.cast(result, element)
        if len(given["Q"].shape) == 3:
            result = self.join_heads(result)
        return {"Y": result, "qk_matmul_output": shown, **outputs}


def function(case):
    """The text of `func.func @attention_<name of the case>`."""
    emitter = Emitter(case)
    outputs = emitter.attention()
    results = []
    for name, expected in case.outputs.items():
        results.append(emitter.cast(outputs[name], ELEMENTS[expected.dtype.name]))
    arguments = ", ".join(f"{v}: {v.type}" for v in emitter.inputs.values())
    types = ", ".join(v.type for v in results)
    values = ", ".join(map(str, results))
    lines = [*emitter.lines, f"return {values} : {types}"]
    body = "\n".join("  " + line for text in lines for line in text.split("\n"))
    return f"func.func @attention_{case.name}({arguments}) -> ({types}) {{\n{body}\n}}\n"
