// What happens before and after the loop over keys.

// RUN: attn-opt %s --split-input-file --attn-emit-cpu --canonicalize --cse | FileCheck %s
// RUN: attn-opt %s --split-input-file --attn-emit-cpu="vector-bytes=32 vector-registers=16" --canonicalize --cse \
// RUN:   | FileCheck %s --check-prefix=AVX2

// A square of the tile is read (zero past its end), widened, scaled, transposed.

// CHECK-LABEL: func.func @pack_query(
// CHECK-SAME: %[[Q:.*]]: memref<?x64xf16{{.*}}>, %[[OUT:.*]]: memref<64x32xf32>
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<1.250000e-01> : vector<16x16xf32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f16
// CHECK: scf.for %[[I:.*]] =
// CHECK: scf.for %[[D:.*]] =
// CHECK: %[[READ:.*]] = vector.transfer_read %[[Q]][%[[I]], %[[D]]], %[[ZERO]] {in_bounds = [false, true]}
// CHECK: %[[WIDE:.*]] = arith.extf %[[READ]]
// CHECK: %[[SCALED:.*]] = arith.mulf %[[WIDE]], %[[SCALE]]
// CHECK: %[[T:.*]] = vector.transpose %[[SCALED]], [1, 0]
// CHECK: vector.transfer_write %[[T]], %[[OUT]][%[[D]], %[[I]]] {in_bounds = [true, true]}
// CHECK-NOT: attn.
// AVX2-LABEL: func.func @pack_query(
// AVX2: vector.transpose {{.*}} : vector<8x8xf32>
func.func @pack_query(%q: memref<?x64xf16, strided<[?, ?], offset: ?>>, %out: memref<64x32xf32>) {
  attn.pack_query ins(%q) outs(%out) scale(0.125)
      : (memref<?x64xf16, strided<[?, ?], offset: ?>>, memref<64x32xf32>) -> ()
  return
}

// -----

// A number of features that is no multiple of the lanes: the last column is
// guarded on both sides.

// CHECK-LABEL: func.func @pack_query_ragged(
// CHECK: vector.transfer_read {{.*}} {in_bounds = [false, true]}
// CHECK: vector.transfer_read %{{.*}}, %{{[^{]*}} : memref<?x20xf32>
// CHECK: vector.transfer_write %{{.*}} {in_bounds = [false, true]}
func.func @pack_query_ragged(%q: memref<?x20xf32>, %out: memref<20x16xf32>) {
  attn.pack_query ins(%q) outs(%out) : (memref<?x20xf32>, memref<20x16xf32>) -> ()
  return
}

// -----

// Rows past the last key are zero, so that the block holds no stale NaN.

// CHECK-LABEL: func.func @pack_key(
// CHECK-SAME: %[[K:.*]]: memref<?x16xbf16>, %[[OUT:.*]]: memref<32x16xf32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C32:.*]] = arith.constant 32 : index
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<16xf32>
// CHECK: %[[N:.*]] = memref.dim %[[K]], %[[C0]]
// CHECK: scf.for %{{.*}} = %[[C0]] to %[[N]]
// CHECK: arith.extf
// CHECK: vector.transfer_write
// CHECK: scf.for %{{.*}} = %[[N]] to %[[C32]]
// CHECK: vector.transfer_write %[[ZERO]], %[[OUT]]
func.func @pack_key(%k: memref<?x16xbf16>, %out: memref<32x16xf32>) {
  attn.pack_key ins(%k) outs(%out) : (memref<?x16xbf16>, memref<32x16xf32>) -> ()
  return
}

// -----

