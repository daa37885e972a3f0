// Results are judged by the f64 reference, by a file and by values.
// RUN: attn-run %s --input=16x24xf32=random:1 --input=24x8xf32=random:2 \
// RUN:   --output=@%t.npy --check --threads=2 | FileCheck %s
// CHECK: result[0]: PASS, RMSE {{.*}}, max abs error {{.*}}, max ulp error
// RUN: attn-run %s --input=16x24xf32=random:1 --input=24x8xf32=random:2 \
// RUN:   --expected_output=@%t.npy | count 0
// RUN: attn-run %s --input=16x24xf32=random:1 --input=24x8xf32=random:2 \
// RUN:   --reference --expected_output=@%t.npy

// Other inputs give another result.
// RUN: not attn-run %s --input=16x24xf32=random:3 --input=24x8xf32=random:2 \
// RUN:   --expected_output=@%t.npy 2>&1 | FileCheck %s --check-prefix=DIFFERS
// DIFFERS: result 0: {{[0-9]+}} of 128 elements differ; element 0 is
// RUN: attn-run %s --input=16x24xf32=random:3 --input=24x8xf32=random:2 \
// RUN:   --expected_output="(ignored)"

// RUN: attn-run %s --input=2x1xf32=2 --input=1x8xf32=3 --expected_output=6
// RUN: attn-run %s --input=2x1xf32=2 --input=1x8xf32=3 --expected_output=6.00005
// RUN: not attn-run %s --input=2x1xf32=2 --input=1x8xf32=3 --expected_output=6.01
// RUN: attn-run %s --input=2x1xf32=2 --input=1x8xf32=3 --expected_output=6.01 \
// RUN:   --expected_f32_threshold=0.1
// RUN: not attn-run %s --input=2x1xf32=2 --input=1x8xf32=3 \
// RUN:   --expected_output=3x8xf32=6 2>&1 | FileCheck %s --check-prefix=SHAPE
// SHAPE: result 0: expected tensor<2x8xf32>, got 3x8xf32
// RUN: attn-run %s --input=1x1xf32=nan --input=1x8xf32=3 --expected_output=nan

// Nothing in, nothing out.
// RUN: attn-run %s --input=0x4xf32 --input=4x8xf32=random | FileCheck %s --check-prefix=EMPTY
// EMPTY: result[0]: 0x8xf32=[]

func.func @mm(%a: tensor<?x?xf32>, %b: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %a, %c0 : tensor<?x?xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty(%m) : tensor<?x8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x8xf32>) -> tensor<?x8xf32>
  %r = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x8xf32>)
                     outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %r : tensor<?x8xf32>
}
