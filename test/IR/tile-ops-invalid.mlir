// One violation of each constraint of the tiled ops.

// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @pack_query_c1_compute_type(%q: tensor<4x8xf16>, %e: tensor<8x16xf16>) {
  // expected-error @+1 {{expected a query [m, D] and an out [D, T] of the compute type or [D / 2, T, 2] of its own, m at most T}}
  %0 = attn.pack_query ins(%q) outs(%e) : (tensor<4x8xf16>, tensor<8x16xf16>) -> tensor<8x16xf16>
  return
}

// -----

func.func @pack_query_c1_features(%q: tensor<4x8xf32>, %e: tensor<16x8xf32>) {
  // expected-error @+1 {{expected a query [m, D] and an out [D, T]}}
  %0 = attn.pack_query ins(%q) outs(%e) : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<16x8xf32>
  return
}

// -----

func.func @pack_query_c1_rows(%q: tensor<17x8xf32>, %e: tensor<8x16xf32>) {
  // expected-error @+1 {{expected a query [m, D] and an out [D, T]}}
  %0 = attn.pack_query ins(%q) outs(%e) : (tensor<17x8xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
  return
}

// -----

func.func @pack_query_c1_rank(%q: tensor<2x4x8xf32>, %e: tensor<8x16xf32>) {
  // expected-error @+1 {{expected a query [m, D] and an out [D, T]}}
  %0 = attn.pack_query ins(%q) outs(%e) : (tensor<2x4x8xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
  return
}

// -----

func.func @pack_key_c1_compute_type(%k: tensor<4x8xbf16>, %e: tensor<16x8xf64>) {
  // expected-error @+1 {{expected a key [n, D] and an out [B, D] of the compute type or its own, or [B / 2, D, 2] of its own, n at most B}}
  %0 = attn.pack_key ins(%k) outs(%e) : (tensor<4x8xbf16>, tensor<16x8xf64>) -> tensor<16x8xf64>
  return
}

// -----

func.func @pack_key_c1_rows(%k: tensor<17x8xf32>, %e: tensor<16x8xf32>) {
  // expected-error @+1 {{expected a key [n, D] and an out [B, D]}}
  %0 = attn.pack_key ins(%k) outs(%e) : (tensor<17x8xf32>, tensor<16x8xf32>) -> tensor<16x8xf32>
  return
}

// -----

func.func @init_c1_number(%m: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected the outs to be a state [T], [T], [E, T] of f32 or f64, got 'tensor<16xf32>', 'tensor<8x16xf32>'}}
  %0:2 = attn.init outs(%m, %a) : (tensor<16xf32>, tensor<8x16xf32>) -> (tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @init_c1_queries(%m: tensor<16xf32>, %l: tensor<8xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected the outs to be a state [T], [T], [E, T]}}
  %0:3 = attn.init outs(%m, %l, %a) : (tensor<16xf32>, tensor<8xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<8xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @init_c1_compute_type(%m: tensor<16xf16>, %l: tensor<16xf16>, %a: tensor<8x16xf16>) {
  // expected-error @+1 {{expected the outs to be a state [T], [T], [E, T] of f32 or f64}}
  %0:3 = attn.init outs(%m, %l, %a) : (tensor<16xf16>, tensor<16xf16>, tensor<8x16xf16>)
     -> (tensor<16xf16>, tensor<16xf16>, tensor<8x16xf16>)
  return
}

// -----

func.func @init_c1_sink(%m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>, %s: f64) {
  // expected-error @+1 {{expected a sink of type 'f32', got 'f64'}}
  %0:3 = attn.init sink(%s) outs(%m, %l, %a) : (f64, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @init_no_result_on_buffers(%m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @+1 {{expected the number of tensor results (1) to be equal to the number of output tensors (0)}}
  %0 = attn.init outs(%m, %l, %a) : (memref<16xf32>, memref<16xf32>, memref<8x16xf32>)
     -> tensor<16xf32>
  return
}

// -----

func.func @step_c1(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<4xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected the outs to be a state [T], [T], [E, T]}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (tensor<8x16xf32>, tensor<32x8xf32>, tensor<32x8xf32>, index, index, index, tensor<16xf32>, tensor<4xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<4xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_c2_rank(%q: tensor<8x16xf32>, %k: tensor<8xf32>, %v: tensor<32x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected a query [D, T], a key [B, D] and a value [B, E]}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (tensor<8x16xf32>, tensor<8xf32>, tensor<32x8xf32>, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_c2_query(%q: tensor<16x8xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected a query [D, T] that fits the key and the state, got 'tensor<16x8xf32>'}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (tensor<16x8xf32>, tensor<32x8xf32>, tensor<32x8xf32>, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_c2_element(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf16>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected tiles of the compute type 'f32', got 'f16'}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (tensor<8x16xf32>, tensor<32x8xf32>, tensor<32x8xf16>, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_c2_keys(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<16x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected one value for each key, got 16 for 32}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (tensor<8x16xf32>, tensor<32x8xf32>, tensor<16x8xf32>, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_c2_value_features(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<32x4xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected values of the size of acc, got 4 for 8}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (tensor<8x16xf32>, tensor<32x8xf32>, tensor<32x4xf32>, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_c2_param(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>, %w: tensor<4xf32>) {
  // expected-error @+1 {{expected a parameter [D], got 'tensor<4xf32>'}}
  %0:3 = attn.step key(%k) value(%v) params(%w) count(%i) at(%i, %i) outs(%m, %l, %a) score {
  ^bb0(%y: f32, %wd: f32):
    attn.yield %y : f32
  }
      : (tensor<32x8xf32>, tensor<32x8xf32>, tensor<4xf32>, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_c3_indices(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected at least two indices in 'at', got 1}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%i) at(%i) outs(%m, %l, %a)
      : (tensor<8x16xf32>, tensor<32x8xf32>, tensor<32x8xf32>, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_c3_region(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected the mask region to take ('index', 'index', 'index'), got ('index', 'index')}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i, %i) outs(%m, %l, %a) mask {
  ^bb0(%ii: index, %jj: index):
    %true = arith.constant true
    attn.yield %true : i1
  }
      : (tensor<8x16xf32>, tensor<32x8xf32>, tensor<32x8xf32>, index, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_c4_mod(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected no mod region and no score region with log2}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a) log2 mod {
  ^bb0(%x: f32, %ii: index, %jj: index):
    attn.yield %x : f32
  }
      : (tensor<8x16xf32>, tensor<32x8xf32>, tensor<32x8xf32>, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_c4_score(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected no mod region and no score region with log2}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a) log2 score {
  ^bb0(%x: f32, %y: f32):
    attn.yield %y : f32
  }
      : (tensor<8x16xf32>, tensor<32x8xf32>, tensor<32x8xf32>, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_c5(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected a positive 'at_most', got 0}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%i at_most 0) at(%i, %i) outs(%m, %l, %a)
      : (tensor<8x16xf32>, tensor<32x8xf32>, tensor<32x8xf32>, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_dot_without_query(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected a query and no parameters for the dot product}}
  %0:3 = attn.step key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (tensor<32x8xf32>, tensor<32x8xf32>, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_score_c7(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected the score region to take ('f32', 'f32'), got ('f32')}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a) score {
  ^bb0(%x: f32):
    attn.yield %x : f32
  }
      : (tensor<8x16xf32>, tensor<32x8xf32>, tensor<32x8xf32>, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_score_mod_c1(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected the score_mod region to yield 'f32'}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a) mod {
  ^bb0(%x: f32, %ii: index, %jj: index):
    // expected-note @+1 {{its terminator is here}}
    attn.yield %ii : index
  }
      : (tensor<8x16xf32>, tensor<32x8xf32>, tensor<32x8xf32>, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @step_mask_c5(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>, %buffer: memref<1xi1>) {
  // expected-error @+1 {{expected no side effects in the mask region}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a) mask {
  ^bb0(%ii: index, %jj: index):
    %true = arith.constant true
    // expected-note @+1 {{'memref.store' is here}}
    memref.store %true, %buffer[%ii] : memref<1xi1>
    attn.yield %true : i1
  }
      : (tensor<8x16xf32>, tensor<32x8xf32>, tensor<32x8xf32>, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @merge_c1_ins(%m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected the ins to be a state [T], [T], [E, T]}}
  %0:3 = attn.merge ins(%m, %m, %m) outs(%m, %l, %a)
      : (tensor<16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @merge_c1_outs(%m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @+1 {{expected the outs to be a state [T], [T], [E, T]}}
  %0:3 = attn.merge ins(%m, %l, %a) outs(%m, %l, %l)
      : (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<16xf32>)
  return
}

// -----

func.func @merge_c1_types(%m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>, %a2: tensor<4x16xf32>) {
  // expected-error @+1 {{expected states of one type, got 'tensor<4x16xf32>' and 'tensor<8x16xf32>'}}
  %0:3 = attn.merge ins(%m, %l, %a2) outs(%m, %l, %a)
      : (tensor<16xf32>, tensor<16xf32>, tensor<4x16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}

// -----

func.func @finish_c1(%m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>, %o: tensor<16x8xf32>) {
  // expected-error @+1 {{expected the ins to be a state [T], [T], [E, T]}}
  %0 = attn.finish ins(%m, %a, %l) outs(%o)
      : (tensor<16xf32>, tensor<8x16xf32>, tensor<16xf32>, tensor<16x8xf32>) -> tensor<16x8xf32>
  return
}

// -----

func.func @finish_c2_features(%m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>, %o: tensor<8x16xf32>) {
  // expected-error @+1 {{expected outs [m, E] and, for the lse, [m] of the compute type, m at most T}}
  %0 = attn.finish ins(%m, %l, %a) outs(%o)
      : (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
  return
}

// -----

func.func @finish_c2_rows(%m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>, %o: tensor<17x8xf32>) {
  // expected-error @+1 {{expected outs [m, E] and, for the lse, [m] of the compute type, m at most T}}
  %0 = attn.finish ins(%m, %l, %a) outs(%o)
      : (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>, tensor<17x8xf32>) -> tensor<17x8xf32>
  return
}

// -----

func.func @finish_c2_lse(%m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>, %o: tensor<4x8xf32>) {
  // expected-error @+1 {{expected outs [m, E] and, for the lse, [m] of the compute type, m at most T}}
  %0:2 = attn.finish ins(%m, %l, %a) outs(%o, %m)
      : (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>, tensor<4x8xf32>, tensor<16xf32>) -> (tensor<4x8xf32>, tensor<16xf32>)
  return
}

// -----

func.func @finish_c2_lse_element(%m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>, %o: tensor<16x8xf16>, %e: tensor<16xf16>) {
  // expected-error @+1 {{expected outs [m, E] and, for the lse, [m] of the compute type, m at most T}}
  %0:2 = attn.finish ins(%m, %l, %a) outs(%o, %e)
      : (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>, tensor<16x8xf16>, tensor<16xf16>) -> (tensor<16x8xf16>, tensor<16xf16>)
  return
}

// -----

func.func @finish_c2_number(%m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>, %o: tensor<16x8xf16>) {
  // expected-error @+1 {{expected outs [m, E] and, for the lse, [m] of the compute type, m at most T}}
  %0:3 = attn.finish ins(%m, %l, %a) outs(%o, %m, %m)
      : (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>, tensor<16x8xf16>, tensor<16xf32>, tensor<16xf32>)
     -> (tensor<16x8xf16>, tensor<16xf32>, tensor<16xf32>)
  return
}

// -----

func.func @step_c2_count(%q: tensor<8x16xf32>, %k: tensor<32x8xf32>, %v: tensor<32x8xf32>, %i: index, %m: tensor<16xf32>, %l: tensor<16xf32>, %a: tensor<8x16xf32>) {
  %n = arith.constant 33 : index
  // expected-error @+1 {{expected no more keys than the tiles have, got 33}}
  %0:3 = attn.step query(%q) key(%k) value(%v) count(%n) at(%i, %i) outs(%m, %l, %a)
      : (tensor<8x16xf32>, tensor<32x8xf32>, tensor<32x8xf32>, index, index, index, tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}
