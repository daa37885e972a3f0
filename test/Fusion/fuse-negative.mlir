// What is not fused, and the remark that says why.

// RUN: attn-opt %s --split-input-file --attn-fuse | FileCheck %s
// RUN: attn-opt %s --split-input-file --attn-fuse -o /dev/null \
// RUN:     --remarks-filter-missed=attn-fuse --remark-format=emitRemark 2>&1 \
// RUN:   | FileCheck %s --check-prefix=REMARK

// CHECK-NOT: attn.fused

// REMARK: fuse-negative.mlir:[[#@LINE+3]]:{{.*}}NotFused{{.*}}"the weights are not the result of attn.softmax (a block argument)"
// CHECK-LABEL: func.func @foreign_weights(
func.func @foreign_weights(%p: tensor<?x?xf32>, %v: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %o = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %o : tensor<?x4xf32>
}

// -----

// Dropout between the softmax and the sum.

// REMARK: fuse-negative.mlir:[[#@LINE+7]]:{{.*}}NotFused{{.*}}"the weights are not the result of attn.softmax (arith.mulf)"
// CHECK-LABEL: func.func @changed_weights(
func.func @changed_weights(%q: tensor<4x4xf32>, %k: tensor<4x4xf32>, %keep: tensor<4x4xf32>)
    -> tensor<4x4xf32> {
  %s = attn.score dot(%q, %k) : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %p = attn.softmax %s : tensor<4x4xf32>
  %d = arith.mulf %p, %keep : tensor<4x4xf32>
  %o = attn.weighted_sum %d, %k : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  return %o : tensor<4x4xf32>
}

// -----

// REMARK: fuse-negative.mlir:[[#@LINE+5]]:{{.*}}NotFused{{.*}}"the scores do not come from attn.score (a block argument)"
// CHECK-LABEL: func.func @foreign_scores(
func.func @foreign_scores(%s: tensor<4x4xf32>, %v: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %m = attn.mask %s causal : tensor<4x4xf32>
  %p = attn.softmax %m : tensor<4x4xf32>
  %o = attn.weighted_sum %p, %v : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  return %o : tensor<4x4xf32>
}

// -----

// A bias that is added to the whole score tensor is no score_mod.

// REMARK: fuse-negative.mlir:[[#@LINE+7]]:{{.*}}NotFused{{.*}}"the scores do not come from attn.score (arith.addf)"
// CHECK-LABEL: func.func @changed_scores(
func.func @changed_scores(%q: tensor<4x4xf32>, %k: tensor<4x4xf32>, %bias: tensor<4x4xf32>)
    -> tensor<4x4xf32> {
  %s = attn.score dot(%q, %k) : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %t = arith.addf %s, %bias : tensor<4x4xf32>
  %p = attn.softmax %t : tensor<4x4xf32>
  %o = attn.weighted_sum %p, %k : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  return %o : tensor<4x4xf32>
}

// -----

// The values are computed from the lse: there is no place for one op.

// REMARK: fuse-negative.mlir:[[#@LINE+7]]:{{.*}}NotFused{{.*}}"the lse is read before the values are known (tensor.expand_shape)"
// CHECK-LABEL: func.func @values_from_lse(
func.func @values_from_lse(%q: tensor<4x1xf32>) -> (tensor<4x1xf32>, tensor<4xf32>) {
  %s = attn.score dot(%q, %q) : tensor<4x1xf32>, tensor<4x1xf32> -> tensor<4x4xf32>
  %p, %lse = attn.softmax %s : tensor<4x4xf32>, tensor<4xf32>
  %v = tensor.expand_shape %lse [[0, 1]] output_shape [4, 1] : tensor<4xf32> into tensor<4x1xf32>
  // The sum is where the remark points to.
  %o = attn.weighted_sum %p, %v : tensor<4x4xf32>, tensor<4x1xf32> -> tensor<4x1xf32>
  return %o, %lse : tensor<4x1xf32>, tensor<4xf32>
}