// CHECK-LABEL: func.func @init(
// CHECK-SAME: %[[M:.*]]: memref<16xf32>, %[[L:.*]]: memref<16xf32>, %[[A:.*]]: memref<8x16xf32>
// CHECK-DAG: %[[INF:.*]] = arith.constant dense<0xFF800000> : vector<16xf32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<16xf32>
// CHECK: vector.store %[[INF]], %[[M]]
// CHECK: vector.store %[[ZERO]], %[[L]]
// CHECK: vector.transfer_write %[[ZERO]], %[[A]]
func.func @init(%m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  attn.init outs(%m, %l, %a) : (memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// A sink of -inf is no sink; one that is NaN or +inf makes the sum NaN.

// CHECK-LABEL: func.func @init_sink(
// CHECK-SAME: %[[SINK:[a-z0-9]*]]: f64,
// CHECK-DAG: %[[INF:.*]] = arith.constant dense<0xFFF0000000000000> : vector<8xf64>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<8xf64>
// CHECK: %[[S:.*]] = vector.broadcast %[[SINK]]
// CHECK: %[[NONE:.*]] = arith.cmpf oeq, %[[S]], %[[INF]]
// CHECK: %[[NAN:.*]] = arith.subf %[[S]], %[[S]]
// CHECK: %[[ONE:.*]] = arith.addf %[[NAN]], %{{.*}}
// CHECK: %[[SUM:.*]] = arith.select %[[NONE]], %[[ZERO]], %[[ONE]]
// CHECK: vector.store %[[S]]
// CHECK: vector.store %[[SUM]]
func.func @init_sink(%sink: f64, %m: memref<8xf64>, %l: memref<8xf64>, %a: memref<8x8xf64>) {
  attn.init sink(%sink) outs(%m, %l, %a)
      : (f64, memref<8xf64>, memref<8xf64>, memref<8x8xf64>) -> ()
  return
}

// -----

// Both states are scaled to the common maximum; a factor of zero contributes
// nothing, whatever the accumulator holds (S3).

// CHECK-LABEL: func.func @merge(
// CHECK-SAME: %[[M2:.*]]: memref<16xf32>, %[[L2:.*]]: memref<16xf32>, %[[A2:.*]]: memref<8x16xf32>, %[[M1:.*]]: memref<16xf32>, %[[L1:.*]]: memref<16xf32>, %[[A1:.*]]: memref<8x16xf32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00>
// CHECK: %[[X1:.*]] = vector.load %[[M1]]
// CHECK: %[[X2:.*]] = vector.load %[[M2]]
// CHECK: %[[GREATER:.*]] = arith.cmpf ogt, %[[X2]], %[[X1]]
// CHECK: %[[MAX:.*]] = arith.select %[[GREATER]], %[[X2]], %[[X1]]
// CHECK: %[[F1:.*]] = math.exp2
// CHECK: %[[F2:.*]] = math.exp2
// CHECK: vector.store %[[MAX]], %[[M1]]
// CHECK-DAG: arith.cmpf oeq, %[[F1]], %[[ZERO]]
// CHECK-DAG: arith.cmpf oeq, %[[F2]], %[[ZERO]]
// CHECK: vector.transfer_write %{{.*}}, %[[A1]]
func.func @merge(%m2: memref<16xf32>, %l2: memref<16xf32>, %a2: memref<8x16xf32>,
                 %m1: memref<16xf32>, %l1: memref<16xf32>, %a1: memref<8x16xf32>) {
  attn.merge ins(%m2, %l2, %a2) outs(%m1, %l1, %a1)
      : (memref<16xf32>, memref<16xf32>, memref<8x16xf32>,
         memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// A sum of zero gives zeros, not NaN (S2); the lse of log2 units is natural.

// CHECK-LABEL: func.func @finish(
// CHECK-SAME: %[[M:.*]]: memref<16xf32>, %[[L:.*]]: memref<16xf32>, %[[A:.*]]: memref<16x16xf32>, %[[O:.*]]: memref<?x16xf16>, %[[LSE:.*]]: memref<?xf32>
// CHECK-DAG: %[[LN2:.*]] = arith.constant dense<0.693147182> : vector<16xf32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<16xf32>
// CHECK-DAG: %[[ONE:.*]] = arith.constant dense<1.000000e+00> : vector<16xf32>
// CHECK: %[[SUM:.*]] = vector.load %[[L]]
// CHECK: %[[NONE:.*]] = arith.cmpf oeq, %[[SUM]], %[[ZERO]]
// CHECK: %[[INVERSE:.*]] = arith.divf %[[ONE]], %[[SUM]]
// CHECK: arith.select %[[NONE]], %[[ZERO]], %[[INVERSE]]
// CHECK: %[[NARROW:.*]] = arith.truncf {{.*}} : vector<16x16xf32> to vector<16x16xf16>
// CHECK: vector.transfer_write %[[NARROW]], %[[O]]{{.*}} {in_bounds = [false, true]}
// CHECK: %[[MAX:.*]] = vector.load %[[M]]
// CHECK: %[[NATURAL:.*]] = arith.mulf %[[MAX]], %[[LN2]]
// CHECK: %[[LOG:.*]] = math.log %[[SUM]]
// CHECK: %[[R:.*]] = arith.addf %[[NATURAL]], %[[LOG]]
// CHECK: vector.transfer_write %[[R]], %[[LSE]][%{{.*}}] : vector<16xf32>, memref<?xf32>
func.func @finish(%m: memref<16xf32>, %l: memref<16xf32>, %a: memref<16x16xf32>,
                  %o: memref<?x16xf16>, %lse: memref<?xf32>) {
  attn.finish ins(%m, %l, %a) outs(%o, %lse) log2
      : (memref<16xf32>, memref<16xf32>, memref<16x16xf32>, memref<?x16xf16>, memref<?xf32>) -> ()
  return
}

// -----

// Without log2 the maximum is in natural units already.

// CHECK-LABEL: func.func @finish_natural(
// CHECK-SAME: %[[M:.*]]: memref<16xf32>, %{{.*}}: memref<16xf32>
// CHECK: %[[MAX:.*]] = vector.load %[[M]]
// CHECK: %[[LOG:.*]] = math.log
// CHECK: arith.addf %[[MAX]], %[[LOG]]
func.func @finish_natural(%m: memref<16xf32>, %l: memref<16xf32>, %a: memref<16x16xf32>,
                          %o: memref<?x16xf32>, %lse: memref<?xf32>) {
  attn.finish ins(%m, %l, %a) outs(%o, %lse)
      : (memref<16xf32>, memref<16xf32>, memref<16x16xf32>, memref<?x16xf32>, memref<?xf32>) -> ()
  return
}
