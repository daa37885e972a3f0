// Every op in its custom syntax: printed, parsed and printed again, through the
// generic form and through bytecode.

// RUN: attn-opt %s --verify-roundtrip > %t.custom
// RUN: FileCheck %s < %t.custom
// RUN: attn-opt %s --mlir-print-op-generic > %t.generic
// RUN: FileCheck %s --check-prefix=GENERIC < %t.generic
// RUN: attn-opt %t.generic | diff %t.custom -
// RUN: attn-opt %s --emit-bytecode | attn-opt | diff %t.custom -

// The generic form really is generic.
// GENERIC-NOT: {{^ *%.* = attn\.}}
// GENERIC: "attn.finish"

// CHECK-LABEL: func.func @score_dot(
// CHECK: attn.score dot(%{{.*}}, %{{.*}}) : tensor<2x8x?x64xf16>, tensor<2x2x?x64xf16> -> tensor<2x8x?x?xf32>
// CHECK: attn.score dot(%{{.*}}, %{{.*}}) scale(1.250000e-01) {note = "kept"} :
func.func @score_dot(%q: tensor<2x8x?x64xf16>, %k: tensor<2x2x?x64xf16>)
    -> (tensor<2x8x?x?xf32>, tensor<2x8x?x?xf32>) {
  %0 = attn.score dot(%q, %k)
      : tensor<2x8x?x64xf16>, tensor<2x2x?x64xf16> -> tensor<2x8x?x?xf32>
  %1 = attn.score dot(%q, %k) scale(0.125) {note = "kept"}
      : tensor<2x8x?x64xf16>, tensor<2x2x?x64xf16> -> tensor<2x8x?x?xf32>
  return %0, %1 : tensor<2x8x?x?xf32>, tensor<2x8x?x?xf32>
}

// CHECK-LABEL: func.func @score_pairwise(
// CHECK: attn.score pairwise(%{{.*}}, %{{.*}}) params(%{{.*}}) scale(2.000000e+00) {
// CHECK-NEXT: ^bb0(%{{.*}}: f64, %{{.*}}: f64, %{{.*}}: f64):
func.func @score_pairwise(%q: tensor<?x?xf64>, %k: tensor<?x?xf64>, %w: tensor<?xf64>)
    -> tensor<?x?xf64> {
  %0 = attn.score pairwise(%q, %k) params(%w) scale(2.0) {
  ^bb0(%x: f64, %y: f64, %wd: f64):
    %1 = arith.addf %x, %y : f64
    %2 = math.tanh %1 : f64
    %3 = arith.mulf %wd, %2 : f64
    attn.yield %3 : f64
  } : tensor<?x?xf64>, tensor<?x?xf64>, tensor<?xf64> -> tensor<?x?xf64>
  return %0 : tensor<?x?xf64>
}

// CHECK-LABEL: func.func @score_without_query(
// CHECK: attn.score pairwise(%{{[^,]*}}) params(%{{.*}}, %{{.*}}) {
// CHECK: } : tensor<4x?x8xbf16>, tensor<8xbf16>, tensor<4x8xbf16> -> tensor<4x1x?xf32>
func.func @score_without_query(%k: tensor<4x?x8xbf16>, %w: tensor<8xbf16>,
                               %u: tensor<4x8xbf16>) -> tensor<4x1x?xf32> {
  %0 = attn.score pairwise(%k) params(%w, %u) {
  ^bb0(%y: f32, %wd: f32, %ud: f32):
    %1 = arith.mulf %y, %wd : f32
    %2 = arith.maximumf %1, %ud : f32
    attn.yield %2 : f32
  } : tensor<4x?x8xbf16>, tensor<8xbf16>, tensor<4x8xbf16> -> tensor<4x1x?xf32>
  return %0 : tensor<4x1x?xf32>
}

