// A few queries in rows: features and keys are lanes.
// RUN: attn-opt %s --split-input-file --attn-emit-cpu --canonicalize --cse | FileCheck %s

// A copy, widened and scaled; rows that no query has are zero.

// CHECK-LABEL: func.func @pack_query(
// CHECK-SAME: %[[Q:.*]]: memref<?x48xf16{{.*}}>, %[[OUT:.*]]: memref<3x48xf32>
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<1.250000e-01> : vector<16xf32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<16xf32>
// CHECK: %[[M:.*]] = memref.dim %[[Q]]
// CHECK: scf.for %[[I:.*]] = %c0 to %[[M]] step %c1
// CHECK: scf.for %[[D:.*]] = %c0 to %c48 step %c16
// CHECK: %[[READ:.*]] = vector.transfer_read %[[Q]][%[[I]], %[[D]]]
// CHECK: %[[WIDE:.*]] = arith.extf %[[READ]]
// CHECK: %[[SCALED:.*]] = arith.mulf %[[WIDE]], %[[SCALE]]
// CHECK: vector.transfer_write %[[SCALED]], %[[OUT]][%[[I]], %[[D]]]
// CHECK: scf.for %{{.*}} = %[[M]] to %c3 step %c1
// CHECK: vector.transfer_write %[[ZERO]], %[[OUT]]
// CHECK-NOT: vector.transpose
func.func @pack_query(%q: memref<?x48xf16, strided<[?, 1], offset: ?>>, %out: memref<3x48xf32>) {
  attn.pack_query ins(%q) outs(%out) scale(0.125) rows
      : (memref<?x48xf16, strided<[?, 1], offset: ?>>, memref<3x48xf32>) -> ()
  return
}

// -----

// Any number of queries and of sums: the last vector of sums is partial.

// CHECK-LABEL: func.func @init(
// CHECK-SAME: %[[M:.*]]: memref<3xf32>, %[[L:.*]]: memref<3xf32>, %[[A:.*]]: memref<3x20xf32>
// CHECK-DAG: %[[INF:.*]] = arith.constant 0xFF800000 : f32
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK: scf.for %[[I:.*]] = %c0 to %c3 step %c1
// CHECK: memref.store %[[INF]], %[[M]][%[[I]]]
// CHECK: memref.store %[[ZERO]], %[[L]][%[[I]]]
// CHECK: vector.transfer_write %{{.*}}, %[[A]][%[[I]], %c0] {in_bounds = [true]}
// CHECK: vector.transfer_write %{{.*}}, %[[A]][%[[I]], %c16] : vector<16xf32>
func.func @init(%m: memref<3xf32>, %l: memref<3xf32>, %a: memref<3x20xf32>) {
  attn.init outs(%m, %l, %a) rows : (memref<3xf32>, memref<3xf32>, memref<3x20xf32>) -> ()
  return
}

// -----

// Rows of four keys are read as vectors, each once for all queries, and widened;
// past the last key it is read again. The sums over the lanes of four products
// become one vector by a tree. The keys of a product are the lanes of the
// softmax: the mask is one comparison for all of them, and lanes past the last
// key are removed. Values are read as vectors, too.

// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[Q:[a-z0-9]*]]: memref<2x32xf32>, %[[K:[a-z0-9]*]]: memref<64x32xf16>, %[[V:[a-z0-9]*]]: memref<64x16xf32>, %[[N:[a-z0-9]*]]: index
// CHECK-SAME: %[[MAX:[a-z0-9]*]]: memref<2xf32>, %[[SUM:[a-z0-9]*]]: memref<2xf32>, %[[ACC:[a-z0-9]*]]: memref<2x16xf32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<16xf32>
// CHECK-DAG: %[[INF:.*]] = arith.constant dense<0xFF800000> : vector<16xf32>
// CHECK-DAG: %[[HEADROOM:.*]] = arith.constant dense<1.600000e+01> : vector<16xf32>
// CHECK-DAG: %[[SCORES:.*]] = memref.alloc() {{.*}} : memref<2x64xf32>
// CHECK: %[[LAST:.*]] = arith.addi %[[N]], %c-1
// CHECK: scf.for %[[KEY:.*]] = %c0 to %[[N]] step %c4
// CHECK-NEXT: %[[KEY0:.*]] = arith.minsi %[[KEY]], %[[LAST]]
// CHECK: %[[Q0:.*]] = vector.load %[[Q]][%c0, %c0]
// CHECK: %[[Q1:.*]] = vector.load %[[Q]][%c1, %c0]
// CHECK: %[[HALF:.*]] = vector.load %[[K]][%[[KEY0]], %c0] : memref<64x32xf16>, vector<16xf16>
// CHECK: %[[WIDE:.*]] = arith.extf %[[HALF]]
// CHECK: arith.mulf %[[WIDE]], %[[Q0]]
// CHECK: arith.mulf %[[WIDE]], %[[Q1]]
// CHECK-COUNT-8: vector.fma
// CHECK-NOT: vector.fma
// CHECK: vector.shuffle {{.*}} [0, 17, 2, 19,
// CHECK: vector.shuffle {{.*}} [0, 1, 18, 19,
// CHECK: vector.shuffle {{.*}} [0, 1, 2, 3, 20, 21, 22, 23,
// CHECK: %[[FEW:.*]] = vector.extract_strided_slice {{.*}} sizes = [4]
// CHECK: vector.store %[[FEW]], %[[SCORES]][%c0, %[[KEY]]]
// CHECK: vector.store %{{.*}}, %[[SCORES]][%c1, %[[KEY]]]

// CHECK: scf.for %[[I:.*]] = %c0 to %c2 step %c1
// CHECK: %[[LARGEST:.*]] = scf.for %[[J:.*]] = %c0 to %[[N]] step %c16
// CHECK: vector.load %[[SCORES]][%[[I]], %[[J]]]
// CHECK: arith.cmpi {{.*}} : vector<16xi32>
// CHECK: %[[KEPT:.*]] = arith.select
// CHECK: %[[LEFT:.*]] = arith.subi %[[N]], %[[J]]
// CHECK: %[[EXISTS:.*]] = vector.create_mask %[[LEFT]]
// CHECK: arith.select %[[EXISTS]], %[[KEPT]], %[[INF]]
// CHECK-COUNT-4: vector.shuffle
// The reference moves by the rule of other steps.
// CHECK: %[[REFERENCE:.*]] = memref.load %[[MAX]][%[[I]]]
// CHECK: %[[OLD:.*]] = vector.broadcast %[[REFERENCE]]
// CHECK: %[[DISTANCE:.*]] = arith.subf %{{.*}}, %[[OLD]]
// CHECK: %[[RAISE:.*]] = arith.cmpf ogt, %[[DISTANCE]], %[[HEADROOM]]
// CHECK: arith.select %[[RAISE]], %{{.*}}, %[[OLD]]
// CHECK: %[[FACTOR:.*]] = arith.select %[[RAISE]], %{{.*}}, %
// CHECK: %[[TOTAL:.*]] = scf.for
// CHECK: math.exp2
// CHECK: memref.store %{{.*}}, %[[MAX]][%[[I]]]
// CHECK: vector.reduction <add>, %[[TOTAL]]
// CHECK: memref.store %{{.*}}, %[[SUM]][%[[I]]]
// CHECK: scf.if
// CHECK: arith.mulf %[[FACTOR]], %
// CHECK: vector.store %{{.*}}, %[[ACC]][%[[I]],

