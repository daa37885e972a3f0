// RUN: attn-opt %s --split-input-file --attn-fuse --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func.func @dot(
// CHECK-SAME: %[[Q:.*]]: tensor<2x8x?x64xf16>, %[[K:.*]]: tensor<2x2x?x64xf16>, %[[V:.*]]: tensor<2x2x?x32xf16>
// CHECK-NEXT: %[[O:.*]] = attn.fused query(%[[Q]]) key(%[[K]]) value(%[[V]]) scale(1.250000e-01) : ({{.*}}) -> tensor<2x8x?x32xf16>
// CHECK-NEXT: return %[[O]]
func.func @dot(%q: tensor<2x8x?x64xf16>, %k: tensor<2x2x?x64xf16>, %v: tensor<2x2x?x32xf16>)
    -> tensor<2x8x?x32xf16> {
  %s = attn.score dot(%q, %k) scale(0.125)
      : tensor<2x8x?x64xf16>, tensor<2x2x?x64xf16> -> tensor<2x8x?x?xf32>
  %p = attn.softmax %s : tensor<2x8x?x?xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<2x8x?x?xf32>, tensor<2x2x?x32xf16> -> tensor<2x8x?x32xf16>
  return %o : tensor<2x8x?x32xf16>
}

// -----

// The score's own region, its parameters, and the sink.

// CHECK-LABEL: func.func @pairwise(
// CHECK-SAME: %[[Q:.*]]: tensor<8x?x4xf32>, %[[K:.*]]: tensor<1x?x4xf32>, %[[V:.*]]: tensor<8x?x4xf32>, %[[W:.*]]: tensor<4xf32>, %[[T:.*]]: tensor<8xf32>
// CHECK: attn.fused query(%[[Q]]) key(%[[K]]) value(%[[V]]) params(%[[W]]) sink(%[[T]]) score {
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %[[Y:.*]]: f32, %[[WD:.*]]: f32):
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[X]], %[[Y]]
// CHECK-NEXT: %[[TANH:.*]] = math.tanh %[[SUM]]
// CHECK-NEXT: %[[R:.*]] = arith.mulf %[[WD]], %[[TANH]]
// CHECK-NEXT: attn.yield %[[R]]
// CHECK-NOT: attn.
func.func @pairwise(%q: tensor<8x?x4xf32>, %k: tensor<1x?x4xf32>, %v: tensor<8x?x4xf32>,
                    %w: tensor<4xf32>, %t: tensor<8xf32>) -> tensor<8x?x4xf32> {
  %s = attn.score pairwise(%q, %k) params(%w) {
  ^bb0(%x: f32, %y: f32, %wd: f32):
    %0 = arith.addf %x, %y : f32
    %1 = math.tanh %0 : f32
    %2 = arith.mulf %wd, %1 : f32
    attn.yield %2 : f32
  } : tensor<8x?x4xf32>, tensor<1x?x4xf32>, tensor<4xf32> -> tensor<8x?x?xf32>
  %p = attn.softmax %s sink(%t : tensor<8xf32>) : tensor<8x?x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<8x?x?xf32>, tensor<8x?x4xf32> -> tensor<8x?x4xf32>
  return %o : tensor<8x?x4xf32>
}

// -----

// Without a query there is one row: N - M is N - 1.