// CHECK-LABEL: func.func @score_mod(
// CHECK: attn.score_mod %{{.*}} {
// CHECK-NEXT: ^bb0(%{{.*}}: f32, %{{.*}}: index, %{{.*}}: index, %{{.*}}: index):
func.func @score_mod(%s: tensor<8x?x?xf32>, %slope: tensor<8xf32>) -> tensor<8x?x?xf32> {
  %0 = attn.score_mod %s {
  ^bb0(%x: f32, %h: index, %i: index, %j: index):
    %a = tensor.extract %slope[%h] : tensor<8xf32>
    %y = arith.addf %x, %a : f32
    attn.yield %y : f32
  } {note = "kept"} : tensor<8x?x?xf32>
  return %0 : tensor<8x?x?xf32>
}

// CHECK-LABEL: func.func @masks(
// CHECK: attn.mask %{{.*}} causal :
// CHECK: attn.mask %{{.*}} causal top_left :
// CHECK: attn.mask %{{.*}} window(128, -1) :
// CHECK: attn.mask %{{.*}} window(0, 3) top_left {note = "kept"} :
// CHECK: attn.mask %{{.*}} lengths(%{{.*}} : tensor<2xi64>) :
// CHECK: attn.mask %{{.*}} prefix(%{{.*}} : tensor<1xindex>) top_left :
// CHECK: attn.mask %{{.*}} segments(%{{.*}}, %{{.*}} : tensor<2x?xi32>, tensor<1x?xi32>) :
// CHECK: attn.mask %{{.*}} dense(%{{.*}} : tensor<8x1x?xi1>) :
// CHECK: attn.mask %{{.*}} {
// CHECK-NEXT: ^bb0(%{{.*}}: index, %{{.*}}: index, %{{.*}}: index, %{{.*}}: index):
func.func @masks(%s: tensor<2x8x?x?xf32>, %n: tensor<2xi64>, %p: tensor<1xindex>,
                 %qs: tensor<2x?xi32>, %ks: tensor<1x?xi32>, %m: tensor<8x1x?xi1>)
    -> tensor<2x8x?x?xf32> {
  %0 = attn.mask %s causal : tensor<2x8x?x?xf32>
  %1 = attn.mask %0 causal top_left : tensor<2x8x?x?xf32>
  %2 = attn.mask %1 window(128, -1) : tensor<2x8x?x?xf32>
  %3 = attn.mask %2 window(0, 3) top_left {note = "kept"} : tensor<2x8x?x?xf32>
  %4 = attn.mask %3 lengths(%n : tensor<2xi64>) : tensor<2x8x?x?xf32>
  %5 = attn.mask %4 prefix(%p : tensor<1xindex>) top_left : tensor<2x8x?x?xf32>
  %6 = attn.mask %5 segments(%qs, %ks : tensor<2x?xi32>, tensor<1x?xi32>)
      : tensor<2x8x?x?xf32>
  %7 = attn.mask %6 dense(%m : tensor<8x1x?xi1>) : tensor<2x8x?x?xf32>
  %8 = attn.mask %7 {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %9 = arith.cmpi ne, %i, %j : index
    attn.yield %9 : i1
  } : tensor<2x8x?x?xf32>
  return %8 : tensor<2x8x?x?xf32>
}

// CHECK-LABEL: func.func @softmax(
// CHECK: %{{.*}} = attn.softmax %{{.*}} : tensor<8x?x?xf32>
// CHECK: %{{.*}}, %{{.*}} = attn.softmax %{{.*}} sink(%{{.*}} : tensor<8xf32>) : tensor<8x?x?xf32>, tensor<8x?xf32>
// CHECK: %{{.*}} = attn.softmax %{{.*}} : tensor<8x?x?xf32> -> tensor<8x?x?xbf16>{{$}}
// CHECK: %{{.*}}, %{{.*}} = attn.softmax %{{.*}} sink(%{{.*}} : tensor<8xf32>) {note = "kept"} : tensor<8x?x?xf32> -> tensor<8x?x?xf16>, tensor<8x?xf32>
func.func @softmax(%s: tensor<8x?x?xf32>, %t: tensor<8xf32>)
    -> (tensor<8x?x?xf32>, tensor<8x?x?xf32>, tensor<8x?xf32>,
        tensor<8x?x?xbf16>, tensor<8x?x?xf16>, tensor<8x?xf32>) {
  %p = attn.softmax %s : tensor<8x?x?xf32>
  %p2, %lse = attn.softmax %s sink(%t : tensor<8xf32>) : tensor<8x?x?xf32>, tensor<8x?xf32>
  %p3 = attn.softmax %s : tensor<8x?x?xf32> -> tensor<8x?x?xbf16>
  %p4, %lse4 = attn.softmax %s sink(%t : tensor<8xf32>) {note = "kept"}
      : tensor<8x?x?xf32> -> tensor<8x?x?xf16>, tensor<8x?xf32>
  return %p, %p2, %lse, %p3, %p4, %lse4
      : tensor<8x?x?xf32>, tensor<8x?x?xf32>, tensor<8x?xf32>,
        tensor<8x?x?xbf16>, tensor<8x?x?xf16>, tensor<8x?xf32>
}

