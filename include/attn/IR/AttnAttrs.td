// Enumerations and attributes of the attn dialect.
#ifndef ATTN_IR_ATTRS_TD
#define ATTN_IR_ATTRS_TD

include "attn/IR/AttnDialect.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/AttrTypeBase.td"

def Attn_MaskKind : I32EnumAttr<"MaskKind", "form of a mask", [
    I32EnumAttrCase<"Region", 0, "region">,
    I32EnumAttrCase<"Causal", 1, "causal">,
    I32EnumAttrCase<"Window", 2, "window">,
    I32EnumAttrCase<"Lengths", 3, "lengths">,
    I32EnumAttrCase<"Prefix", 4, "prefix">,
    I32EnumAttrCase<"Segments", 5, "segments">,
    I32EnumAttrCase<"Dense", 6, "dense">]> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::mlir::attn";
}
def Attn_MaskKindAttr : EnumAttr<Attn_Dialect, Attn_MaskKind, "mask_kind">;

#endif // ATTN_IR_ATTRS_TD
