// RUN: attn-opt %s --attn-to-linalg --cse --canonicalize | FileCheck %s
// RUN: attn-opt %s --attn-to-linalg --remarks-filter-missed=attn --remark-format=emitRemark 2>&1 \
// RUN:   | FileCheck %s --check-prefix=REMARK

// CHECK-LABEL: func @init
// CHECK-SAME:    %[[SINK:[a-z0-9]+]]: f32
// CHECK:         %[[REMOVED:.+]] = arith.cmpf oeq, %[[SINK]]
// CHECK:         %[[ONE:.+]] = arith.select %[[REMOVED]]
// CHECK:         linalg.fill ins(%[[SINK]]
// CHECK:         linalg.fill ins(%[[ONE]]
// CHECK:         linalg.fill
func.func @init(%s: f32, %m: tensor<8xf32>, %l: tensor<8xf32>, %a: tensor<3x8xf32>)
    -> (tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>) {
  %r:3 = attn.init sink(%s) outs(%m, %l, %a) : (f32, tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>)
      -> (tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>)
  return %r#0, %r#1, %r#2 : tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>
}

// CHECK-LABEL: func @merge
// CHECK-SAME:    %[[MAX:[a-z0-9]+]]: tensor<8xf32>, %[[SUM:[a-z0-9]+]]: tensor<8xf32>, %[[ACC:[a-z0-9]+]]: tensor<3x8xf32>
// CHECK-SAME:    %[[MAX2:[a-z0-9]+]]: tensor<8xf32>, %[[SUM2:[a-z0-9]+]]: tensor<8xf32>, %[[ACC2:[a-z0-9]+]]: tensor<3x8xf32>
// CHECK:         %[[C:.+]] = linalg.generic {{.*}} ins(%[[MAX]], %[[MAX2]]
// CHECK:         %[[C2:.+]] = linalg.generic {{.*}} ins(%[[MAX2]], %[[MAX]]
// CHECK:         linalg.generic {{.*}} ins(%[[MAX2]] {{.*}} outs(%[[MAX]]
// CHECK:         %[[S1:.+]] = linalg.generic {{.*}} ins(%[[C]] {{.*}} outs(%[[SUM]]
// CHECK:         linalg.generic {{.*}} ins(%[[C2]], %[[SUM2]] {{.*}} outs(%[[S1]]
// CHECK:         %[[A1:.+]] = linalg.generic {{.*}} ins(%[[C]] {{.*}} outs(%[[ACC]]
// CHECK:         ^bb0(%[[CE:.+]]: f32, %[[AE:.+]]: f32)
// CHECK:           %[[CA:.+]] = arith.mulf %[[CE]], %[[AE]]
// CHECK:           %[[ZERO:.+]] = arith.cmpf oeq, %[[CE]]
// CHECK:           arith.select %[[ZERO]], %[[CE]], %[[CA]]
// CHECK:         linalg.generic {{.*}} ins(%[[C2]], %[[ACC2]] {{.*}} outs(%[[A1]]
func.func @merge(%m: tensor<8xf32>, %l: tensor<8xf32>, %a: tensor<3x8xf32>,
                 %m2: tensor<8xf32>, %l2: tensor<8xf32>, %a2: tensor<3x8xf32>)
    -> (tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>) {
  %r:3 = attn.merge ins(%m2, %l2, %a2) outs(%m, %l, %a)
      : (tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>)
     -> (tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>)
  return %r#0, %r#1, %r#2 : tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>
}

// Only the rows that the output has; the lse is natural although the state is not.
// CHECK-LABEL: func @finish
// CHECK-SAME:    %[[O:[a-z0-9]+]]: tensor<?x3xf16>, %[[LSE:[a-z0-9]+]]: tensor<?xf32>
// CHECK:         %[[LN2:.+]] = arith.constant 0.693147182 : f32
// CHECK:         %[[M:.+]] = tensor.dim %[[O]]
// CHECK:         tensor.extract_slice %{{.+}}[0, 0] [3, %[[M]]] [1, 1]
// CHECK:         linalg.generic {{.*}} outs(%[[O]]
// CHECK:           %[[Q:.+]] = arith.divf %{{.+}}, %[[L:.+]] : f32
// CHECK:           %[[EMPTY:.+]] = arith.cmpf oeq, %[[L]]
// CHECK:           %[[ROW:.+]] = arith.select %[[EMPTY]], %{{.+}}, %[[Q]]
// CHECK:           arith.truncf %[[ROW]] : f32 to f16
// CHECK:         linalg.generic {{.*}} outs(%[[LSE]]
// CHECK:           %[[NATURAL:.+]] = arith.mulf %{{.+}}, %[[LN2]]
// CHECK:           %[[LOG:.+]] = math.log
// CHECK:           arith.addf %[[NATURAL]], %[[LOG]]
func.func @finish(%o: tensor<?x3xf16>, %lse: tensor<?xf32>,
                  %m: tensor<8xf32>, %l: tensor<8xf32>, %a: tensor<3x8xf32>)
    -> (tensor<?x3xf16>, tensor<?xf32>) {
  %r:2 = attn.finish ins(%m, %l, %a) outs(%o, %lse) log2
      : (tensor<8xf32>, tensor<8xf32>, tensor<3x8xf32>, tensor<?x3xf16>, tensor<?xf32>)
     -> (tensor<?x3xf16>, tensor<?xf32>)
  return %r#0, %r#1 : tensor<?x3xf16>, tensor<?xf32>
}

// Tiled ops on buffers belong to the code generators.
// CHECK-LABEL: func @buffers
// CHECK:         attn.init
// REMARK:      remark: [Missed] attn-to-linalg{{.*}}attn.init is on buffers
func.func @buffers(%m: memref<8xf32>, %l: memref<8xf32>, %a: memref<3x8xf32>) {
  attn.init outs(%m, %l, %a) : (memref<8xf32>, memref<8xf32>, memref<3x8xf32>) -> ()
  return
}
