// A few queries, known from the types, stand in rows.

// RUN: attn-opt %s --split-input-file --attn-tile=bf16-dot --canonicalize | FileCheck %s

// All tiled ops are in rows, with as many rows as queries; there are four times
// as many keys in a tile. Keys and values are read in place, in their own type.

// CHECK-LABEL: func.func @rows(
// CHECK: attn.pack_query ins(%{{.*}}) outs(%{{.*}}) scale(1.44{{.*}}) rows : (tensor<3x64xbf16>, tensor<3x64xf32>)
// CHECK: attn.init outs(%{{.*}}) rows : (tensor<3xf32>, tensor<3xf32>, tensor<3x48xf32>)
// CHECK: scf.for %{{.*}} step %c256
// CHECK-NOT: attn.pack_key
// CHECK: attn.step {{.*}} count(%{{.*}} at_most 256) {{.*}} log2 rows : (tensor<3x64xf32>, tensor<?x64xbf16>, tensor<?x48xbf16>,
// CHECK: attn.finish {{.*}} log2 rows : (tensor<3xf32>, tensor<3xf32>, tensor<3x48xf32>, tensor<3x48xbf16>)
func.func @rows(%q: tensor<3x64xbf16>, %k: tensor<?x64xbf16>, %v: tensor<?x48xbf16>) -> tensor<3x48xbf16> {
  %o = attn.fused query(%q) key(%k) value(%v) weights(bf16)
      : (tensor<3x64xbf16>, tensor<?x64xbf16>, tensor<?x48xbf16>) -> tensor<3x48xbf16>
  return %o : tensor<3x48xbf16>
}

// -----

// Keys that lie apart are copied, and then in the compute type.

// CHECK-LABEL: func.func @apart(
// CHECK: %[[K:.*]] = attn.pack_key {{.*}} -> tensor<256x16xf32>
// CHECK-NOT: attn.pack_key
// CHECK: attn.step query(%{{.*}}) key(%[[K]]) {{.*}} rows
func.func @apart(%q: tensor<8x16xf16>, %kv: tensor<1000x32xf16>, %v: tensor<1000x16xf16>) -> tensor<8x16xf16> {
  %k = tensor.extract_slice %kv[0, 16] [1000, 16] [1, 1] : tensor<1000x32xf16> to tensor<1000x16xf16>
  %o = attn.fused query(%q) key(%k) value(%v)
      : (tensor<8x16xf16>, tensor<1000x16xf16>, tensor<1000x16xf16>) -> tensor<8x16xf16>
  return %o : tensor<8x16xf16>
}

// -----

// A mod and a sink change nothing about it.

// CHECK-LABEL: func.func @mod(
// CHECK: attn.init outs(%{{.*}}) rows
// CHECK: attn.step {{.*}} rows mod {
// CHECK: attn.init sink(%{{.*}}) outs(%{{.*}}) rows
func.func @mod(%q: tensor<1x8xf64>, %k: tensor<?x8xf64>, %sink: tensor<f64>) -> tensor<1x8xf64> {
  %o = attn.fused query(%q) key(%k) value(%k) sink(%sink) mod {
  ^bb0(%x: f64, %i: index, %j: index):
    %0 = math.tanh %x : f64
    attn.yield %0 : f64
  } : (tensor<1x8xf64>, tensor<?x8xf64>, tensor<?x8xf64>, tensor<f64>) -> tensor<1x8xf64>
  return %o : tensor<1x8xf64>
}

// -----

// Not more than eight queries, not an unknown number of them, not features or
// value features that leave lanes over or are unknown, not another score.

// CHECK-LABEL: func.func @nine(
// CHECK: attn.pack_query
// CHECK-NOT: rows
// CHECK-LABEL: func.func @open(
// CHECK-NOT: rows
// CHECK-LABEL: func.func @features(
// CHECK-NOT: rows
// CHECK-LABEL: func.func @values(
// CHECK-NOT: rows
// CHECK-LABEL: func.func @open_features(
// CHECK-NOT: rows
// CHECK-LABEL: func.func @pairwise(
// CHECK-NOT: rows
// CHECK: attn.finish
// CHECK-NOT: rows
func.func @nine(%q: tensor<9x64xf32>, %k: tensor<?x64xf32>) -> tensor<9x64xf32> {
  %o = attn.fused query(%q) key(%k) value(%k) : (tensor<9x64xf32>, tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<9x64xf32>
  return %o : tensor<9x64xf32>
}
func.func @open(%q: tensor<?x64xf32>, %k: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %o = attn.fused query(%q) key(%k) value(%k) : (tensor<?x64xf32>, tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
  return %o : tensor<?x64xf32>
}
func.func @features(%q: tensor<1x24xf32>, %k: tensor<?x24xf32>, %v: tensor<?x64xf32>) -> tensor<1x64xf32> {
  %o = attn.fused query(%q) key(%k) value(%v) : (tensor<1x24xf32>, tensor<?x24xf32>, tensor<?x64xf32>) -> tensor<1x64xf32>
  return %o : tensor<1x64xf32>
}
func.func @values(%q: tensor<1x64xf32>, %k: tensor<?x64xf32>, %v: tensor<?x24xf32>) -> tensor<1x24xf32> {
  %o = attn.fused query(%q) key(%k) value(%v) : (tensor<1x64xf32>, tensor<?x64xf32>, tensor<?x24xf32>) -> tensor<1x24xf32>
  return %o : tensor<1x24xf32>
}
func.func @open_features(%q: tensor<1x?xf32>, %k: tensor<?x?xf32>) -> tensor<1x?xf32> {
  %o = attn.fused query(%q) key(%k) value(%k) : (tensor<1x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<1x?xf32>
  return %o : tensor<1x?xf32>
}
func.func @pairwise(%q: tensor<1x64xf32>, %k: tensor<?x64xf32>) -> tensor<1x64xf32> {
  %o = attn.fused query(%q) key(%k) value(%k) score {
  ^bb0(%x: f32, %y: f32):
    %0 = arith.subf %x, %y : f32
    attn.yield %0 : f32
  } : (tensor<1x64xf32>, tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<1x64xf32>
  return %o : tensor<1x64xf32>
}
