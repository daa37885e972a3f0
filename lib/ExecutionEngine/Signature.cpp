// From a function type to the types its caller sees.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/ExecutionEngine/Signature.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::attn;

static std::optional<ElementType> convertElement(Type type) {
  // Signless types, index and the floats are spelt the same here and there.
  std::string name;
  llvm::raw_string_ostream(name) << type;
  return elementTypeFromString(name);
}

static std::optional<ValueType> convert(Type type) {
  ValueType result;
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (tensor && tensor.getEncoding())
    return std::nullopt;
  auto element = convertElement(tensor ? tensor.getElementType() : type);
  if (!element)
    return std::nullopt;
  result.element = *element;
  result.isScalar = !tensor;
  if (tensor)
    for (int64_t size : tensor.getShape())
      result.shape.push_back(ShapedType::isDynamic(size) ? kDynamicSize : size);
  return result;
}

FailureOr<Signature> Signature::get(func::FuncOp function) {
  Signature signature;
  signature.name = function.getName().str();
  auto append = [&](StringRef kind, TypeRange types,
                    std::vector<ValueType> &values) -> LogicalResult {
    for (auto [i, type] : llvm::enumerate(types)) {
      std::optional<ValueType> value = convert(type);
      if (!value)
        return function.emitError()
               << kind << " " << i << " has type " << type
               << "; only ranked tensors and scalars of f16, bf16, f32, f64, "
                  "i1, i8, i32, i64 and index may cross the boundary";
      values.push_back(std::move(*value));
    }
    return success();
  };
  if (failed(append("argument", function.getArgumentTypes(),
                    signature.arguments)) ||
      failed(append("result", function.getResultTypes(), signature.results)))
    return failure();
  return signature;
}

FailureOr<func::FuncOp> attn::findEntry(ModuleOp module, StringRef name) {
  SmallVector<func::FuncOp> candidates;
  for (auto function : module.getOps<func::FuncOp>())
    if (function.isPublic() && !function.isExternal())
      candidates.push_back(function);
  std::string names = llvm::join(
      llvm::map_range(candidates,
                      [](func::FuncOp f) { return "@" + f.getName().str(); }),
      ", ");
  if (candidates.empty())
    return emitError(module.getLoc(), "no public function with a body");
  if (name.empty()) {
    if (candidates.size() == 1)
      return candidates.front();
    return emitError(module.getLoc(), "several public functions, choose one: ")
           << names;
  }
  for (func::FuncOp function : candidates)
    if (function.getName() == name)
      return function;
  return emitError(module.getLoc(), "no public function @")
         << name << "; there is " << names;
}
