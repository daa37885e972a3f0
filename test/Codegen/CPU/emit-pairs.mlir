// Pairs of bf16: two products for each sum in one instruction.
// RUN: attn-opt %s --split-input-file --attn-emit-cpu --canonicalize --cse | FileCheck %s

// A pair is a word: a transpose of words. Ten of sixteen words exist.

// CHECK-LABEL: func.func @pack_query(
// CHECK-SAME: %[[Q:.*]]: memref<?x20xbf16>, %[[OUT:.*]]: memref<10x32x2xbf16>
// CHECK: %[[FLAT:.*]] = memref.collapse_shape %[[OUT]] {{\[\[}}0], [1, 2]]
// CHECK: scf.for %[[I:.*]] = %c0 to %c32 step %c16
// CHECK: %[[READ:.*]] = vector.transfer_read %[[Q]][%[[I]], %c0], %{{[a-z0-9_]*}} : memref<?x20xbf16>, vector<16x32xbf16>
// CHECK: %[[WORDS:.*]] = vector.bitcast %[[READ]] : vector<16x32xbf16> to vector<16x16xi32>
// CHECK: %[[TURNED:.*]] = vector.transpose %[[WORDS]], [1, 0]
// CHECK: %[[PAIRS:.*]] = vector.bitcast %[[TURNED]]
// CHECK: %[[AT:.*]] = arith.muli %[[I]], %c2
// CHECK: vector.transfer_write %[[PAIRS]], %[[FLAT]][%c0, %[[AT]]] {in_bounds = [false, true]}
// CHECK-NOT: arith.mulf
func.func @pack_query(%q: memref<?x20xbf16>, %out: memref<10x32x2xbf16>) {
  attn.pack_query ins(%q) outs(%out) : (memref<?x20xbf16>, memref<10x32x2xbf16>) -> ()
  return
}

// -----

// Two rows are interleaved; beside the last one of an odd number are zeros, and
// only zeros behind it.

// CHECK-LABEL: func.func @pack_key(
// CHECK-SAME: %[[K:.*]]: memref<?x16xbf16>, %[[OUT:.*]]: memref<8x16x2xbf16>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<16xbf16>
// CHECK: %[[N:.*]] = memref.dim %[[K]]
// CHECK: %[[WHOLE:.*]] = arith.divsi %[[N]], %c2
// CHECK: %[[END:.*]] = arith.ceildivsi %[[N]], %c2
// CHECK: scf.for %[[J:.*]] = %c0 to %[[WHOLE]]
// CHECK: %[[ROW:.*]] = arith.muli %[[J]], %c2
// CHECK: %[[X:.*]] = vector.transfer_read %[[K]][%[[ROW]],
// CHECK: %[[NEXT:.*]] = arith.addi %[[ROW]], %c1
// CHECK: %[[Y:.*]] = vector.transfer_read %[[K]][%[[NEXT]],
// CHECK: %[[BOTH:.*]] = vector.interleave %[[X]], %[[Y]]
// CHECK: vector.transfer_write %[[BOTH]]
// CHECK: scf.for %{{.*}} = %[[WHOLE]] to %[[END]]
// CHECK: %[[X:.*]] = vector.transfer_read
// CHECK-NOT: vector.transfer_read
// CHECK: vector.interleave %[[X]], %[[ZERO]]
// CHECK: scf.for %{{.*}} = %[[END]] to %c8
// CHECK-NOT: vector.transfer_read
// CHECK: vector.interleave %[[ZERO]], %[[ZERO]]
func.func @pack_key(%k: memref<?x16xbf16>, %out: memref<8x16x2xbf16>) {
  attn.pack_key ins(%k) outs(%out) : (memref<?x16xbf16>, memref<8x16x2xbf16>) -> ()
  return
}

// -----

// Four keys against four vectors of queries, two features at a time: a pair of
// features of a key is one word in all lanes.

// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[Q:[a-z0-9]*]]: memref<4x64x2xbf16>, %[[K:[a-z0-9]*]]: memref<64x8xbf16>, %[[V:[a-z0-9]*]]: memref<32x8x2xbf16>, %[[N:[a-z0-9]*]]: index, %[[I0:[a-z0-9]*]]: index, %[[J0:[a-z0-9]*]]: index
// CHECK-DAG: %[[INF:.*]] = arith.constant dense<0xFF800000> : vector<16xf32>
// CHECK-DAG: %[[ONES:.*]] = arith.constant dense<1.000000e+00> : vector<32xbf16>
// CHECK-DAG: %[[NONES:.*]] = arith.constant dense<0.000000e+00> : vector<32xbf16>
// CHECK: %[[WEIGHTS:.*]] = memref.alloc() {{.*}} : memref<32x128xbf16>
// CHECK: %[[QUERIES:.*]] = memref.collapse_shape %[[Q]] {{.*}} into memref<4x128xbf16>
// CHECK: %[[VALUES:.*]] = memref.collapse_shape %[[V]] {{.*}} into memref<32x16xbf16>
// Whether all values are finite: products with zero.
// CHECK: %[[PAIRS:.*]] = arith.ceildivsi %[[N]], %c2
// CHECK: %[[X:.*]] = vector.transfer_read %[[VALUES]]
// CHECK: x86vector.avx512.dot %{{.*}}, %[[X]], %[[NONES]]
// CHECK: %[[FINITE:.*]] = arith.cmpf oeq
// The first key is rounded down to a pair, both for the loops and for the
// question whether the mask keeps all of the block.
// CHECK: %[[FIRST:.*]] = arith.subi %{{.*}}, %[[J0]]
// CHECK: %[[EVEN:.*]] = arith.andi %[[FIRST]], %c-2
// CHECK: arith.addi %[[J0]], %[[EVEN]]
// CHECK: scf.if
// Speculation.
// CHECK: } else {
// CHECK: %[[SIZE:.*]] = arith.subi %[[N]], %[[EVEN]]
// CHECK: %[[REST:.*]] = arith.remsi %[[SIZE]], %c4
// CHECK: %[[WHOLE:.*]] = arith.subi %[[N]], %[[REST]]
// CHECK: scf.for %{{.*}} = %[[EVEN]] to %[[WHOLE]] step %c4
// CHECK: :16 = scf.for %[[D:.*]] = %c0 to %c8 step %c2
// CHECK: %[[HALF:.*]] = arith.divui %[[D]], %c2
// CHECK: %[[Q0:.*]] = vector.load %[[QUERIES]][%[[HALF]], %c0] : memref<4x128xbf16>, vector<32xbf16>
// CHECK: %[[PAIR:.*]] = vector.load %[[K]][%{{.*}}, %[[D]]] : memref<64x8xbf16>, vector<2xbf16>
// CHECK: %[[BITS:.*]] = vector.bitcast %[[PAIR]] : vector<2xbf16> to vector<1xi32>
// CHECK: %[[WORD:.*]] = vector.extract %[[BITS]][0]
// CHECK: %[[ALL:.*]] = vector.broadcast %[[WORD]] : i32 to vector<16xi32>
// CHECK: %[[KEY:.*]] = vector.bitcast %[[ALL]] : vector<16xi32> to vector<32xbf16>
// CHECK: x86vector.avx512.dot %{{.*}}, %[[Q0]], %[[KEY]]
// CHECK-COUNT-15: x86vector.avx512.dot
// CHECK-NOT: x86vector.avx512.dot
// CHECK: scf.yield
// Weights of two keys are rounded and interleaved; the sum is of what is stored.
// CHECK: %[[ONE:.*]] = arith.truncf %{{.*}} : vector<16xf32> to vector<16xbf16>
// CHECK: %[[OTHER:.*]] = arith.truncf %{{.*}} : vector<16xf32> to vector<16xbf16>
// CHECK: %[[BOTH:.*]] = vector.interleave %[[ONE]], %[[OTHER]]
// CHECK: x86vector.avx512.dot %{{.*}}, %[[BOTH]], %[[ONES]]
// CHECK: vector.store %[[BOTH]], %[[WEIGHTS]]
// The keys that are left, two by two: the second may not exist. Then the first is
// read again, and the score removed.
// CHECK: scf.for %[[TAIL:.*]] = %[[WHOLE]] to %[[N]] step %c2
// CHECK: %[[SECOND:.*]] = arith.addi %[[TAIL]], %c1
// CHECK: %[[LAST:.*]] = arith.addi %[[N]], %c-1
// CHECK: %[[CLAMPED:.*]] = arith.minsi %[[SECOND]], %[[LAST]]
// CHECK: scf.for
// CHECK: vector.load %[[K]][%[[TAIL]],
// CHECK: vector.load %[[K]][%[[CLAMPED]],
// CHECK: %[[EXISTS:.*]] = arith.cmpi slt, %[[SECOND]], %[[N]]
// CHECK-COUNT-4: arith.select %[[EXISTS]], %{{.*}}, %[[INF]]

