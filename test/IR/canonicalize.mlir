// Canonical forms, and the neighbours they must leave alone.

// RUN: attn-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @product_is_dot(
// CHECK-SAME: %[[Q:.*]]: tensor<?x8xf32>, %[[K:.*]]: tensor<?x8xf32>
// CHECK: %[[A:.*]] = attn.score dot(%[[Q]], %[[K]]) scale(5.000000e-01) :
// CHECK: %[[B:.*]] = attn.score dot(%[[Q]], %[[K]]) :
// CHECK: return %[[A]], %[[B]]
func.func @product_is_dot(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>)
    -> (tensor<?x?xf32>, tensor<?x?xf32>) {
  %0 = attn.score pairwise(%q, %k) scale(0.5) {
  ^bb0(%x: f32, %y: f32):
    %p = arith.mulf %x, %y : f32
    attn.yield %p : f32
  } : tensor<?x8xf32>, tensor<?x8xf32> -> tensor<?x?xf32>
  %1 = attn.score pairwise(%q, %k) {
  ^bb0(%x: f32, %y: f32):
    %p = arith.mulf %y, %x : f32
    attn.yield %p : f32
  } : tensor<?x8xf32>, tensor<?x8xf32> -> tensor<?x?xf32>
  return %0, %1 : tensor<?x?xf32>, tensor<?x?xf32>
}

// CHECK-LABEL: func.func @other_regions_stay(
// CHECK-NOT: attn.score dot
// CHECK-COUNT-3: attn.score pairwise
func.func @other_regions_stay(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %w: tensor<8xf32>)
    -> (tensor<?x?xf32>, tensor<?x?xf32>, tensor<1x?xf32>) {
  // The square of the query.
  %0 = attn.score pairwise(%q, %k) {
  ^bb0(%x: f32, %y: f32):
    %p = arith.mulf %x, %x : f32
    attn.yield %p : f32
  } : tensor<?x8xf32>, tensor<?x8xf32> -> tensor<?x?xf32>
  // A product of the two, with a parameter that it does not read: there is no
  // such dot.
  %1 = attn.score pairwise(%q, %k) params(%w) {
  ^bb0(%x: f32, %y: f32, %wd: f32):
    %p = arith.mulf %x, %y : f32
    attn.yield %p : f32
  } : tensor<?x8xf32>, tensor<?x8xf32>, tensor<8xf32> -> tensor<?x?xf32>
  // Key and parameter.
  %2 = attn.score pairwise(%k) params(%w) {
  ^bb0(%y: f32, %wd: f32):
    %p = arith.mulf %y, %wd : f32
    attn.yield %p : f32
  } : tensor<?x8xf32>, tensor<8xf32> -> tensor<1x?xf32>
  return %0, %1, %2 : tensor<?x?xf32>, tensor<?x?xf32>, tensor<1x?xf32>
}

// CHECK-LABEL: func.func @identity_mod(
// CHECK-SAME: %[[S:.*]]: tensor<?x?xf32>
// CHECK-NEXT: return %[[S]]
func.func @identity_mod(%s: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    attn.yield %x : f32
  } : tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// A constant of a score is not the score.

// CHECK-LABEL: func.func @constant_mod(
// CHECK: %[[R:.*]] = attn.score_mod
// CHECK: return %[[R]]
func.func @constant_mod(%s: tensor<?x?xf32>, %c: f32) -> tensor<?x?xf32> {
  %0 = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    attn.yield %c : f32
  } : tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: func.func @masks_that_keep_all(
// CHECK-SAME: %[[S:.*]]: tensor<?x4xf32>
// CHECK-NOT: attn.mask
// CHECK: return %[[S]]
func.func @masks_that_keep_all(%s: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %all = arith.constant dense<true> : tensor<4xi1>
  %true = arith.constant true
  %0 = attn.mask %s window(-1, -1) : tensor<?x4xf32>
  %1 = attn.mask %0 dense(%all : tensor<4xi1>) : tensor<?x4xf32>
  %2 = attn.mask %1 {
  ^bb0(%i: index, %j: index):
    %3 = arith.cmpi sle, %i, %i : index
    %4 = arith.andi %3, %true : i1
    attn.yield %4 : i1
  } : tensor<?x4xf32>
  return %2 : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @masks_that_may_not(
// CHECK-COUNT-6: attn.mask
func.func @masks_that_may_not(%s: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %some = arith.constant dense<[true, true, false, true]> : tensor<4xi1>
  %none = arith.constant dense<false> : tensor<4xi1>
  %false = arith.constant false
  %0 = attn.mask %s window(-1, 0) : tensor<?x4xf32>
  %1 = attn.mask %0 window(0, -1) : tensor<?x4xf32>
  %2 = attn.mask %1 dense(%some : tensor<4xi1>) : tensor<?x4xf32>
  %3 = attn.mask %2 dense(%none : tensor<4xi1>) : tensor<?x4xf32>
  %4 = attn.mask %3 {
  ^bb0(%i: index, %j: index):
    attn.yield %false : i1
  } : tensor<?x4xf32>
  %5 = attn.mask %4 causal : tensor<?x4xf32>
  return %5 : tensor<?x4xf32>
}

// A tiled op on tensors has no other effect than its results; on buffers it is
// there for what it writes.

// CHECK-LABEL: func.func @dead(
// CHECK-NEXT: attn.pack_key ins(%{{.*}}) outs(%{{.*}}) : (memref
// CHECK-NEXT: return
func.func @dead(%k: tensor<4x8xf32>, %e: tensor<16x8xf32>, %b: memref<4x8xf32>,
                %c: memref<16x8xf32>) {
  %0 = attn.pack_key ins(%k) outs(%e) : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<16x8xf32>
  attn.pack_key ins(%b) outs(%c) : (memref<4x8xf32>, memref<16x8xf32>) -> ()
  return
}

// A cast that only forgets a size does not stand before a step, regions or not.

// CHECK-LABEL: func.func @cast_before_step(
// CHECK-SAME: %[[K:[a-z0-9]*]]: tensor<10x8xf32>
// CHECK-NOT: tensor.cast
// CHECK: %[[S:.*]]:3 = attn.step query(%{{.*}}) key(%[[K]]) value(%[[K]]) {{.*}} mask {
// CHECK: -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
// CHECK: tensor.cast %[[S]]#2 : tensor<8x16xf32> to tensor<?x16xf32>
func.func @cast_before_step(%q: tensor<8x16xf32>, %k: tensor<10x8xf32>, %n: index, %m: tensor<16xf32>,
                            %l: tensor<16xf32>, %a: tensor<8x16xf32>)
    -> (tensor<16xf32>, tensor<16xf32>, tensor<?x16xf32>) {
  %rows = tensor.cast %k : tensor<10x8xf32> to tensor<?x8xf32>
  %acc = tensor.cast %a : tensor<8x16xf32> to tensor<?x16xf32>
  %s:3 = attn.step query(%q) key(%rows) value(%rows) count(%n at_most 64) at(%n, %n) outs(%m, %l, %acc) mask {
  ^bb0(%i: index, %j: index):
    %0 = arith.cmpi sle, %j, %i : index
    attn.yield %0 : i1
  } : (tensor<8x16xf32>, tensor<?x8xf32>, tensor<?x8xf32>, index, index, index,
       tensor<16xf32>, tensor<16xf32>, tensor<?x16xf32>)
   -> (tensor<16xf32>, tensor<16xf32>, tensor<?x16xf32>)
  return %s#0, %s#1, %s#2 : tensor<16xf32>, tensor<16xf32>, tensor<?x16xf32>
}
