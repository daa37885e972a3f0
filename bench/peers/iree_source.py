# Attention as IREE reads it: its own operator, or linalg operations.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import math

# Heads of queries are [g, r]: r of them share a head g of keys and values.
DIMS = {"scores": "b g r m n d", "weights": "b g r m e n", "all": "b g r m n d e",
        "each": "b g r m n"}
MAPS = {"q": "b g r m d", "k": "b g n d", "v": "b g n e", "s": "b g r m n", "o": "b g r m e",
        "scale": "", "added": "m n", "added to heads": "g r m n"}

# Not -inf: a tile without any kept key would make NaN of it.
REMOVED = -1e30


def adds(way, case):
    """The map of the tensor that is added to the scores; the rest is computed in place.

    The operator has a region for masks and ALiBi, too, but the indices there are
    those in a tile, and the result is wrong."""
    if case.documents:
        return "added"
    if way == "attention op" and (case.alibi or case.masked):
        return "added to heads" if case.alibi else "added"
    return None


def softcap(case, unit=1):
    if not case.softcap:
        return [], "%x"
    return [f"%cap = arith.constant {case.softcap * unit:e} : f32",
            "%c0 = arith.divf %x, %cap : f32", "%c1 = math.tanh %c0 : f32",
            "%c2 = arith.mulf %c1, %cap : f32"], "%c2"


def change(case):
    """Lines that make a value of a score %x."""
    lines, y = softcap(case)
    lines += ["%g = linalg.index 1 : index", "%r = linalg.index 2 : index",
              "%m = linalg.index 3 : index", "%n = linalg.index 4 : index",
              f"%past = arith.constant {case.keys - case.queries} : index",
              "%i = arith.addi %m, %past : index", "%d = arith.subi %i, %n : index"]
    if case.alibi:  # 2^(-8 (head + 1) / heads)
        lines += [f"%step = arith.constant {-8 / case.heads:e} : f32",
                  f"%group = arith.constant {case.heads // case.kv_heads} : index",
                  "%one = arith.constant 1 : index", "%h0 = arith.muli %g, %group : index",
                  "%h1 = arith.addi %h0, %r : index", "%h2 = arith.addi %h1, %one : index",
                  "%h3 = arith.index_cast %h2 : index to i32",
                  "%h4 = arith.sitofp %h3 : i32 to f32", "%h5 = arith.mulf %h4, %step : f32",
                  "%slope = math.exp2 %h5 : f32", "%d0 = arith.index_cast %d : index to i32",
                  "%d1 = arith.sitofp %d0 : i32 to f32", "%d2 = arith.mulf %slope, %d1 : f32",
                  f"%a = arith.subf {y}, %d2 : f32"]
        y = "%a"
    if case.causal or case.window:
        lines += [f"%gone = arith.constant {REMOVED:e} : f32", "%zero = arith.constant 0 : index",
                  "%before = arith.cmpi sge, %d, %zero : index",
                  f"%kept = arith.select %before, {y}, %gone : f32"]
        y = "%kept"
    if case.window:
        lines += [f"%width = arith.constant {case.window} : index",
                  "%near = arith.cmpi sle, %d, %width : index",
                  f"%seen = arith.select %near, {y}, %gone : f32"]
        y = "%seen"
    if case.documents:
        lines, y = lines + [f"%masked = arith.addf {y}, %w : f32"], "%masked"
    return lines, y


def maps(dims, *operands):
    spaced = [DIMS[dims]] + [MAPS[operand] for operand in operands]
    dims, *named = (names.replace(" ", ", ") for names in spaced)
    return ", ".join(f"affine_map<({dims}) -> ({names})>" for names in named)


def join(lines):
    return "\n      ".join(lines)


def attention_op(case, types):
    # Its region is given the scores times log2(e), for exp2.
    lines, y = softcap(case, unit=math.log2(math.e))
    operands, kinds = ["%q", "%k", "%v", "%scale"], [types[x] for x in "qkv"] + [case.dtype]
    names = ["q", "k", "v", "scale"]
    if added := adds("attention op", case):
        operands, kinds, names = operands + ["%added"], kinds + [types["added"]], names + [added]
    return f"""
    %scale = arith.constant {case.scale:e} : {case.dtype}
    %empty = tensor.empty() : {types["o"]}
    %o = iree_linalg_ext.attention <{{indexing_maps = [{maps("all", *names, "o")}]}}>
        ins({", ".join(operands)} : {", ".join(kinds)}) outs(%empty : {types["o"]}) {{
    ^bb0(%x: f32):
      {join(lines)}
      iree_linalg_ext.yield {y} : f32
    }} -> {types["o"]}"""


