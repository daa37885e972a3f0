// RUN: attn-opt %s --attn-runtime-checks --cse --canonicalize | FileCheck %s

// What a region reads is clamped when it is lowered: only an empty tensor has
// nothing to be clamped to.
// CHECK-LABEL: func @region
// CHECK:         cf.assert %{{.+}}, "{{.*}}ops.mlir:11:8: attn.score_mod: a tensor that a region reads must not be empty"
// CHECK:         attn.score_mod
// CHECK-NOT:     cf.assert
// CHECK:         attn.yield
func.func @region(%s: tensor<?x?xf32>, %t: tensor<?xf32>) -> tensor<?x?xf32> {
  %r = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    %y = tensor.extract %t[%j] : tensor<?xf32>
    attn.yield %y : f32
  } : tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}

// CHECK-LABEL: func @static_region
// CHECK-NOT:     cf.assert
func.func @static_region(%s: tensor<2x3xf32>, %t: tensor<3xf32>) -> tensor<2x3xf32> {
  %r = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    %y = tensor.extract %t[%j] : tensor<3xf32>
    attn.yield %y : f32
  } : tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}

// CHECK-LABEL: func @elementwise
// CHECK-SAME:    %[[A:.+]]: tensor<?x4xf32>, %[[B:.+]]: tensor<?x4xf32>
// CHECK-DAG:     %[[N:.+]] = tensor.dim %[[A]], %c0
// CHECK-DAG:     %[[M:.+]] = tensor.dim %[[B]], %c0
// CHECK:         %[[SAME:.+]] = arith.cmpi eq, %[[N]], %[[M]]
// CHECK:         cf.assert %[[SAME]], "{{.*}}arith.addf: the operands differ in size on axis 0"
// CHECK-NOT:     cf.assert
func.func @elementwise(%a: tensor<?x4xf32>, %b: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %r = arith.addf %a, %b : tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}

// CHECK-LABEL: func @insert_slice
// CHECK:         cf.assert %{{.+}}, "{{.*}}tensor.insert_slice: the slice is out of bounds on axis 0"
// CHECK:         tensor.insert_slice
func.func @insert_slice(%a: tensor<?xf32>, %b: tensor<4xf32>, %i: index) -> tensor<?xf32> {
  %r = tensor.insert_slice %b into %a[%i] [4] [1] : tensor<4xf32> into tensor<?xf32>
  return %r : tensor<?xf32>
}

// CHECK-LABEL: func @parallel_insert_slice
// CHECK:         cf.assert %{{.+}}, "{{.*}}tensor.parallel_insert_slice: the slice is out of bounds on axis 0"
// CHECK:         scf.forall.in_parallel
func.func @parallel_insert_slice(%a: tensor<?xf32>, %b: tensor<4xf32>, %n: index) -> tensor<?xf32> {
  %r = scf.forall (%i) in (%n) shared_outs(%o = %a) -> tensor<?xf32> {
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %b into %o[%i] [4] [1] : tensor<4xf32> into tensor<?xf32>
    }
  }
  return %r : tensor<?xf32>
}

// Upstream's own checks, on one line.
// CHECK-LABEL: func @extract
// CHECK:         cf.assert %{{.+}}, "{{.*}}ops.mlir:{{[0-9]+}}:8: tensor.extract: out-of-bounds access"
func.func @extract(%a: tensor<?xf32>, %i: index) -> f32 {
  %r = tensor.extract %a[%i] : tensor<?xf32>
  return %r : f32
}
