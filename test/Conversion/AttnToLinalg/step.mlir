// RUN: attn-opt %s --attn-to-linalg --cse --canonicalize | FileCheck %s

// CHECK-LABEL: func @step
// CHECK-SAME:    %[[Q:[a-z0-9]+]]: tensor<4x8xf32>, %[[K:[a-z0-9]+]]: tensor<16x4xf32>, %[[V:[a-z0-9]+]]: tensor<16x3xf32>
// CHECK-SAME:    %[[COUNT:[a-z0-9]+]]: index, %[[I0:[a-z0-9]+]]: index, %[[J0:[a-z0-9]+]]: index
// CHECK-SAME:    %[[MAX:[a-z0-9]+]]: tensor<8xf32>, %[[SUM:[a-z0-9]+]]: tensor<8xf32>, %[[ACC:[a-z0-9]+]]: tensor<3x8xf32>
// CHECK-DAG:     %[[KS:.+]] = tensor.extract_slice %[[K]][0, 0] [%[[COUNT]], 4]
// CHECK-DAG:     %[[VS:.+]] = tensor.extract_slice %[[V]][0, 0] [%[[COUNT]], 3]
// The scores; then the mask, which sees the place of the tile.
// CHECK:         linalg.generic {{.*}} ins(%[[Q]], %[[KS]]
// CHECK:         %[[S:.+]] = linalg.generic
// CHECK:           %[[I:.+]] = linalg.index 0
// CHECK:           %[[IT:.+]] = arith.addi %[[I0]], %[[I]]
// CHECK:           %[[J:.+]] = linalg.index 1
// CHECK:           %[[JT:.+]] = arith.addi %[[J0]], %[[J]]
// CHECK:           arith.cmpi sle, %[[JT]], %[[IT]]
// The maximum of the tile, what the old state is worth, the new maximum.
// CHECK:         %[[T:.+]] = linalg.generic {{.*}} ins(%[[S]]
// CHECK:           arith.maximumf
// CHECK:         %[[C:.+]] = linalg.generic {{.*}} ins(%[[MAX]], %[[T]]
// CHECK:           math.exp2
// CHECK:         %[[NEWMAX:.+]] = linalg.generic {{.*}} ins(%[[T]] {{.*}} outs(%[[MAX]]
// CHECK:         %[[P:.+]] = linalg.generic {{.*}} ins(%[[S]], %[[NEWMAX]]
// CHECK:           math.exp2
// CHECK:         %[[OLD:.+]] = linalg.generic {{.*}} ins(%[[C]] {{.*}} outs(%[[SUM]]
// CHECK:         linalg.generic {{.*}} ins(%[[P]] {{.*}} outs(%[[OLD]]
// CHECK:         %[[OLDACC:.+]] = linalg.generic {{.*}} ins(%[[C]] {{.*}} outs(%[[ACC]]
// CHECK:         linalg.generic {{.*}} ins(%[[P]], %[[VS]] {{.*}} outs(%[[OLDACC]]
// CHECK-NOT:     attn.
func.func @step(%q: tensor<4x8xf32>, %k: tensor<16x4xf32>, %v: tensor<16x3xf32>, %n: index,
                %i0: index, %j0: index, %m: tensor<8xf32>, %l: tensor<8xf32>, %a: tensor<3x8xf32>)
    -> (tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>) {
  %r:3 = attn.step query(%q) key(%k) value(%v) count(%n) at(%i0, %j0) outs(%m, %l, %a) log2 mask {
  ^bb0(%i: index, %j: index):
    %0 = arith.cmpi sle, %j, %i : index
    attn.yield %0 : i1
  } : (tensor<4x8xf32>, tensor<16x4xf32>, tensor<16x3xf32>, index, index, index,
       tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>)
  return %r#0, %r#1, %r#2 : tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>
}