def contract(name, dims, names, operands, kinds, result, t):
    """Products of t, added up in f32."""
    wide = [] if t == "f32" else [f"%a1 = arith.extf %a : {t} to f32",
                                  f"%b1 = arith.extf %b : {t} to f32"]
    a, b = ("%a1", "%b1") if wide else ("%a", "%b")
    lines = wide + [f"%0 = arith.mulf {a}, {b} : f32", "%1 = arith.addf %c, %0 : f32"]
    return f"""
    %{name}e = tensor.empty() : {result}
    %{name}z = linalg.fill ins(%none : f32) outs(%{name}e : {result}) -> {result}
    %{name} = linalg.generic {{indexing_maps = [{maps(dims, *names)}], iterator_types =
        ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]}}
        ins({operands} : {kinds}) outs(%{name}z : {result}) {{
    ^bb0(%a: {t}, %b: {t}, %c: f32):
      {join(lines)}
      linalg.yield %1 : f32
    }} -> {result}"""


def elementwise(name, operands, names, kinds, target, t, lines, y):
    arguments = ", ".join(f"{x}: f32" for x, _ in zip(("%x0", "%w"), operands))
    return f"""
    %{name}e = tensor.empty() : {target}
    %{name} = linalg.generic {{indexing_maps = [{maps("each", *names, "s")}], iterator_types =
        ["parallel", "parallel", "parallel", "parallel", "parallel"]}}
        ins({", ".join(operands)} : {", ".join(kinds)}) outs(%{name}e : {target}) {{
    ^bb0({arguments}, %out: {t}):
      {join(lines)}
      linalg.yield {y} : {t}
    }} -> {target}"""


def linalg_ops(case, types):
    t, s, o = case.dtype, types["s"], types["o"]
    lines, y = change(case)
    lines = [f"%scale = arith.constant {case.scale:e} : f32",
             "%x = arith.mulf %x0, %scale : f32", *lines]
    operands, names, kinds = ["%dot"], ["s"], [s]
    if added := adds("linalg ops", case):
        operands, names, kinds = ["%dot", "%added"], ["s", added], [s, types["added"]]
    text = "\n    %none = arith.constant 0.0 : f32"
    text += contract("dot", "scores", "qks", "%q, %k", f"{types['q']}, {types['k']}", s, t)
    text += elementwise("score", operands, names, kinds, s, "f32", lines, y)
    text += f"""
    %weightse = tensor.empty() : {s}
    %weights = linalg.softmax dimension(4) ins(%score : {s}) outs(%weightse : {s}) -> {s}"""
    if t == "f32":
        return text + contract("o", "weights", "svo", "%weights, %v", f"{s}, {types['v']}", o, t)
    cut, narrow = [f"%y = arith.truncf %x0 : f32 to {t}"], s.replace("xf32>", f"x{t}>")
    text += elementwise("narrow", ["%weights"], "s", [s], narrow, t, cut, "%y")
    wide = o.replace(f"x{t}>", "xf32>")
    text += contract("sum", "weights", "svo", "%narrow, %v", f"{narrow}, {types['v']}", wide, t)
    return text + elementwise("o", ["%sum"], "s", [wide], o, t, cut, "%y")


def source(way, case):
    group, kv = case.heads // case.kv_heads, case.kv_heads
    q = f"tensor<1x{kv}x{group}x{case.queries}x{case.features}x{case.dtype}>"
    k = f"tensor<1x{kv}x{case.keys}x{case.features}x{case.dtype}>"
    pairs = f"{case.queries}x{case.keys}xf32>"
    types = {"q": q, "k": k, "v": k, "o": q, "s": f"tensor<1x{kv}x{group}x{pairs}"}
    arguments = ["q", "k", "v"]
    if added := adds(way, case):
        arguments.append("added")
        types["added"] = f"tensor<{kv}x{group}x{pairs}" if "heads" in added else f"tensor<{pairs}"
    parameters = ", ".join(f"%{x}: {types[x]}" for x in arguments)
    body = attention_op(case, types) if way == "attention op" else linalg_ops(case, types)
    return f"func.func @attention({parameters}) -> {q} {{{body}\n    return %o : {q}\n}}\n"