// CHECK-LABEL: func.func @without_query(
// CHECK-SAME: %[[K:.*]]: tensor<?x4xf32>, %[[V:.*]]: tensor<?x4xf32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0
// CHECK-DAG: %[[C1:.*]] = arith.constant 1
// CHECK-DAG: %[[N:.*]] = tensor.dim %[[K]], %[[C0]]
// CHECK: %[[OFF:.*]] = arith.subi %[[N]], %[[C1]]
// CHECK: attn.fused key(%[[K]]) value(%[[V]]) score {
// CHECK: } mask {
// CHECK-NEXT: ^bb0(%[[I:.*]]: index, %[[J:.*]]: index):
// CHECK-NEXT: %[[T:.*]] = arith.addi %[[I]], %[[OFF]]
// CHECK-NEXT: arith.cmpi sle, %[[J]], %[[T]]
func.func @without_query(%k: tensor<?x4xf32>, %v: tensor<?x4xf32>) -> tensor<1x4xf32> {
  %s = attn.score pairwise(%k) {
  ^bb0(%y: f32):
    %0 = math.absf %y : f32
    attn.yield %0 : f32
  } : tensor<?x4xf32> -> tensor<1x?xf32>
  %m = attn.mask %s causal : tensor<1x?xf32>
  %p = attn.softmax %m : tensor<1x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<1x?xf32>, tensor<?x4xf32> -> tensor<1x4xf32>
  return %o : tensor<1x4xf32>
}

// -----

// Mods are composed in order, and the second leaves alone what the first has
// removed. Masks are joined wherever they stood.

// CHECK-LABEL: func.func @chain(
// CHECK: attn.fused {{.*}} mod {
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %[[MI:.*]]: index, %[[MJ:.*]]: index):
// CHECK-NEXT: %[[FIRST:.*]] = math.absf %[[X]]
// CHECK-NEXT: %[[SECOND:.*]] = math.tanh %[[FIRST]]
// CHECK-NEXT: %[[GONE:.*]] = arith.cmpf oeq, %[[FIRST]], %[[INF:.*]] :
// CHECK-NEXT: %[[Y:.*]] = arith.select %[[GONE]], %[[INF]], %[[SECOND]]
// CHECK-NEXT: attn.yield %[[Y]]
// CHECK-NEXT: } mask {
// CHECK-NEXT: ^bb0(%[[I:.*]]: index, %[[J:.*]]: index):
// CHECK-NEXT: %[[A:.*]] = arith.cmpi sle, %[[J]], %[[I]]
// CHECK-NEXT: %[[B:.*]] = arith.cmpi ne, %[[I]], %[[J]]
// CHECK-NEXT: %[[AB:.*]] = arith.andi %[[A]], %[[B]]
// CHECK: %[[C:.*]] = arith.cmpi slt, %[[J]], %{{.*}}
// CHECK-NEXT: %[[ABC:.*]] = arith.andi %[[AB]], %[[C]]
// CHECK-NEXT: attn.yield %[[ABC]]
func.func @chain(%q: tensor<?x4xf32>, %k: tensor<?x4xf32>, %v: tensor<?x4xf32>,
                 %n: tensor<index>) -> tensor<?x4xf32> {
  %s = attn.score dot(%q, %k) : tensor<?x4xf32>, tensor<?x4xf32> -> tensor<?x?xf32>
  %0 = attn.mask %s causal top_left : tensor<?x?xf32>
  %1 = attn.score_mod %0 {
  ^bb0(%x: f32, %i: index, %j: index):
    %y = math.absf %x : f32
    attn.yield %y : f32
  } : tensor<?x?xf32>
  %2 = attn.mask %1 {
  ^bb0(%i: index, %j: index):
    %y = arith.cmpi ne, %i, %j : index
    attn.yield %y : i1
  } : tensor<?x?xf32>
  %3 = attn.score_mod %2 {
  ^bb0(%x: f32, %i: index, %j: index):
    %y = math.tanh %x : f32
    attn.yield %y : f32
  } : tensor<?x?xf32>
  %4 = attn.mask %3 lengths(%n : tensor<index>) : tensor<?x?xf32>
  %p = attn.softmax %4 : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %o : tensor<?x4xf32>
}

// -----

// A region that yields what it is given, or a value from outside.