// The values are summed at once. Only if a sum turns out not to be finite are
// they summed again, without those of weight zero (S3).
// CHECK: scf.for %[[J0:.*]] = %c0 to %[[N]] step %c16
// CHECK: %[[SUMS:.*]]:2 = scf.for %[[J:.*]] = %[[J0]] to %
// CHECK: memref.load %[[SCORES]][%c0, %[[J]]]
// CHECK: memref.load %[[SCORES]][%c1, %[[J]]]
// CHECK: %[[X:.*]] = vector.load %[[V]][%[[J]], %c0]
// CHECK-COUNT-2: vector.fma %{{.*}}, %[[X]]
// CHECK: %[[CHECK:.*]] = vector.fma %[[SUMS]]#0, %[[ZERO]], %[[ZERO]]
// CHECK: %[[BOTH:.*]] = vector.fma %[[SUMS]]#1, %[[ZERO]], %[[CHECK]]
// CHECK: %[[BAD:.*]] = arith.cmpf une, %[[BOTH]], %[[ZERO]]
// CHECK: %[[ANY:.*]] = vector.reduction <or>, %[[BAD]]
// CHECK: scf.if %[[ANY]]
// CHECK: %[[NEW:.*]] = vector.fma %[[P:.*]], %{{.*}}, %[[BEFORE:.*]] :
// CHECK-NEXT: %[[NONE:.*]] = arith.cmpf oeq, %[[P]], %[[ZERO]]
// CHECK-NEXT: arith.select %[[NONE]], %[[BEFORE]], %[[NEW]]
// CHECK: } else {
// CHECK-NEXT: scf.yield %[[SUMS]]#0, %[[SUMS]]#1
// CHECK: vector.store %{{.*}}, %[[ACC]][%c0, %c0]
// CHECK: vector.store %{{.*}}, %[[ACC]][%c1, %c0]
func.func @step(%q: memref<2x32xf32>, %k: memref<64x32xf16>, %v: memref<64x16xf32>, %n: index, %i: index, %j: index,
                %m: memref<2xf32>, %l: memref<2xf32>, %a: memref<2x16xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %j) outs(%m, %l, %a) log2 rows mask {
  ^bb0(%ii: index, %jj: index):
    %0 = arith.cmpi sle, %jj, %ii : index
    attn.yield %0 : i1
  } : (memref<2x32xf32>, memref<64x32xf16>, memref<64x16xf32>, index, index, index,
       memref<2xf32>, memref<2xf32>, memref<2x16xf32>) -> ()
  return
}

// -----

// Rows are prefetched so many bytes ahead of their use, into the first-level
// cache.

// CHECK-LABEL: func.func @in_place(
// CHECK-SAME: %[[K:[a-z0-9]*]]: memref<1000x16xf32>, %[[V:[a-z0-9]*]]: memref<1000x16xf32>, %[[J0:[a-z0-9]*]]: index, %[[N:[a-z0-9]*]]: index
// CHECK: scf.for %{{.*}} = %c0 to %[[N]] step %c4
// CHECK: %[[KEY:.*]] = arith.minsi
// CHECK: %[[LATER:.*]] = arith.addi %[[J0]], %c128
// CHECK-NEXT: %[[HERE:.*]] = arith.addi %[[LATER]], %[[KEY]]
// CHECK-NEXT: %[[ROW:.*]] = arith.minsi %[[HERE]], %c999
// CHECK-NEXT: memref.prefetch %[[K]][%[[ROW]], %c0], read, locality<3>
// CHECK: math.exp2
// CHECK: scf.for %[[J:.*]] = %{{.*}} to %{{.*}} step %c1 iter_args
// CHECK: %[[SOON:.*]] = arith.addi %[[J0]], %c128
// CHECK: %[[NEXT:.*]] = arith.addi %[[SOON]], %[[J]]
// CHECK: %[[THERE:.*]] = arith.minsi %[[NEXT]], %c999
// CHECK: memref.prefetch %[[V]][%[[THERE]], %c0], read, locality<3>
func.func @in_place(%k: memref<1000x16xf32>, %v: memref<1000x16xf32>, %j: index, %n: index, %q: memref<1x16xf32>,
                    %m: memref<1xf32>, %l: memref<1xf32>, %a: memref<1x16xf32>) {
  %keys = memref.subview %k[%j, 0] [%n, 16] [1, 1]
      : memref<1000x16xf32> to memref<?x16xf32, strided<[16, 1], offset: ?>>
  %values = memref.subview %v[%j, 0] [%n, 16] [1, 1]
      : memref<1000x16xf32> to memref<?x16xf32, strided<[16, 1], offset: ?>>
  attn.step query(%q) key(%keys) value(%values) count(%n at_most 256) at(%j, %j) outs(%m, %l, %a) rows
      : (memref<1x16xf32>, memref<?x16xf32, strided<[16, 1], offset: ?>>, memref<?x16xf32, strided<[16, 1], offset: ?>>,
         index, index, index, memref<1xf32>, memref<1xf32>, memref<1x16xf32>) -> ()
  return
}

// -----

