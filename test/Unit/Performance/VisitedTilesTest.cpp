// How many tiles the code visits, and of how many it evaluates the mask: for
// each tile of queries the loop over keys is walked by folding its bounds, and
// every tile is compared with the mask itself, pair by pair.
//
// A count does not depend on the machine, as a time does: a mask that is no
// longer understood, and then costs whole rows of tiles, fails here.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/IR/Attn.h"
#include "attn/InitAll.h"
#include "attn/Pipelines/Pipelines.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace mlir::attn;

namespace {

using Keep = std::function<bool(int64_t, int64_t)>;

/// Tiles that hold a kept pair, and those that hold no other.
struct Count {
  int64_t visited = 0, full = 0;
};

/// Values by folding: all that is not in the map must be constant.
class Folder {
public:
  void set(Value value, int64_t number) {
    values[value] =
        IntegerAttr::get(IndexType::get(value.getContext()), number);
  }

  int64_t get(OpFoldResult value) {
    if (auto attribute = dyn_cast<Attribute>(value))
      return cast<IntegerAttr>(attribute).getInt();
    return cast<IntegerAttr>(fold(cast<Value>(value)))
        .getValue()
        .getZExtValue();
  }

private:
  Attribute fold(Value value) {
    if (Attribute known = values.lookup(value))
      return known;
    Operation *op = value.getDefiningOp();
    if (!op) {
      ADD_FAILURE() << "depends on more than the tile";
      return IntegerAttr::get(value.getType(), 0);
    }
    SmallVector<Attribute> operands;
    for (Value operand : op->getOperands())
      operands.push_back(fold(operand));
    SmallVector<OpFoldResult> results;
    if (failed(op->fold(operands, results)) || results.size() != 1) {
      ADD_FAILURE() << "cannot be folded: "
                    << op->getName().getStringRef().str();
      return IntegerAttr::get(value.getType(), 0);
    }
    if (auto other = dyn_cast<Value>(results[0]))
      return fold(other);
    return cast<Attribute>(results[0]);
  }

  llvm::DenseMap<Value, Attribute> values;
};

class VisitedTiles : public ::testing::Test {
protected:
  VisitedTiles() {
    DialectRegistry registry;
    registerAllDialects(registry);
    registry.insert<arith::ArithDialect, bufferization::BufferizationDialect,
                    func::FuncDialect, linalg::LinalgDialect, scf::SCFDialect,
                    tensor::TensorDialect>();
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// `mask` is what follows the scores in the op.
  StepOp lower(int64_t queries, int64_t keys, StringRef mask) {
    std::string m = std::to_string(queries), n = std::to_string(keys);
    std::string q = "tensor<" + m + "x64xf32>", k = "tensor<" + n + "x64xf32>";
    std::string s = "tensor<" + m + "x" + n + "xf32>";
    std::string source = "func.func @f(%q: " + q + ", %k: " + k + ", %v: " + k +
                         ") -> " + q +
                         " {\n %s = attn.score dot(%q, %k) : " + q + ", " + k +
                         " -> " + s + "\n %m = attn.mask %s " + mask.str() +
                         " : " + s + "\n %p = attn.softmax %m : " + s +
                         "\n %o = attn.weighted_sum %p, %v : " + s + ", " + k +
                         " -> " + q + "\n return %o : " + q + "\n}";
    module = parseSourceString<ModuleOp>(source, &context);
    if (!module)
      return {};
    AttnPipelineOptions options;
    options.stopAfter = Stage::Tiled;
    PassManager passes(&context);
    buildAttnPipeline(passes, options);
    if (failed(passes.run(*module)))
      return {};
    StepOp step;
    module->walk([&](StepOp op) { step = op; });
    return step;
  }

  /// Walks the loops around `step` and holds every tile against `keep`.
  Count check(StepOp step, int64_t queries, int64_t keys, const Keep &keep) {
    auto tiles = step->getParentOfType<scf::ForallOp>();
    auto loop = step->getParentOfType<scf::ForOp>();
    auto guard = step->getParentOfType<scf::IfOp>();
    EXPECT_EQ(tiles.getRank(), 1);
    int64_t size = step.getNumQueries(), key = 64;
    Count count;
    for (int64_t tile = 0; tile * size < queries; ++tile) {
      Folder folder;
      folder.set(tiles.getInductionVar(0), tile);
      int64_t first = folder.get(loop.getLowerBound()),
              end = folder.get(loop.getUpperBound());
      EXPECT_EQ(folder.get(loop.getStep()), key);
      for (int64_t j = 0; j < keys; j += key) {
        folder.set(loop.getInductionVar(), j);
        bool visited = j >= first && j < end &&
                       (!guard || folder.get(guard.getCondition()));
        int64_t kept = 0, all = 0;
        for (int64_t i = tile * size; i < std::min(queries, (tile + 1) * size);
             ++i)
          for (int64_t x = j; x < std::min(keys, j + key); ++x, ++all)
            kept += keep(i, x);
        EXPECT_EQ(visited, kept > 0) << "tile " << tile << ", key " << j;
        if (!visited)
          continue;
        bool full = step.getFull() && folder.get(step.getFull());
        EXPECT_EQ(full, kept == all) << "tile " << tile << ", key " << j;
        ++count.visited;
        count.full += full;
      }
    }
    return count;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

TEST_F(VisitedTiles, Causal) {
  StepOp step = lower(2048, 2048, "causal");
  ASSERT_TRUE(step);
  Count count =
      check(step, 2048, 2048, [](int64_t i, int64_t j) { return j <= i; });
  // Tile t of 320 queries sees 5 t tiles of 64 keys whole, and 5 in part; the
  // last, of 128 queries, 30 whole and 2 in part.
  EXPECT_EQ(count.visited, (1 + 2 + 3 + 4 + 5 + 6) * 5 + 32);
  EXPECT_EQ(count.full, (1 + 2 + 3 + 4 + 5) * 5 + 30);
}

TEST_F(VisitedTiles, CausalWithMoreKeys) {
  StepOp step = lower(512, 1536, "causal");
  ASSERT_TRUE(step);
  check(step, 512, 1536, [](int64_t i, int64_t j) { return j <= i + 1024; });
}

TEST_F(VisitedTiles, Window) {
  StepOp step = lower(4096, 4096, "window(256, 0)");
  ASSERT_TRUE(step);
  Count count = check(step, 4096, 4096, [](int64_t i, int64_t j) {
    return i - 256 <= j && j <= i;
  });
  // 5 tiles of 64 keys for the first 320 queries, 4 more for each other tile;
  // the last one has 256.
  EXPECT_EQ(count.visited, 5 + 11 * 9 + 8);
}

TEST_F(VisitedTiles, WindowOnBothSides) {
  StepOp step = lower(2048, 2048, "window(100, 70)");
  ASSERT_TRUE(step);
  check(step, 2048, 2048,
        [](int64_t i, int64_t j) { return i - 100 <= j && j <= i + 70; });
}

TEST_F(VisitedTiles, RegionAsGoodAsItsName) {
  StepOp step = lower(2048, 2048,
                      "{\n^bb0(%i: index, %j: index):\n"
                      "%0 = arith.cmpi sge, %i, %j : index\n"
                      "attn.yield %0 : i1\n}");
  ASSERT_TRUE(step);
  Count count =
      check(step, 2048, 2048, [](int64_t i, int64_t j) { return j <= i; });
  EXPECT_EQ(count.visited, (1 + 2 + 3 + 4 + 5 + 6) * 5 + 32);
  EXPECT_EQ(count.full, (1 + 2 + 3 + 4 + 5) * 5 + 30);
}

} // namespace
