// Run-time checks of what the types of graph ops leave open: sizes, and the
// lengths that masks read. The labels are those of the op descriptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Checks/RuntimeVerification.h"
#include "attn/IR/Attn.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/Transforms/RuntimeOpVerification.h"
#include "mlir/Dialect/MemRef/Transforms/RuntimeOpVerification.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/RuntimeOpVerification.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/RuntimeVerifiableOpInterface.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::attn;

namespace {

using MessageFn = function_ref<std::string(Operation *, StringRef)>;
using Sizes = SmallVector<OpFoldResult>;
using Predicate = arith::CmpIPredicate;

/// Builds the checks of one op in front of it.
class Checks {
public:
  Checks(Operation *op, OpBuilder &builder, Location loc, MessageFn message)
      : op(op), b(loc, builder), message(message) {}

  void score(Value query, Value key, ValueRange params, const Sizes &scores);
  void softmax(Value sink, const Sizes &scores);
  void weightedSum(Value value, const Sizes &weights);
  void mask(MaskOp op);
  void reads(Region &region, const Sizes &scores);
  /// The sizes that `result`'s type states are those that its operands give.
  void resultType(Value result, const Sizes &sizes);

  Sizes sizesOf(Value tensor) {
    return tensor::getMixedSizes(b, b.getLoc(), tensor);
  }

private:
  Value index(OpFoldResult size) {
    return getValueOrCreateConstantIndexOp(b, b.getLoc(), size);
  }
  Value compare(Predicate predicate, Value x, Value y) {
    return arith::CmpIOp::create(b, predicate, x, y);
  }
  void require(Value condition, const Twine &what) {
    std::string text = (op->getName().getStringRef() + ": " + what).str();
    cf::AssertOp::create(b, condition, message(op, text));
  }
  /// Both sizes are known: the verifier of the op has compared them.
  static bool isProved(OpFoldResult x, OpFoldResult y) {
    return isEqualConstantIntOrValue(x, y) ||
           (getConstantIntValue(x) && getConstantIntValue(y));
  }
  void requireEqual(OpFoldResult x, OpFoldResult y, const Twine &what);
  void requireBroadcast(OpFoldResult own, OpFoldResult whole,
                        const Twine &what);
  void requireLeading(Value operand, StringRef name, const Sizes &scores);
  void requireLengths(Value lengths, OpFoldResult numKeys);

  Operation *op;
  ImplicitLocOpBuilder b;
  MessageFn message;
};

} // namespace

void Checks::requireEqual(OpFoldResult x, OpFoldResult y, const Twine &what) {
  if (!isProved(x, y))
    require(compare(Predicate::eq, index(x), index(y)), what);
}

/// own == whole or own == 1
void Checks::requireBroadcast(OpFoldResult own, OpFoldResult whole,
                              const Twine &what) {
  if (isProved(own, whole) || isConstantIntValue(own, 1))
    return;
  Value one = arith::ConstantIndexOp::create(b, 1);
  Value isEqual = compare(Predicate::eq, index(own), index(whole));
  Value isOne = compare(Predicate::eq, index(own), one);
  require(arith::OrIOp::create(b, isEqual, isOne), what);
}

/// score_c3, weighted_sum_c3: each leading axis of `operand` has the size of
/// the scores, or 1, or on the last one a divisor of it.
void Checks::requireLeading(Value operand, StringRef name,
                            const Sizes &scores) {
  Sizes sizes = sizesOf(operand);
  for (size_t axis = 0; axis + 2 < scores.size(); ++axis) {
    OpFoldResult own = sizes[axis], whole = scores[axis];
    std::string what = "leading axis " + std::to_string(axis) + " of the " +
                       name.str() + " must have the size of the scores or 1";
    if (axis + 3 != scores.size()) {
      requireBroadcast(own, whole, what);
      continue;
    }
    if (isProved(own, whole) || isConstantIntValue(own, 1))
      continue;
    // own == whole, or own != 0 and whole % own == 0 (1 divides everything)
    Value ownSize = index(own), wholeSize = index(whole);
    Value zero = arith::ConstantIndexOp::create(b, 0);
    Value one = arith::ConstantIndexOp::create(b, 1);
    Value rest = arith::RemUIOp::create(
        b, wholeSize, arith::MaxUIOp::create(b, ownSize, one));
    Value divides =
        arith::AndIOp::create(b, compare(Predicate::ne, ownSize, zero),
                              compare(Predicate::eq, rest, zero));
    Value isEqual = compare(Predicate::eq, ownSize, wholeSize);
    require(arith::OrIOp::create(b, isEqual, divides),
            what + " or a divisor of it");
  }
}

