// The contract of each stage: what keeps it, and each way to break it.

// RUN: split-file %s %t
// RUN: attn-opt %t/graph.mlir --attn-verify-stage=stage=graph --split-input-file --verify-diagnostics -o /dev/null
// RUN: attn-opt %t/fused.mlir --attn-verify-stage=stage=fused --split-input-file --verify-diagnostics -o /dev/null
// RUN: attn-opt %t/tiled.mlir --attn-verify-stage=stage=tiled --split-input-file --verify-diagnostics -o /dev/null
// RUN: attn-opt %t/vector.mlir --attn-verify-stage=stage=vector --split-input-file --verify-diagnostics -o /dev/null
// RUN: attn-opt %t/llvm.mlir --attn-verify-stage=stage=llvm --split-input-file --verify-diagnostics -o /dev/null
// RUN: not attn-opt %t/llvm.mlir --attn-verify-stage=stage=ptx 2>&1 | FileCheck %s

// Drivers may leave out all other verification.
// RUN: not attn-opt %t/broken.mlir --mlir-very-unsafe-disable-verifier-on-parsing --verify-each=0 \
// RUN:   --attn-verify-stage=stage=vector -o /dev/null 2>&1 | FileCheck %s --check-prefix=BROKEN

// CHECK: error: unknown stage 'ptx'

// BROKEN: error: 'func.return' op has 1 operands, but enclosing function (@broken) returns 0

//--- broken.mlir
func.func @broken(%x: f32) {
  return %x : f32
}

//--- graph.mlir
func.func @graph(%q: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %s = attn.score dot(%q, %q) : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %p = attn.softmax %s : tensor<4x4xf32>
  %o = attn.weighted_sum %p, %q : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  return %o : tensor<4x4xf32>
}

// -----

func.func @fused(%q: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-error @+1 {{'attn.fused' belongs to a later stage at the end of stage 'graph'}}
  %o = attn.fused query(%q) key(%q) value(%q)
      : (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %o : tensor<4x4xf32>
}

// -----

func.func @tiled(%k: memref<4x4xf32>) {
  // expected-error @+1 {{'attn.pack_key' belongs to a later stage at the end of stage 'graph'}}
  attn.pack_key ins(%k) outs(%k) : (memref<4x4xf32>, memref<4x4xf32>) -> ()
  return
}

//--- fused.mlir
func.func @fused(%q: tensor<4x4xf32>, %p: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  %o = attn.fused query(%q) key(%q) value(%q)
      : (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  // Weights from elsewhere cannot be fused.
  %r = attn.weighted_sum %p, %q : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  return %o, %r : tensor<4x4xf32>, tensor<4x4xf32>
}

// -----

func.func @graph(%q: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %s = attn.score dot(%q, %q) : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %m = attn.mask %s causal : tensor<4x4xf32>
  %p = attn.softmax %m : tensor<4x4xf32>
  // expected-error @+1 {{'attn.weighted_sum' was not fused at the end of stage 'fused'}}
  %o = attn.weighted_sum %p, %q : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  return %o : tensor<4x4xf32>
}

// -----

func.func @tiled(%k: memref<4x4xf32>) {
  // expected-error @+1 {{'attn.pack_key' belongs to a later stage at the end of stage 'fused'}}
  attn.pack_key ins(%k) outs(%k) : (memref<4x4xf32>, memref<4x4xf32>) -> ()
  return
}

//--- tiled.mlir
func.func @tiled(%k: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = attn.pack_key ins(%k) outs(%k) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// -----

func.func @fused(%q: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-error @+1 {{'attn.fused' was not tiled at the end of stage 'tiled'}}
  %o = attn.fused query(%q) key(%q) value(%q)
      : (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %o : tensor<4x4xf32>
}

// -----

func.func @graph(%s: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-error @+1 {{'attn.softmax' was not tiled at the end of stage 'tiled'}}
  %p = attn.softmax %s : tensor<4x4xf32>
  return %p : tensor<4x4xf32>
}

//--- vector.mlir
func.func @vector(%m: memref<16xf32>, %i: index) {
  %v = vector.load %m[%i] : memref<16xf32>, vector<16xf32>
  vector.store %v, %m[%i] : memref<16xf32>, vector<16xf32>
  return
}

// -----

func.func @tiled(%k: memref<4x4xf32>) {
  // expected-error @+1 {{'attn.pack_key' was not lowered at the end of stage 'vector'}}
  attn.pack_key ins(%k) outs(%k) : (memref<4x4xf32>, memref<4x4xf32>) -> ()
  return
}

// -----

func.func @linalg(%m: memref<4xf32>, %x: f32) {
  // expected-error @+1 {{'linalg.fill' was not lowered at the end of stage 'vector'}}
  linalg.fill ins(%x : f32) outs(%m : memref<4xf32>)
  return
}

// -----

func.func @tensor(%t: tensor<4xf32>, %i: index) {
  // expected-error @+1 {{'tensor.extract' has a tensor at the end of stage 'vector'}}
  %x = tensor.extract %t[%i] : tensor<4xf32>
  return
}

//--- llvm.mlir
llvm.func @llvm(%x: f32) -> f32 {
  omp.parallel {
    omp.terminator
  }
  llvm.return %x : f32
}

// -----

// expected-error @+1 {{'func.func' was not lowered at the end of stage 'llvm'}}
func.func @func() {
  return
}

// -----

llvm.func @arith(%x: f32) -> f32 {
  // expected-error @+1 {{'arith.addf' was not lowered at the end of stage 'llvm'}}
  %y = arith.addf %x, %x : f32
  llvm.return %y : f32
}
