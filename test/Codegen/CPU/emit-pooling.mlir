// One query, or none, with a score that is no dot product: features are lanes.
// RUN: attn-opt %s --split-input-file --attn-emit-cpu --canonicalize --cse | FileCheck %s

// Terms of a key are summed lane by lane, two vectors in sums of their own, then
// those of 16 keys at once. Between
// the sums of one block's values come the terms of the next. A sum that is not
// finite is taken again, without values of weight zero (S3).

// CHECK-LABEL: func.func @pool(
// CHECK-SAME: %[[X:[a-z0-9]*]]: memref<256x32xf32>, %[[W:[a-z0-9]*]]: memref<32xf32>, %[[N:[a-z0-9]*]]: index
// CHECK: scf.for %[[KEY:.*]] = %c0 to %{{.*}} step %c1 {
// CHECK: vector.load %[[X]][%[[KEY]], %c0]
// CHECK: %[[W0:.*]] = vector.load %[[W]][%c0]
// CHECK: %[[T0:.*]] = math.tanh
// CHECK: %[[SUM0:.*]] = vector.fma %[[W0]], %[[T0]], %[[ZERO:.*]] :
// CHECK: vector.load %[[X]][%[[KEY]], %c16]
// CHECK: %[[W1:.*]] = vector.load %[[W]][%c16]
// CHECK: %[[T1:.*]] = math.tanh
// CHECK: %[[SUM1:.*]] = vector.fma %[[W1]], %[[T1]], %[[ZERO]]
// CHECK: %[[SUM:.*]] = arith.addf %[[SUM0]], %[[SUM1]]
// CHECK: vector.store %[[SUM]], %[[TERMS:.*]][%[[KEY]], %c0] : memref<64x16xf32>
// CHECK: scf.for %{{.*}} = %c0 to %[[N]] step %c64
// CHECK-COUNT-15: arith.addf
// CHECK: vector.create_mask
// CHECK: vector.reduction <or>
// CHECK: scf.if
// CHECK-COUNT-4: vector.shuffle
// CHECK: math.exp2
// CHECK: %[[ACC:.*]]:2 = scf.for %[[J:.*]] = %[[KEY0:.*]] to
// CHECK: math.tanh
// CHECK: vector.store %{{.*}}, %[[TERMS]]
// CHECK: vector.load %[[X]][%[[J]], %c0]
// CHECK: vector.fma
// CHECK: vector.load %[[X]][%[[J]], %c16]
// CHECK: vector.fma
// CHECK: arith.cmpf une
// CHECK: vector.reduction <or>
// CHECK: scf.if
// CHECK: arith.select
// CHECK: vector.reduction <add>, %{{.*}} fastmath<reassoc>
func.func @pool(%x: memref<256x32xf32>, %w: memref<32xf32>, %n: index, %i: index,
                %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<32x16xf32>) {
  %one = arith.constant 1 : index
  attn.step key(%x) value(%x) params(%w) count(%n) queries(%one) at(%i, %i) outs(%m, %l, %a) score {
  ^bb0(%y: f32, %wd: f32):
    %0 = math.tanh %y : f32
    %1 = arith.mulf %wd, %0 : f32
    attn.yield %1 : f32
  } : (memref<256x32xf32>, memref<256x32xf32>, memref<32xf32>, index, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<32x16xf32>) -> ()
  return
}

// -----

// The query is a row. Features past the last are no terms; with long rows a
// block has fewer keys.

// CHECK-LABEL: func.func @query(
// CHECK-SAME: %[[Q:[a-z0-9]*]]: memref<20x16xf32>
// CHECK: memref.load %[[Q]][%{{.*}}, %c0]
// CHECK: vector.transfer_read
// CHECK: %[[F:.*]] = arith.subf
// CHECK: arith.select %{{.*}}, %[[F]], %{{.*}} : vector<16xi1>, vector<16xf32>
// CHECK: scf.for %{{.*}} = %c0 to %{{.*}} step %c16 iter_args
func.func @query(%q: memref<20x16xf32>, %k: memref<256x20xf32>, %v: memref<256x200xf32>, %n: index,
                 %i: index, %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<200x16xf32>) {
  %one = arith.constant 1 : index
  attn.step query(%q) key(%k) value(%v) count(%n) queries(%one) at(%i, %i) outs(%m, %l, %a) score {
  ^bb0(%x: f32, %y: f32):
    %0 = arith.subf %x, %y : f32
    attn.yield %0 : f32
  } : (memref<20x16xf32>, memref<256x20xf32>, memref<256x200xf32>, index, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<200x16xf32>) -> ()
  return
}

// -----

// Four sums take turns. Beyond 16 vectors of terms there is a loop, and what is
// left, whole or not, follows it: 280 features are four rounds of 64, a vector,
// and half of one.

// CHECK-LABEL: func.func @long(
// CHECK-SAME: %[[X:[a-z0-9]*]]: memref<256x280xf32>
// CHECK: scf.for %[[KEY:.*]] = %c0 to
// CHECK: %[[SUM:.*]]:4 = scf.for %[[D:.*]] = %c0 to %c256 step %c64
// CHECK-COUNT-4: math.tanh
// CHECK-NOT: math.tanh
// CHECK: scf.yield
// CHECK: vector.load %[[X]][%[[KEY]], %c256]
// CHECK: math.tanh
// CHECK: %[[SUM0:.*]] = vector.fma %{{.*}}, %{{.*}}, %[[SUM]]#0
// CHECK: vector.transfer_read %[[X]][%[[KEY]], %c272]
// CHECK: arith.select
// CHECK: %[[SUM1:.*]] = arith.addf %[[SUM]]#1
// CHECK: %[[A:.*]] = arith.addf %[[SUM0]], %[[SUM1]]
// CHECK: %[[B:.*]] = arith.addf %[[A]], %[[SUM]]#2
// CHECK: arith.addf %[[B]], %[[SUM]]#3
func.func @long(%x: memref<256x280xf32>, %w: memref<280xf32>, %n: index, %i: index,
                %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<280x16xf32>) {
  %one = arith.constant 1 : index
  attn.step key(%x) value(%x) params(%w) count(%n) queries(%one) at(%i, %i) outs(%m, %l, %a) score {
  ^bb0(%y: f32, %wd: f32):
    %0 = math.tanh %y : f32
    %1 = arith.mulf %wd, %0 : f32
    attn.yield %1 : f32
  } : (memref<256x280xf32>, memref<256x280xf32>, memref<280xf32>, index, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<280x16xf32>) -> ()
  return
}
