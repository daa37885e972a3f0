// The loops around one attention.

// RUN: attn-opt %s --split-input-file --attn-tile --canonicalize | FileCheck %s
// RUN: attn-opt %s --split-input-file --attn-tile="query-tile=16 key-tile=32" --canonicalize \
// RUN:   | FileCheck %s --check-prefix=SIZES
// RUN: attn-opt %s --split-input-file --attn-tile="vector-bytes=16 l2-bytes=524288" --canonicalize \
// RUN:   | FileCheck %s --check-prefix=NEON
// RUN: not attn-opt %s --split-input-file --attn-tile=query-tile=-16 2>&1 \
// RUN:   | FileCheck %s --check-prefix=ERROR

// ERROR: error: expected positive tile sizes

// CHECK: #[[$TILES:.*]] = affine_map<()[s0] -> (s0 ceildiv 320)>
// CHECK-LABEL: func.func @loops(
// CHECK-SAME: %[[Q:.*]]: tensor<2x8x?x64xf32>, %[[K:.*]]: tensor<2x8x?x64xf32>, %[[V:.*]]: tensor<2x8x?x32xf32>
// CHECK-DAG: %[[C64:.*]] = arith.constant 64 : index
// CHECK-DAG: %[[C320:.*]] = arith.constant 320 : index
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG: %[[M:.*]] = tensor.dim %[[Q]], %[[C2]]
// CHECK-DAG: %[[N:.*]] = tensor.dim %[[K]], %[[C2]]
// CHECK-DAG: %[[OUT:.*]] = tensor.empty(%[[M]]) : tensor<2x8x?x32xf32>
// CHECK-DAG: %[[NUM:.*]] = affine.apply #[[$TILES]]()[%[[M]]]
// CHECK: %[[R:.*]] = scf.forall (%[[B:.*]], %[[H:.*]], %[[T:.*]]) in (2, 8, %[[NUM]]) shared_outs(%[[O:.*]] = %[[OUT]])
// The last tile is partial.
// CHECK: %[[I0:.*]] = arith.muli %[[T]], %[[C320]]
// CHECK: %[[LEFT:.*]] = arith.subi %[[M]], %[[I0]]
// CHECK: %[[ROWS:.*]] = arith.minsi %[[LEFT]], %[[C320]]
// The scale and log2(e) go into the queries: 0.125 * 1.442695.
// CHECK: %[[QS:.*]] = tensor.extract_slice %[[Q]][%[[B]], %[[H]], %[[I0]], 0] [1, 1, %[[ROWS]], 64]
// CHECK: %[[QT:.*]] = attn.pack_query ins(%[[QS]]) outs(%{{.*}}) scale(0.180336{{.*}}) : (tensor<?x64xf32>, tensor<64x320xf32>)
// CHECK: %[[S:.*]]:3 = attn.init outs
// CHECK: %[[F:.*]]:3 = scf.for %[[J:.*]] = %[[C0]] to %[[N]] step %[[C64]] iter_args(%[[MAX:.*]] = %[[S]]#0, %[[SUM:.*]] = %[[S]]#1, %[[ACC:.*]] = %[[S]]#2)
// CHECK-NEXT: %[[REST:.*]] = arith.subi %[[N]], %[[J]]
// CHECK-NEXT: %[[COUNT:.*]] = arith.minsi %[[REST]], %[[C64]]
// CHECK-NEXT: %[[KS:.*]] = tensor.extract_slice %[[K]][%[[B]], %[[H]], %[[J]], 0] [1, 1, %[[COUNT]], 64]
// CHECK-NEXT: %[[VS:.*]] = tensor.extract_slice %[[V]][%[[B]], %[[H]], %[[J]], 0] [1, 1, %[[COUNT]], 32]
// CHECK-NEXT: %[[NEXT:.*]]:3 = attn.step query(%[[QT]]) key(%[[KS]]) value(%[[VS]]) count(%[[COUNT]] at_most 64) queries(%[[ROWS]]) at(%[[B]], %[[H]], %[[I0]], %[[J]]) outs(%[[MAX]], %[[SUM]], %[[ACC]]) log2 :
// CHECK-NEXT: scf.yield %[[NEXT]]#0, %[[NEXT]]#1, %[[NEXT]]#2
// CHECK: %[[OS:.*]] = tensor.extract_slice %[[O]][%[[B]], %[[H]], %[[I0]], 0] [1, 1, %[[ROWS]], 32]
// CHECK: %[[DONE:.*]] = attn.finish ins(%[[F]]#0, %[[F]]#1, %[[F]]#2) outs(%[[OS]]) log2
// CHECK: scf.forall.in_parallel
// CHECK-NEXT: tensor.parallel_insert_slice %[[DONE]] into %[[O]][%[[B]], %[[H]], %[[I0]], 0] [1, 1, %[[ROWS]], 32]
// CHECK: return %[[R]]

