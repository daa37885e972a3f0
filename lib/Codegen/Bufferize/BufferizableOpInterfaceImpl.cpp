// Bufferization of the tiled ops: outs are written in place, results go away.
//
//   %r = attn.init outs(%t : tensor<..>)  ==>  attn.init outs(%m : memref<..>)
//
// Tested by test/Codegen/Bufferize/tiled-ops.mlir.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Codegen/Bufferize/BufferizableOpInterfaceImpl.h"
#include "attn/IR/Attn.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"

using namespace mlir;
using namespace mlir::attn;
using namespace mlir::bufferization;

namespace {

/// `kReadsOuts`: the op updates its outs rather than overwriting them.
template <typename OpTy, bool kReadsOuts>
struct TileOpModel
    : DstBufferizableOpInterfaceExternalModel<TileOpModel<OpTy, kReadsOuts>,
                                              OpTy> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return kReadsOuts || !cast<OpTy>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      if (isa<RankedTensorType>(operand.getType())) {
        FailureOr<Value> buffer = getBuffer(rewriter, operand, options, state);
        if (failed(buffer))
          return failure();
        operand = *buffer;
      }
      operands.push_back(operand);
    }
    OperationState newOp(op->getLoc(), op->getName(), operands,
                         /*types=*/{}, op->getAttrs());
    for (Region &region : op->getRegions())
      newOp.addRegion()->takeBody(region);
    rewriter.setInsertionPoint(op);
    Operation *bufferized = rewriter.create(newOp);
    SmallVector<Value> results;
    for (Value out : cast<OpTy>(bufferized).getOuts())
      results.push_back(out);
    replaceOpWithBufferizedValues(rewriter, op, results);
    return success();
  }
};

} // namespace

void mlir::attn::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, AttnDialect *) {
    PackQueryOp::attachInterface<TileOpModel<PackQueryOp, false>>(*context);
    PackKeyOp::attachInterface<TileOpModel<PackKeyOp, false>>(*context);
    InitOp::attachInterface<TileOpModel<InitOp, false>>(*context);
    StepOp::attachInterface<TileOpModel<StepOp, true>>(*context);
    MergeOp::attachInterface<TileOpModel<MergeOp, true>>(*context);
    FinishOp::attachInterface<TileOpModel<FinishOp, false>>(*context);
  });
}
