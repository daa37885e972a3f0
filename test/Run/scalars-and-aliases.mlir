// Every element type, as tensor and scalar, in and out; results that are
// arguments, constants or the same buffer twice are freed once or not at all.
// RUN: attn-run %s --entry=kinds --input="1 2 3 4 5 6" --input=0.5 --input=-7 \
// RUN:   --input=9 --input=true --input=-3 --input=77 --input=2.5 --input=1.25 \
// RUN:   --input=-0.75 --input="0 1 1 0" --input=3.5 | FileCheck %s
// RUN: attn-run %s --entry=add --input=1.5 --input=f32=2 | FileCheck %s --check-prefix=ADD
// RUN: attn-run %s --entry=brain --input=1.5 | FileCheck %s --check-prefix=BRAIN
// RUN: attn-run %s --entry=nothing | count 0

// CHECK:      result[0]: 2x3xf16={{\[\[}}1, 2, 3], [4, 5, 6]]
// CHECK-NEXT: result[1]: f32=0.5
// CHECK-NEXT: result[2]: i64=-7
// CHECK-NEXT: result[3]: index=9
// CHECK-NEXT: result[4]: i1=1
// CHECK-NEXT: result[5]: i8=-3
// CHECK-NEXT: result[6]: i32=77
// CHECK-NEXT: result[7]: f64=2.5
// CHECK-NEXT: result[8]: bf16=1.25
// CHECK-NEXT: result[9]: f16=-0.75
// CHECK-NEXT: result[10]: 4xi1=[0, 1, 1, 0]
// CHECK-NEXT: result[11]: f64=3.5
// CHECK-NEXT: result[12]: 2x3xf16={{\[\[}}1, 2, 3], [4, 5, 6]]
// CHECK-NEXT: result[13]: 2xi64=[7, 8]
func.func @kinds(%t: tensor<2x3xf16>, %s: f32, %i: i64, %n: index, %b: i1,
                 %c: i8, %j: i32, %d: f64, %x: bf16, %h: f16, %m: tensor<4xi1>,
                 %z: tensor<f64>)
    -> (tensor<2x3xf16>, f32, i64, index, i1, i8, i32, f64, bf16, f16,
        tensor<4xi1>, tensor<f64>, tensor<2x3xf16>, tensor<2xi64>) {
  %g = arith.constant dense<[7, 8]> : tensor<2xi64>
  return %t, %s, %i, %n, %b, %c, %j, %d, %x, %h, %m, %z, %t, %g
      : tensor<2x3xf16>, f32, i64, index, i1, i8, i32, f64, bf16, f16,
        tensor<4xi1>, tensor<f64>, tensor<2x3xf16>, tensor<2xi64>
}

// ADD: result[0]: f32=3.5
func.func @add(%x: f32, %y: f32) -> f32 {
  %r = arith.addf %x, %y : f32
  return %r : f32
}

// BRAIN: result[0]: bf16=1.5
func.func @brain(%x: bf16) -> bf16 {
  return %x : bf16
}

func.func @nothing() {
  return
}

// Rounding to bf16 works on every cpu, also where no instruction does it.
// RUN: attn-run %s --entry=round --input="1.00390625 1.01171875 nan -inf 3.39e38" | FileCheck %s --check-prefix=ROUND
// RUN: %if x86_64 %{ attn-run %s --entry=round --mcpu=x86-64 --input="1.00390625 1.01171875 nan -inf 3.39e38" | FileCheck %s --check-prefix=ROUND %}
// ROUND: result[0]: 5xbf16=[1, 1.0156, nan, -inf, 3.3895e+38]
func.func @round(%a: tensor<5xf32>) -> tensor<5xbf16> {
  %b = arith.truncf %a : tensor<5xf32> to tensor<5xbf16>
  return %b : tensor<5xbf16>
}
