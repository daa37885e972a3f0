// One violation of each constraint of attn.score, and of its syntax.

// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @score_c1_rank_too_low(%q: tensor<8xf32>, %k: tensor<8xf32>) {
  // expected-error @+1 {{expected a key of rank 2 to 8, got rank 1}}
  %s = attn.score dot(%q, %k) : tensor<8xf32>, tensor<8xf32> -> tensor<f32>
  return
}

// -----

func.func @score_c1_rank_too_high(%k: tensor<1x1x1x1x1x1x1x4x8xf32>) {
  // expected-error @+1 {{expected a key of rank 2 to 8, got rank 9}}
  %s = attn.score dot(%k, %k)
      : tensor<1x1x1x1x1x1x1x4x8xf32>, tensor<1x1x1x1x1x1x1x4x8xf32>
     -> tensor<1x1x1x1x1x1x1x4x4xf32>
  return
}

// -----

func.func @score_c1_query_rank(%q: tensor<2x4x8xf32>, %k: tensor<4x8xf32>) {
  // expected-error @+1 {{expected query and key of one rank, got 3 and 2}}
  %s = attn.score dot(%q, %k) : tensor<2x4x8xf32>, tensor<4x8xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @score_c1_result_rank(%q: tensor<4x8xf32>, %k: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a result of rank 2, got 3}}
  %s = attn.score dot(%q, %k) : tensor<4x8xf32>, tensor<4x8xf32> -> tensor<1x4x4xf32>
  return
}

// -----