// CHECK-LABEL: func.func @weighted_sum(
// CHECK: attn.weighted_sum %{{.*}}, %{{.*}} : tensor<8x?x?xf32>, tensor<2x?x64xf16> -> tensor<8x?x64xf16>
// CHECK: attn.weighted_sum %{{.*}}, %{{.*}} : tensor<8x?x?xf16>, tensor<2x?x64xf16> -> tensor<8x?x64xf32>
func.func @weighted_sum(%p: tensor<8x?x?xf32>, %p16: tensor<8x?x?xf16>, %v: tensor<2x?x64xf16>)
    -> (tensor<8x?x64xf16>, tensor<8x?x64xf32>) {
  %o = attn.weighted_sum %p, %v : tensor<8x?x?xf32>, tensor<2x?x64xf16> -> tensor<8x?x64xf16>
  %o2 = attn.weighted_sum %p16, %v : tensor<8x?x?xf16>, tensor<2x?x64xf16> -> tensor<8x?x64xf32>
  return %o, %o2 : tensor<8x?x64xf16>, tensor<8x?x64xf32>
}

// CHECK-LABEL: func.func @fused_plain(
// CHECK: attn.fused query(%{{.*}}) key(%{{.*}}) value(%{{.*}}) : (
func.func @fused_plain(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x4xf32>)
    -> tensor<?x4xf32> {
  %o = attn.fused query(%q) key(%k) value(%v)
      : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %o : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @fused_weights(
// CHECK: attn.fused query(%{{.*}}) key(%{{.*}}) value(%{{[^)]*}}) weights(bf16) : (
// CHECK: attn.fused query(%{{.*}}) key(%{{.*}}) value(%{{[^)]*}}) scale(5.000000e-01) weights(bf16) mask {
func.func @fused_weights(%q: tensor<?x8xbf16>, %k: tensor<?x8xbf16>)
    -> (tensor<?x8xbf16>, tensor<?x8xbf16>) {
  %o = attn.fused query(%q) key(%k) value(%k) weights(bf16)
      : (tensor<?x8xbf16>, tensor<?x8xbf16>, tensor<?x8xbf16>) -> tensor<?x8xbf16>
  %o2 = attn.fused query(%q) key(%k) value(%k) scale(0.5) weights(bf16) mask {
  ^bb0(%i: index, %j: index):
    %0 = arith.cmpi sle, %j, %i : index
    attn.yield %0 : i1
  } : (tensor<?x8xbf16>, tensor<?x8xbf16>, tensor<?x8xbf16>) -> tensor<?x8xbf16>
  return %o, %o2 : tensor<?x8xbf16>, tensor<?x8xbf16>
}

// CHECK-LABEL: func.func @fused_all(
// CHECK: %{{.*}}, %{{.*}} = attn.fused query(%{{.*}}) key(%{{.*}}) value(%{{.*}}) params(%{{.*}}) sink(%{{.*}}) scale(2.500000e-01)  score {
// CHECK: } mod {
// CHECK: } mask {
// CHECK: } {note = "kept"} : (
func.func @fused_all(%q: tensor<2x?x8xf32>, %k: tensor<1x?x8xf32>, %v: tensor<1x?x4xf32>,
                     %w: tensor<8xf32>, %t: tensor<2xf32>)
    -> (tensor<2x?x4xf32>, tensor<2x?xf32>) {
  %o, %lse = attn.fused query(%q) key(%k) value(%v) params(%w) sink(%t) scale(0.25)
  score {
  ^bb0(%x: f32, %y: f32, %wd: f32):
    %0 = arith.subf %x, %y : f32
    %1 = arith.mulf %0, %wd : f32
    attn.yield %1 : f32
  } mod {
  ^bb0(%x: f32, %h: index, %i: index, %j: index):
    %2 = math.tanh %x : f32
    attn.yield %2 : f32
  } mask {
  ^bb0(%h: index, %i: index, %j: index):
    %3 = arith.cmpi sle, %j, %i : index
    attn.yield %3 : i1
  } {note = "kept"}
      : (tensor<2x?x8xf32>, tensor<1x?x8xf32>, tensor<1x?x4xf32>, tensor<8xf32>, tensor<2xf32>)
     -> (tensor<2x?x4xf32>, tensor<2x?xf32>)
  return %o, %lse : tensor<2x?x4xf32>, tensor<2x?xf32>
}

// CHECK-LABEL: func.func @tiles(
// CHECK: attn.pack_query ins(%{{.*}}) outs(%{{.*}}) scale(1.250000e-01) :
// CHECK: attn.pack_key ins(%{{.*}}) outs(%{{.*}}) :
// CHECK: attn.init sink(%{{.*}}) outs(%{{.*}}, %{{.*}}, %{{.*}}) :
// CHECK: attn.step query(%{{.*}}) key(%{{.*}}) value(%{{.*}}) count(%{{.*}} at_most 32) queries(%{{.*}}) at(%{{.*}}, %{{.*}}, %{{.*}}) full(%{{.*}}) outs(%{{.*}}) log2 mask {
// CHECK: attn.merge ins(%{{.*}}) outs(%{{.*}}) log2 :
// CHECK: attn.finish ins(%{{.*}}) outs(%{{.*}}, %{{.*}}) log2 :
func.func @tiles(%q: tensor<?x64xf16>, %k: tensor<?x64xf16>, %qe: tensor<64x16xf32>,
                 %ke: tensor<32x64xf32>, %m: tensor<16xf32>, %l: tensor<16xf32>,
                 %a: tensor<64x16xf32>, %sink: f32, %h: index, %i: index, %j: index,
                 %n: index, %full: i1, %o: tensor<?x64xf16>, %lse: tensor<?xf32>)
    -> (tensor<?x64xf16>, tensor<?xf32>) {
  %qt = attn.pack_query ins(%q) outs(%qe) scale(0.125)
      : (tensor<?x64xf16>, tensor<64x16xf32>) -> tensor<64x16xf32>
  %kt = attn.pack_key ins(%k) outs(%ke)
      : (tensor<?x64xf16>, tensor<32x64xf32>) -> tensor<32x64xf32>
  %s:3 = attn.init sink(%sink) outs(%m, %l, %a)
      : (f32, tensor<16xf32>, tensor<16xf32>, tensor<64x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<64x16xf32>)
  %t:3 = attn.step query(%qt) key(%kt) value(%kt) count(%n at_most 32) queries(%n) at(%h, %i, %j) full(%full)
      outs(%s#0, %s#1, %s#2) log2 mask {
  ^bb0(%hh: index, %ii: index, %jj: index):
    %0 = arith.cmpi sle, %jj, %ii : index
    attn.yield %0 : i1
  } : (tensor<64x16xf32>, tensor<32x64xf32>, tensor<32x64xf32>, index, index, index, index, index, i1,
       tensor<16xf32>, tensor<16xf32>, tensor<64x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<64x16xf32>)
  %u:3 = attn.merge ins(%s#0, %s#1, %s#2) outs(%t#0, %t#1, %t#2) log2
      : (tensor<16xf32>, tensor<16xf32>, tensor<64x16xf32>,
         tensor<16xf32>, tensor<16xf32>, tensor<64x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<64x16xf32>)
  %r:2 = attn.finish ins(%u#0, %u#1, %u#2) outs(%o, %lse) log2
      : (tensor<16xf32>, tensor<16xf32>, tensor<64x16xf32>, tensor<?x64xf16>, tensor<?xf32>)
     -> (tensor<?x64xf16>, tensor<?xf32>)
  return %r#0, %r#1 : tensor<?x64xf16>, tensor<?xf32>
}

// CHECK-LABEL: func.func @tiles_on_buffers(
// CHECK: attn.step key(%{{.*}}) value(%{{.*}}) params(%{{.*}}) count(%{{.*}}) at(%{{.*}}, %{{.*}}) outs(%{{.*}}, %{{.*}}, %{{.*}}) scale(5.000000e-01)  score {
// CHECK: } mod {
// CHECK: attn.finish ins(%{{.*}}) outs(%{{[^,]*}}) : (memref
func.func @tiles_on_buffers(%k: memref<32x8xf64>, %v: memref<32x4xf64>, %w: memref<8xf64>,
                            %m: memref<8xf64>, %l: memref<8xf64>, %a: memref<4x8xf64>,
                            %i: index, %n: index, %o: memref<?x4xf64, strided<[?, 1]>>) {
  attn.init outs(%m, %l, %a) : (memref<8xf64>, memref<8xf64>, memref<4x8xf64>) -> ()
  attn.step key(%k) value(%v) params(%w) count(%n) at(%i, %i) outs(%m, %l, %a) scale(0.5)
  score {
  ^bb0(%y: f64, %wd: f64):
    %0 = arith.mulf %y, %wd : f64
    attn.yield %0 : f64
  } mod {
  ^bb0(%x: f64, %ii: index, %jj: index):
    %1 = math.absf %x : f64
    attn.yield %1 : f64
  } : (memref<32x8xf64>, memref<32x4xf64>, memref<8xf64>, index, index, index,
       memref<8xf64>, memref<8xf64>, memref<4x8xf64>) -> ()
  attn.finish ins(%m, %l, %a) outs(%o)
      : (memref<8xf64>, memref<8xf64>, memref<4x8xf64>, memref<?x4xf64, strided<[?, 1]>>) -> ()
  return
}

// Queries and sums in rows; keys and values are of a narrower type.

// CHECK-LABEL: func.func @rows(
// CHECK: attn.pack_query ins(%{{.*}}) outs(%{{.*}}) scale(1.250000e-01) rows : (tensor<?x64xf16>, tensor<3x64xf32>) -> tensor<3x64xf32>
// CHECK: attn.init outs(%{{.*}}, %{{.*}}, %{{.*}}) rows : (
// CHECK: attn.step query(%{{.*}}) key(%{{.*}}) value(%{{.*}}) count(%{{.*}} at_most 32) at(%{{.*}}, %{{.*}}) outs(%{{.*}}) log2 rows mask {
// CHECK: } : (tensor<3x64xf32>, tensor<?x64xf16>, tensor<?x16xbf16>, index, index, index, tensor<3xf32>, tensor<3xf32>, tensor<3x16xf32>)
// CHECK: attn.merge ins(%{{.*}}) outs(%{{.*}}) log2 rows :
// CHECK: attn.finish ins(%{{.*}}) outs(%{{.*}}, %{{.*}}) log2 rows :
func.func @rows(%q: tensor<?x64xf16>, %k: tensor<?x64xf16>, %v: tensor<?x16xbf16>, %qe: tensor<3x64xf32>,
                %m: tensor<3xf32>, %l: tensor<3xf32>, %a: tensor<3x16xf32>, %i: index, %n: index,
                %o: tensor<?x16xf16>, %lse: tensor<?xf32>) -> (tensor<?x16xf16>, tensor<?xf32>) {
  %qt = attn.pack_query ins(%q) outs(%qe) scale(0.125) rows
      : (tensor<?x64xf16>, tensor<3x64xf32>) -> tensor<3x64xf32>
  %s:3 = attn.init outs(%m, %l, %a) rows
      : (tensor<3xf32>, tensor<3xf32>, tensor<3x16xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3x16xf32>)
  %t:3 = attn.step query(%qt) key(%k) value(%v) count(%n at_most 32) at(%i, %i) outs(%s#0, %s#1, %s#2) log2 rows mask {
  ^bb0(%ii: index, %jj: index):
    %0 = arith.cmpi sle, %jj, %ii : index
    attn.yield %0 : i1
  } : (tensor<3x64xf32>, tensor<?x64xf16>, tensor<?x16xbf16>, index, index, index,
       tensor<3xf32>, tensor<3xf32>, tensor<3x16xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3x16xf32>)
  %u:3 = attn.merge ins(%s#0, %s#1, %s#2) outs(%t#0, %t#1, %t#2) log2 rows
      : (tensor<3xf32>, tensor<3xf32>, tensor<3x16xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3x16xf32>)
     -> (tensor<3xf32>, tensor<3xf32>, tensor<3x16xf32>)
  %r:2 = attn.finish ins(%u#0, %u#1, %u#2) outs(%o, %lse) log2 rows
      : (tensor<3xf32>, tensor<3xf32>, tensor<3x16xf32>, tensor<?x16xf16>, tensor<?xf32>)
     -> (tensor<?x16xf16>, tensor<?xf32>)
  return %r#0, %r#1 : tensor<?x16xf16>, tensor<?xf32>
}

// Pairs of features, and of keys: 15 keys are eight pairs. A key that is no pair
// keeps its type.

// CHECK-LABEL: func.func @pairs(
// CHECK: attn.pack_query ins(%{{.*}}) outs(%{{.*}}) : (memref<?x64xbf16>, memref<32x16x2xbf16>) -> ()
// CHECK: attn.pack_key ins(%{{.*}}) outs(%{{.*}}) : (memref<15x64xbf16>, memref<16x64xbf16>) -> ()
// CHECK: attn.pack_key ins(%{{.*}}) outs(%{{.*}}) : (memref<15x64xbf16>, memref<8x64x2xbf16>) -> ()
// CHECK: attn.step {{.*}} log2 : (memref<32x16x2xbf16>, memref<15x64xbf16>, memref<8x64x2xbf16>,
// CHECK: attn.step {{.*}} mod {
// CHECK: } : (memref<64x16xf32>, memref<15x64xf32>, memref<8x64x2xbf16>,
func.func @pairs(%q: memref<?x64xbf16>, %qt: memref<32x16x2xbf16>, %k: memref<15x64xbf16>, %kt: memref<16x64xbf16>,
                 %vt: memref<8x64x2xbf16>, %qf: memref<64x16xf32>, %kf: memref<15x64xf32>,
                 %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<64x16xf32>, %n: index) {
  attn.pack_query ins(%q) outs(%qt) : (memref<?x64xbf16>, memref<32x16x2xbf16>) -> ()
  attn.pack_key ins(%k) outs(%kt) : (memref<15x64xbf16>, memref<16x64xbf16>) -> ()
  attn.pack_key ins(%k) outs(%vt) : (memref<15x64xbf16>, memref<8x64x2xbf16>) -> ()
  attn.step query(%qt) key(%k) value(%vt) count(%n) at(%n, %n) outs(%m, %l, %a) scale(0.25) log2
      : (memref<32x16x2xbf16>, memref<15x64xbf16>, memref<8x64x2xbf16>, index, index, index,
         memref<16xf32>, memref<16xf32>, memref<64x16xf32>) -> ()
  attn.step query(%qf) key(%kf) value(%vt) count(%n) at(%n, %n) outs(%m, %l, %a) mod {
  ^bb0(%x: f32, %i: index, %j: index):
    attn.yield %x : f32
  } : (memref<64x16xf32>, memref<15x64xf32>, memref<8x64x2xbf16>, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<64x16xf32>) -> ()
  return
}
