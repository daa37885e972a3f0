# The planted bugs of ./dev mutate: one wrong place in the compiler each.
#
# A mutant that no program can show to be wrong proves nothing and stays out of
# the table. `breaks` therefore says for which program the result is another
# one. (Left out for that reason: zeros behind the last key of a packed tile,
# wider tile classes than necessary, zeros for queries past the last one.)
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
from typing import NamedTuple


class Mutant(NamedTuple):
    name: str
    file: str
    old: str  # occurs in the file exactly once
    new: str
    breaks: str


EXPAND_MASK = "lib/Fusion/ExpandMask.cpp"
FUSE = "lib/Fusion/Fuse.cpp"
FOLDS = "lib/IR/AttnFolds.cpp"
ANALYSIS = "lib/Analysis/MaskEmit.cpp"
TILE = "lib/Tiling/Tile.cpp"
STEP = "lib/Codegen/CPU/EmitStep.cpp"
ROWS = "lib/Codegen/CPU/EmitRows.cpp"
SCORES = "lib/Codegen/CPU/EmitScores.cpp"
VALUES = "lib/Codegen/CPU/EmitWeightedSum.cpp"
EDGES = "lib/Codegen/CPU/EmitEdges.cpp"
LANES = "lib/Codegen/Score/LaneProgram.cpp"
CHECKS = "lib/Checks/RuntimeVerification.cpp"