// CHECK-LABEL: func.func @bare_yields(
// CHECK-SAME: %[[Z:[^:]*]]: f32, %[[C:[^:]*]]: i1)
// CHECK: } mod {
// CHECK-NEXT: ^bb0
// CHECK-NEXT: attn.yield %[[Z]] : f32
// CHECK-NEXT: } mask {
// CHECK-NEXT: ^bb0
// CHECK-NEXT: attn.yield %[[C]] : i1
func.func @bare_yields(%q: tensor<?x4xf32>, %k: tensor<?x4xf32>, %v: tensor<?x4xf32>,
                       %z: f32, %c: i1) -> tensor<?x4xf32> {
  %s = attn.score pairwise(%q, %k) {
  ^bb0(%x: f32, %y: f32):
    attn.yield %y : f32
  } : tensor<?x4xf32>, tensor<?x4xf32> -> tensor<?x?xf32>
  %0 = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    attn.yield %z : f32
  } : tensor<?x?xf32>
  %1 = attn.mask %0 {
  ^bb0(%i: index, %j: index):
    attn.yield %c : i1
  } : tensor<?x?xf32>
  %p = attn.softmax %1 : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %o : tensor<?x4xf32>
}

// -----

// The lse is read before the sum: the fused op stands where the softmax stood.

// CHECK-LABEL: func.func @early_lse(
// CHECK: %[[O:.*]], %[[LSE:.*]] = attn.fused
// CHECK-NEXT: %[[E:.*]] = math.exp %[[LSE]]
// CHECK-NEXT: return %[[O]], %[[E]]
func.func @early_lse(%q: tensor<?x4xf32>, %k: tensor<?x4xf32>, %v: tensor<?x4xf32>)
    -> (tensor<?x4xf32>, tensor<?xf32>) {
  %s = attn.score dot(%q, %k) : tensor<?x4xf32>, tensor<?x4xf32> -> tensor<?x?xf32>
  %p, %lse = attn.softmax %s : tensor<?x?xf32>, tensor<?xf32>
  %e = math.exp %lse : tensor<?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %o, %e : tensor<?x4xf32>, tensor<?xf32>
}

// -----

// The values come after the softmax: the fused op stands at the sum.

// CHECK-LABEL: func.func @late_values(
// CHECK: %[[V:.*]] = math.sin
// CHECK-NEXT: %[[O:.*]], %[[LSE:.*]] = attn.fused {{.*}} value(%[[V]])
// CHECK-NEXT: return %[[O]], %[[LSE]]
func.func @late_values(%q: tensor<?x4xf32>, %k: tensor<?x4xf32>)
    -> (tensor<?x4xf32>, tensor<?xf32>) {
  %s = attn.score dot(%q, %k) : tensor<?x4xf32>, tensor<?x4xf32> -> tensor<?x?xf32>
  %p, %lse = attn.softmax %s : tensor<?x?xf32>, tensor<?xf32>
  %v = math.sin %k : tensor<?x4xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %o, %lse : tensor<?x4xf32>, tensor<?xf32>
}

// -----

// An lse that nobody reads is not asked for.

// CHECK-LABEL: func.func @unread_lse(
// CHECK: %{{[^,]*}} = attn.fused {{.*}} -> tensor<?x4xf32>
func.func @unread_lse(%q: tensor<?x4xf32>, %k: tensor<?x4xf32>, %v: tensor<?x4xf32>)
    -> tensor<?x4xf32> {
  %s = attn.score dot(%q, %k) : tensor<?x4xf32>, tensor<?x4xf32> -> tensor<?x?xf32>
  %p, %lse = attn.softmax %s : tensor<?x?xf32>, tensor<?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %o : tensor<?x4xf32>
}

// -----

// Weights that are read elsewhere stay for those readers.

// CHECK-LABEL: func.func @weights_with_other_uses(
// CHECK: attn.score
// CHECK: %[[P:.*]] = attn.softmax
// CHECK-NEXT: %[[O:.*]] = attn.fused
// CHECK-NEXT: return %[[O]], %[[P]]
func.func @weights_with_other_uses(%q: tensor<?x4xf32>, %k: tensor<?x4xf32>, %v: tensor<?x4xf32>)
    -> (tensor<?x4xf32>, tensor<?x?xf32>) {
  %s = attn.score dot(%q, %k) : tensor<?x4xf32>, tensor<?x4xf32> -> tensor<?x?xf32>
  %p = attn.softmax %s : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %o, %p : tensor<?x4xf32>, tensor<?x?xf32>
}

