// One tile of keys: scores, softmax and weighted sum.

// RUN: attn-opt %s --split-input-file --attn-emit-cpu --canonicalize --cse | FileCheck %s
// RUN: attn-opt %s --split-input-file --attn-emit-cpu="vector-bytes=32 vector-registers=16" --canonicalize --cse \
// RUN:   | FileCheck %s --check-prefix=AVX2

// Four keys against four vectors of queries: 16 sums in registers, one
// broadcast for each key. No exp but exp2, and nothing to multiply for it.
// With 16 registers, four keys against two vectors.

// CHECK-LABEL: func.func @dot(
// CHECK-SAME: %[[Q:[a-z0-9]*]]: memref<8x64xf32>, %[[K:[a-z0-9]*]]: memref<64x8xf32>
// CHECK: :16 = scf.for %[[D:[a-z0-9]*]] =
// CHECK: memref.load %[[K]][%{{.*}}, %[[D]]]
// CHECK-NEXT: vector.broadcast
// CHECK-COUNT-16: vector.fma
// CHECK-NOT: vector.fma
// CHECK: scf.yield
// CHECK-NOT: math.exp %
// CHECK: math.exp2
// CHECK-NOT: attn.
// AVX2-LABEL: func.func @dot(
// AVX2: :8 = scf.for
// AVX2-COUNT-8: vector.fma {{.*}} : vector<8xf32>
// AVX2-NOT: vector.fma
// AVX2: scf.yield
func.func @dot(%q: memref<8x64xf32>, %k: memref<64x8xf32>, %v: memref<64x8xf32>,
               %n: index, %i: index, %m: memref<64xf32>, %l: memref<64xf32>, %a: memref<8x64xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %i) outs(%m, %l, %a) log2
      : (memref<8x64xf32>, memref<64x8xf32>, memref<64x8xf32>, index, index, index,
         memref<64xf32>, memref<64xf32>, memref<8x64xf32>) -> ()
  return
}

// -----

// Keys past the end of the tile are removed.

