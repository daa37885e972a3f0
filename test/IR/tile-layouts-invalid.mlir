// One violation of each constraint on queries that stand in rows and on pairs.

// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @pack_query_c1_rows_turned(%q: memref<4x8xf32>, %e: memref<8x16xf32>) {
  // expected-error @+1 {{expected a query [m, D] and an out [T, D] of the compute type or [D / 2, T, 2] of its own, m at most T}}
  attn.pack_query ins(%q) outs(%e) rows : (memref<4x8xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @pack_query_c1_rows_too_few(%q: memref<17x8xf32>, %e: memref<16x8xf32>) {
  // expected-error @+1 {{expected a query [m, D] and an out [T, D] of the compute type or [D / 2, T, 2] of its own, m at most T}}
  attn.pack_query ins(%q) outs(%e) rows : (memref<17x8xf32>, memref<16x8xf32>) -> ()
  return
}

// -----

func.func @pack_query_c1_rows_type(%q: memref<4x8xbf16>, %e: memref<16x8xbf16>) {
  // expected-error @+1 {{expected a query [m, D] and an out [T, D] of the compute type or [D / 2, T, 2] of its own, m at most T}}
  attn.pack_query ins(%q) outs(%e) rows : (memref<4x8xbf16>, memref<16x8xbf16>) -> ()
  return
}

// -----

func.func @pack_query_c1_pairs_features(%q: memref<4x8xbf16>, %e: memref<3x16x2xbf16>) {
  // expected-error @+1 {{expected a query [m, D] and an out [D, T] of the compute type or [D / 2, T, 2] of its own, m at most T}}
  attn.pack_query ins(%q) outs(%e) : (memref<4x8xbf16>, memref<3x16x2xbf16>) -> ()
  return
}

// -----

func.func @pack_query_c1_pairs_odd(%q: memref<4x7xbf16>, %e: memref<3x16x2xbf16>) {
  // expected-error @+1 {{expected a query [m, D] and an out [D, T] of the compute type or [D / 2, T, 2] of its own, m at most T}}
  attn.pack_query ins(%q) outs(%e) : (memref<4x7xbf16>, memref<3x16x2xbf16>) -> ()
  return
}

// -----

func.func @pack_query_c1_pairs_too_few(%q: memref<17x8xbf16>, %e: memref<4x16x2xbf16>) {
  // expected-error @+1 {{expected a query [m, D] and an out [D, T] of the compute type or [D / 2, T, 2] of its own, m at most T}}
  attn.pack_query ins(%q) outs(%e) : (memref<17x8xbf16>, memref<4x16x2xbf16>) -> ()
  return
}

// -----

func.func @pack_query_c1_pairs_type(%q: memref<4x8xbf16>, %e: memref<4x16x2xf32>) {
  // expected-error @+1 {{expected a query [m, D] and an out [D, T] of the compute type or [D / 2, T, 2] of its own, m at most T}}
  attn.pack_query ins(%q) outs(%e) : (memref<4x8xbf16>, memref<4x16x2xf32>) -> ()
  return
}

// -----

func.func @pack_query_c1_pairs_of_three(%q: memref<4x8xbf16>, %e: memref<4x16x3xbf16>) {
  // expected-error @+1 {{expected a query [m, D] and an out [D, T] of the compute type or [D / 2, T, 2] of its own, m at most T}}
  attn.pack_query ins(%q) outs(%e) : (memref<4x8xbf16>, memref<4x16x3xbf16>) -> ()
  return
}

// -----

func.func @pack_query_c2_rows(%q: memref<4x8xbf16>, %e: memref<4x16x2xbf16>) {
  // expected-error @+1 {{expected neither rows nor a scale with pairs}}
  attn.pack_query ins(%q) outs(%e) rows : (memref<4x8xbf16>, memref<4x16x2xbf16>) -> ()
  return
}

// -----

func.func @pack_query_c2_scale(%q: memref<4x8xbf16>, %e: memref<4x16x2xbf16>) {
  // expected-error @+1 {{expected neither rows nor a scale with pairs}}
  attn.pack_query ins(%q) outs(%e) scale(0.5) : (memref<4x8xbf16>, memref<4x16x2xbf16>) -> ()
  return
}

// -----

func.func @pack_key_c1_other_type(%k: memref<4x8xbf16>, %e: memref<16x8xf16>) {
  // expected-error @+1 {{expected a key [n, D] and an out [B, D] of the compute type or its own, or [B / 2, D, 2] of its own, n at most B}}
  attn.pack_key ins(%k) outs(%e) : (memref<4x8xbf16>, memref<16x8xf16>) -> ()
  return
}

// -----

func.func @pack_key_c1_own_type_too_few(%k: memref<17x8xbf16>, %e: memref<16x8xbf16>) {
  // expected-error @+1 {{expected a key [n, D] and an out [B, D] of the compute type or its own, or [B / 2, D, 2] of its own, n at most B}}
  attn.pack_key ins(%k) outs(%e) : (memref<17x8xbf16>, memref<16x8xbf16>) -> ()
  return
}

// -----

func.func @pack_key_c1_pairs_too_few(%k: memref<17x8xbf16>, %e: memref<8x8x2xbf16>) {
  // expected-error @+1 {{expected a key [n, D] and an out [B, D] of the compute type or its own, or [B / 2, D, 2] of its own, n at most B}}
  attn.pack_key ins(%k) outs(%e) : (memref<17x8xbf16>, memref<8x8x2xbf16>) -> ()
  return
}

// -----

func.func @pack_key_c1_pairs_features(%k: memref<4x8xbf16>, %e: memref<8x4x2xbf16>) {
  // expected-error @+1 {{expected a key [n, D] and an out [B, D] of the compute type or its own, or [B / 2, D, 2] of its own, n at most B}}
  attn.pack_key ins(%k) outs(%e) : (memref<4x8xbf16>, memref<8x4x2xbf16>) -> ()
  return
}

// -----

func.func @pack_key_c1_pairs_type(%k: memref<4x8xbf16>, %e: memref<8x8x2xf32>) {
  // expected-error @+1 {{expected a key [n, D] and an out [B, D] of the compute type or its own, or [B / 2, D, 2] of its own, n at most B}}
  attn.pack_key ins(%k) outs(%e) : (memref<4x8xbf16>, memref<8x8x2xf32>) -> ()
  return
}

// -----

func.func @pack_key_c1_pairs_of_four(%k: memref<4x8xbf16>, %e: memref<8x8x4xbf16>) {
  // expected-error @+1 {{expected a key [n, D] and an out [B, D] of the compute type or its own, or [B / 2, D, 2] of its own, n at most B}}
  attn.pack_key ins(%k) outs(%e) : (memref<4x8xbf16>, memref<8x8x4xbf16>) -> ()
  return
}

// -----

func.func @init_c1_rows(%m: memref<4xf32>, %l: memref<4xf32>, %a: memref<8x4xf32>) {
  // expected-error @+1 {{expected the outs to be a state [T], [T], [T, E] of f32 or f64}}
  attn.init outs(%m, %l, %a) rows : (memref<4xf32>, memref<4xf32>, memref<8x4xf32>) -> ()
  return
}

// -----

func.func @step_c1_rows(%q: memref<4x8xf32>, %k: memref<32x8xf32>, %v: memref<32x8xf32>, %i: index,
                %m: memref<4xf32>, %l: memref<4xf32>, %a: memref<8x4xf32>) {
  // expected-error @+1 {{expected the outs to be a state [T], [T], [T, E]}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a) rows
      : (memref<4x8xf32>, memref<32x8xf32>, memref<32x8xf32>, index, index, index, memref<4xf32>, memref<4xf32>, memref<8x4xf32>) -> ()
  return
}

// -----

func.func @step_c2_rows_query(%q: memref<8x4xf32>, %k: memref<32x8xf32>, %v: memref<32x8xf32>, %i: index,
                %m: memref<4xf32>, %l: memref<4xf32>, %a: memref<4x8xf32>) {
  // expected-error @+1 {{expected a query [T, D] that fits the key and the state, got 'memref<8x4xf32>'}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a) rows
      : (memref<8x4xf32>, memref<32x8xf32>, memref<32x8xf32>, index, index, index, memref<4xf32>, memref<4xf32>, memref<4x8xf32>) -> ()
  return
}

// -----

func.func @step_c2_rows_query_type(%q: memref<4x8xf16>, %k: memref<32x8xf32>, %v: memref<32x8xf32>, %i: index,
                %m: memref<4xf32>, %l: memref<4xf32>, %a: memref<4x8xf32>) {
  // expected-error @+1 {{expected tiles of the compute type 'f32', got 'f16'}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a) rows
      : (memref<4x8xf16>, memref<32x8xf32>, memref<32x8xf32>, index, index, index, memref<4xf32>, memref<4xf32>, memref<4x8xf32>) -> ()
  return
}

// -----

func.func @step_c2_rows_key_type(%q: memref<4x8xf32>, %k: memref<32x8xf64>, %v: memref<32x8xf32>, %i: index,
                %m: memref<4xf32>, %l: memref<4xf32>, %a: memref<4x8xf32>) {
  // expected-error @+1 {{expected tiles of the compute type 'f32', got 'f64'}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a) rows
      : (memref<4x8xf32>, memref<32x8xf64>, memref<32x8xf32>, index, index, index, memref<4xf32>, memref<4xf32>, memref<4x8xf32>) -> ()
  return
}

// -----

func.func @step_c2_rows_value_type(%q: memref<4x8xf64>, %k: memref<32x8xf64>, %v: memref<32x8xf32>, %i: index,
                %m: memref<4xf64>, %l: memref<4xf64>, %a: memref<4x8xf64>) {
  // expected-error @+1 {{expected tiles of the compute type 'f64', got 'f32'}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a) rows
      : (memref<4x8xf64>, memref<32x8xf64>, memref<32x8xf32>, index, index, index, memref<4xf64>, memref<4xf64>, memref<4x8xf64>) -> ()
  return
}

// -----

func.func @step_c2_rows_value_features(%q: memref<4x8xf32>, %k: memref<32x8xf32>, %v: memref<32x8xf32>, %i: index,
                %m: memref<4xf32>, %l: memref<4xf32>, %a: memref<4x6xf32>) {
  // expected-error @+1 {{expected values of the size of acc, got 8 for 6}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a) rows
      : (memref<4x8xf32>, memref<32x8xf32>, memref<32x8xf32>, index, index, index, memref<4xf32>, memref<4xf32>, memref<4x6xf32>) -> ()
  return
}

// -----

func.func @step_c2_rows_param_type(%q: memref<4x8xf32>, %k: memref<32x8xf32>, %v: memref<32x8xf32>, %w: memref<8xf16>, %i: index,
                %m: memref<4xf32>, %l: memref<4xf32>, %a: memref<4x8xf32>) {
  // expected-error @+1 {{expected tiles of the compute type 'f32', got 'f16'}}
  attn.step query(%q) key(%k) value(%v) params(%w) count(%i) at(%i, %i) outs(%m, %l, %a) rows score {
  ^bb0(%x: f32, %y: f32, %z: f32):
    attn.yield %x : f32
  }
      : (memref<4x8xf32>, memref<32x8xf32>, memref<32x8xf32>, memref<8xf16>, index, index, index, memref<4xf32>, memref<4xf32>, memref<4x8xf32>) -> ()
  return
}

// -----

func.func @step_c2_key_type(%q: memref<8x16xf32>, %k: memref<32x8xbf16>, %v: memref<32x8xf32>, %i: index,
                %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @+1 {{expected tiles of the compute type 'f32', got 'bf16'}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (memref<8x16xf32>, memref<32x8xbf16>, memref<32x8xf32>, index, index, index, memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @step_c2_pairs_features(%q: memref<3x16x2xbf16>, %k: memref<32x8xbf16>, %v: memref<32x8xf32>, %i: index,
                %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @+1 {{expected a query [D / 2, T, 2] that fits the key and the state, got 'memref<3x16x2xbf16>'}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (memref<3x16x2xbf16>, memref<32x8xbf16>, memref<32x8xf32>, index, index, index, memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @step_c2_pairs_queries(%q: memref<4x8x2xbf16>, %k: memref<32x8xbf16>, %v: memref<32x8xf32>, %i: index,
                %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @+1 {{expected a query [D / 2, T, 2] that fits the key and the state, got 'memref<4x8x2xbf16>'}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (memref<4x8x2xbf16>, memref<32x8xbf16>, memref<32x8xf32>, index, index, index, memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @step_c2_pairs_of_keys(%q: memref<8x16xf32>, %k: memref<32x8xf32>, %v: memref<15x8x2xbf16>, %i: index,
                %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @+1 {{expected one value for each key, got 15 pairs for 32}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (memref<8x16xf32>, memref<32x8xf32>, memref<15x8x2xbf16>, index, index, index, memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @step_c2_pairs_value_features(%q: memref<8x16xf32>, %k: memref<32x8xf32>, %v: memref<16x6x2xbf16>, %i: index,
                %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @+1 {{expected values of the size of acc, got 6 for 8}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (memref<8x16xf32>, memref<32x8xf32>, memref<16x6x2xbf16>, index, index, index, memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @step_c6_query_type(%q: memref<4x16x2xf16>, %k: memref<32x8xbf16>, %v: memref<32x8xf32>, %i: index,
                %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @+1 {{expected pairs of bf16 with keys of bf16 and a state of f32, for a dot product without rows}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (memref<4x16x2xf16>, memref<32x8xbf16>, memref<32x8xf32>, index, index, index, memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @step_c6_query_of_three(%q: memref<4x16x3xbf16>, %k: memref<32x8xbf16>, %v: memref<32x8xf32>, %i: index,
                %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @+1 {{expected pairs of bf16 with keys of bf16 and a state of f32, for a dot product without rows}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (memref<4x16x3xbf16>, memref<32x8xbf16>, memref<32x8xf32>, index, index, index, memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @step_c6_value_type(%q: memref<8x16xf32>, %k: memref<32x8xf32>, %v: memref<16x8x2xf16>, %i: index,
                %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @+1 {{expected pairs of bf16 with keys of bf16 and a state of f32, for a dot product without rows}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (memref<8x16xf32>, memref<32x8xf32>, memref<16x8x2xf16>, index, index, index, memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @step_c6_value_of_four(%q: memref<8x16xf32>, %k: memref<32x8xf32>, %v: memref<16x8x4xbf16>, %i: index,
                %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @+1 {{expected pairs of bf16 with keys of bf16 and a state of f32, for a dot product without rows}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (memref<8x16xf32>, memref<32x8xf32>, memref<16x8x4xbf16>, index, index, index, memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @step_c6_key_type(%q: memref<4x16x2xbf16>, %k: memref<32x8xf32>, %v: memref<32x8xf32>, %i: index,
                %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @+1 {{expected pairs of bf16 with keys of bf16 and a state of f32, for a dot product without rows}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (memref<4x16x2xbf16>, memref<32x8xf32>, memref<32x8xf32>, index, index, index, memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @step_c6_state(%q: memref<8x16xf64>, %k: memref<32x8xf64>, %v: memref<16x8x2xbf16>, %i: index,
                %m: memref<16xf64>, %l: memref<16xf64>, %a: memref<8x16xf64>) {
  // expected-error @+1 {{expected pairs of bf16 with keys of bf16 and a state of f32, for a dot product without rows}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a)
      : (memref<8x16xf64>, memref<32x8xf64>, memref<16x8x2xbf16>, index, index, index, memref<16xf64>, memref<16xf64>, memref<8x16xf64>) -> ()
  return
}

// -----

func.func @step_c6_rows_query(%q: memref<4x4x2xbf16>, %k: memref<32x8xbf16>, %v: memref<32x8xf32>, %i: index,
                %m: memref<4xf32>, %l: memref<4xf32>, %a: memref<4x8xf32>) {
  // expected-error @+1 {{expected pairs of bf16 with keys of bf16 and a state of f32, for a dot product without rows}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a) rows
      : (memref<4x4x2xbf16>, memref<32x8xbf16>, memref<32x8xf32>, index, index, index, memref<4xf32>, memref<4xf32>, memref<4x8xf32>) -> ()
  return
}

// -----

func.func @step_c6_rows_value(%q: memref<4x8xf32>, %k: memref<32x8xf32>, %v: memref<16x8x2xbf16>, %i: index,
                %m: memref<4xf32>, %l: memref<4xf32>, %a: memref<4x8xf32>) {
  // expected-error @+1 {{expected pairs of bf16 with keys of bf16 and a state of f32, for a dot product without rows}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a) rows
      : (memref<4x8xf32>, memref<32x8xf32>, memref<16x8x2xbf16>, index, index, index, memref<4xf32>, memref<4xf32>, memref<4x8xf32>) -> ()
  return
}

// -----

func.func @step_c6_score(%q: memref<8x16xf32>, %k: memref<32x8xf32>, %v: memref<16x8x2xbf16>, %i: index,
                %m: memref<16xf32>, %l: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @+1 {{expected pairs of bf16 with keys of bf16 and a state of f32, for a dot product without rows}}
  attn.step query(%q) key(%k) value(%v) count(%i) at(%i, %i) outs(%m, %l, %a) score {
  ^bb0(%x: f32, %y: f32):
    attn.yield %x : f32
  }
      : (memref<8x16xf32>, memref<32x8xf32>, memref<16x8x2xbf16>, index, index, index, memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @merge_c1_rows_ins(%m: memref<4xf32>, %l: memref<4xf32>, %a: memref<4x8xf32>, %b: memref<8x4xf32>) {
  // expected-error @+1 {{expected the ins to be a state [T], [T], [T, E]}}
  attn.merge ins(%m, %l, %b) outs(%m, %l, %a) rows
      : (memref<4xf32>, memref<4xf32>, memref<8x4xf32>, memref<4xf32>, memref<4xf32>, memref<4x8xf32>) -> ()
  return
}

// -----

func.func @merge_c1_rows_outs(%m: memref<4xf32>, %l: memref<4xf32>, %a: memref<4x8xf32>, %b: memref<8x4xf32>) {
  // expected-error @+1 {{expected the outs to be a state [T], [T], [T, E]}}
  attn.merge ins(%m, %l, %a) outs(%m, %l, %b) rows
      : (memref<4xf32>, memref<4xf32>, memref<4x8xf32>, memref<4xf32>, memref<4xf32>, memref<8x4xf32>) -> ()
  return
}

// -----

func.func @finish_c1_rows(%m: memref<4xf32>, %l: memref<4xf32>, %a: memref<4x8xf32>, %b: memref<8x4xf32>, %o: memref<4x8xf32>) {
  // expected-error @+1 {{expected the ins to be a state [T], [T], [T, E]}}
  attn.finish ins(%m, %l, %b) outs(%o) rows
      : (memref<4xf32>, memref<4xf32>, memref<8x4xf32>, memref<4x8xf32>) -> ()
  return
}

// -----

func.func @finish_c2_rows_features(%m: memref<4xf32>, %l: memref<4xf32>, %a: memref<4x8xf32>, %o: memref<4x4xf32>) {
  // expected-error @+1 {{expected outs [m, E] and, for the lse, [m] of the compute type, m at most T}}
  attn.finish ins(%m, %l, %a) outs(%o) rows : (memref<4xf32>, memref<4xf32>, memref<4x8xf32>, memref<4x4xf32>) -> ()
  return
}

// -----

func.func @finish_c2_rows_queries(%m: memref<4xf32>, %l: memref<4xf32>, %a: memref<4x8xf32>, %o: memref<5x8xf32>) {
  // expected-error @+1 {{expected outs [m, E] and, for the lse, [m] of the compute type, m at most T}}
  attn.finish ins(%m, %l, %a) outs(%o) rows : (memref<4xf32>, memref<4xf32>, memref<4x8xf32>, memref<5x8xf32>) -> ()
  return
}