void Checks::score(Value query, Value key, ValueRange params,
                   const Sizes &scores) {
  Sizes keySizes = sizesOf(key);
  // score_c2
  if (query)
    requireEqual(sizesOf(query).back(), keySizes.back(),
                 "query and key must agree on the size of a feature vector");
  // score_c3; without a query the leading axes are the key's own
  if (query)
    requireLeading(key, "key", scores);
  // score_c5
  for (auto [number, param] : llvm::enumerate(params)) {
    Sizes sizes = sizesOf(param);
    requireEqual(sizes.back(), keySizes.back(),
                 "parameter " + Twine(number) +
                     " must have the size of a feature vector");
    for (size_t axis = 0; axis + 1 < sizes.size(); ++axis)
      requireBroadcast(
          sizes[axis], scores[scores.size() - 1 - sizes.size() + axis],
          "axis " + Twine(axis) + " of parameter " + Twine(number) +
              " must have the size of the scores or 1");
  }
}

void Checks::softmax(Value sink, const Sizes &scores) {
  // softmax_c3
  if (sink && scores.size() > 2)
    requireEqual(sizesOf(sink)[0], scores[scores.size() - 3],
                 "the sink must have one value for each head");
}

void Checks::weightedSum(Value value, const Sizes &weights) {
  // weighted_sum_c2
  requireEqual(sizesOf(value)[weights.size() - 2], weights.back(),
               "there must be one value for each key");
  // weighted_sum_c3
  requireLeading(value, "values", weights);
}

void Checks::resultType(Value result, const Sizes &sizes) {
  auto type = cast<RankedTensorType>(result.getType());
  unsigned number = cast<OpResult>(result).getResultNumber();
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    if (!type.isDynamicDim(axis))
      requireEqual(sizes[axis], b.getIndexAttr(type.getDimSize(axis)),
                   "axis " + Twine(axis) + " of result " + Twine(number) +
                       " must have the size that its type states");
}

/// 0 <= n <= N for every entry n of `lengths`, a tensor of rank 0 or 1.
void Checks::requireLengths(Value lengths, OpFoldResult numKeys) {
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value limit = index(numKeys);
  auto checkEntry = [&](ValueRange at) {
    Value n = tensor::ExtractOp::create(b, lengths, at);
    if (!n.getType().isIndex())
      n = arith::IndexCastOp::create(b, b.getIndexType(), n);
    require(arith::AndIOp::create(b, compare(Predicate::sge, n, zero),
                                  compare(Predicate::sle, n, limit)),
            "a length must be at least 0 and at most the number of keys");
  };
  if (cast<RankedTensorType>(lengths.getType()).getRank() == 0)
    return checkEntry({});
  Value size = index(sizesOf(lengths)[0]);
  auto loop =
      scf::ForOp::create(b, zero, size, arith::ConstantIndexOp::create(b, 1));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  checkEntry(loop.getInductionVar());
}

void Checks::mask(MaskOp op) {
  Sizes scores = sizesOf(op.getScores());
  size_t rank = scores.size();
  // mask_c2: [b], [b, i], [b, j], or any axes aligned at the last
  for (auto [number, arg] : llvm::enumerate(op.getArgs())) {
    Sizes sizes = sizesOf(arg);
    for (size_t axis = 0; axis < sizes.size(); ++axis) {
      std::string what = "axis " + std::to_string(axis) + " of mask operand " +
                         std::to_string(number) +
                         " must have the size of the scores";
      if (op.getKind() == MaskKind::Dense)
        requireBroadcast(sizes[axis], scores[rank - sizes.size() + axis],
                         what + " or 1");
      else if (axis == 0 && rank > 2)
        requireBroadcast(sizes[axis], scores[0], what + " or 1");
      else
        requireEqual(sizes[axis], scores[rank - 2 + number], what);
    }
  }
  if (op.getKind() == MaskKind::Lengths || op.getKind() == MaskKind::Prefix)
    requireLengths(op.getArgs()[0], scores.back());
}

