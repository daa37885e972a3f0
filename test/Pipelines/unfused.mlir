// What attn-fuse declines goes down op by op, with the rest of the function.

// RUN: attn-opt %s --attn-to-fused | FileCheck %s --check-prefix=FUSED
// RUN: attn-opt %s --attn-to-llvm | FileCheck %s

// FUSED-LABEL: func.func @declined(
// FUSED: attn.softmax
// CHECK: llvm.func @declined

// The values are computed from the lse.
func.func @declined(%q: tensor<4x1xf32>) -> (tensor<4x1xf32>, tensor<4xf32>) {
  %s = attn.score dot(%q, %q) : tensor<4x1xf32>, tensor<4x1xf32> -> tensor<4x4xf32>
  %p, %lse = attn.softmax %s : tensor<4x4xf32>, tensor<4xf32>
  %v = tensor.expand_shape %lse [[0, 1]] output_shape [4, 1] : tensor<4xf32> into tensor<4x1xf32>
  %o = attn.weighted_sum %p, %v : tensor<4x4xf32>, tensor<4x1xf32> -> tensor<4x1xf32>
  return %o, %lse : tensor<4x1xf32>, tensor<4xf32>
}

// FUSED-LABEL: func.func @alone(
// FUSED: attn.softmax
// CHECK: llvm.func @alone

// Weights that the caller wants to see.
func.func @alone(%q: tensor<?x4xf32>) -> (tensor<?x?xf32>, tensor<?x4xf32>) {
  %s = attn.score dot(%q, %q) : tensor<?x4xf32>, tensor<?x4xf32> -> tensor<?x?xf32>
  %m = attn.mask %s causal : tensor<?x?xf32>
  %p = attn.softmax %m : tensor<?x?xf32>
  %o = attn.weighted_sum %p, %q : tensor<?x?xf32>, tensor<?x4xf32> -> tensor<?x4xf32>
  return %p, %o : tensor<?x?xf32>, tensor<?x4xf32>
}
