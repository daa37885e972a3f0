// One tile of keys: scores, softmax and weighted sum.

// RUN: attn-opt %s --split-input-file --attn-emit-cpu --canonicalize --cse | FileCheck %s
// RUN: attn-opt %s --split-input-file --attn-emit-cpu="vector-bytes=32 vector-registers=16" --canonicalize --cse \
// RUN:   | FileCheck %s --check-prefix=AVX2

// Four keys against four vectors of queries: 16 sums in registers, one
// broadcast for each key. No exp but exp2, and nothing to multiply for it.
// With 16 registers, six keys against two vectors; against one vector, 16 keys or
// 12.

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
// AVX2: :12 = scf.for
// AVX2-COUNT-12: vector.fma {{.*}} : vector<8xf32>
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

// Whole register blocks, then the keys that are left one by one: no key past the
// end of the tile is read.

// CHECK-LABEL: func.func @partial(
// CHECK-SAME: %[[K:[a-z0-9]*]]: memref<64x8xf32>, %[[V:[a-z0-9]*]]: memref<64x8xf32>, %[[N:[a-z0-9]*]]: index
// CHECK: %[[REST:.*]] = arith.remsi %[[N]], %c16
// CHECK: %[[WHOLE:.*]] = arith.subi %[[N]], %[[REST]]
// CHECK: scf.for %{{.*}} = %c0 to %[[WHOLE]] step %c16
// CHECK: :16 = scf.for
// CHECK: scf.for %[[J:.*]] = %[[WHOLE]] to %[[N]] step %c1
// CHECK-NEXT: scf.for %[[D:[a-z0-9]*]] = {{.*}} -> (vector<16xf32>)
// CHECK: memref.load %[[K]][%[[J]], %[[D]]]
func.func @partial(%q: memref<8x16xf32>, %k: memref<64x8xf32>, %v: memref<64x8xf32>,
                   %n: index, %i: index, %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %i) outs(%m, %l, %a) log2
      : (memref<8x16xf32>, memref<64x8xf32>, memref<64x8xf32>, index, index, index,
         memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// A block of queries that the mask keeps whole skips it, in a full tile and
// beside the diagonal of another.

// CHECK-LABEL: func.func @full(
// CHECK-SAME: %[[FULL:[a-z0-9]*]]: i1)
// CHECK: %[[BLOCK:.*]] = arith.ori %[[FULL]], %
// CHECK: scf.if %[[BLOCK]]
// CHECK-NEXT: scf.yield
// CHECK: } else {
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

// A pairwise score: the region in registers, keys and parameters as scalars. A
// product at its end is rounded with the sum.

// CHECK-LABEL: func.func @pairwise(
// CHECK-SAME: %[[Q:[a-z0-9]*]]: memref<8x16xf32>, %[[K:[a-z0-9]*]]: memref<4x8xf32>, %[[V:[a-z0-9]*]]: memref<4x8xf32>, %[[W:[a-z0-9]*]]: memref<8xf32>
// CHECK: scf.if
// CHECK: :16 = scf.for %[[D:[a-z0-9]*]] =
// CHECK: %[[X:.*]] = vector.load %[[Q]][%[[D]], %{{.*}}]
// CHECK: memref.load %[[W]][%[[D]]]
// CHECK: memref.load %[[K]][%{{.*}}, %[[D]]]
// CHECK: arith.addf %[[X]], %{{.*}} : vector<16xf32>
// CHECK: math.tanh
// CHECK-NEXT: vector.broadcast
// CHECK-NEXT: vector.fma
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
// CHECK: %[[S:.*]]:16 = scf.for {{.*}} -> (f32, f32, {{.*}}, f32)
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

// -----

// The weights come with the scores, relative to the old reference, in one pass.
// Only if there is none yet, or a score outgrows it by more than 2^16, does a
// second pass move it, for the queries concerned, and rescale what was summed.

// CHECK-LABEL: func.func @speculation(
// CHECK-SAME: %[[MAX:[a-z0-9]*]]: memref<16xf32>, %[[SUM:[a-z0-9]*]]: memref<16xf32>, %[[ACC:[a-z0-9]*]]: memref<8x16xf32>
// CHECK-DAG: %[[INF:.*]] = arith.constant dense<0xFF800000> : vector<16xf32>
// CHECK-DAG: %[[HEADROOM:.*]] = arith.constant dense<1.600000e+01> : vector<16xf32>
// CHECK: %[[OLD:.*]] = vector.load %[[MAX]]
// CHECK: %[[RAISED:.*]] = memref.load %{{.*}} : memref<1xi1>
// CHECK: %[[FRESH:.*]] = arith.cmpf oeq, %[[OLD]], %[[INF]]
// CHECK: %[[ANY:.*]] = vector.reduction <or>, %[[FRESH]]
// CHECK: %[[HOPELESS:.*]] = arith.ori %[[ANY]], %[[RAISED]]
// CHECK: %[[TRY:.*]]:2 = scf.if %[[HOPELESS]]
// CHECK: } else {
// CHECK: scf.for
// CHECK: %[[BELOW:.*]] = arith.subf %[[S:.*]], %[[OLD]]
// CHECK: math.exp2 %[[BELOW]]
// CHECK: %[[LOOP:.*]]:2 = scf.for
// The largest distance is compared, rounded as in the exact pass.
// CHECK: %[[LARGE:.*]] = arith.cmpf ogt, %[[LOOP]]#1, %[[HEADROOM]]
// CHECK: scf.yield %[[LOOP]]#0,
// CHECK: scf.if %[[TRY]]#1
// CHECK: %[[SAME:.*]] = arith.subf %[[LARGEST:.*]], %[[OLD]]
// CHECK: %[[RAISE:.*]] = arith.cmpf ogt, %[[SAME]], %[[HEADROOM]]
// CHECK: %[[NEW:.*]] = arith.select %[[RAISE]], %[[LARGEST]], %[[OLD]]
// CHECK: %[[FACTOR:.*]] = arith.select %[[RAISE]], %
// CHECK: vector.store %[[NEW]], %[[MAX]]
// CHECK: arith.mulf %{{.*}}, %[[FACTOR]]
// CHECK: scf.if
// CHECK: vector.store %{{.*}}, %[[ACC]]
// CHECK: math.exp2
// CHECK: } else {
// CHECK-NEXT: scf.yield %[[TRY]]#0
func.func @speculation(%m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>,
                       %q: memref<8x16xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>,
                       %n: index, %i: index) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %i) outs(%m, %l, %a) log2
      : (memref<8x16xf32>, memref<4x8xf32>, memref<4x8xf32>, index, index, index,
         memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// Each block of queries visits its own keys: here those up to its last query,
// and no block begins behind the last query there is.

// CHECK-LABEL: func.func @window(
// CHECK-SAME: %[[I0:[a-z0-9]*]]: index, %[[J0:[a-z0-9]*]]: index, %[[ROWS:[a-z0-9]*]]: index
// CHECK: scf.for %[[BLOCK:.*]] = %{{.*}} to %[[ROWS]] step %c64
// CHECK: %[[LO:.*]] = arith.addi %[[I0]], %[[BLOCK]]
// CHECK: %[[PAST:.*]] = arith.addi %[[LO]], %c64
// CHECK: %[[WHOLE:.*]] = arith.addi %[[I0]], %[[ROWS]]
// CHECK: %[[HI:.*]] = arith.minsi %[[PAST]], %[[WHOLE]]
// CHECK: %[[SKIP:.*]] = arith.subi %{{.*}}, %[[J0]]
// CHECK: %[[END:.*]] = arith.subi %{{.*}}, %[[J0]]
// CHECK: %[[SOME:.*]] = arith.cmpi slt, %{{.*}}, %[[END]]
// CHECK: %[[MAY:.*]] = arith.andi %[[SOME]], %
// CHECK: scf.if %[[MAY]]
// CHECK: %[[KEYS:.*]] = arith.subi %[[END]], %
// CHECK: %[[REST:.*]] = arith.remsi %[[KEYS]], %c4
// CHECK: %[[WHOLE:.*]] = arith.subi %[[END]], %[[REST]]
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[WHOLE]] step %c4
func.func @window(%i0: index, %j0: index, %rows: index, %n: index,
                  %q: memref<8x192xf32>, %k: memref<64x8xf32>, %v: memref<64x8xf32>,
                  %m: memref<192xf32>, %l: memref<192xf32>, %a: memref<8x192xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) queries(%rows) at(%i0, %j0) outs(%m, %l, %a) mask {
  ^bb0(%ii: index, %jj: index):
    %0 = arith.cmpi sle, %jj, %ii : index
    attn.yield %0 : i1
  } : (memref<8x192xf32>, memref<64x8xf32>, memref<64x8xf32>, index, index, index, index,
       memref<192xf32>, memref<192xf32>, memref<8x192xf32>) -> ()
  return
}