func.func @score_c1_rows_without_query(%k: tensor<4x8xf32>) {
  // expected-error @+1 {{expected one row of scores without a query, got ?}}
  %s = attn.score pairwise(%k) {
  ^bb0(%y: f32):
    attn.yield %y : f32
  } : tensor<4x8xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @score_c2_features(%q: tensor<4x8xf32>, %k: tensor<4x16xf32>) {
  // expected-error @+1 {{expected query and key to agree on the size of a feature vector, got 8 and 16}}
  %s = attn.score dot(%q, %k) : tensor<4x8xf32>, tensor<4x16xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @score_c2_queries(%q: tensor<3x8xf32>, %k: tensor<4x8xf32>) {
  // expected-error @+1 {{expected one row of scores for each query, got 4 for 3}}
  %s = attn.score dot(%q, %k) : tensor<3x8xf32>, tensor<4x8xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @score_c2_keys(%q: tensor<?x8xf32>, %k: tensor<4x8xf32>) {
  // expected-error @+1 {{expected one score for each key, got 5 for 4}}
  %s = attn.score dot(%q, %k) : tensor<?x8xf32>, tensor<4x8xf32> -> tensor<?x5xf32>
  return
}

// -----

func.func @score_c3_query_leading(%q: tensor<2x4x8xf32>, %k: tensor<2x4x8xf32>) {
  // expected-error @+1 {{expected the leading axes of the query and of the result to agree}}
  %s = attn.score dot(%q, %k) : tensor<2x4x8xf32>, tensor<2x4x8xf32> -> tensor<4x4x4xf32>
  return
}

// -----

func.func @score_c3_key_leading(%k: tensor<2x4x8xf32>) {
  // expected-error @+1 {{expected the leading axes of the key and of the result to agree}}
  %s = attn.score pairwise(%k) {
  ^bb0(%y: f32):
    attn.yield %y : f32
  } : tensor<2x4x8xf32> -> tensor<4x1x4xf32>
  return
}

// -----

func.func @score_c3_batch(%q: tensor<4x8x4x8xf32>, %k: tensor<2x8x4x8xf32>) {
  // expected-error @+1 {{expected leading axis 0 of the key to be 4 or 1, got 2}}
  %s = attn.score dot(%q, %k) : tensor<4x8x4x8xf32>, tensor<2x8x4x8xf32> -> tensor<4x8x4x4xf32>
  return
}

// -----

func.func @score_c3_heads(%q: tensor<2x8x4x8xf32>, %k: tensor<2x3x4x8xf32>) {
  // expected-error @+1 {{expected leading axis 1 of the key to be 8 or 1 or a divisor of 8, got 3}}
  %s = attn.score dot(%q, %k) : tensor<2x8x4x8xf32>, tensor<2x3x4x8xf32> -> tensor<2x8x4x4xf32>
  return
}

// -----

func.func @score_c4_query(%q: tensor<4x8xf16>, %k: tensor<4x8xbf16>) {
  // expected-error @+1 {{expected query and key of one element type, got 'f16' and 'bf16'}}
  %s = attn.score dot(%q, %k) : tensor<4x8xf16>, tensor<4x8xbf16> -> tensor<4x4xf32>
  return
}

// -----

func.func @score_c4_params(%k: tensor<4x8xf16>, %w: tensor<8xf32>) {
  // expected-error @+1 {{expected parameters of the key's element type 'f16', got 'f32'}}
  %s = attn.score pairwise(%k) params(%w) {
  ^bb0(%y: f32, %wd: f32):
    attn.yield %y : f32
  } : tensor<4x8xf16>, tensor<8xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func @score_c4_result(%q: tensor<4x8xf64>, %k: tensor<4x8xf64>) {
  // expected-error @+1 {{expected scores of the compute type 'f64', got 'f32'}}
  %s = attn.score dot(%q, %k) : tensor<4x8xf64>, tensor<4x8xf64> -> tensor<4x4xf32>
  return
}

// -----

func.func @score_c5_features(%k: tensor<4x8xf32>, %w: tensor<4xf32>) {
  // expected-error @+1 {{expected a parameter of shape [.., D] with D = 8 and leading axes of size 1 or of the scores, got 'tensor<4xf32>'}}
  %s = attn.score pairwise(%k) params(%w) {
  ^bb0(%y: f32, %wd: f32):
    attn.yield %y : f32
  } : tensor<4x8xf32>, tensor<4xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func @score_c5_rank(%k: tensor<4x8xf32>, %w: tensor<1x8xf32>) {
  // expected-error @+1 {{expected a parameter of shape [.., D]}}
  %s = attn.score pairwise(%k) params(%w) {
  ^bb0(%y: f32, %wd: f32):
    attn.yield %y : f32
  } : tensor<4x8xf32>, tensor<1x8xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func @score_c5_scalar(%k: tensor<4x8xf32>, %w: tensor<f32>) {
  // expected-error @+1 {{expected a parameter of shape [.., D]}}
  %s = attn.score pairwise(%k) params(%w) {
  ^bb0(%y: f32, %wd: f32):
    attn.yield %y : f32
  } : tensor<4x8xf32>, tensor<f32> -> tensor<1x4xf32>
  return
}

// -----

func.func @score_c5_heads(%k: tensor<6x2x4x8xf32>, %w: tensor<6x8xf32>) {
  // expected-error @+1 {{leading axes of size 1 or of the scores, got 'tensor<6x8xf32>'}}
  %s = attn.score pairwise(%k) params(%w) {
  ^bb0(%y: f32, %wd: f32):
    attn.yield %y : f32
  } : tensor<6x2x4x8xf32>, tensor<6x8xf32> -> tensor<6x2x1x4xf32>
  return
}

// -----

func.func @score_c6_query(%k: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a query for the dot product}}
  %s = attn.score dot(%k) : tensor<4x8xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func @score_c6_params(%q: tensor<4x8xf32>, %w: tensor<8xf32>) {
  // expected-error @+1 {{expected no parameters for the dot product}}
  %s = attn.score dot(%q, %q) params(%w)
      : tensor<4x8xf32>, tensor<4x8xf32>, tensor<8xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @score_c7_arguments(%q: tensor<4x8xf16>, %w: tensor<8xf16>) {
  // expected-error @+1 {{expected the score region to take ('f32', 'f32', 'f32'), got ('f32', 'f32')}}
  %s = attn.score pairwise(%q, %q) params(%w) {
  ^bb0(%x: f32, %y: f32):
    attn.yield %y : f32
  } : tensor<4x8xf16>, tensor<4x8xf16>, tensor<8xf16> -> tensor<4x4xf32>
  return
}

// -----

func.func @score_c7_argument_type(%k: tensor<4x8xf16>) {
  // expected-error @+1 {{expected the score region to take ('f32'), got ('f16')}}
  %s = attn.score pairwise(%k) {
  ^bb0(%y: f16):
    %0 = arith.extf %y : f16 to f32
    attn.yield %0 : f32
  } : tensor<4x8xf16> -> tensor<1x4xf32>
  return
}

// -----

func.func @score_c7_result(%k: tensor<4x8xf32>) {
  // expected-error @+1 {{expected the score region to yield 'f32'}}
  %s = attn.score pairwise(%k) {
  ^bb0(%y: f32):
    %0 = arith.extf %y : f32 to f64
    // expected-note @+1 {{its terminator is here}}
    attn.yield %0 : f64
  } : tensor<4x8xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func private @print(f32)

func.func @score_c7_effects(%k: tensor<4x8xf32>) {
  // expected-error @+1 {{expected no side effects in the score region}}
  %s = attn.score pairwise(%k) {
  ^bb0(%y: f32):
    // expected-note @+1 {{'func.call' is here}}
    func.call @print(%y) : (f32) -> ()
    attn.yield %y : f32
  } : tensor<4x8xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func @score_c7_nested_effects(%k: tensor<4x8xf32>, %m: memref<f32>, %c: i1) {
  // expected-error @+1 {{expected no side effects in the score region}}
  %s = attn.score pairwise(%k) {
  ^bb0(%y: f32):
    scf.if %c {
      // expected-note @+1 {{'memref.store' is here}}
      memref.store %y, %m[] : memref<f32>
    }
    attn.yield %y : f32
  } : tensor<4x8xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func @syntax_kind(%q: tensor<4x8xf32>) {
  // expected-error @+1 {{expected 'dot' or 'pairwise'}}
  %s = attn.score bilinear(%q, %q) : tensor<4x8xf32>, tensor<4x8xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @syntax_no_inputs() {
  // expected-error @+1 {{expected a query and a key, or a key}}
  %s = attn.score dot() : -> tensor<4x4xf32>
  return
}

// -----

func.func @syntax_three_inputs(%q: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a query and a key, or a key}}
  %s = attn.score dot(%q, %q, %q) : tensor<4x8xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @syntax_missing_region(%q: tensor<4x8xf32>) {
  // expected-error @+1 {{expected '{' to begin a region}}
  %s = attn.score pairwise(%q, %q) : tensor<4x8xf32>, tensor<4x8xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @syntax_scale(%q: tensor<4x8xf32>) {
  // expected-error @+1 {{invalid kind of attribute specified}}
  %s = attn.score dot(%q, %q) scale("big") : tensor<4x8xf32>, tensor<4x8xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @syntax_types(%q: tensor<4x8xf32>) {
  // expected-error @+1 {{number of operands and types do not match: got 2 operands and 1 types}}
  %s = attn.score dot(%q, %q) : tensor<4x8xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @syntax_result_type(%q: tensor<4x8xf32>) {
  // expected-error @+1 {{'attn.score' op result #0 must be ranked tensor of 32-bit float or 64-bit float values, but got 'f32'}}
  %s = attn.score dot(%q, %q) : tensor<4x8xf32>, tensor<4x8xf32> -> f32
  return
}
