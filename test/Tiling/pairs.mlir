// Tiles of bf16 stand in pairs where the machine has a product of them.

// RUN: attn-opt %s --split-input-file --attn-tile=bf16-dot --canonicalize | FileCheck %s
// RUN: attn-opt %s --split-input-file --attn-tile --canonicalize | FileCheck %s --check-prefix=WITHOUT
// RUN: attn-opt %s --split-input-file --attn-tile="bf16-dot key-tile=33" --canonicalize | FileCheck %s --check-prefix=ODD

// Queries are packed in pairs of features without their scale, which steps apply.
// Keys are read in place, values are packed in pairs of keys, 128 in a tile.

// CHECK-LABEL: func.func @both(
// CHECK: attn.pack_query ins(%{{.*}}) outs(%{{[^)]*}}) : (tensor<?x64xbf16>, tensor<32x320x2xbf16>) -> tensor<32x320x2xbf16>
// CHECK: attn.init outs(%{{.*}}) : (tensor<320xf32>, tensor<320xf32>, tensor<48x320xf32>)
// CHECK: scf.for %{{.*}} step %c128
// CHECK: %[[V:.*]] = attn.pack_key {{.*}} : (tensor<?x48xbf16>, tensor<64x48x2xbf16>) -> tensor<64x48x2xbf16>
// CHECK-NOT: attn.pack_key
// CHECK: attn.step {{.*}} value(%[[V]]) count(%{{.*}} at_most 128) {{.*}} scale(0.180336{{.*}}) log2 : (tensor<32x320x2xbf16>, tensor<?x64xbf16>, tensor<64x48x2xbf16>,
// An odd number of keys in a tile: the last has a pair to itself.
// ODD-LABEL: func.func @both(
// ODD: attn.pack_key {{.*}} -> tensor<17x48x2xbf16>
// Without the product all is of the compute type.
// WITHOUT-LABEL: func.func @both(
// WITHOUT: attn.pack_query {{.*}} scale(0.180336{{.*}}) : {{.*}} -> tensor<64x320xf32>
// WITHOUT: attn.pack_key {{.*}} -> tensor<64x64xf32>
// WITHOUT: attn.pack_key {{.*}} -> tensor<64x48xf32>
// WITHOUT: attn.step
// WITHOUT-NOT: scale
// WITHOUT: attn.finish
func.func @both(%q: tensor<?x64xbf16>, %k: tensor<?x64xbf16>, %v: tensor<?x48xbf16>) -> tensor<?x48xbf16> {
  %o = attn.fused query(%q) key(%k) value(%v) scale(0.125) weights(bf16)
      : (tensor<?x64xbf16>, tensor<?x64xbf16>, tensor<?x48xbf16>) -> tensor<?x48xbf16>
  return %o : tensor<?x48xbf16>
}

// -----

// A few more queries than stand in rows: as many keys again.

// CHECK-LABEL: func.func @nine(
// CHECK: attn.pack_query {{.*}} -> tensor<32x16x2xbf16>
// CHECK: scf.for %{{.*}} step %c512
// CHECK: attn.pack_key {{.*}} -> tensor<256x64x2xbf16>
func.func @nine(%q: tensor<9x64xbf16>, %k: tensor<?x64xbf16>) -> tensor<9x64xbf16> {
  %o = attn.fused query(%q) key(%k) value(%k) weights(bf16)
      : (tensor<9x64xbf16>, tensor<?x64xbf16>, tensor<?x64xbf16>) -> tensor<9x64xbf16>
  return %o : tensor<9x64xbf16>
}

// -----

// Weights of the compute type: only the scores are products of pairs. An lse is
// the log of a sum of unrounded weights (S5), so that they are not rounded, either.

// CHECK-LABEL: func.func @queries(
// CHECK: attn.pack_query {{.*}} -> tensor<32x320x2xbf16>
// CHECK: scf.for %{{.*}} step %c64
// CHECK: %[[V:.*]] = attn.pack_key {{.*}} -> tensor<64x64xf32>
// CHECK: attn.step {{.*}} value(%[[V]]) {{.*}} : (tensor<32x320x2xbf16>, tensor<?x64xbf16>, tensor<64x64xf32>,
// CHECK-LABEL: func.func @lse(
// CHECK: attn.step {{.*}} : (tensor<32x320x2xbf16>, tensor<?x64xbf16>, tensor<64x64xf32>,
func.func @queries(%q: tensor<?x64xbf16>, %k: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  %o = attn.fused query(%q) key(%k) value(%k)
      : (tensor<?x64xbf16>, tensor<?x64xbf16>, tensor<?x64xbf16>) -> tensor<?x64xbf16>
  return %o : tensor<?x64xbf16>
}
func.func @lse(%q: tensor<?x64xbf16>, %k: tensor<?x64xbf16>) -> (tensor<?x64xbf16>, tensor<?xf32>) {
  %o, %l = attn.fused query(%q) key(%k) value(%k) weights(bf16)
      : (tensor<?x64xbf16>, tensor<?x64xbf16>, tensor<?x64xbf16>) -> (tensor<?x64xbf16>, tensor<?xf32>)
  return %o, %l : tensor<?x64xbf16>, tensor<?xf32>
}