// CHECK-LABEL: func.func @merge(
// CHECK-SAME: %[[M2:.*]]: memref<3xf32>, %[[L2:.*]]: memref<3xf32>, %[[A2:.*]]: memref<3x16xf32>, %[[M1:.*]]: memref<3xf32>, %[[L1:.*]]: memref<3xf32>, %[[A1:.*]]: memref<3x16xf32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00>
// CHECK: scf.for %[[I:.*]] = %c0 to %c3 step %c1
// CHECK: memref.load %[[M1]][%[[I]]]
// CHECK: memref.load %[[M2]][%[[I]]]
// CHECK: %[[F1:.*]] = math.exp2
// CHECK: %[[F2:.*]] = math.exp2
// CHECK: memref.store %{{.*}}, %[[M1]][%[[I]]]
// CHECK: memref.store %{{.*}}, %[[L1]][%[[I]]]
// CHECK: vector.transfer_read %[[A1]][%[[I]], %c0]
// CHECK: arith.cmpf oeq, %[[F1]], %[[ZERO]]
// CHECK: vector.transfer_read %[[A2]][%[[I]], %c0]
// CHECK: arith.cmpf oeq, %[[F2]], %[[ZERO]]
// CHECK: vector.transfer_write %{{.*}}, %[[A1]][%[[I]], %c0]
func.func @merge(%m2: memref<3xf32>, %l2: memref<3xf32>, %a2: memref<3x16xf32>,
                 %m1: memref<3xf32>, %l1: memref<3xf32>, %a1: memref<3x16xf32>) {
  attn.merge ins(%m2, %l2, %a2) outs(%m1, %l1, %a1) rows
      : (memref<3xf32>, memref<3xf32>, memref<3x16xf32>,
         memref<3xf32>, memref<3xf32>, memref<3x16xf32>) -> ()
  return
}

// -----

// No transpose, and no row that the output lacks; the sign of a zero is lost (S3).

// CHECK-LABEL: func.func @finish(
// CHECK-SAME: %[[M:.*]]: memref<3xf32>, %[[L:.*]]: memref<3xf32>, %[[A:.*]]: memref<3x20xf32>, %[[O:.*]]: memref<?x20xf16>, %[[LSE:.*]]: memref<?xf32>
// CHECK-DAG: %[[LN2:.*]] = arith.constant dense<0.693147182> : vector<16xf32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<16xf32>
// CHECK: %[[ROWS:.*]] = memref.dim %[[O]]
// CHECK: scf.for %[[I:.*]] = %c0 to %[[ROWS]] step %c1
// CHECK: memref.load %[[L]][%[[I]]]
// CHECK: %[[NONE:.*]] = arith.cmpf oeq
// CHECK: %[[INVERSE:.*]] = arith.divf
// CHECK: %[[FACTOR:.*]] = arith.select %[[NONE]], %[[ZERO]], %[[INVERSE]]
// CHECK: %[[X:.*]] = vector.transfer_read %[[A]][%[[I]], %c0]
// CHECK: %[[Y:.*]] = arith.mulf %[[X]], %[[FACTOR]]
// CHECK: %[[POSITIVE:.*]] = arith.addf %[[Y]], %[[ZERO]]
// CHECK: %[[NARROW:.*]] = arith.truncf %[[POSITIVE]]
// CHECK: vector.transfer_write %[[NARROW]], %[[O]][%[[I]], %c0] {in_bounds = [true]}
// CHECK: vector.transfer_write %{{.*}}, %[[O]][%[[I]], %c16] : vector<16xf16>
// CHECK: memref.load %[[M]][%[[I]]]
// CHECK: arith.mulf %{{.*}}, %[[LN2]]
// CHECK: math.log
// CHECK: memref.store %{{.*}}, %[[LSE]][%[[I]]]
// CHECK-NOT: vector.transpose
func.func @finish(%m: memref<3xf32>, %l: memref<3xf32>, %a: memref<3x20xf32>,
                  %o: memref<?x20xf16>, %lse: memref<?xf32>) {
  attn.finish ins(%m, %l, %a) outs(%o, %lse) log2 rows
      : (memref<3xf32>, memref<3xf32>, memref<3x20xf32>, memref<?x20xf16>, memref<?xf32>) -> ()
  return
}
