// The keys of a few queries are split: states are made split by split, and merged.
// RUN: attn-opt %s --split-input-file --attn-tile --canonicalize | FileCheck %s
// RUN: attn-opt %s --split-input-file --attn-tile="split-keys=512 key-tile=256" --canonicalize \
// RUN:   | FileCheck %s --check-prefix=SMALL
// RUN: not attn-opt %s --split-input-file --attn-tile=split-keys=300 2>&1 | FileCheck %s --check-prefix=ODD

// ODD: error: expected positive tile sizes, and splits of whole tiles

// Each split has its place in the three parts of the state. A split ends where the
// next begins or where the keys end. A sink is one key: it does not belong to every
// split.

// CHECK-LABEL: func.func @split(
// CHECK: %[[N:.*]] = tensor.dim %arg1, %c1
// CHECK: %[[SPLITS:.*]] = affine.apply {{.*}}[%[[N]]]
// CHECK-DAG: %[[MAX:.*]] = tensor.empty(%{{.*}}) : tensor<8x1x?x1xf32>
// CHECK-DAG: %[[ACC:.*]] = tensor.empty(%{{.*}}) : tensor<8x1x?x1x64xf32>
// CHECK: %[[PARTS:.*]]:3 = scf.forall (%[[H:.*]], %[[S:.*]]) in (8, %{{.*}}) shared_outs(
// CHECK: %[[FIRST:.*]] = arith.muli %[[S]], %c2048
// CHECK: tensor.extract_slice %{{.*}}[%[[H]], 0, %[[S]], 0] [1, 1, 1, 1]
// CHECK: attn.init outs(%{{.*}}) rows
// CHECK: %[[LO:.*]] = arith.maxsi %[[FIRST]], %c0
// CHECK: %[[NEXT:.*]] = arith.addi %[[FIRST]], %c2048
// CHECK: %[[HI:.*]] = arith.minsi %[[N]], %[[NEXT]]
// CHECK: scf.for %{{.*}} = %[[LO]] to %[[HI]] step %c256
// CHECK: attn.step
// CHECK: tensor.parallel_insert_slice
// CHECK: %{{.*}} = scf.forall (%[[H2:.*]]) in (8)
// CHECK: %[[STATE:.*]]:3 = attn.init sink(%{{.*}}) outs(%{{.*}}) rows
// CHECK: scf.for %[[S2:.*]] = %c0 to %{{.*}} step %c1 iter_args(%[[M:.*]] = %[[STATE]]#0
// CHECK: tensor.extract_slice %[[PARTS]]#0[%[[H2]], 0, %[[S2]], 0]
// CHECK: attn.merge ins(%{{.*}}) outs(%[[M]], %{{.*}}) rows
// CHECK: attn.finish

// SMALL-LABEL: func.func @split(
// SMALL: arith.muli %{{.*}}, %c512
func.func @split(%q: tensor<8x1x64xf32>, %k: tensor<8x?x64xf32>, %sink: tensor<8xf32>) -> tensor<8x1x64xf32> {
  %o = attn.fused query(%q) key(%k) value(%k) sink(%sink)
      : (tensor<8x1x64xf32>, tensor<8x?x64xf32>, tensor<8x?x64xf32>, tensor<8xf32>) -> tensor<8x1x64xf32>
  return %o : tensor<8x1x64xf32>
}

// -----

// No more keys than one split has, or many queries.

// CHECK-LABEL: func.func @few_keys(
// CHECK-NOT: attn.merge
// CHECK-LABEL: func.func @many_queries(
// CHECK-NOT: attn.merge
func.func @few_keys(%q: tensor<8x1x64xf32>, %k: tensor<8x2048x64xf32>) -> tensor<8x1x64xf32> {
  %o = attn.fused query(%q) key(%k) value(%k)
      : (tensor<8x1x64xf32>, tensor<8x2048x64xf32>, tensor<8x2048x64xf32>) -> tensor<8x1x64xf32>
  return %o : tensor<8x1x64xf32>
}
func.func @many_queries(%q: tensor<8x9x64xf32>, %k: tensor<8x?x64xf32>) -> tensor<8x9x64xf32> {
  %o = attn.fused query(%q) key(%k) value(%k)
      : (tensor<8x9x64xf32>, tensor<8x?x64xf32>, tensor<8x?x64xf32>) -> tensor<8x9x64xf32>
  return %o : tensor<8x9x64xf32>
}

// -----

// Sums without features have nothing to be inserted.

// SMALL-LABEL: func.func @no_values(
// SMALL: return %{{.*}} : tensor<2x0xf32>
func.func @no_values(%q: tensor<2x64xf32>, %k: tensor<3000x64xf32>, %v: tensor<3000x0xf32>) -> tensor<2x0xf32> {
  %o = attn.fused query(%q) key(%k) value(%v)
      : (tensor<2x64xf32>, tensor<3000x64xf32>, tensor<3000x0xf32>) -> tensor<2x0xf32>
  return %o : tensor<2x0xf32>
}