// -----

// Two sums of the same weights become two fused ops; one of them gives the lse.

// CHECK-LABEL: func.func @two_sums(
// CHECK-NOT: attn.softmax
// CHECK: %[[A:.*]], %[[LSE:.*]] = attn.fused
// CHECK: %[[B:[^,]*]] = attn.fused
// CHECK: return %[[A]], %[[B]], %[[LSE]]
func.func @two_sums(%q: tensor<?x4xf32>, %k: tensor<?x4xf32>, %v: tensor<?x4xf32>,
                    %u: tensor<?x8xf32>) -> (tensor<?x4xf32>, tensor<?x8xf32>, tensor<?xf32>) {
  %s = attn.score dot(%q, %k) : tensor<?x4xf32>, tensor<?x4xf32> -> tensor<?x?xf32>
  %p, %lse = attn.softmax %s : tensor<?x?xf32>, tensor<?xf32>
  %a = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x4xf32> -> tensor<?x4xf32>
  %b = attn.weighted_sum %p, %u : tensor<?x?xf32>, tensor<?x8xf32> -> tensor<?x8xf32>
  return %a, %b, %lse : tensor<?x4xf32>, tensor<?x8xf32>, tensor<?xf32>
}

// -----

// In a loop, where the values are made inside and the rest outside.

// CHECK-LABEL: func.func @across_regions(
// CHECK-NOT: attn.softmax
// CHECK: scf.for
// CHECK: attn.fused
// CHECK: scf.yield
func.func @across_regions(%q: tensor<4x4xf32>, %k: tensor<4x4xf32>, %n: index)
    -> tensor<4x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = attn.score dot(%q, %k) : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %m = attn.mask %s causal : tensor<4x4xf32>
  %p = attn.softmax %m : tensor<4x4xf32>
  %r = scf.for %t = %c0 to %n step %c1 iter_args(%v = %k) -> tensor<4x4xf32> {
    %o = attn.weighted_sum %p, %v : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
    scf.yield %o : tensor<4x4xf32>
  }
  return %r : tensor<4x4xf32>
}

// -----

// Weights of 16 bits are asked for by the fused op, too; one that is read by two
// sums is asked for twice.

// CHECK-LABEL: func.func @weights(
// CHECK-NEXT: attn.fused {{.*}} weights(f16) :
// CHECK-NEXT: attn.fused {{.*}} weights(f16) :
// CHECK-NOT: attn.softmax
func.func @weights(%q: tensor<?x4xf16>, %v: tensor<?x3xf16>) -> (tensor<?x4xf16>, tensor<?x3xf32>) {
  %s = attn.score dot(%q, %q) : tensor<?x4xf16>, tensor<?x4xf16> -> tensor<?x?xf32>
  %p = attn.softmax %s : tensor<?x?xf32> -> tensor<?x?xf16>
  %o = attn.weighted_sum %p, %q : tensor<?x?xf16>, tensor<?x4xf16> -> tensor<?x4xf16>
  %o2 = attn.weighted_sum %p, %v : tensor<?x?xf16>, tensor<?x3xf16> -> tensor<?x3xf32>
  return %o, %o2 : tensor<?x4xf16>, tensor<?x3xf32>
}

// -----

// CHECK-LABEL: func.func @weights_in_the_compute_type(
// CHECK-NOT: weights(
func.func @weights_in_the_compute_type(%q: tensor<?x4xf16>) -> tensor<?x4xf16> {
  %s = attn.score dot(%q, %q) : tensor<?x4xf16>, tensor<?x4xf16> -> tensor<?x?xf32>
  %p = attn.softmax %s : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %q : tensor<?x?xf32>, tensor<?x4xf16> -> tensor<?x4xf16>
  return %o : tensor<?x4xf16>
}
