// RUN: attn-opt %s --split-input-file --attn-expand-math | FileCheck %s
// RUN: attn-opt %s --split-input-file --attn-expand-math=avx512=true \
// RUN:   | FileCheck %s --check-prefix=AVX512

// No fast-math flag, whatever the original carries; clamps that keep NaN; two
// scalings. With AVX-512 no clamp is needed.

// CHECK-LABEL: func.func @exp2
// CHECK-NOT: fastmath
// CHECK-NOT: math.exp2
// CHECK: %[[LOW:.*]] = arith.cmpf ogt, %{{.*}}, %[[X:.*]] : vector<16xf32>
// CHECK-NEXT: arith.select %[[LOW]], %{{.*}}, %[[X]]
// CHECK: arith.cmpf olt
// CHECK-COUNT-6: math.fma {{.*}} : vector<16xf32>
// CHECK: %[[BITS:.*]] = arith.bitcast %{{.*}} : vector<16xf32> to vector<16xi32>
// CHECK: %[[HALF:.*]] = arith.shrui %[[BITS]]
// CHECK: %[[REST:.*]] = arith.subi %[[BITS]], %[[HALF]]
// CHECK: arith.shli %[[HALF]]
// CHECK: arith.mulf
// CHECK: arith.shli %[[REST]]
// CHECK: %[[Y:.*]] = arith.mulf
// CHECK-NEXT: return %[[Y]] : vector<16xf32>

// AVX512-LABEL: func.func @exp2
// AVX512-SAME: (%[[X:.*]]: vector<16xf32>)
// AVX512-NOT: arith.select
// AVX512: %[[F:.*]] = llvm.call_intrinsic "llvm.x86.avx512.mask.reduce.ps.512"(%[[X]],
// AVX512-COUNT-6: math.fma
// AVX512: %[[Y:.*]] = llvm.call_intrinsic "llvm.x86.avx512.mask.scalef.ps.512"(%{{.*}}, %[[X]],
// AVX512-NEXT: return %[[Y]] : vector<16xf32>
func.func @exp2(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp2 %x fastmath<nnan,ninf,afn> : vector<16xf32>
  return %y : vector<16xf32>
}

// -----

// What is rounded to bf16 needs no more than three terms, where they are all
// that the function costs.

// CHECK-LABEL: func.func @exp2_approximate
// CHECK-COUNT-6: math.fma

// AVX512-LABEL: func.func @exp2_approximate
// AVX512: "llvm.x86.avx512.mask.reduce.ps.512"
// AVX512-COUNT-3: math.fma
// AVX512-NOT: math.fma
// AVX512: "llvm.x86.avx512.mask.scalef.ps.512"
func.func @exp2_approximate(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp2 %x {attn.approximate} : vector<16xf32>
  return %y : vector<16xf32>
}

// -----

// AVX512-LABEL: func.func @exp2_f64
// AVX512: "llvm.x86.avx512.mask.reduce.pd.512"
// AVX512: "llvm.x86.avx512.mask.scalef.pd.512"
func.func @exp2_f64(%x: vector<8xf64>) -> vector<8xf64> {
  %y = math.exp2 %x : vector<8xf64>
  return %y : vector<8xf64>
}

// -----

// AVX512-LABEL: func.func @exp_scales_at_once
// AVX512-NOT: reduce
// AVX512: "llvm.x86.avx512.mask.scalef.ps.512"
func.func @exp_scales_at_once(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp %x : vector<16xf32>
  return %y : vector<16xf32>
}

// -----

// Only full one-dimensional 512-bit vectors have the AVX-512 form.

// AVX512-LABEL: func.func @portable_shapes
// AVX512-NOT: llvm.call_intrinsic
// AVX512-NOT: math.exp2
// AVX512: return
func.func @portable_shapes(%a: vector<8xf32>, %b: vector<2x16xf32>,
                           %c: vector<[16]xf32>, %d: f32, %e: vector<f32>) {
  %0 = math.exp2 %a : vector<8xf32>
  %1 = math.exp2 %b : vector<2x16xf32>
  %2 = math.exp2 %c : vector<[16]xf32>
  %3 = math.exp2 %d : f32
  %4 = math.exp2 %e : vector<f32>
  return
}

// -----

// CHECK-LABEL: func.func @half
// CHECK-SAME: (%[[X:.*]]: vector<16xbf16>)
// CHECK: arith.extf %[[X]] : vector<16xbf16> to vector<16xf32>
// CHECK: %[[Y:.*]] = arith.truncf %{{.*}} : vector<16xf32> to vector<16xbf16>
// CHECK-NEXT: return %[[Y]]
func.func @half(%x: vector<16xbf16>) -> vector<16xbf16> {
  %y = math.tanh %x : vector<16xbf16>
  return %y : vector<16xbf16>
}

// -----

// CHECK-LABEL: func.func @every_function
// CHECK-NOT: math.{{(exp|tanh|log)}}
// CHECK: return
func.func @every_function(%x: f32, %y: vector<4xf64>)
    -> (f32, f32, f32, vector<4xf64>, vector<4xf64>, vector<4xf64>) {
  %0 = math.exp %x : f32
  %1 = math.tanh %x : f32
  %2 = math.log %x : f32
  %3 = math.log2 %y : vector<4xf64>
  %4 = math.log1p %y : vector<4xf64>
  %5 = math.exp2 %y : vector<4xf64>
  return %0, %1, %2, %3, %4, %5
      : f32, f32, f32, vector<4xf64>, vector<4xf64>, vector<4xf64>
}

// -----

// Tensors, other float types and functions without an expansion stay.

// CHECK-LABEL: func.func @unsupported
// CHECK: math.exp2 %{{.*}} : tensor<4xf32>
// CHECK: math.exp %{{.*}} : f128
// CHECK: math.sin %{{.*}} : f32
func.func @unsupported(%a: tensor<4xf32>, %b: f128, %c: f32)
    -> (tensor<4xf32>, f128, f32) {
  %0 = math.exp2 %a : tensor<4xf32>
  %1 = math.exp %b : f128
  %2 = math.sin %c : f32
  return %0, %1, %2 : tensor<4xf32>, f128, f32
}
