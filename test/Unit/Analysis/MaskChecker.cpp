// Compares what the mask analysis emits with the mask itself, tile by tile.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "MaskChecker.h"

#include "attn/IR/Attn.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace attn_test;

// Arguments of the function in front of the parameters.
enum Fixed { Scores, ILo, IHi, JLo, JHi, M, N, Batch, NumFixed };

MaskChecker::MaskChecker(StringRef params, StringRef before, StringRef body) {
  context.loadDialect<attn::AttnDialect, arith::ArithDialect, func::FuncDialect,
                      scf::SCFDialect, tensor::TensorDialect>();
  std::string text =
      ("func.func @f(%scores: tensor<1x?x?xf32>, %iLo: index, %iHi: index, "
       "%jLo: index, %jHi: index, %M: index, %N: index, %B: index" +
       Twine(params.empty() ? "" : ", ") + params + ") {\n" + before +
       "\n%m = attn.mask %scores {\n^bb0(%b: index, %i: index, %j: index):\n" +
       body + "\n} : tensor<1x?x?xf32>\nreturn\n}\n")
          .str();
  module = parseSourceString<ModuleOp>(text, &context);
  if (!module) {
    llvm::errs() << text;
    return;
  }
  auto func = *module->getOps<func::FuncOp>().begin();
  entry = &func.front();
  auto mask = *func.getOps<attn::MaskOp>().begin();
  region = &mask.getBody().front();
  attn::MaskAnalysis result = attn::MaskAnalysis::analyze(mask.getBody());
  OpBuilder builder(mask);
  auto arg = [&](unsigned i) { return entry->getArgument(i); };
  bounds = result.emitKeyBounds(builder, mask.getLoc(), {arg(Batch)}, arg(ILo),
                                arg(IHi), arg(N));
  tile = result.emitTileClass(builder, mask.getLoc(), {arg(Batch)}, arg(ILo),
                              arg(IHi), arg(JLo), arg(JHi));
  if (succeeded(verify(*module)))
    analysis = result;
}

ScalarInterpreter MaskChecker::prepare(int64_t m, int64_t n,
                                       const std::vector<Argument> &args) {
  ScalarInterpreter run;
  run.set(entry->getArgument(M), m);
  run.set(entry->getArgument(N), n);
  run.set(entry->getArgument(Batch), 0);
  for (auto [i, arg] : llvm::enumerate(args))
    std::visit(
        [&, i = i](const auto &v) {
          run.set(entry->getArgument(NumFixed + i), v);
        },
        arg);
  return run;
}

static void wrong(Findings &findings, const Twine &what) {
  if (findings.wrong++ == 0)
    findings.firstWrong = what.str();
}

void MaskChecker::checkBounds(ScalarInterpreter &run, int64_t iLo, int64_t iHi,
                              int64_t n, const Oracle &keep,
                              Findings &findings) {
  int64_t lo = run.get(bounds.lo), hi = run.get(bounds.hi);
  if (lo < 0 || lo > n || hi < 0 || hi > n)
    wrong(findings, Twine("queries ") + Twine(iLo) + ".." + Twine(iHi) +
                        ": bounds " + Twine(lo) + ".." + Twine(hi) +
                        " are not in 0.." + Twine(n));
  int64_t first = n, last = -1;
  for (int64_t i = iLo; i < iHi; ++i)
    for (int64_t j = 0; j < n; ++j)
      if (keep(i, j)) {
        first = std::min(first, j);
        last = std::max(last, j);
      }
  if (last >= 0 && (first < lo || last >= hi))
    wrong(findings, Twine("queries ") + Twine(iLo) + ".." + Twine(iHi) +
                        ": bounds " + Twine(lo) + ".." + Twine(hi) + " miss " +
                        Twine(first) + ".." + Twine(last + 1));
  if (iLo < iHi) {
    ++findings.ranges;
    findings.boundsTight += last < 0 ? lo >= hi : lo == first && hi == last + 1;
  }
}

void MaskChecker::checkClass(ScalarInterpreter &run, int64_t iLo, int64_t iHi,
                             int64_t jLo, int64_t jHi, const Oracle &keep,
                             Findings &findings) {
  if (iLo == iHi || jLo == jHi)
    return;
  bool may = run.get(tile.may), full = run.get(tile.full);
  bool any = false, all = true;
  for (int64_t i = iLo; i < iHi; ++i)
    for (int64_t j = jLo; j < jHi; ++j) {
      any |= keep(i, j);
      all &= keep(i, j);
    }
  if ((any && !may) || (full && !all))
    wrong(findings, Twine("tile ") + Twine(iLo) + ".." + Twine(iHi) + " x " +
                        Twine(jLo) + ".." + Twine(jHi) +
                        (full && !all ? " is not full" : " is not empty"));
  ++findings.tiles;
  findings.mayExact += may == any;
  findings.fullExact += full == all;
}

Findings MaskChecker::sweep(int64_t m, int64_t n, std::vector<Argument> args,
                            Oracle oracle) {
  Findings findings;
  ScalarInterpreter base = prepare(m, n, args);
  auto at = [&](ScalarInterpreter &run, int64_t iLo, int64_t iHi, int64_t jLo,
                int64_t jHi) {
    run.set(entry->getArgument(ILo), iLo);
    run.set(entry->getArgument(IHi), iHi);
    run.set(entry->getArgument(JLo), jLo);
    run.set(entry->getArgument(JHi), jHi);
    run.run(*entry);
    if (!run.error.empty())
      wrong(findings, run.error);
    return run.error.empty();
  };
  // What the region says of each pair.
  std::vector<char> kept(m * n);
  if (at(base, 0, m, 0, n)) {
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        base.set(region->getArgument(0), 0);
        base.set(region->getArgument(1), i);
        base.set(region->getArgument(2), j);
        kept[i * n + j] = base.run(*region)[0];
        if (oracle && oracle(i, j) != bool(kept[i * n + j]))
          wrong(findings, "the region is not the oracle at " + Twine(i) + ", " +
                              Twine(j));
      }
  }
  Oracle keep = [&](int64_t i, int64_t j) { return kept[i * n + j]; };
  for (int64_t iLo = 0; iLo <= m; ++iLo)
    for (int64_t iHi = iLo; iHi <= m; ++iHi)
      for (int64_t jLo = 0; jLo <= n; ++jLo)
        for (int64_t jHi = jLo; jHi <= n; ++jHi) {
          ScalarInterpreter &run = base;
          if (!at(run, iLo, iHi, jLo, jHi))
            return findings;
          if (jLo == 0 && jHi == n)
            checkBounds(run, iLo, iHi, n, keep, findings);
          checkClass(run, iLo, iHi, jLo, jHi, keep, findings);
        }
  return findings;
}
