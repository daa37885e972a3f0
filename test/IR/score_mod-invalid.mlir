// One violation of each constraint of attn.score_mod.

// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @score_mod_c1_arguments(%s: tensor<2x4x4xf32>) {
  // expected-error @+1 {{expected the score_mod region to take ('f32', 'index', 'index', 'index'), got ('f32', 'index', 'index')}}
  %0 = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    attn.yield %x : f32
  } : tensor<2x4x4xf32>
  return
}

// -----

func.func @score_mod_c1_result(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{expected the score_mod region to yield 'f32'}}
  %0 = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    // expected-note @+1 {{its terminator is here}}
    attn.yield %j : index
  } : tensor<4x4xf32>
  return
}

// -----

func.func @score_mod_c1_effects(%s: tensor<4x4xf32>, %m: memref<4xf32>) {
  // expected-error @+1 {{expected no side effects in the score_mod region}}
  %0 = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    // expected-note @+1 {{'memref.store' is here}}
    memref.store %x, %m[%i] : memref<4xf32>
    attn.yield %x : f32
  } : tensor<4x4xf32>
  return
}

// -----

func.func @score_mod_c1_terminator(%s: tensor<4x4xf32>) {
  // expected-error @+1 {{expected the score_mod region to yield 'f32'}}
  %0 = "attn.score_mod"(%s) ({
  ^bb0(%x: f32, %i: index, %j: index):
    // expected-note @+1 {{its terminator is here}}
    "llvm.unreachable"() : () -> ()
  }) : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @score_mod_c2_low(%s: tensor<4xf32>) {
  // expected-error @+1 {{expected scores of rank 2 to 8, got rank 1}}
  %0 = attn.score_mod %s {
  ^bb0(%x: f32, %j: index):
    attn.yield %x : f32
  } : tensor<4xf32>
  return
}

// -----

func.func @score_mod_c2_high(%s: tensor<1x1x1x1x1x1x1x4x4xf32>) {
  // expected-error @+1 {{expected scores of rank 2 to 8, got rank 9}}
  %0 = attn.score_mod %s {
  ^bb0(%x: f32, %a: index, %b: index, %c: index, %d: index, %e: index,
       %f: index, %g: index, %i: index, %j: index):
    attn.yield %x : f32
  } : tensor<1x1x1x1x1x1x1x4x4xf32>
  return
}

// -----

func.func @yield_parent(%x: f32, %c: i1) {
  scf.if %c {
    // expected-error @+1 {{expects parent op to be one of 'attn.score, attn.score_mod, attn.mask, attn.fused, attn.step'}}
    attn.yield %x : f32
  }
  return
}

// -----

// A read of a buffer could be moved past a write: only tensors are read.
func.func @score_mod_c1_reads(%s: tensor<4x5xf32>, %b: memref<f32>) -> tensor<4x5xf32> {
  // expected-error @below {{expected no side effects in the score_mod region}}
  %r = attn.score_mod %s {
  ^bb0(%x: f32, %i: index, %j: index):
    // expected-note @below {{'memref.load' is here}}
    %0 = memref.load %b[] : memref<f32>
    %1 = arith.addf %x, %0 : f32
    attn.yield %1 : f32
  } : tensor<4x5xf32>
  return %r : tensor<4x5xf32>
}