// -----

// Keys that are read where they are: the rows that follow are prefetched.

// CHECK-LABEL: func.func @in_place(
// CHECK-SAME: %[[K:[a-z0-9]*]]: memref<100x16xf32>, %[[J:[a-z0-9]*]]: index, %[[N:[a-z0-9]*]]: index
// CHECK: scf.for %[[KEY:.*]] = %c0 to %{{.*}} step %c16 iter_args
// CHECK: %[[AHEAD:.*]] = arith.addi %[[J]], %[[N]]
// CHECK-NEXT: %[[HERE:.*]] = arith.addi %[[AHEAD]], %[[KEY]]
// CHECK-NEXT: %[[ROW:.*]] = arith.minsi %[[HERE]], %c99
// CHECK-NEXT: memref.prefetch %[[K]][%[[ROW]], %{{.*}}], read, locality<2>, data
func.func @in_place(%k: memref<100x16xf32>, %j: index, %n: index, %i: index, %q: memref<16x16xf32>,
                    %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<16x16xf32>) {
  %rows = memref.subview %k[%j, 0] [%n, 16] [1, 1]
      : memref<100x16xf32> to memref<?x16xf32, strided<[16, 1], offset: ?>>
  attn.step query(%q) key(%rows) value(%rows) count(%n at_most 64) at(%i, %j) outs(%m, %l, %a) log2
      : (memref<16x16xf32>, memref<?x16xf32, strided<[16, 1], offset: ?>>, memref<?x16xf32, strided<[16, 1], offset: ?>>,
         index, index, index, memref<16xf32>, memref<16xf32>, memref<16x16xf32>) -> ()
  return
}