MUTANTS = [
    # Masks: which key a query sees.
    Mutant("causal-without-diagonal", EXPAND_MASK,
           "    return le(j, target());",
           "    return arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::slt, j,\n"
           "                                 target());",
           "each query loses its own key; the first one has none left"),
    Mutant("offset-sign", FUSE,
           "arith::SubIOp::create(builder, loc, keys, queries)",
           "arith::SubIOp::create(builder, loc, queries, keys)",
           "M - N instead of N - M: a causal mask with M != N"),
    Mutant("window-one-short", EXPAND_MASK,
           "keep = le(arith::SubIOp::create(inner, loc, t, j), left);",
           "keep = arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::slt,\n"
           "                                   arith::SubIOp::create(inner, loc, t, j), left);",
           "the leftmost key of each window is lost"),
    Mutant("top-left-lost-in-company", EXPAND_MASK,
           "if (op.getTopLeft())", "if (op.getTopLeft() && !context.offset)",
           "top_left is ignored if another mask of the chain is bottom-right and M != N"),
    Mutant("length-inclusive", EXPAND_MASK,
           "arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::slt, j, n);",
           "arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::sle, j, n);",
           "the first padded key is kept where a length is below N"),
    Mutant("prefix-and", EXPAND_MASK,
           "keep = arith::OrIOp::create(inner, loc, keep, le(j, target()));",
           "keep = arith::AndIOp::create(inner, loc, keep, le(j, target()));",
           "a prefix removes what it should add to causal"),
    Mutant("segments-of-the-query", EXPAND_MASK,
           "op.getArgs()[1], indices, j);", "op.getArgs()[1], indices, i);",
           "query i looks at the segment of key i, not of key j"),
    Mutant("lengths-of-batch-0", EXPAND_MASK,
           "at.push_back(broadcastIndex(outer, inner, loc, tensor, 0, scoreIndices[0]));",
           "at.push_back(arith::ConstantIndexOp::create(outer, loc, 0));",
           "all sequences of a batch have the length of the first"),
    Mutant("dense-aligned-at-first", EXPAND_MASK,
           "indices.take_back(rank)", "indices.take_front(rank)",
           "an [M, N] mask of [B, H, M, N] scores is read at [b, h]"),
    Mutant("masks-joined-by-or", FUSE,
           "keep = keep ? arith::AndIOp::create(", "keep = keep ? arith::OrIOp::create(",
           "two masks keep what either of them keeps"),
    Mutant("half-open-window-folded", FOLDS,
           "op.getLeft() == -1 && op.getRight() == -1",
           "op.getLeft() == -1 || op.getRight() == -1",
           "a window that is open on one side is taken for no mask"),
    Mutant("top-left-ignored", "lib/Conversion/AttnToLinalg/Mask.cpp",
           "if (!op.getTopLeft())", "if (rank > 0)",
           "top_left on the naive route with M != N"),

    # Mask analysis: which tiles are visited, and which need no mask.
    Mutant("full-for-the-first-key", ANALYSIS,
           "compare(node->predicate, l.hi, r.lo)};\n    break;\n  case Pred::sgt:",
           "compare(node->predicate, l.lo, r.lo)};\n    break;\n  case Pred::sgt:",
           "a tile on the diagonal of a causal mask counts as full"),
    Mutant("may-for-the-first-query", ANALYSIS,
           "result = {compare(node->predicate, l.lo, r.hi),",
           "result = {compare(node->predicate, l.lo, r.lo),",
           "a tile is skipped that only the later queries see"),
    Mutant("full-if-one-side-is", ANALYSIS,
           "fold<arith::AndIOp>(left.full, right.full)",
           "fold<arith::OrIOp>(left.full, right.full)",
           "causal and window: the window alone makes a tile full"),
    Mutant("key-bound-one-short", ANALYSIS,
           "fold<arith::SubIOp>(jHi, one)),\n                            one);",
           "fold<arith::SubIOp>(jHi, one)),\n                            constant(0));",
           "the last key of the last query of each tile is never visited"),
    Mutant("bounds-of-or-intersected", ANALYSIS,
           ": fold<arith::MaxSIOp>(left.hi, right.hi);",
           ": fold<arith::MinSIOp>(left.hi, right.hi);",
           "prefix: keys of the prefix beyond the diagonal are never visited"),
    Mutant("range-of-a-difference", "lib/Analysis/MaskEmitRange.cpp",
           "positive ? range.lo : range.hi", "range.lo",
           "the range of t - j starts too high: windows lose tiles"),
    Mutant("de-morgan", "lib/Analysis/MaskParse.cpp",
           "isa<arith::AndIOp>(op) != negated", "isa<arith::AndIOp>(op)",
           "not (a and b) is read as not a and not b: tiles are skipped"),

    # Scores and score_mods.
    Mutant("mod-guard-dropped", FUSE,
           "if (score != block->getArgument(0)) {", "if (false) {",
           "a second score_mod brings back what the first one removed"),
    Mutant("mods-reversed", FUSE,
           "std::reverse(chain.mods.begin(), chain.mods.end());", "",
           "two score_mods that do not commute"),
    Mutant("mod-after-mask", "lib/Conversion/AttnToLinalg/ScoreMod.cpp",
           "return arith::SelectOp::create(b, isRemoved(b, in[0]), in[0], changed);",
           "return changed;",
           "naive route: tanh(-inf) of a masked score is finite"),
    Mutant("raw-infinity-modified", SCORES,
           "score = arith::SelectOp::create(b, removed, b.negInf(), changed);",
           "score = changed;",
           "a dot product that is -inf comes back through a softcap"),
    Mutant("square-is-dot", FOLDS,
           "(mul.getLhs() == q && mul.getRhs() == k) ||", "mul.getLhs() == q ||",
           "a pairwise score q * f(k) is taken for a dot product"),
    Mutant("pairwise-scale-dropped", TILE,
           "op.isDot() ? 1.0 : op.getScale().convertToDouble();", "1.0;",
           "a pairwise score with a scale"),
    Mutant("log2-with-mod", TILE,
           "op.isDot() && op.getModBody().empty() && !op.getSink()",
           "op.isDot() && !op.getSink()",
           "a score_mod sees scores in units of log2(e)"),
    Mutant("param-of-head-0", TILE,
           "offsets.push_back(arith::MinSIOp::create(b, at, last).getResult());\n  }\n"
           "  offsets.push_back(attr(0));",
           "offsets.push_back(attr(0));\n  }\n  offsets.push_back(attr(0));",
           "a parameter [H, D] gives every head the row of the first"),
    Mutant("query-index-of-first-block", SCORES,
           "arith::AddIOp::create(b, i0, at(query0, vector))",
           "arith::AddIOp::create(b, i0, column(vector))",
           "regions see wrong i in tiles of more than one block of vectors"),
    Mutant("key-index-within-tile", SCORES,
           "arith::AddIOp::create(b, op.getAt().back(), key)", "key",
           "regions see j - j0: any score_mod with j from the second tile on"),
    Mutant("lane-stride-sign", LANES,
           "operands[0].stride - operands[1].stride", "operands[0].stride + operands[1].stride",
           "j - i grows with the lane instead of falling"),
    Mutant("lane-compare-turned", LANES,
           "arith::SubIOp::create(b, loc, rhs.value, lhs.value);",
           "arith::SubIOp::create(b, loc, lhs.value, rhs.value);",
           "the diagonal in a tile stands on the wrong side of zero"),
    Mutant("load-clamp-dropped", LANES,
           "auto load = dyn_cast<memref::LoadOp>(op);\n  if (!load)",
           "auto load = dyn_cast<memref::LoadOp>(op);\n  if (load)",
           "lanes past the last query read outside of a tensor: far enough, it crashes"),

    # Tiles, heads, batches.
    Mutant("heads-modulo", TILE,
           "arith::DivSIOp::create(b, leading[axis], group->second)",
           "arith::RemSIOp::create(b, leading[axis], group->second)",
           "grouped queries read the keys of another head"),
    Mutant("heads-modulo-naive", "lib/Conversion/AttnToLinalg/Generic.cpp",
           "index = arith::DivUIOp::create(b, index, axis.divisor);",
           "index = arith::RemUIOp::create(b, index, axis.divisor);",
           "the same on the naive route"),
    Mutant("open-batch-broadcast", TILE,
           "at.push_back(arith::MinSIOp::create(b, leading[axis], last).getResult());",
           "(void)last, at.push_back(attr(0));",
           "every batch of an open size reads the keys of the first"),
    Mutant("key-tile-not-aligned", TILE,
           "lo = arith::MulIOp::create(b, tile, step);", "(void)tile, lo = bounds.lo;",
           "S6: the order of the sums depends on the neighbours of a query"),
    Mutant("last-key-tile-skipped", TILE,
           "      b, lo, hi, step, state,",
           "      b, lo, arith::MulIOp::create(b, arith::DivSIOp::create(b, hi, step), step),\n"
           "      step, state,",
           "keys after the last whole tile"),
    Mutant("last-query-tile-skipped", TILE,
           "d0.ceilDiv(sizes.queries)", "d0.floorDiv(sizes.queries)",
           "queries after the last whole tile are not written"),
    Mutant("bounds-of-first-query", TILE,
           "Value iHi = arith::AddIOp::create(b, i0, rows);\n    MaskAnalysis::KeyBounds",
           "Value iHi = arith::AddIOp::create(b, i0, index(1));\n    MaskAnalysis::KeyBounds",
           "later queries of a tile lose the tiles of keys that only they see"),

    # The running state.
    Mutant("sum-not-rescaled", STEP,
           "b.store(arith::MulFOp::create(b, old, factors[v]), sum, at(query0, v));",
           "b.store(old, sum, at(query0, v));",
           "a later tile of keys with a much larger maximum"),
    Mutant("acc-not-rescaled", STEP,
           "b.store(b.rescale(factors[v], old), acc, {e, at(query0, v)});",
           "b.store(old, acc, {e, at(query0, v)});",
           "the same for the weighted sum"),
    Mutant("max-not-carried", STEP,
           "    b.store(moved, max, at(query0, v));\n", "",
           "the second tile forgets the maximum of the first"),
    Mutant("reference-never-moves", STEP,
           "Value redo = attempt.pop_back_val();",
           "Value redo = attempt.pop_back_val();\n"
           "  redo = hopeless;",
           "scores that grow by hundreds overflow"),
    Mutant("reference-of-the-block", STEP,
           "        arith::SelectOp::create(b, raise[v], largest[v], reference[v]);",
           "        b.max(largest[v], reference[v]);",
           "S6: the bits of a query depend on its neighbours' scores"),
    Mutant("last-keys-lost", STEP,
           "  return b.loop(\n      whole, window.last, 1, carried,",
           "  return b.loop(\n      whole, whole, 1, carried,",
           "N not a multiple of 4: the last keys are not visited"),
    Mutant("block-begins-late", STEP,
           "window.last = arith::SubIOp::create(b, keys.hi, j0);",
           "window.last = arith::SubIOp::create(b, b.addIndex(keys.hi, -1), j0);",
           "the last key of each block of queries is lost"),
    Mutant("blocks-share-a-window", STEP,
           "Value iLo = add(i0, query0);", "Value iLo = i0;",
           "masks: a block of queries visits the keys of the first one"),
    Mutant("guarded-select-removed", VALUES,
           "        if (guarded) {", "        if (false) {",
           "S3: 0 * NaN of a removed value reaches the output"),
    Mutant("last-columns-skipped", "lib/Codegen/CPU/TileBuilder.cpp",
           "if (end != known.getSExtValue())", "if (false)",
           "features past the last whole vector"),
    Mutant("rows-not-guarded", ROWS,
           "      isFinite, []() { return SmallVector<Value>(); },",
           "      arith::ConstantIntOp::create(b, true, 1),\n"
           "      []() { return SmallVector<Value>(); },",
           "S3: a few queries, 0 * NaN of a removed value"),
    Mutant("rows-past-the-end", ROWS,
           "  return arith::SelectOp::create(b, exists, s, b.negInf());", "  (void)exists;\n  return s;",
           "a few queries: what stands behind the last key counts as a score"),
    Mutant("group-turned", "lib/Fusion/GroupHeads.cpp",
           "mapping.map(old.getArgument(head + 1),", "mapping.map(old.getArgument(head),",
           "grouped heads: a mod sees another head"),
    Mutant("empty-row-minus-infinity", "lib/Codegen/CPU/TileBuilder.cpp",
           "return arith::SelectOp::create(*this, none, splat(0), max);",
           "return (void)none, max;",
           "S2: -inf - -inf in a query without keys is NaN"),
    Mutant("zero-sum-divides", EDGES,
           "arith::SelectOp::create(b, none, b.splat(0), inverse);", "inverse; (void)none;",
           "S2: 0 / 0 in a query without keys is NaN"),
    Mutant("lse-in-log2", EDGES,
           "      if (op.getLog2())\n        bound =", "      if (false)\n        bound =",
           "S4: the maximum is added in units of log2(e)"),
    Mutant("sink-forgotten", TILE,
           "  if (op.getSink()) {\n    SmallVector<Value> head;",
           "  if (false) {\n    SmallVector<Value> head;",
           "weights sum to 1 although there is a sink"),
    Mutant("log2-with-sink", TILE,
           "op.isDot() && op.getModBody().empty() && !op.getSink()",
           "op.isDot() && op.getModBody().empty()",
           "S4: scores in units of log2(e) next to a sink in natural units"),
    Mutant("absent-sink-counts", EDGES,
           "sum0 = arith::SelectOp::create(b, none, zero, one);", "sum0 = one; (void)none;",
           "a sink of -inf makes -inf - -inf, which is NaN"),
    Mutant("merge-with-one-factor", EDGES,
           "Value f2 = b.expOf(arith::SubFOp::create(b, max2, bound), op.getLog2());",
           "Value f2 = f1;",
           "two states with different maxima"),
    Mutant("naive-zero-times-nan", "lib/Conversion/AttnToLinalg/WeightedSum.cpp",
           "return arith::SelectOp::create(b, isEqual(b, in[0], 0), acc, sum);", "return sum;",
           "S3 on the naive route"),

    # Numbers.
    Mutant("query-rounded", EDGES,
           "      writeNarrow(b, transpose(b, scaled), out, {d, i}, {whole, true});",
           "      Type narrow = cast<MemRefType>(query.getType()).getElementType();\n"
           "      if (narrow != b.compute)\n"
           "        scaled = arith::ExtFOp::create(b, square, Value(arith::TruncFOp::create(\n"
           "            b, square.cloneWith(std::nullopt, narrow), scaled)));\n"
           "      writeNarrow(b, transpose(b, scaled), out, {d, i}, {whole, true});",
           "S5: the scaled query is rounded to bf16; an f32 lse shows it"),
    Mutant("output-rounded-twice", EDGES,
           "      Value divided = arith::MulFOp::create(b, tile, factors);",
           "      Type narrow = cast<MemRefType>(out.getType()).getElementType();\n"
           "      if (narrow != b.compute)\n"
           "        tile = arith::ExtFOp::create(b, square, arith::TruncFOp::create(\n"
           "            b, square.cloneWith(std::nullopt, narrow), tile));\n"
           "      Value divided = arith::MulFOp::create(b, tile, factors);",
           "S5: the sum is rounded before the division, too: errors above half an ulp"),
    Mutant("exp2-never-zero", "lib/Codegen/CPU/ExpandExp.cpp",
           "x = m.atLeast(x, m.isF64 ? -1076.0 : -151.0);",
           "x = m.atLeast(x, m.isF64 ? -1022.0 : -126.0);",
           "S8: exp2(-inf) is the smallest normal number; without AVX-512, and in f32 and f64"),

    # Around the kernel.
    Mutant("scores-shared-by-threads", STEP,
           "if (auto loop = op->getParentOfType<scf::ForallOp>())",
           "if (auto loop = op->getParentOfType<scf::ForallOp>(); loop && !loop)",
           "threads write their scores over each other's"),
    Mutant("length-not-checked", CHECKS,
           "compare(Predicate::sle, n, limit)", "compare(Predicate::sge, limit, limit)",
           "S10: a length beyond N passes"),
    Mutant("value-count-not-checked", CHECKS,
           "  requireEqual(sizesOf(value)[weights.size() - 2], weights.back(),\n"
           "               \"there must be one value for each key\");\n", "",
           "S10: fewer values than keys are read beyond their end"),
    Mutant("arguments-not-protected", "lib/Pipelines/ProtectArguments.cpp",
           "if (!function.isPublic())", "if (function.isPublic())",
           "the inputs of a public function may be written to"),
]
