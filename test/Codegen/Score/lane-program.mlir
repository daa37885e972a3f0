// Scalar regions on vectors of queries, as attn-emit-cpu inlines them. Tiles of
// one vector and four keys, so that each row has one copy of the region.

// RUN: attn-opt %s --split-input-file --attn-emit-cpu --canonicalize --cse | FileCheck %s

// j <= i + c is one comparison of 16 lanes with a constant vector.

// CHECK-LABEL: func.func @affine(
// CHECK-DAG: %[[LANES:.*]] = arith.constant dense<[0, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, -13, -14, -15]> : vector<16xi32>
// CHECK-NOT: vector.from_elements
// CHECK-NOT: vector.extract
// CHECK-NOT: vector<16xindex>
// CHECK: %[[SPLAT:.*]] = vector.broadcast %{{.*}} : i32 to vector<16xi32>
// CHECK-NEXT: %[[KEEP:.*]] = arith.cmpi sge, %[[SPLAT]], %[[LANES]] : vector<16xi32>
// CHECK-NEXT: arith.select %[[KEEP]]
// CHECK-NOT: vector.from_elements
// CHECK: return
func.func @affine(%q: memref<8x16xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>,
                  %n: index, %i: index, %j: index, %c: index, %m: memref<16xf32>,
                  %l: memref<16xf32>, %a: memref<8x16xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %j) outs(%m, %l, %a) mask {
  ^bb0(%ii: index, %jj: index):
    %t = arith.addi %ii, %c : index
    %0 = arith.cmpi sle, %jj, %t : index
    attn.yield %0 : i1
  } : (memref<8x16xf32>, memref<4x8xf32>, memref<4x8xf32>, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// Lanes go on in the next vector: both compare with the same difference.

// CHECK-LABEL: func.func @two_vectors(
// CHECK-DAG: %[[LOW:.*]] = arith.constant dense<[0, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, -13, -14, -15]> : vector<16xi32>
// CHECK-DAG: %[[HIGH:.*]] = arith.constant dense<[-16, -17, -18, -19, -20, -21, -22, -23, -24, -25, -26, -27, -28, -29, -30, -31]> : vector<16xi32>
// CHECK: %[[SPLAT:.*]] = vector.broadcast %{{.*}} : i32 to vector<16xi32>
// CHECK-NEXT: %[[FIRST:.*]] = arith.cmpi sge, %[[SPLAT]], %[[LOW]] : vector<16xi32>
// CHECK-NEXT: %[[SECOND:.*]] = arith.cmpi sge, %[[SPLAT]], %[[HIGH]] : vector<16xi32>
// CHECK-NEXT: arith.select %[[FIRST]]
// CHECK-NEXT: arith.select %[[SECOND]]
// CHECK: return
func.func @two_vectors(%q: memref<8x32xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>,
                       %n: index, %i: index, %j: index, %m: memref<32xf32>,
                       %l: memref<32xf32>, %a: memref<8x32xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %j) outs(%m, %l, %a) mask {
  ^bb0(%ii: index, %jj: index):
    %0 = arith.cmpi sle, %jj, %ii : index
    attn.yield %0 : i1
  } : (memref<8x32xf32>, memref<4x8xf32>, memref<4x8xf32>, index, index, index,
       memref<32xf32>, memref<32xf32>, memref<8x32xf32>) -> ()
  return
}

// -----

// Strides add up: 3 i - i - j, compared in 64 bits of i64, is lane times 2.