// -----

// An odd number of features, or an unknown one: only the values.

// CHECK-LABEL: func.func @odd(
// CHECK: attn.pack_query {{.*}} -> tensor<7x320xf32>
// CHECK: attn.pack_key {{.*}} -> tensor<128x7xf32>
// CHECK: attn.pack_key {{.*}} -> tensor<64x5x2xbf16>
// CHECK: attn.step {{.*}} : (tensor<7x320xf32>, tensor<128x7xf32>, tensor<64x5x2xbf16>,
// CHECK-LABEL: func.func @open(
// CHECK: attn.pack_query {{.*}} -> tensor<?x320xf32>
// CHECK: attn.pack_key {{.*}} -> tensor<128x?xf32>
// CHECK: attn.pack_key {{.*}} -> tensor<64x?x2xbf16>
func.func @odd(%q: tensor<?x7xbf16>, %k: tensor<?x7xbf16>, %v: tensor<?x5xbf16>) -> tensor<?x5xbf16> {
  %o = attn.fused query(%q) key(%k) value(%v) weights(bf16)
      : (tensor<?x7xbf16>, tensor<?x7xbf16>, tensor<?x5xbf16>) -> tensor<?x5xbf16>
  return %o : tensor<?x5xbf16>
}
func.func @open(%q: tensor<?x?xbf16>, %k: tensor<?x?xbf16>, %v: tensor<?x?xbf16>) -> tensor<?x?xbf16> {
  %o = attn.fused query(%q) key(%k) value(%v) weights(bf16)
      : (tensor<?x?xbf16>, tensor<?x?xbf16>, tensor<?x?xbf16>) -> tensor<?x?xbf16>
  return %o : tensor<?x?xbf16>
}

// -----

// Keys that lie apart are copied as they are.

// CHECK-LABEL: func.func @apart(
// CHECK: %[[K:.*]] = attn.pack_key {{.*}} -> tensor<128x64xbf16>
// CHECK: attn.step query(%{{.*}}) key(%[[K]])
func.func @apart(%q: tensor<?x64xbf16>, %kv: tensor<1000x128xbf16>) -> tensor<?x64xbf16> {
  %k = tensor.extract_slice %kv[0, 64] [1000, 64] [1, 1] : tensor<1000x128xbf16> to tensor<1000x64xbf16>
  %o = attn.fused query(%q) key(%k) value(%k) weights(bf16)
      : (tensor<?x64xbf16>, tensor<1000x64xbf16>, tensor<1000x64xbf16>) -> tensor<?x64xbf16>
  return %o : tensor<?x64xbf16>
}

// -----

// Fewer keys than a tile: those that are read in place are as many as there are,
// those that are packed fill a tile.

// CHECK-LABEL: func.func @one_tile(
// CHECK: attn.step {{.*}} : (tensor<32x320x2xbf16>, tensor<50x64xbf16>, tensor<64x64xf32>,
func.func @one_tile(%q: tensor<?x64xbf16>, %k: tensor<50x64xbf16>) -> tensor<?x64xbf16> {
  %o = attn.fused query(%q) key(%k) value(%k)
      : (tensor<?x64xbf16>, tensor<50x64xbf16>, tensor<50x64xbf16>) -> tensor<?x64xbf16>
  return %o : tensor<?x64xbf16>
}

// -----

// No pairs of another type, and none for another score.

// CHECK-LABEL: func.func @f16(
// CHECK-NOT: x2x
// CHECK-LABEL: func.func @pairwise(
// CHECK-NOT: x2x
// CHECK: attn.finish
func.func @f16(%q: tensor<?x64xf16>, %k: tensor<?x64xf16>) -> tensor<?x64xf16> {
  %o = attn.fused query(%q) key(%k) value(%k) weights(f16)
      : (tensor<?x64xf16>, tensor<?x64xf16>, tensor<?x64xf16>) -> tensor<?x64xf16>
  return %o : tensor<?x64xf16>
}
func.func @pairwise(%q: tensor<?x64xbf16>, %k: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  %o = attn.fused query(%q) key(%k) value(%k) weights(bf16) score {
  ^bb0(%x: f32, %y: f32):
    %0 = arith.subf %x, %y : f32
    attn.yield %0 : f32
  } : (tensor<?x64xbf16>, tensor<?x64xbf16>, tensor<?x64xbf16>) -> tensor<?x64xbf16>
  return %o : tensor<?x64xbf16>
}