// SIZES: affine_map<()[s0] -> (s0 ceildiv 16)>
// SIZES-LABEL: func.func @loops(
// SIZES: %[[KEYS:.*]] = arith.constant 32
// SIZES: attn.pack_query {{.*}} -> tensor<64x16xf32>
// SIZES: scf.for {{.*}} step %[[KEYS]]
// SIZES: attn.step {{.*}} at_most 32)

// 524288 * 3 / 8 bytes of cache hold (64 + 32) * 4 bytes of 512 queries; 320 at
// most, in an odd number of blocks of 16.
// NEON-LABEL: func.func @loops(
// NEON: attn.pack_query {{.*}} -> tensor<64x304xf32>
func.func @loops(%q: tensor<2x8x?x64xf32>, %k: tensor<2x8x?x64xf32>, %v: tensor<2x8x?x32xf32>)
    -> tensor<2x8x?x32xf32> {
  %o = attn.fused query(%q) key(%k) value(%v) scale(0.125)
      : (tensor<2x8x?x64xf32>, tensor<2x8x?x64xf32>, tensor<2x8x?x32xf32>)
     -> tensor<2x8x?x32xf32>
  return %o : tensor<2x8x?x32xf32>
}

// -----

// One query needs one vector of whatever width, if its features do not fill any
// (see rows.mlir).

// CHECK-LABEL: func.func @decode(
// CHECK: scf.forall (%{{.*}}) in (8)
// CHECK: attn.pack_query {{.*}} -> tensor<7x16xf32>
// NEON-LABEL: func.func @decode(
// NEON: attn.pack_query {{.*}} -> tensor<7x4xf32>
func.func @decode(%q: tensor<8x1x7xf32>, %k: tensor<8x?x7xf32>) -> tensor<8x1x7xf32> {
  %o = attn.fused query(%q) key(%k) value(%k)
      : (tensor<8x1x7xf32>, tensor<8x?x7xf32>, tensor<8x?x7xf32>) -> tensor<8x1x7xf32>
  return %o : tensor<8x1x7xf32>
}

// -----

// A mod or a score region between the product and the softmax: no log2 (S4),
// and the scale of a pairwise score stays with the step.

// CHECK-LABEL: func.func @mod(
// CHECK: attn.pack_query {{.*}} scale(2.500000e-01)
// CHECK: attn.step
// CHECK-NOT: log2
// CHECK: mod {
// CHECK: math.tanh
// CHECK: attn.finish
// CHECK-NOT: log2
func.func @mod(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %o = attn.fused query(%q) key(%k) value(%k) scale(0.25) mod {
  ^bb0(%x: f32, %i: index, %j: index):
    %0 = math.tanh %x : f32
    attn.yield %0 : f32
  } : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}

// -----

// CHECK-LABEL: func.func @pairwise(
// CHECK: attn.pack_query ins(%{{.*}}) outs(%{{[^)]*}}) :
// CHECK: attn.step {{.*}} scale(2.500000e-01) score {
// CHECK-NOT: log2
// CHECK: arith.subf
// CHECK: attn.finish
func.func @pairwise(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %o = attn.fused query(%q) key(%k) value(%k) scale(0.25) score {
  ^bb0(%x: f32, %y: f32):
    %0 = arith.subf %x, %y : f32
    attn.yield %0 : f32
  } : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}

// -----

// Keys and values are read where they are, if they lie row after row in the
// type that is computed in. Half precision is widened, and rows of a larger
// matrix are gathered, once for each tile.

// CHECK-LABEL: func.func @half(
// CHECK: attn.pack_key {{.*}} (tensor<?x8xf16>, tensor<64x8xf32>) -> tensor<64x8xf32>
// CHECK: attn.pack_key {{.*}} (tensor<?x8xf16>, tensor<64x8xf32>) -> tensor<64x8xf32>
func.func @half(%q: tensor<?x8xf16>, %k: tensor<?x8xf16>) -> tensor<?x8xf16> {
  %o = attn.fused query(%q) key(%k) value(%k)
      : (tensor<?x8xf16>, tensor<?x8xf16>, tensor<?x8xf16>) -> tensor<?x8xf16>
  return %o : tensor<?x8xf16>
}

// -----

// CHECK-LABEL: func.func @apart(
// CHECK: %[[KEYS:.*]] = attn.pack_key {{.*}} -> tensor<64x8xf32>
// CHECK-NOT: attn.pack_key
// CHECK: attn.step query(%{{.*}}) key(%[[KEYS]])
func.func @apart(%q: tensor<?x8xf32>, %kv: tensor<100x16xf32>, %v: tensor<100x8xf32>) -> tensor<?x8xf32> {
  %k = tensor.extract_slice %kv[0, 8] [100, 8] [1, 1] : tensor<100x16xf32> to tensor<100x8xf32>
  %o = attn.fused query(%q) key(%k) value(%v)
      : (tensor<?x8xf32>, tensor<100x8xf32>, tensor<100x8xf32>) -> tensor<?x8xf32>
  return %o : tensor<?x8xf32>
}
