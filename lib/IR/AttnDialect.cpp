// The attn dialect: registration.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/IR/Attn.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/RuntimeVerifiableOpInterface.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::attn;

#include "attn/IR/AttnDialect.cpp.inc"
#include "attn/IR/AttnEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "attn/IR/AttnAttrs.cpp.inc"

void AttnDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "attn/IR/AttnAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "attn/IR/AttnOps.cpp.inc"
      >();
  // Implemented by the rooms that know buffers and run-time checks; a promise
  // makes a forgotten registration an error instead of a silence.
  declarePromisedInterfaces<bufferization::BufferizableOpInterface, PackQueryOp,
                            PackKeyOp, InitOp, StepOp, MergeOp, FinishOp>();
  declarePromisedInterfaces<RuntimeVerifiableOpInterface, ScoreOp, MaskOp,
                            SoftmaxOp, WeightedSumOp, FusedOp>();
}
