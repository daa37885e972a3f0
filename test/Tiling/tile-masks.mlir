// What the loop over key tiles knows of the mask.

// RUN: attn-opt %s --split-input-file --attn-tile="query-tile=64 key-tile=64" --canonicalize --cse \
// RUN:     --remarks-filter-missed=attn-tile --remark-format=emitRemark 2> %t.remarks \
// RUN:   | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t.remarks

// No mask: every tile is absorbed, and there is nothing to be full of.

// CHECK-LABEL: func.func @no_mask(
// CHECK: scf.for
// CHECK-NOT: scf.if
// CHECK: attn.step
// CHECK-NOT: full
// CHECK: scf.yield
func.func @no_mask(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %o = attn.fused query(%q) key(%k) value(%k)
      : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}

// -----

// The last query of a tile, i0 + rows - 1, keeps the most keys, and the first
// keeps the fewest: j <= i.

// CHECK-LABEL: func.func @causal(
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG: %[[C64:.*]] = arith.constant 64 : index
// CHECK: scf.forall (%[[T:.*]]) in
// CHECK: %[[I0:.*]] = arith.muli %[[T]], %[[C64]]
// CHECK: %[[ROWS:.*]] = arith.minsi
// CHECK: %[[IHI:.*]] = arith.addi %[[I0]], %[[ROWS]]
// CHECK: %[[LAST:.*]] = arith.subi %[[IHI]], %[[C1]]
// CHECK: %[[HI:.*]] = arith.maxsi %{{.*}}, %[[C0]]
// CHECK: scf.for %[[J:.*]] = %[[C0]] to %[[HI]] step %[[C64]]
// CHECK: %[[COUNT:.*]] = arith.minsi
// CHECK: %[[JHI:.*]] = arith.addi %[[J]], %[[COUNT]]
// CHECK: %[[JLAST:.*]] = arith.subi %[[JHI]], %[[C1]]
// CHECK-DAG: %[[MAY:.*]] = arith.cmpi sle, %[[J]], %[[LAST]]
// CHECK-DAG: %[[FULL:.*]] = arith.cmpi sle, %[[JLAST]], %[[I0]]
// CHECK: scf.if %[[MAY]]
// CHECK: attn.step {{.*}} full(%[[FULL]]) {{.*}} mask {
// CHECK: } else {
// CHECK-NEXT: scf.yield
func.func @causal(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %o = attn.fused query(%q) key(%k) value(%k) mask {
  ^bb0(%i: index, %j: index):
    %0 = arith.cmpi sle, %j, %i : index
    attn.yield %0 : i1
  } : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}

// -----

// A lower bound is rounded down to a multiple of the tile (S6).

// CHECK-LABEL: func.func @from_the_left(
// CHECK: %[[C64:.*]] = arith.constant 64 : index
// CHECK: %[[TILE:.*]] = arith.divsi %{{.*}}, %[[C64]]
// CHECK: %[[LO:.*]] = arith.muli %[[TILE]], %[[C64]]
// CHECK: scf.for %{{.*}} = %[[LO]] to
func.func @from_the_left(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %o = attn.fused query(%q) key(%k) value(%k) mask {
  ^bb0(%i: index, %j: index):
    %0 = arith.cmpi sge, %j, %i : index
    attn.yield %0 : i1
  } : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}

// -----

// A length bounds the loop; it is read outside the mask region.

// CHECK-LABEL: func.func @lengths(
// CHECK-SAME: %[[N:[a-z0-9]*]]: tensor<2xindex>)
// CHECK: scf.forall (%[[B:.*]], %{{.*}}) in
// CHECK: %[[LENGTH:.*]] = tensor.extract %[[N]][%[[B]]]
// CHECK: scf.for
// CHECK: attn.step {{.*}} full(
func.func @lengths(%q: tensor<2x?x8xf32>, %k: tensor<2x?x8xf32>, %n: tensor<2xindex>)
    -> tensor<2x?x8xf32> {
  %o = attn.fused query(%q) key(%k) value(%k) mask {
  ^bb0(%b: index, %i: index, %j: index):
    %0 = tensor.extract %n[%b] : tensor<2xindex>
    %1 = arith.cmpi slt, %j, %0 : index
    attn.yield %1 : i1
  } : (tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x?x8xf32>) -> tensor<2x?x8xf32>
  return %o : tensor<2x?x8xf32>
}

// -----

// A dense mask says nothing before it is read: all keys, no class, a remark.

// REMARK: tile-masks.mlir:[[#@LINE+11]]:{{.*}}MaskNotAnalysed{{.*}}tiles that this part of the mask empties are computed all the same
// CHECK-LABEL: func.func @dense(
// CHECK: %[[N:.*]] = tensor.dim %{{.*}}, %{{.*}} : tensor<?x8xf32>
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[N]] step
// CHECK-NOT: scf.if
// CHECK: attn.step
// CHECK-NOT: full
// CHECK: mask {
func.func @dense(%q: tensor<4x8xf32>, %k: tensor<?x8xf32>, %m: tensor<4x?xi1>) -> tensor<4x8xf32> {
  %o = attn.fused query(%q) key(%k) value(%k) mask {
  ^bb0(%i: index, %j: index):
    %0 = tensor.extract %m[%i, %j] : tensor<4x?xi1>
    attn.yield %0 : i1
  } : (tensor<4x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<4x8xf32>
  return %o : tensor<4x8xf32>
}

// -----

// Half of a mask may be understood: it bounds the loop and the rest is said.

// REMARK: tile-masks.mlir:[[#@LINE+9]]:{{.*}}MaskNotAnalysed
// REMARK-NOT: MaskNotAnalysed
// CHECK-LABEL: func.func @half_dense(
// CHECK: scf.if
// CHECK: attn.step
// CHECK-NOT: full(
func.func @half_dense(%q: tensor<4x8xf32>, %k: tensor<?x8xf32>, %m: tensor<4x?xi1>) -> tensor<4x8xf32> {
  %o = attn.fused query(%q) key(%k) value(%k) mask {
  ^bb0(%i: index, %j: index):
    %0 = tensor.extract %m[%i, %j] : tensor<4x?xi1>
    %1 = arith.cmpi sle, %j, %i : index
    %2 = arith.andi %0, %1 : i1
    attn.yield %2 : i1
  } : (tensor<4x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<4x8xf32>
  return %o : tensor<4x8xf32>
}
