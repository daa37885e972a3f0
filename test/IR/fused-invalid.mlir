// attn.fused obeys the constraints of the five ops it stands for, by their names,
// and one of its own.

// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @score_c1_rank(%q: tensor<2x4x8xf32>, %k: tensor<4x8xf32>, %v: tensor<2x4x8xf32>) {
  // expected-error @+1 {{expected query and key of one rank, got 3 and 2}}
  %o = attn.fused query(%q) key(%k) value(%v)
      : (tensor<2x4x8xf32>, tensor<4x8xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @score_c1_key_rank(%k: tensor<8xf32>, %v: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a key of rank 2 to 8, got rank 1}}
  %o = attn.fused key(%k) value(%v)
      : (tensor<8xf32>, tensor<4x8xf32>) -> tensor<1x8xf32>
  return
}

// -----

func.func @score_c2(%q: tensor<4x8xf32>, %k: tensor<4x16xf32>, %v: tensor<4x8xf32>) {
  // expected-error @+1 {{expected query and key to agree on the size of a feature vector, got 8 and 16}}
  %o = attn.fused query(%q) key(%k) value(%v)
      : (tensor<4x8xf32>, tensor<4x16xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @score_c3(%q: tensor<8x4x8xf32>, %k: tensor<3x4x8xf32>, %v: tensor<8x4x8xf32>) {
  // expected-error @+1 {{expected leading axis 0 of the key to be 8 or 1 or a divisor of 8, got 3}}
  %o = attn.fused query(%q) key(%k) value(%v)
      : (tensor<8x4x8xf32>, tensor<3x4x8xf32>, tensor<8x4x8xf32>) -> tensor<8x4x8xf32>
  return
}

// -----

func.func @score_c4(%q: tensor<4x8xf32>, %k: tensor<4x8xf64>, %v: tensor<4x8xf64>) {
  // expected-error @+1 {{expected query and key of one element type, got 'f32' and 'f64'}}
  %o = attn.fused query(%q) key(%k) value(%v)
      : (tensor<4x8xf32>, tensor<4x8xf64>, tensor<4x8xf64>) -> tensor<4x8xf64>
  return
}

// -----

func.func @score_c5(%k: tensor<4x8xf32>, %v: tensor<4x8xf32>, %w: tensor<4xf32>) {
  // expected-error @+1 {{expected a parameter of shape [.., D] with D = 8}}
  %o = attn.fused key(%k) value(%v) params(%w) score {
  ^bb0(%y: f32, %wd: f32):
    attn.yield %y : f32
  } : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4xf32>) -> tensor<1x8xf32>
  return
}

// -----

func.func @score_c6_query(%k: tensor<4x8xf32>, %v: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a query for the dot product}}
  %o = attn.fused key(%k) value(%v)
      : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<1x8xf32>
  return
}

// -----

