// RUN: attn-opt %s --generate-runtime-verification=verbose-level=0 --cse --canonicalize | FileCheck %s

// Every length is looked at: 0 <= n <= N.
// CHECK-LABEL: func @lengths
// CHECK-SAME:    %[[S:.+]]: tensor<2x?x?xf32>, %[[N:.+]]: tensor<2xi32>
// CHECK:         %[[KEYS:.+]] = tensor.dim %[[S]], %c2
// CHECK:         scf.for %[[B:.+]] = %c0 to %c2
// CHECK:           %[[N32:.+]] = tensor.extract %[[N]][%[[B]]]
// CHECK:           %[[LEN:.+]] = arith.index_cast %[[N32]]
// CHECK:           %[[LOW:.+]] = arith.cmpi sge, %[[LEN]], %c0
// CHECK:           %[[HIGH:.+]] = arith.cmpi sle, %[[LEN]], %[[KEYS]]
// CHECK:           %[[FITS:.+]] = arith.andi %[[LOW]], %[[HIGH]]
// CHECK:           cf.assert %[[FITS]], "{{.*}}attn.mask: a length must be at least 0 and at most the number of keys
func.func @lengths(%s: tensor<2x?x?xf32>, %n: tensor<2xi32>) -> tensor<2x?x?xf32> {
  %r = attn.mask %s lengths(%n : tensor<2xi32>) : tensor<2x?x?xf32>
  return %r : tensor<2x?x?xf32>
}

// One length needs no loop.
// CHECK-LABEL: func @prefix
// CHECK-NOT:     scf.for
// CHECK:         tensor.extract %{{.+}}[] : tensor<i64>
// CHECK:         cf.assert
func.func @prefix(%s: tensor<?x?xf32>, %n: tensor<i64>) -> tensor<?x?xf32> {
  %r = attn.mask %s prefix(%n : tensor<i64>) : tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}

// CHECK-LABEL: func @segments
// CHECK:         "{{.*}}axis 0 of mask operand 0 must have the size of the scores or 1
// CHECK:         "{{.*}}axis 1 of mask operand 0 must have the size of the scores
// CHECK:         "{{.*}}axis 1 of mask operand 1 must have the size of the scores
func.func @segments(%s: tensor<3x?x?xf32>, %q: tensor<?x?xi64>, %k: tensor<1x?xi64>) -> tensor<3x?x?xf32> {
  %r = attn.mask %s segments(%q, %k : tensor<?x?xi64>, tensor<1x?xi64>) : tensor<3x?x?xf32>
  return %r : tensor<3x?x?xf32>
}

// CHECK-LABEL: func @dense
// CHECK:         "{{.*}}axis 0 of mask operand 0 must have the size of the scores or 1
// CHECK-NOT:     cf.assert
func.func @dense(%s: tensor<2x?x5xf32>, %m: tensor<?x5xi1>) -> tensor<2x?x5xf32> {
  %r = attn.mask %s dense(%m : tensor<?x5xi1>) : tensor<2x?x5xf32>
  return %r : tensor<2x?x5xf32>
}