/// An index is clamped into the tensor that it reads, which needs an element,
/// unless there are no scores for which to run the region.
void Checks::reads(Region &region, const Sizes &scores) {
  llvm::SetVector<Value> tensors;
  region.walk([&](tensor::ExtractOp read) {
    if (!region.isAncestor(read.getTensor().getParentRegion()))
      tensors.insert(read.getTensor());
  });
  Value zero = arith::ConstantIndexOp::create(b, 0);
  auto isEmpty = [&](const Sizes &sizes) {
    Value result = arith::ConstantIntOp::create(b, 0, 1);
    for (OpFoldResult size : sizes)
      result = arith::OrIOp::create(b, result,
                                    compare(Predicate::eq, index(size), zero));
    return result;
  };
  for (Value tensor : tensors) {
    auto type = cast<RankedTensorType>(tensor.getType());
    if (type.hasStaticShape() && type.getNumElements() != 0)
      continue;
    Value empty = isEmpty(sizesOf(tensor));
    // The scores are empty if the tensor is.
    require(compare(Predicate::uge, isEmpty(scores), empty),
            "a tensor that a region reads must not be empty");
  }
}

//===----------------------------------------------------------------------===//
// The interface for each op
//===----------------------------------------------------------------------===//

static void checkOp(ScoreOp op, Checks &checks, ArrayRef<Sizes> shapes) {
  checks.score(op.getQuery(), op.getKey(), op.getParams(), shapes[0]);
  checks.reads(op.getBody(), shapes[0]);
}

static void checkOp(ScoreModOp op, Checks &checks, ArrayRef<Sizes> shapes) {
  checks.reads(op.getBody(), shapes[0]);
}

static void checkOp(MaskOp op, Checks &checks, ArrayRef<Sizes> shapes) {
  checks.mask(op);
  checks.reads(op.getBody(), shapes[0]);
}

static void checkOp(SoftmaxOp op, Checks &checks, ArrayRef<Sizes> shapes) {
  checks.softmax(op.getSink(), shapes[0]);
}

static void checkOp(WeightedSumOp op, Checks &checks, ArrayRef<Sizes>) {
  checks.weightedSum(op.getValue(), checks.sizesOf(op.getWeights()));
}

static void checkOp(FusedOp op, Checks &checks, ArrayRef<Sizes> shapes) {
  // The scores that the op stands for: [.., M, N].
  Sizes scores = shapes[0];
  scores.back() = checks.sizesOf(op.getKey())[op.getRank() - 2];
  checks.score(op.getQuery(), op.getKey(), op.getParams(), scores);
  checks.softmax(op.getSink(), scores);
  checks.weightedSum(op.getValue(), scores);
  for (Region &region : op->getRegions())
    checks.reads(region, scores);
}

namespace {

template <typename OpTy>
struct Verification
    : RuntimeVerifiableOpInterface::ExternalModel<Verification<OpTy>, OpTy> {
  void generateRuntimeVerification(Operation *operation, OpBuilder &builder,
                                   Location loc, MessageFn message) const {
    auto op = cast<OpTy>(operation);
    ReifiedRankedShapedTypeDims shapes;
    if (failed(op.reifyResultShapes(builder, shapes)))
      return;
    Checks checks(op, builder, loc, message);
    checkOp(op, checks, shapes);
    for (auto [result, sizes] : llvm::zip(op->getResults(), shapes))
      checks.resultType(result, sizes);
  }
};

} // namespace

void mlir::attn::registerRuntimeVerifiableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  linalg::registerRuntimeVerifiableOpInterfaceExternalModels(registry);
  memref::registerRuntimeVerifiableOpInterfaceExternalModels(registry);
  tensor::registerRuntimeVerifiableOpInterfaceExternalModels(registry);
  registry.addExtension(+[](MLIRContext *context, AttnDialect *) {
    ScoreOp::attachInterface<Verification<ScoreOp>>(*context);
    ScoreModOp::attachInterface<Verification<ScoreModOp>>(*context);
    MaskOp::attachInterface<Verification<MaskOp>>(*context);
    SoftmaxOp::attachInterface<Verification<SoftmaxOp>>(*context);
    WeightedSumOp::attachInterface<Verification<WeightedSumOp>>(*context);
    FusedOp::attachInterface<Verification<FusedOp>>(*context);
    context->loadDialect<arith::ArithDialect, cf::ControlFlowDialect,
                         scf::SCFDialect, tensor::TensorDialect>();
  });
}