// CHECK-LABEL: func.func @affine_strides(
// CHECK-DAG: arith.constant dense<[0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30]> : vector<16xi32>
// CHECK-NOT: vector.from_elements
// CHECK: arith.cmpi {{.*}} : vector<16xi32>
// CHECK: return
func.func @affine_strides(%q: memref<8x16xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>,
                          %n: index, %i: index, %j: index, %m: memref<16xf32>,
                          %l: memref<16xf32>, %a: memref<8x16xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %j) outs(%m, %l, %a) mask {
  ^bb0(%ii: index, %jj: index):
    %c3 = arith.constant 3 : i64
    %i64 = arith.index_cast %ii : index to i64
    %j64 = arith.index_cast %jj : index to i64
    %t = arith.muli %c3, %i64 : i64
    %u = arith.subi %t, %i64 : i64
    %0 = arith.cmpi slt, %u, %j64 : i64
    attn.yield %0 : i1
  } : (memref<8x16xf32>, memref<4x8xf32>, memref<4x8xf32>, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// What is the same for all lanes is computed once, as a scalar.

// CHECK-LABEL: func.func @uniform(
// CHECK-SAME: %[[SLOPE:[a-z0-9]*]]: memref<6xf32>)
// CHECK-NOT: vector.from_elements
// CHECK: %[[S:.*]] = memref.load %[[SLOPE]]
// CHECK: %[[EXP:.*]] = math.exp %[[S]] : f32
// CHECK: vector.broadcast %[[EXP]] : f32 to vector<16xf32>
// CHECK-NOT: vector.from_elements
// CHECK: return
func.func @uniform(%q: memref<8x16xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>,
                   %n: index, %h: index, %i: index, %j: index, %m: memref<16xf32>,
                   %l: memref<16xf32>, %a: memref<8x16xf32>, %slope: memref<6xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%h, %i, %j) outs(%m, %l, %a) mod {
  ^bb0(%x: f32, %hh: index, %ii: index, %jj: index):
    %s = memref.load %slope[%hh] : memref<6xf32>
    %e = math.exp %s : f32
    %0 = arith.mulf %x, %e : f32
    attn.yield %0 : f32
  } : (memref<8x16xf32>, memref<4x8xf32>, memref<4x8xf32>, index, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// Elements that follow each other as the lanes do are one masked load: rows past
// the last query are computed, too. Lanes that lie outside have the first element
// or the last.

// CHECK-LABEL: func.func @along(
// CHECK-SAME: %[[TABLE:[a-z0-9]*]]: memref<?xf32>)
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
// CHECK-DAG: %[[FAR:.*]] = arith.constant -16 : index
// CHECK: %[[SIZE:.*]] = memref.dim %[[TABLE]], %[[C0]]
// CHECK-NEXT: %[[MIN:.*]] = arith.minsi %{{.*}}, %[[SIZE]]
// CHECK-NEXT: %[[START:.*]] = arith.maxsi %[[MIN]], %[[FAR]]
// CHECK-NEXT: %[[BEFORE:.*]] = arith.subi %[[C0]], %[[START]]
// CHECK-NEXT: %[[LEFT:.*]] = arith.subi %[[SIZE]], %[[START]]
// CHECK-NEXT: %[[END:.*]] = arith.minsi %[[LEFT]], %[[C16]]
// CHECK-NEXT: %[[IS_BEFORE:.*]] = vector.create_mask %[[BEFORE]] : vector<16xi1>
// CHECK-NEXT: %[[UNTIL:.*]] = vector.create_mask %[[END]] : vector<16xi1>
// CHECK-NEXT: %[[IS_IN:.*]] = arith.xori %[[IS_BEFORE]], %[[UNTIL]]
// CHECK-NEXT: %[[F:.*]] = memref.load %[[TABLE]][%[[C0]]]
// CHECK-NEXT: %[[FRONT:.*]] = vector.broadcast %[[F]]
// CHECK-NEXT: %[[LAST:.*]] = arith.subi %[[SIZE]], %[[C1]]
// CHECK-NEXT: %[[B:.*]] = memref.load %[[TABLE]][%[[LAST]]]
// CHECK-NEXT: %[[BACK:.*]] = vector.broadcast %[[B]]
// CHECK-NEXT: %[[EDGE:.*]] = arith.select %[[IS_BEFORE]], %[[FRONT]], %[[BACK]]
// CHECK-NEXT: vector.maskedload %[[TABLE]][%[[START]]], %[[IS_IN]], %[[EDGE]]
// CHECK-NOT: vector.shuffle
// CHECK: return
func.func @along(%q: memref<8x16xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>,
                 %n: index, %i: index, %j: index, %m: memref<16xf32>,
                 %l: memref<16xf32>, %a: memref<8x16xf32>, %table: memref<?xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %j) outs(%m, %l, %a) mod {
  ^bb0(%x: f32, %ii: index, %jj: index):
    %d = arith.subi %ii, %jj : index
    %t = memref.load %table[%d] : memref<?xf32>
    %0 = arith.addf %x, %t : f32
    attn.yield %0 : f32
  } : (memref<8x16xf32>, memref<4x8xf32>, memref<4x8xf32>, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// Against the lanes, it is turned.

// CHECK-LABEL: func.func @against(
// CHECK-DAG: %[[C15:.*]] = arith.constant -15 : index
// CHECK: %[[APART:.*]] = arith.subi %{{.*}}, %{{.*}} : index
// CHECK: arith.addi %{{.*}}, %[[C15]]
// CHECK: %[[ROW:.*]] = vector.maskedload
// CHECK-NEXT: vector.shuffle %[[ROW]], %[[ROW]] [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
// CHECK: return
func.func @against(%q: memref<8x16xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>,
                   %n: index, %i: index, %j: index, %m: memref<16xf32>,
                   %l: memref<16xf32>, %a: memref<8x16xf32>, %table: memref<?xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %j) outs(%m, %l, %a) mod {
  ^bb0(%x: f32, %ii: index, %jj: index):
    %d = arith.subi %jj, %ii : index
    %t = memref.load %table[%d] : memref<?xf32>
    %0 = arith.addf %x, %t : f32
    attn.yield %0 : f32
  } : (memref<8x16xf32>, memref<4x8xf32>, memref<4x8xf32>, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// Other elements are gathered, each index clamped.

// CHECK-LABEL: func.func @anywhere(
// CHECK-SAME: %[[TABLE:[a-z0-9]*]]: memref<5x?xf32>)
// CHECK-DAG: %[[LAST:.*]] = arith.constant dense<4> : vector<16xindex>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0> : vector<16xindex>
// CHECK-DAG: %[[ALL:.*]] = arith.constant dense<true> : vector<16xi1>
// CHECK: memref.extract_strided_metadata %[[TABLE]]
// CHECK: %[[MIN:.*]] = arith.minsi %{{.*}}, %[[LAST]] : vector<16xindex>
// CHECK-NEXT: %[[ROW:.*]] = arith.maxsi %[[MIN]], %[[ZERO]] : vector<16xindex>
// CHECK-NEXT: %[[STRIDE:.*]] = vector.broadcast %{{.*}} : index to vector<16xindex>
// CHECK-NEXT: %[[PLACE:.*]] = arith.muli %[[ROW]], %[[STRIDE]]
// CHECK: %[[FLAT:.*]] = memref.reinterpret_cast
// CHECK-NEXT: vector.gather %[[FLAT]][%{{.*}}] [%[[PLACE]]], %[[ALL]]
// CHECK: return
func.func @anywhere(%q: memref<8x16xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>,
                    %n: index, %i: index, %j: index, %m: memref<16xf32>,
                    %l: memref<16xf32>, %a: memref<8x16xf32>, %table: memref<5x?xf32>) {
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %j) outs(%m, %l, %a) mod {
  ^bb0(%x: f32, %ii: index, %jj: index):
    %t = memref.load %table[%ii, %jj] : memref<5x?xf32>
    %0 = arith.addf %x, %t : f32
    attn.yield %0 : f32
  } : (memref<8x16xf32>, memref<4x8xf32>, memref<4x8xf32>, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// An op with regions is cloned for each lane; loads inside it are clamped, too.

// CHECK-LABEL: func.func @by_lane(
// CHECK-SAME: %[[TABLE:[a-z0-9]*]]: memref<8xf32>)
// CHECK: vector.extract %{{.*}}[0] : f32 from vector<16xf32>
// CHECK: scf.if
// CHECK: arith.minsi
// CHECK-NEXT: %[[AT:.*]] = arith.maxsi
// CHECK-NEXT: memref.load %[[TABLE]][%[[AT]]]
// CHECK: vector.extract %{{.*}}[15] : f32 from vector<16xf32>
// CHECK: scf.if
// CHECK: vector.from_elements {{.*}} : vector<16xf32>
func.func @by_lane(%q: memref<8x16xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>,
                   %n: index, %i: index, %j: index, %m: memref<16xf32>,
                   %l: memref<16xf32>, %a: memref<8x16xf32>, %table: memref<8xf32>) {
  %zero = arith.constant 0.0 : f32
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %j) outs(%m, %l, %a) mod {
  ^bb0(%x: f32, %ii: index, %jj: index):
    %positive = arith.cmpf ogt, %x, %zero : f32
    %0 = scf.if %positive -> f32 {
      %t = memref.load %table[%ii] : memref<8xf32>
      %1 = arith.addf %x, %t : f32
      scf.yield %1 : f32
    } else {
      scf.yield %x : f32
    }
    attn.yield %0 : f32
  } : (memref<8x16xf32>, memref<4x8xf32>, memref<4x8xf32>, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

// A condition on a region's op that no lane can change stays one branch.

// CHECK-LABEL: func.func @uniform_region(
// CHECK-NOT: vector.from_elements
// CHECK: scf.if %{{.*}} -> (f32)
// CHECK-NOT: vector.from_elements
// CHECK: return
func.func @uniform_region(%q: memref<8x16xf32>, %k: memref<4x8xf32>, %v: memref<4x8xf32>,
                          %n: index, %i: index, %j: index, %m: memref<16xf32>,
                          %l: memref<16xf32>, %a: memref<8x16xf32>, %table: memref<8xf32>) {
  %zero = arith.constant 0.0 : f32
  %c4 = arith.constant 4 : index
  attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %j) outs(%m, %l, %a) mod {
  ^bb0(%x: f32, %ii: index, %jj: index):
    %near = arith.cmpi slt, %jj, %c4 : index
    %t = scf.if %near -> f32 {
      %1 = memref.load %table[%jj] : memref<8xf32>
      scf.yield %1 : f32
    } else {
      scf.yield %zero : f32
    }
    %0 = arith.addf %x, %t : f32
    attn.yield %0 : f32
  } : (memref<8x16xf32>, memref<4x8xf32>, memref<4x8xf32>, index, index, index,
       memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}
