// Outs are updated where they lie; a result that is read later forces a copy.

// RUN: attn-opt %s --split-input-file \
// RUN:     --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func.func @in_place(
// CHECK-NOT: memref.copy
// CHECK: %[[QT:.*]] = memref.alloc() {{.*}} : memref<8x16xf32>
// CHECK: attn.pack_query ins(%{{.*}}) outs(%[[QT]]) {{.*}} -> ()
// CHECK: %[[KT:.*]] = memref.alloc() {{.*}} : memref<32x8xf32>
// CHECK: attn.pack_key ins(%{{.*}}) outs(%[[KT]])
// CHECK: attn.init outs(%[[M:.*]], %[[L:.*]], %[[A:.*]]) :
// CHECK: attn.step query(%[[QT]]) key(%[[KT]]) value(%[[KT]]) {{.*}} outs(%[[M]], %[[L]], %[[A]]) log2 mask {
// CHECK: memref.load
// CHECK: attn.finish ins(%[[M]], %[[L]], %[[A]])
// CHECK-NOT: memref.copy
// CHECK: return
func.func @in_place(%q: tensor<16x8xf16>, %k: tensor<?x8xf16>, %n: index, %keep: tensor<16x?xi1>)
    -> tensor<16x8xf16> {
  %c0 = arith.constant 0 : index
  %0 = bufferization.alloc_tensor() : tensor<8x16xf32>
  %qt = attn.pack_query ins(%q) outs(%0) : (tensor<16x8xf16>, tensor<8x16xf32>) -> tensor<8x16xf32>
  %1 = bufferization.alloc_tensor() : tensor<32x8xf32>
  %kt = attn.pack_key ins(%k) outs(%1) : (tensor<?x8xf16>, tensor<32x8xf32>) -> tensor<32x8xf32>
  %2 = bufferization.alloc_tensor() : tensor<16xf32>
  %3 = bufferization.alloc_tensor() : tensor<16xf32>
  %4 = bufferization.alloc_tensor() : tensor<8x16xf32>
  %s:3 = attn.init outs(%2, %3, %4) : (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
      -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  %t:3 = attn.step query(%qt) key(%kt) value(%kt) count(%n) at(%c0, %c0)
      outs(%s#0, %s#1, %s#2) log2 mask {
  ^bb0(%i: index, %j: index):
    %5 = tensor.extract %keep[%i, %j] : tensor<16x?xi1>
    attn.yield %5 : i1
  } : (tensor<8x16xf32>, tensor<32x8xf32>, tensor<32x8xf32>, index, index, index,
       tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  %6 = bufferization.alloc_tensor() : tensor<16x8xf16>
  %o = attn.finish ins(%t#0, %t#1, %t#2) outs(%6)
      : (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>, tensor<16x8xf16>) -> tensor<16x8xf16>
  return %o : tensor<16x8xf16>
}

// -----

// The first state is merged twice: one merge must work on a copy of all three.

// CHECK-LABEL: func.func @read_again(
// CHECK-COUNT-3: memref.copy
// CHECK-NOT: memref.copy
// CHECK: return
func.func @read_again(%m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>,
                      %m2: tensor<16xf32>, %l2: tensor<16xf32>, %a2: tensor<8x16xf32>)
    -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>,
        tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>) {
  %0:3 = attn.merge ins(%m2, %l2, %a2) outs(%m, %l, %a)
      : (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>,
         tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  %1:3 = attn.merge ins(%m2, %l2, %a2) outs(%m, %l, %a) log2
      : (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>,
         tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return %0#0, %0#1, %0#2, %1#0, %1#1, %1#2
      : tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>,
        tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>
}

// -----

// pack_key, init and finish overwrite their outs: what was in them is not
// copied, though it is read again afterwards.

// CHECK-LABEL: func.func @overwritten(
// CHECK-NOT: memref.copy
// CHECK: return
func.func @overwritten(%k: tensor<4x8xf32>, %e: tensor<8x8xf32>)
    -> (tensor<8x8xf32>, tensor<8x8xf32>) {
  %0 = attn.pack_key ins(%k) outs(%e) : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  return %0, %e : tensor<8x8xf32>, tensor<8x8xf32>
}