// -----

// With more blocks of queries, each asks for its part of the lines: one loop over
// lines for the keys of a register block, not one for each key.

// CHECK-LABEL: func.func @in_place_of_blocks(
// CHECK-SAME: %[[K:[a-z0-9]*]]: memref<100x64xf32>
// CHECK: scf.for %[[LINE:.*]] = %{{.*}} to %{{.*}} step %c16 {
// CHECK-NOT: scf
// CHECK: memref.prefetch %[[K]][%{{.*}}, %[[LINE]]]
// CHECK-NOT: scf
// CHECK: memref.prefetch %[[K]][%{{.*}}, %[[LINE]]]
// CHECK-NOT: scf
// CHECK: memref.prefetch %[[K]][%{{.*}}, %[[LINE]]]
// CHECK-NOT: scf
// CHECK: memref.prefetch %[[K]][%{{.*}}, %[[LINE]]]
// CHECK-NEXT: }
func.func @in_place_of_blocks(%k: memref<100x64xf32>, %j: index, %n: index, %i: index, %q: memref<64x128xf32>,
                              %m: memref<128xf32>, %l: memref<128xf32>, %a: memref<64x128xf32>) {
  %rows = memref.subview %k[%j, 0] [%n, 64] [1, 1]
      : memref<100x64xf32> to memref<?x64xf32, strided<[64, 1], offset: ?>>
  attn.step query(%q) key(%rows) value(%rows) count(%n at_most 64) at(%i, %j) outs(%m, %l, %a) log2
      : (memref<64x128xf32>, memref<?x64xf32, strided<[64, 1], offset: ?>>, memref<?x64xf32, strided<[64, 1], offset: ?>>,
         index, index, index, memref<128xf32>, memref<128xf32>, memref<64x128xf32>) -> ()
  return
}
