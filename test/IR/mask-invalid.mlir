// One violation of each constraint of attn.mask, and of its syntax.

// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @mask_c1_rank_low(%s: tensor<4xf32>) {
  // expected-error @+1 {{expected scores of rank 2 to 8, got rank 1}}
  %0 = attn.mask %s causal : tensor<4xf32>
  return
}

// -----

func.func @mask_c1_rank_high(%s: tensor<1x1x1x1x1x1x1x4x4xf32>) {
  // expected-error @+1 {{expected scores of rank 2 to 8, got rank 9}}
  %0 = attn.mask %s causal : tensor<1x1x1x1x1x1x1x4x4xf32>
  return
}

// -----

func.func @mask_c1_no_operands(%s: tensor<4x4xf32>, %n: tensor<i64>) {
  // expected-error @+1 {{expected 0 operands for 'causal', got 1}}
  %0 = "attn.mask"(%s, %n) <{kind = #attn<mask_kind causal>}> ({})
      : (tensor<4x4xf32>, tensor<i64>) -> tensor<4x4xf32>
  return
}

// -----

func.func @mask_c1_lengths(%s: tensor<2x4x4xf32>, %n: tensor<2xi64>) {
  // expected-error @+1 {{expected 1 operands for 'lengths', got 2}}
  %0 = attn.mask %s lengths(%n, %n : tensor<2xi64>, tensor<2xi64>) : tensor<2x4x4xf32>
  return
}

// -----

func.func @mask_c1_segments(%s: tensor<2x4x4xf32>, %q: tensor<2x4xi64>) {
  // expected-error @+1 {{expected 2 operands for 'segments', got 1}}
  %0 = attn.mask %s segments(%q : tensor<2x4xi64>) : tensor<2x4x4xf32>
  return
}

// -----

func.func @mask_c1_length_rank(%s: tensor<4x4xf32>, %n: tensor<1xi64>) {
  // expected-error @+1 {{expected an operand of shape [], got 'tensor<1xi64>'}}
  %0 = attn.mask %s lengths(%n : tensor<1xi64>) : tensor<4x4xf32>
  return
}

// -----

func.func @mask_c1_prefix_rank(%s: tensor<2x4x4xf32>, %n: tensor<2x4xi64>) {
  // expected-error @+1 {{expected an operand of shape [2], got 'tensor<2x4xi64>'}}
  %0 = attn.mask %s prefix(%n : tensor<2x4xi64>) : tensor<2x4x4xf32>
  return
}

// -----

func.func @mask_c1_dense_rank(%s: tensor<4x4xf32>, %m: tensor<1x4x4xi1>) {
  // expected-error @+1 {{expected a dense mask whose axes are 1 or those of the scores, got 'tensor<1x4x4xi1>'}}
  %0 = attn.mask %s dense(%m : tensor<1x4x4xi1>) : tensor<4x4xf32>
  return
}

// -----

func.func @mask_c2_batch(%s: tensor<2x8x4x4xf32>, %n: tensor<8xi64>) {
  // expected-error @+1 {{expected an operand of shape [2], got 'tensor<8xi64>'}}
  %0 = attn.mask %s lengths(%n : tensor<8xi64>) : tensor<2x8x4x4xf32>
  return
}

// -----

func.func @mask_c2_queries(%s: tensor<2x?x4xf32>, %q: tensor<1x3xi64>, %k: tensor<2x3xi64>) {
  // expected-error @+1 {{expected an operand of shape [2, 4], got 'tensor<2x3xi64>'}}
  %0 = attn.mask %s segments(%q, %k : tensor<1x3xi64>, tensor<2x3xi64>) : tensor<2x?x4xf32>
  return
}

// -----

func.func @mask_c2_dense(%s: tensor<2x8x4x4xf32>, %m: tensor<2x1x4xi1>) {
  // expected-error @+1 {{expected a dense mask whose axes are 1 or those of the scores, got 'tensor<2x1x4xi1>'}}
  %0 = attn.mask %s dense(%m : tensor<2x1x4xi1>) : tensor<2x8x4x4xf32>
  return
}

// -----

func.func @mask_c3_lengths(%s: tensor<2x4x4xf32>, %n: tensor<2xf32>) {
  // expected-error @+1 {{expected elements of type i32, i64 or index, got 'f32'}}
  %0 = attn.mask %s lengths(%n : tensor<2xf32>) : tensor<2x4x4xf32>
  return
}

// -----

func.func @mask_c3_segments(%s: tensor<4x4xf32>, %q: tensor<4xi64>, %k: tensor<4xi8>) {
  // expected-error @+1 {{expected elements of type i32, i64 or index, got 'i8'}}
  %0 = attn.mask %s segments(%q, %k : tensor<4xi64>, tensor<4xi8>) : tensor<4x4xf32>
  return
}

// -----

func.func @mask_c3_dense(%s: tensor<4x4xf32>, %m: tensor<4x4xi8>) {
  // expected-error @+1 {{expected elements of type i1, got 'i8'}}
  %0 = attn.mask %s dense(%m : tensor<4x4xi8>) : tensor<4x4xf32>
  return
}

// -----

func.func @mask_c4_bound(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{expected window bounds of at least -1, got 3 and -2}}
  %0 = attn.mask %s window(3, -2) : tensor<4x4xf32>
  return
}

