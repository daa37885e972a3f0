// One violation of each constraint of attn.softmax.

// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @softmax_c1_low(%s: tensor<4xf32>) {
  // expected-error @+1 {{expected scores of rank 2 to 8, got rank 1}}
  %p = attn.softmax %s : tensor<4xf32>
  return
}

// -----

func.func @softmax_c1_high(%s: tensor<1x1x1x1x1x1x1x4x4xf32>) {
  // expected-error @+1 {{expected scores of rank 2 to 8, got rank 9}}
  %p = attn.softmax %s : tensor<1x1x1x1x1x1x1x4x4xf32>
  return
}

// -----

func.func @softmax_c2_shape(%s: tensor<2x4x8xf32>) {
  // expected-error @+1 {{expected an lse of element type 'f32' with one value for each row of scores, got 'tensor<2x8xf32>'}}
  %p, %lse = attn.softmax %s : tensor<2x4x8xf32>, tensor<2x8xf32>
  return
}

// -----

func.func @softmax_c2_element(%s: tensor<2x4x8xf32>) {
  // expected-error @+1 {{expected an lse of element type 'f32' with one value for each row of scores, got 'tensor<2x4xf64>'}}
  %p, %lse = attn.softmax %s : tensor<2x4x8xf32>, tensor<2x4xf64>
  return
}

// -----

func.func @softmax_c3_shape(%s: tensor<2x8x4x4xf32>, %t: tensor<2xf32>) {
  // expected-error @+1 {{expected a sink of element type 'f32' with one value for each head, got 'tensor<2xf32>'}}
  %p = attn.softmax %s sink(%t : tensor<2xf32>) : tensor<2x8x4x4xf32>
  return
}

// -----

func.func @softmax_c3_without_heads(%s: tensor<4x4xf32>, %t: tensor<1xf32>) {
  // expected-error @+1 {{expected a sink of element type 'f32' with one value for each head, got 'tensor<1xf32>'}}
  %p = attn.softmax %s sink(%t : tensor<1xf32>) : tensor<4x4xf32>
  return
}

// -----

func.func @softmax_c3_element(%s: tensor<8x4x4xf32>, %t: tensor<8xf64>) {
  // expected-error @+1 {{expected a sink of element type 'f32' with one value for each head, got 'tensor<8xf64>'}}
  %p = attn.softmax %s sink(%t : tensor<8xf64>) : tensor<8x4x4xf32>
  return
}

// -----

func.func @softmax_c4_shape(%s: tensor<4x8xf32>) {
  // expected-error @+1 {{expected weights of type 'tensor<4x8xf32>' or of f16 or bf16, got 'tensor<8x4xbf16>'}}
  %p = attn.softmax %s : tensor<4x8xf32> -> tensor<8x4xbf16>
  return
}

// -----

func.func @softmax_c4_open_size(%s: tensor<4x8xf32>) {
  // expected-error @+1 {{expected weights of type 'tensor<4x8xf32>' or of f16 or bf16, got 'tensor<4x?xf32>'}}
  %p = attn.softmax %s : tensor<4x8xf32> -> tensor<4x?xf32>
  return
}

// -----

func.func @softmax_c4_wide(%s: tensor<4x8xf32>) {
  // expected-error @+1 {{expected weights of type 'tensor<4x8xf32>' or of f16 or bf16, got 'tensor<4x8xf64>'}}
  %p = attn.softmax %s : tensor<4x8xf32> -> tensor<4x8xf64>
  return
}

// -----

func.func @softmax_c4_of_f64(%s: tensor<4x8xf64>) {
  // expected-error @+1 {{expected weights of type 'tensor<4x8xf64>', got 'tensor<4x8xbf16>'}}
  %p = attn.softmax %s : tensor<4x8xf64> -> tensor<4x8xbf16>
  return
}

// -----

// The lse keeps the type of the scores.
func.func @softmax_c2_with_weights(%s: tensor<2x4x8xf32>) {
  // expected-error @+1 {{op result #1 must be ranked tensor of 32-bit float or 64-bit float values, but got 'tensor<2x4xbf16>'}}
  %p, %lse = attn.softmax %s : tensor<2x4x8xf32> -> tensor<2x4x8xbf16>, tensor<2x4xbf16>
  return
}
