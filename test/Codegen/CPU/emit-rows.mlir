// A few queries: features and keys are lanes.
// RUN: attn-opt %s --split-input-file --attn-emit-cpu --canonicalize --cse | FileCheck %s

// Rows of keys and values are read as vectors, one after the other; the mask is
// one comparison for as many keys as lanes. The values are summed at once; if one
// turns out not to be finite, again, without those of weight zero (S3).

// CHECK-LABEL: func.func @one(
// CHECK-SAME: %[[K:[a-z0-9]*]]: memref<16x64xf32>, %[[V:[a-z0-9]*]]: memref<16x32xf32>, %[[N:[a-z0-9]*]]: index
// CHECK: scf.for %[[KEY:.*]] = %c0 to %[[N]] step %c1 {
// CHECK: vector.load %[[K]][%[[KEY]], %{{.*}}] : memref<16x64xf32>, vector<16xf32>
// CHECK: vector.fma
// CHECK: %[[S:.*]] = vector.reduction <add>, %{{.*}} fastmath<reassoc>
// CHECK: memref.store %[[S]], %{{.*}}[%c0, %[[KEY]]]
// CHECK: arith.cmpi {{.*}} : vector<16xi32>
// CHECK: %[[EXISTS:.*]] = vector.create_mask
// CHECK: arith.select %[[EXISTS]]
// CHECK: vector.reduction <maxnumf>
// CHECK-COUNT-1: math.exp2
// CHECK: %[[SUMS:.*]]:3 = scf.for %[[J:.*]] = %c0 to %[[N]] step %c1
// CHECK: %[[P:.*]] = vector.broadcast
// CHECK: %[[X:.*]] = vector.load %[[V]][%[[J]],
// CHECK: arith.subf %[[X]], %[[X]]
// CHECK: vector.fma %[[P]], %[[X]]
// CHECK: %[[FINITE:.*]] = arith.cmpf oeq
// CHECK: scf.if %[[FINITE]] {
// CHECK-NEXT: } else {
// CHECK: arith.select
func.func @one(%k: memref<16x64xf32>, %v: memref<16x32xf32>, %n: index, %i: index, %j: index, %q: memref<64x16xf32>,
               %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<32x16xf32>) {
  %one = arith.constant 1 : index
  attn.step query(%q) key(%k) value(%v) count(%n) queries(%one) at(%i, %j) outs(%m, %l, %a) mask {
  ^bb0(%ii: index, %jj: index):
    %0 = arith.cmpi sle, %jj, %ii : index
    attn.yield %0 : i1
  } : (memref<64x16xf32>, memref<16x64xf32>, memref<16x32xf32>, index, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<32x16xf32>) -> ()
  return
}

// -----

// Many queries, an unknown number of them, features that do not fill vectors, or
// another score: queries are lanes.

// CHECK-LABEL: func.func @lanes(
// CHECK-NOT: fastmath<reassoc>
// CHECK: return
func.func @lanes(%k: memref<16x64xf32>, %v: memref<16x32xf32>, %n: index, %i: index, %q: memref<64x16xf32>,
                 %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<32x16xf32>,
                 %k9: memref<16x9xf32>, %q9: memref<9x16xf32>) {
  %nine = arith.constant 9 : index
  %one = arith.constant 1 : index
  attn.step query(%q) key(%k) value(%v) count(%n) queries(%nine) at(%i, %i) outs(%m, %l, %a)
      : (memref<64x16xf32>, memref<16x64xf32>, memref<16x32xf32>, index, index, index, index,
         memref<16xf32>, memref<16xf32>, memref<32x16xf32>) -> ()
  attn.step query(%q) key(%k) value(%v) count(%n) queries(%n) at(%i, %i) outs(%m, %l, %a)
      : (memref<64x16xf32>, memref<16x64xf32>, memref<16x32xf32>, index, index, index, index,
         memref<16xf32>, memref<16xf32>, memref<32x16xf32>) -> ()
  attn.step query(%q9) key(%k9) value(%v) count(%n) queries(%one) at(%i, %i) outs(%m, %l, %a)
      : (memref<9x16xf32>, memref<16x9xf32>, memref<16x32xf32>, index, index, index, index,
         memref<16xf32>, memref<16xf32>, memref<32x16xf32>) -> ()
  attn.step query(%q) key(%k) value(%v) count(%n) queries(%one) at(%i, %i) outs(%m, %l, %a) score {
  ^bb0(%x: f32, %y: f32):
    %0 = arith.subf %x, %y : f32
    attn.yield %0 : f32
  } : (memref<64x16xf32>, memref<16x64xf32>, memref<16x32xf32>, index, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<32x16xf32>) -> ()
  return
}