// The sums over values, in pairs of keys.
// CHECK: scf.if %[[FINITE]]
// CHECK: %[[PAIR0:.*]] = arith.divui %[[EVEN]], %c2
// CHECK: scf.for %[[P:.*]] = %[[PAIR0]] to %[[PAIRS]] step %c1
// CHECK: %[[W:.*]] = vector.load %[[WEIGHTS]][%[[P]], %c0]
// CHECK: vector.load %[[VALUES]][%[[P]], %{{.*}}] : memref<32x16xbf16>, vector<2xbf16>
// CHECK-COUNT-16: x86vector.avx512.dot
// CHECK-NOT: arith.select
// Where a value is not finite, those of weight zero become zero (S3).
// CHECK: } else {
// CHECK: %[[W:.*]] = vector.load %[[WEIGHTS]]
// CHECK: %[[BITS:.*]] = vector.bitcast %[[W]] : vector<32xbf16> to vector<32xi16>
// CHECK: %[[NONE:.*]] = arith.cmpi eq, %[[BITS]], %
// CHECK: %[[SAFE:.*]] = arith.select %[[NONE]], %[[NONES]], %
// CHECK: x86vector.avx512.dot %{{.*}}, %[[W]], %[[SAFE]]
func.func @step(%q: memref<4x64x2xbf16>, %k: memref<64x8xbf16>, %v: memref<32x8x2xbf16>, %n: index, %i: index, %j: index,
                %m: memref<64xf32>, %l: memref<64xf32>, %a: memref<8x64xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %j) outs(%m, %l, %a) log2 mask {
  ^bb0(%ii: index, %jj: index):
    %0 = arith.cmpi sge, %jj, %ii : index
    attn.yield %0 : i1
  } : (memref<4x64x2xbf16>, memref<64x8xbf16>, memref<32x8x2xbf16>, index, index, index,
       memref<64xf32>, memref<64xf32>, memref<8x64xf32>) -> ()
  return
}

// -----

// Pairs of features alone: weights are those of other steps, keys are left one by
// one, and the scale that the query does not have is that of the scores.

// CHECK-LABEL: func.func @features(
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<2.500000e-01> : vector<16xf32>
// CHECK: scf.for %{{.*}} step %c16
// CHECK: %[[S:.*]]:16 = scf.for {{.*}} step %c2
// CHECK-COUNT-16: x86vector.avx512.dot
// CHECK: arith.mulf %[[S]]#0, %[[SCALE]]
// CHECK-NOT: arith.truncf
// CHECK: scf.for %{{.*}} step %c1
// CHECK-NOT: arith.truncf
// CHECK: vector.fma
func.func @features(%q: memref<4x16x2xbf16>, %k: memref<64x8xbf16>, %v: memref<64x8xf32>, %n: index,
                    %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%n, %n) outs(%m, %l, %a) scale(0.25) log2
      : (memref<4x16x2xbf16>, memref<64x8xbf16>, memref<64x8xf32>, index, index, index,
         memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}
