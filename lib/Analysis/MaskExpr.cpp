// Sums of atoms, and what may be computed outside of a mask region.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "MaskExpr.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace mlir::attn;

// Atoms in a sum are below 2^44 (sizes by assumption, data by guards), so a
// term is below 2^60, and a few terms and a constant fit into 64 bits.
static constexpr int64_t maxFactor = int64_t(1) << 16;
static constexpr int64_t maxConstant = int64_t(1) << 60;
static constexpr size_t maxTerms = 6;

static bool inRange(int64_t value, int64_t max) {
  return -max <= value && value <= max;
}

bool Linear::add(const Linear &other, int64_t factor) {
  // Copied, because `other` may be *this.
  SmallVector<Term, 2> added(other.terms);
  int64_t product;
  if (llvm::MulOverflow(other.constant, factor, product) ||
      llvm::AddOverflow(constant, product, constant) ||
      !inRange(constant, maxConstant))
    return false;
  for (const Term &term : added) {
    Term *mine = llvm::find_if(
        terms, [&](const Term &t) { return t.atom == term.atom; });
    if (llvm::MulOverflow(term.factor, factor, product))
      return false;
    if (mine == terms.end())
      terms.push_back({term.atom, product});
    else if (llvm::AddOverflow(mine->factor, product, mine->factor))
      return false;
  }
  llvm::erase_if(terms, [](const Term &t) { return t.factor == 0; });
  return terms.size() <= maxTerms && llvm::all_of(terms, [](const Term &t) {
           return inRange(t.factor, maxFactor);
         });
}

bool Linear::scale(int64_t factor) {
  Linear copy = *this;
  *this = Linear();
  return add(copy, factor);
}

unsigned Linear::depends() const {
  unsigned result = 0;
  for (const Term &term : terms)
    result |= term.atom->depends;
  return result;
}

bool Linear::scansKeys() const {
  return llvm::any_of(terms, [](const Term &t) { return t.atom->scansKeys; });
}

bool Linear::isWide() const {
  return llvm::any_of(terms, [](const Term &t) { return t.atom->wide; });
}

bool mlir::attn::needsPair(Operation *op, Block *region) {
  ShapedType type;
  ValueRange indices;
  if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
    type = extract.getTensor().getType();
    indices = extract.getIndices();
  } else if (auto load = dyn_cast<memref::LoadOp>(op)) {
    type = load.getMemRefType();
    indices = load.getIndices();
  } else {
    return !isSpeculatable(op);
  }
  // Leading indices lie in the scores, and constants in a static size; any
  // other index is only known to be good where the region runs.
  for (auto [axis, index] : llvm::enumerate(indices)) {
    auto arg = dyn_cast<BlockArgument>(index);
    if (arg && arg.getOwner() == region)
      continue;
    APInt constant;
    if (matchPattern(index, m_ConstantInt(&constant)) &&
        !type.isDynamicDim(axis) && constant.isNonNegative() &&
        constant.getSExtValue() < type.getDimSize(axis))
      continue;
    return true;
  }
  return false;
}
