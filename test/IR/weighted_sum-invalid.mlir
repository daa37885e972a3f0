// One violation of each constraint of attn.weighted_sum.

// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @weighted_sum_c1(%p: tensor<2x4x4xf32>, %v: tensor<4x8xf32>) {
  // expected-error @+1 {{expected weights, values and result of one rank from 2 to 8, got 3, 2 and 3}}
  %o = attn.weighted_sum %p, %v : tensor<2x4x4xf32>, tensor<4x8xf32> -> tensor<2x4x8xf32>
  return
}

// -----

func.func @weighted_sum_c1_low(%p: tensor<4xf32>, %v: tensor<4xf32>) {
  // expected-error @+1 {{expected weights, values and result of one rank from 2 to 8, got 1, 1 and 1}}
  %o = attn.weighted_sum %p, %v : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @weighted_sum_c2_keys(%p: tensor<4x5xf32>, %v: tensor<6x8xf32>) {
  // expected-error @+1 {{expected one value for each key, got 6 for 5}}
  %o = attn.weighted_sum %p, %v : tensor<4x5xf32>, tensor<6x8xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @weighted_sum_c2_queries(%p: tensor<4x5xf32>, %v: tensor<5x8xf32>) {
  // expected-error @+1 {{expected one row of the result for each query, got 5 for 4}}
  %o = attn.weighted_sum %p, %v : tensor<4x5xf32>, tensor<5x8xf32> -> tensor<5x8xf32>
  return
}

// -----

func.func @weighted_sum_c2_features(%p: tensor<?x?xf32>, %v: tensor<?x8xf32>) {
  // expected-error @+1 {{expected result rows of the size of a value, got 4 for 8}}
  %o = attn.weighted_sum %p, %v : tensor<?x?xf32>, tensor<?x8xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @weighted_sum_c3_result(%p: tensor<2x4x5xf32>, %v: tensor<1x5x8xf32>) {
  // expected-error @+1 {{expected the leading axes of the weights and of the result to agree}}
  %o = attn.weighted_sum %p, %v : tensor<2x4x5xf32>, tensor<1x5x8xf32> -> tensor<1x4x8xf32>
  return
}

// -----

func.func @weighted_sum_c3_values(%p: tensor<8x4x5xf32>, %v: tensor<16x5x8xf32>) {
  // expected-error @+1 {{expected leading axis 0 of the values to be 8 or 1 or a divisor of 8, got 16}}
  %o = attn.weighted_sum %p, %v : tensor<8x4x5xf32>, tensor<16x5x8xf32> -> tensor<8x4x8xf32>
  return
}

// -----

func.func @weighted_sum_c4_weights(%p: tensor<4x5xf64>, %v: tensor<5x8xf32>) {
  // expected-error @+1 {{expected weights of the values' compute type 'f32', got 'f64'}}
  %o = attn.weighted_sum %p, %v : tensor<4x5xf64>, tensor<5x8xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @weighted_sum_c4_result(%p: tensor<4x5xf32>, %v: tensor<5x8xf16>) {
  // expected-error @+1 {{expected a result of element type 'f16' or 'f32', got 'bf16'}}
  %o = attn.weighted_sum %p, %v : tensor<4x5xf32>, tensor<5x8xf16> -> tensor<4x8xbf16>
  return
}

// -----

func.func @weighted_sum_c4_other_half(%p: tensor<4x5xbf16>, %v: tensor<5x8xf16>) {
  // expected-error @+1 {{expected weights of the values' compute type 'f32' or element type 'f16', got 'bf16'}}
  %o = attn.weighted_sum %p, %v : tensor<4x5xbf16>, tensor<5x8xf16> -> tensor<4x8xf16>
  return
}

// -----

func.func @weighted_sum_c4_half_of_f32(%p: tensor<4x5xbf16>, %v: tensor<5x8xf32>) {
  // expected-error @+1 {{expected weights of the values' compute type 'f32', got 'bf16'}}
  %o = attn.weighted_sum %p, %v : tensor<4x5xbf16>, tensor<5x8xf32> -> tensor<4x8xf32>
  return
}
