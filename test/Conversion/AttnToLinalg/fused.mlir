// RUN: attn-opt %s --attn-to-linalg --cse --canonicalize | FileCheck %s
// RUN: attn-opt %s --attn-unfuse --attn-to-linalg --cse --canonicalize | FileCheck %s

// The same ops whether the fused op or the five it stands for are expanded.
// CHECK-LABEL: func @fused
// CHECK:         arith.mulf
// CHECK:         math.tanh
// CHECK:         arith.cmpi sle
// CHECK:         arith.maximumf
// CHECK:         math.exp
// CHECK:         arith.addf
// CHECK:         arith.divf
// CHECK:         math.log
// CHECK:         arith.select
// CHECK:         arith.truncf
// CHECK-NOT:     attn.
func.func @fused(%q: tensor<2x?x4xf16>, %k: tensor<2x?x4xf16>, %v: tensor<2x?x3xf16>)
    -> (tensor<2x?x3xf16>, tensor<2x?xf32>) {
  %o, %lse = attn.fused query(%q) key(%k) value(%v) mod {
  ^bb0(%s: f32, %h: index, %i: index, %j: index):
    %0 = math.tanh %s : f32
    attn.yield %0 : f32
  } mask {
  ^bb0(%h: index, %i: index, %j: index):
    %0 = arith.cmpi sle, %j, %i : index
    attn.yield %0 : i1
  } : (tensor<2x?x4xf16>, tensor<2x?x4xf16>, tensor<2x?x3xf16>) -> (tensor<2x?x3xf16>, tensor<2x?xf32>)
  return %o, %lse : tensor<2x?x3xf16>, tensor<2x?xf32>
}

// Two roundings: that of the weights, which the program allows, and that of the
// result.
// CHECK-LABEL: func @weights
// CHECK:         arith.divf
// CHECK:         arith.truncf %{{.+}} : f32 to bf16
// CHECK:         arith.extf %{{.+}} : bf16 to f32
// CHECK:         arith.truncf %{{.+}} : f32 to bf16
// CHECK-NOT:     truncf
func.func @weights(%q: tensor<?x4xbf16>, %k: tensor<?x4xbf16>, %v: tensor<?x3xbf16>)
    -> tensor<?x3xbf16> {
  %o = attn.fused query(%q) key(%k) value(%v) weights(bf16)
      : (tensor<?x4xbf16>, tensor<?x4xbf16>, tensor<?x3xbf16>) -> tensor<?x3xbf16>
  return %o : tensor<?x3xbf16>
}
