// Text form of the ops whose syntax a declarative format cannot say.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/IR/Attn.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::attn;

/// `keyword ( number )`, if present.
static ParseResult parseOptionalScale(OpAsmParser &parser,
                                      OperationState &result) {
  if (failed(parser.parseOptionalKeyword("scale")))
    return success();
  FloatAttr scale;
  if (parser.parseLParen() ||
      parser.parseAttribute(scale, parser.getBuilder().getF64Type(), "scale",
                            result.attributes) ||
      parser.parseRParen())
    return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// attn.score
//===----------------------------------------------------------------------===//

// attn.score (dot | pairwise) ( q?, k ) [params(w, ..)] [scale(x)]
//   region-of-pairwise attr-dict : q-type?, k-type, param-types.. -> type
ParseResult ScoreOp::parse(OpAsmParser &parser, OperationState &result) {
  StringRef kind;
  SMLoc kindLoc = parser.getCurrentLocation();
  SmallVector<OpAsmParser::UnresolvedOperand> inputs, params;
  if (parser.parseKeyword(&kind))
    return failure();
  if (kind != "dot" && kind != "pairwise")
    return parser.emitError(kindLoc, "expected 'dot' or 'pairwise'");
  SMLoc inputsLoc = parser.getCurrentLocation();
  if (parser.parseOperandList(inputs, OpAsmParser::Delimiter::Paren))
    return failure();
  if (inputs.empty() || inputs.size() > 2)
    return parser.emitError(inputsLoc, "expected a query and a key, or a key");
  if (succeeded(parser.parseOptionalKeyword("params")) &&
      parser.parseOperandList(params, OpAsmParser::Delimiter::Paren))
    return failure();
  if (parseOptionalScale(parser, result))
    return failure();
  // Not optional: after `dot`, a brace begins the attributes.
  Region *body = result.addRegion();
  if (kind == "pairwise" && parser.parseRegion(*body))
    return failure();

  SmallVector<Type> types;
  Type resultType;
  SMLoc typesLoc;
  if (parser.parseOptionalAttrDict(result.attributes) || parser.parseColon() ||
      parser.getCurrentLocation(&typesLoc) || parser.parseTypeList(types) ||
      parser.parseArrow() || parser.parseType(resultType))
    return failure();
  inputs.append(params);
  if (parser.resolveOperands(inputs, types, typesLoc, result.operands))
    return failure();
  result.addTypes(resultType);
  int32_t numParams = params.size();
  int32_t numInputs = inputs.size() - numParams;
  result.addAttribute(
      getOperandSegmentSizeAttr(),
      parser.getBuilder().getDenseI32ArrayAttr({numInputs - 1, 1, numParams}));
  return success();
}

void ScoreOp::print(OpAsmPrinter &p) {
  p << (isDot() ? " dot(" : " pairwise(");
  if (getQuery())
    p << getQuery() << ", ";
  p << getKey() << ")";
  if (!getParams().empty())
    p << " params(" << getParams() << ")";
  if (!getScale().isExactlyValue(1.0)) {
    p << " scale(";
    p.printAttributeWithoutType(getScaleAttr());
    p << ")";
  }
  if (!isDot()) {
    p << " ";
    p.printRegion(getBody());
  }
  p.printOptionalAttrDict((*this)->getAttrs(),
                          {getOperandSegmentSizeAttr(), getScaleAttrName()});
  p << " : " << getOperandTypes() << " -> " << getType();
}

//===----------------------------------------------------------------------===//
// attn.mask
//===----------------------------------------------------------------------===//

/// 'causal', 'window', ..: every form that has a name of its own.
static std::string listMaskForms() {
  SmallVector<std::string> names;
  for (uint32_t value = 0; value <= getMaxEnumValForMaskKind(); ++value)
    if (MaskKind(value) != MaskKind::Region)
      names.push_back(("'" + stringifyMaskKind(MaskKind(value)) + "'").str());
  return llvm::join(names, ", ");
}

// attn.mask s (region | form [( args : types | l, r )]) [top_left]
//   attr-dict : type
ParseResult MaskOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  OpAsmParser::UnresolvedOperand scores;
  SmallVector<OpAsmParser::UnresolvedOperand> args;
  SmallVector<Type> argTypes;
  if (parser.parseOperand(scores))
    return failure();

  MaskKind kind = MaskKind::Region;
  StringRef word;
  SMLoc loc = parser.getCurrentLocation();
  if (succeeded(parser.parseOptionalKeyword(&word))) {
    std::optional<MaskKind> named = symbolizeMaskKind(word);
    if (!named || *named == MaskKind::Region)
      return parser.emitError(loc, "unknown mask form '")
             << word << "', expected one of " << listMaskForms()
             << " or a region";
    kind = *named;
  }
  if (kind == MaskKind::Window) {
    int64_t left, right;
    if (parser.parseLParen() || parser.parseInteger(left) ||
        parser.parseComma() || parser.parseInteger(right) ||
        parser.parseRParen())
      return failure();
    result.addAttribute(
        "left", builder.getIntegerAttr(builder.getIntegerType(64, true), left));
    result.addAttribute("right", builder.getIntegerAttr(
                                     builder.getIntegerType(64, true), right));
  } else if (kind != MaskKind::Causal && kind != MaskKind::Region) {
    if (parser.parseLParen() || parser.parseOperandList(args) ||
        parser.parseColonTypeList(argTypes) || parser.parseRParen())
      return failure();
  }
  if (succeeded(parser.parseOptionalKeyword("top_left")))
    result.addAttribute("topLeft", builder.getUnitAttr());
  result.addAttribute("kind", MaskKindAttr::get(builder.getContext(), kind));
  Region *body = result.addRegion();
  if (kind == MaskKind::Region && parser.parseRegion(*body))
    return failure();

  Type type;
  if (parser.parseOptionalAttrDict(result.attributes) ||
      parser.parseColonType(type) ||
      parser.resolveOperand(scores, type, result.operands) ||
      parser.resolveOperands(args, argTypes, loc, result.operands))
    return failure();
  result.addTypes(type);
  return success();
}

void MaskOp::print(OpAsmPrinter &p) {
  p << " " << getScores();
  MaskKind kind = getKind();
  if (kind != MaskKind::Region)
    p << " " << stringifyMaskKind(kind);
  if (kind == MaskKind::Window)
    p << "(" << getLeft() << ", " << getRight() << ")";
  if (!getArgs().empty())
    p << "(" << getArgs() << " : " << getArgs().getTypes() << ")";
  if (getTopLeft())
    p << " top_left";
  if (!getBody().empty()) {
    p << " ";
    p.printRegion(getBody());
  }
  p.printOptionalAttrDict((*this)->getAttrs(),
                          {getKindAttrName(), getTopLeftAttrName(),
                           getLeftAttrName(), getRightAttrName()});
  p << " : " << getType();
}