// -----

func.func @mask_c4_not_a_window(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{expected no window bounds for 'causal'}}
  %0 = "attn.mask"(%s) <{kind = #attn<mask_kind causal>, left = 3 : si64}> ({})
      : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @mask_c5_no_region(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{expected a region, or a named form without one}}
  %0 = "attn.mask"(%s) <{kind = #attn<mask_kind region>}> ({})
      : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @mask_c5_region(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{expected a region, or a named form without one}}
  %0 = "attn.mask"(%s) <{kind = #attn<mask_kind causal>}> ({
  ^bb0(%i: index, %j: index):
    %true = arith.constant true
    attn.yield %true : i1
  }) : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @mask_c5_arguments(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{expected the mask region to take ('index', 'index'), got ('i64', 'i64')}}
  %0 = attn.mask %s {
  ^bb0(%i: i64, %j: i64):
    %true = arith.constant true
    attn.yield %true : i1
  } : tensor<4x4xf32>
  return
}

// -----

func.func @mask_c5_result(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{expected the mask region to yield 'i1'}}
  %0 = attn.mask %s {
  ^bb0(%i: index, %j: index):
    // expected-note @+1 {{its terminator is here}}
    attn.yield %j : index
  } : tensor<4x4xf32>
  return
}

// -----

func.func private @ask(index) -> i1

func.func @mask_c5_effects(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{expected no side effects in the mask region}}
  %0 = attn.mask %s {
  ^bb0(%i: index, %j: index):
    // expected-note @+1 {{'func.call' is here}}
    %keep = func.call @ask(%j) : (index) -> i1
    attn.yield %keep : i1
  } : tensor<4x4xf32>
  return
}

// -----

func.func @mask_c6_lengths(%s: tensor<4x4xf32>, %n: tensor<i64>) {
  // expected-error @+1 {{expected no top_left for 'lengths'}}
  %0 = attn.mask %s lengths(%n : tensor<i64>) top_left : tensor<4x4xf32>
  return
}

// -----

func.func @mask_c6_region(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{expected no top_left for 'region'}}
  %0 = "attn.mask"(%s) <{kind = #attn<mask_kind region>, topLeft}> ({
  ^bb0(%i: index, %j: index):
    %true = arith.constant true
    attn.yield %true : i1
  }) : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @syntax_form(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{unknown mask form 'casual', expected one of 'causal', 'window', 'lengths', 'prefix', 'segments', 'dense' or a region}}
  %0 = attn.mask %s casual : tensor<4x4xf32>
  return
}

// -----

func.func @syntax_region_has_no_keyword(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{unknown mask form 'region'}}
  %0 = attn.mask %s region : tensor<4x4xf32>
  return
}

// -----

func.func @syntax_no_form(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{expected '{' to begin a region}}
  %0 = attn.mask %s : tensor<4x4xf32>
  return
}

// -----

func.func @syntax_window(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{expected ','}}
  %0 = attn.mask %s window(3) : tensor<4x4xf32>
  return
}

// -----

func.func @syntax_lengths(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{expected '('}}
  %0 = attn.mask %s lengths : tensor<4x4xf32>
  return
}