// CHECK-LABEL: func.func @partial(
// CHECK-SAME: %[[N:[a-z0-9]*]]: index, %[[I:[a-z0-9]*]]: index, %[[M:[a-z0-9]*]]: memref<16xf32>
// CHECK-DAG: %[[INF:.*]] = arith.constant dense<0xFF800000> : vector<16xf32>
// CHECK: %[[PARTIAL:.*]] = arith.cmpi sgt, %{{.*}}, %[[N]]
// CHECK: scf.if %[[PARTIAL]]
// CHECK: %[[EXISTS:.*]] = arith.cmpi slt, %{{.*}}, %[[N]]
// CHECK: arith.select %[[EXISTS]], %{{.*}}, %[[INF]]
// CHECK: } else {
// CHECK-NEXT: scf.yield
func.func @partial(%q: memref<8x16xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>,
                   %n: index, %i: index, %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %i) outs(%m, %l, %a) log2
      : (memref<8x16xf32>, memref<4x8xf32>, memref<4x8xf32>, index, index, index,
         memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// A full tile skips the mask; if nobody can tell, there is no branch.

// CHECK-LABEL: func.func @full(
// CHECK-SAME: %[[FULL:[a-z0-9]*]]: i1)
// CHECK: %[[NOT:.*]] = arith.xori %[[FULL]], %true
// CHECK: %[[CHECK:.*]] = arith.ori %{{.*}}, %[[NOT]]
// CHECK: scf.if %[[CHECK]]
// CHECK: arith.cmpi {{.*}} : vector<16xi32>
func.func @full(%q: memref<8x16xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>, %n: index,
                %i: index, %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>, %full: i1) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %i) full(%full) outs(%m, %l, %a) mask {
  ^bb0(%ii: index, %jj: index):
    %0 = arith.cmpi sle, %jj, %ii : index
    attn.yield %0 : i1
  } : (memref<8x16xf32>, memref<4x8xf32>, memref<4x8xf32>, index, index, index, i1,
       memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// S3: if a value of the tile is not finite, a weight of zero adds nothing. Where
// no key can be removed by the program, there is no such path.

// CHECK-LABEL: func.func @guarded(
// CHECK: %[[NONE:.*]] = arith.subf %[[X:.*]], %[[X]]
// CHECK: vector.reduction <add>
// CHECK: %[[FINITE:.*]] = arith.cmpf oeq
// CHECK: scf.if %[[FINITE]] {
// CHECK: vector.fma
// CHECK: } else {
// CHECK: %[[SUM:.*]] = vector.fma %{{.*}}, %[[W:.*]], %[[OLD:.*]] :
// CHECK-NEXT: %[[ZERO:.*]] = arith.cmpf oeq, %[[W]], %{{.*}}
// CHECK-NEXT: arith.select %[[ZERO]], %[[OLD]], %[[SUM]]
func.func @guarded(%q: memref<8x16xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>, %n: index,
                   %i: index, %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %i) outs(%m, %l, %a) mask {
  ^bb0(%ii: index, %jj: index):
    %0 = arith.cmpi sle, %jj, %ii : index
    attn.yield %0 : i1
  } : (memref<8x16xf32>, memref<4x8xf32>, memref<4x8xf32>, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// A removed score is not given to the mod's result.

// CHECK-LABEL: func.func @mod(
// CHECK-DAG: %[[INF:.*]] = arith.constant dense<0xFF800000> : vector<16xf32>
// CHECK: %[[Y:.*]] = math.tanh %[[X:.*]] : vector<16xf32>
// CHECK: %[[REMOVED:.*]] = arith.cmpf oeq, %[[X]], %[[INF]]
// CHECK: arith.select %[[REMOVED]], %[[INF]], %[[Y]]
func.func @mod(%q: memref<8x16xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>, %n: index,
               %i: index, %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %i) outs(%m, %l, %a) mod {
  ^bb0(%x: f32, %ii: index, %jj: index):
    %0 = math.tanh %x : f32
    attn.yield %0 : f32
  } : (memref<8x16xf32>, memref<4x8xf32>, memref<4x8xf32>, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// A pairwise score: the region in registers, keys and parameters as scalars.

// CHECK-LABEL: func.func @pairwise(
// CHECK-SAME: %[[Q:[a-z0-9]*]]: memref<8x16xf32>, %[[K:[a-z0-9]*]]: memref<4x8xf32>, %[[V:[a-z0-9]*]]: memref<4x8xf32>, %[[W:[a-z0-9]*]]: memref<8xf32>
// CHECK: :4 = scf.for %[[D:[a-z0-9]*]] =
// CHECK: %[[X:.*]] = vector.load %[[Q]][%[[D]], %{{.*}}]
// CHECK: memref.load %[[W]][%[[D]]]
// CHECK: memref.load %[[K]][%{{.*}}, %[[D]]]
// CHECK: arith.addf %[[X]], %{{.*}} : vector<16xf32>
// CHECK: math.tanh
// CHECK: scf.yield
// CHECK: arith.mulf %{{.*}}, %cst{{.*}} : vector<16xf32>
func.func @pairwise(%q: memref<8x16xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>,
                    %w: memref<8xf32>, %n: index, %i: index, %m: memref<16xf32>,
                    %l: memref<16xf32>, %a: memref<8x16xf32>) {
  attn.step query(%q) key(%k) value(%v) params(%w) count(%n) at(%i, %i) outs(%m, %l, %a) scale(0.5) score {
  ^bb0(%x: f32, %y: f32, %wd: f32):
    %0 = arith.addf %x, %y : f32
    %1 = math.tanh %0 : f32
    %2 = arith.mulf %1, %wd : f32
    attn.yield %2 : f32
  } : (memref<8x16xf32>, memref<4x8xf32>, memref<4x8xf32>, memref<8xf32>, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// Without a query the score of a key is one scalar for all lanes.

// CHECK-LABEL: func.func @without_query(
// CHECK: %[[S:.*]]:4 = scf.for {{.*}} -> (f32, f32, f32, f32)
// CHECK: math.tanh %{{.*}} : f32
// CHECK: vector.broadcast %[[S]]#0 : f32 to vector<16xf32>
func.func @without_query(%k: memref<4x8xf32>, %v: memref<4x8xf32>, %n: index, %i: index,
                         %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  attn.step key(%k) value(%v) count(%n) at(%i, %i) outs(%m, %l, %a) score {
  ^bb0(%y: f32):
    %0 = math.tanh %y : f32
    attn.yield %0 : f32
  } : (memref<4x8xf32>, memref<4x8xf32>, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}