func.func @score_c6_params(%q: tensor<4x8xf32>, %k: tensor<4x8xf32>, %v: tensor<4x8xf32>, %w: tensor<8xf32>) {
  // expected-error @+1 {{expected no parameters for the dot product}}
  %o = attn.fused query(%q) key(%k) value(%v) params(%w)
      : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @score_c7(%q: tensor<4x8xf32>, %k: tensor<4x8xf32>, %v: tensor<4x8xf32>) {
  // expected-error @+1 {{expected the score region to take ('f32', 'f32'), got ('f32')}}
  %o = attn.fused query(%q) key(%k) value(%v) score {
  ^bb0(%x: f32):
    attn.yield %x : f32
  } : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @score_mod_c1(%q: tensor<4x8xf32>, %k: tensor<4x8xf32>, %v: tensor<4x8xf32>) {
  // expected-error @+1 {{expected the score_mod region to take ('f32', 'index', 'index'), got ('f32', 'index')}}
  %o = attn.fused query(%q) key(%k) value(%v) mod {
  ^bb0(%x: f32, %j: index):
    attn.yield %x : f32
  } : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @mask_c5(%q: tensor<4x8xf32>, %k: tensor<4x8xf32>, %v: tensor<4x8xf32>) {
  // expected-error @+1 {{expected the mask region to yield 'i1'}}
  %o = attn.fused query(%q) key(%k) value(%v) mask {
  ^bb0(%i: index, %j: index):
    // expected-note @+1 {{its terminator is here}}
    attn.yield %j : index
  } : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @softmax_c2(%q: tensor<4x8xf32>, %k: tensor<4x8xf32>, %v: tensor<4x8xf32>) {
  // expected-error @+1 {{expected an lse of element type 'f32' with one value for each row of scores, got 'tensor<8xf32>'}}
  %o, %lse = attn.fused query(%q) key(%k) value(%v)
      : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<8xf32>)
  return
}

// -----

func.func @softmax_c3(%q: tensor<4x8xf32>, %k: tensor<4x8xf32>, %v: tensor<4x8xf32>, %s: tensor<1xf32>) {
  // expected-error @+1 {{expected a sink of element type 'f32' with one value for each head, got 'tensor<1xf32>'}}
  %o = attn.fused query(%q) key(%k) value(%v) sink(%s)
      : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<1xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @weighted_sum_c1(%q: tensor<4x8xf32>, %k: tensor<4x8xf32>, %v: tensor<4x8xf32>) {
  // expected-error @+1 {{expected weights, values and result of one rank from 2 to 8, got 2, 2 and 3}}
  %o = attn.fused query(%q) key(%k) value(%v)
      : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<1x4x8xf32>
  return
}

// -----

func.func @weighted_sum_c2(%q: tensor<4x8xf32>, %k: tensor<5x8xf32>, %v: tensor<6x8xf32>) {
  // expected-error @+1 {{expected one value for each key, got 6 for 5}}
  %o = attn.fused query(%q) key(%k) value(%v)
      : (tensor<4x8xf32>, tensor<5x8xf32>, tensor<6x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @weighted_sum_c3(%q: tensor<2x4x8xf32>, %k: tensor<2x5x8xf32>, %v: tensor<2x5x8xf32>) {
  // expected-error @+1 {{expected the leading axes of the weights and of the result to agree}}
  %o = attn.fused query(%q) key(%k) value(%v)
      : (tensor<2x4x8xf32>, tensor<2x5x8xf32>, tensor<2x5x8xf32>) -> tensor<1x4x8xf32>
  return
}

// -----

func.func @weighted_sum_c4(%q: tensor<4x8xf32>, %k: tensor<4x8xf32>, %v: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a result of element type 'f32' or 'f32', got 'f64'}}
  %o = attn.fused query(%q) key(%k) value(%v)
      : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf64>
  return
}

// -----

func.func @fused_c1_not_16_bits(%q: tensor<4x8xf32>, %k: tensor<4x8xf32>, %v: tensor<4x8xf32>) {
  // expected-error @+1 {{expected weights of f16 or bf16 as the values are, got 'f32' for values of 'f32'}}
  %o = attn.fused query(%q) key(%k) value(%v) weights(f32)
      : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @fused_c1_of_f32(%q: tensor<4x8xf32>, %k: tensor<4x8xf32>, %v: tensor<4x8xf32>) {
  // expected-error @+1 {{expected weights of f16 or bf16 as the values are, got 'bf16' for values of 'f32'}}
  %o = attn.fused query(%q) key(%k) value(%v) weights(bf16)
      : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @fused_c1_no_float(%q: tensor<4x8xf16>, %k: tensor<4x8xf16>, %v: tensor<4x8xf16>) {
  // expected-error @+1 {{expected weights of f16 or bf16 as the values are, got 'i16' for values of 'f16'}}
  %o = attn.fused query(%q) key(%k) value(%v) weights(i16)
      : (tensor<4x8xf16>, tensor<4x8xf16>, tensor<4x8xf16>) -> tensor<4x8xf16>
  return
}
