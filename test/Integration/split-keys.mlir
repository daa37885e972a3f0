// A few queries and more keys than one split has: the mask empties some splits,
// parts of others, and all of them.
// RUN: attn-run %s --check --input=random:1 --input=2x2x5001x64xf32=random:2 --input=2x2x5001x64xf32=random:3 --input="4500 5001" --input=random:4 | FileCheck %s
// RUN: attn-run %s --check --input=random:1 --input=2x2x2049x64xf32=random:2 --input=2x2x2049x64xf32=random:3 --input="1844 2049" --input=random:4 | FileCheck %s
// RUN: attn-run %s --check --input=random:1 --input=2x2x2048x64xf32=random:2 --input=2x2x2048x64xf32=random:3 --input="1843 2048" --input=random:4 | FileCheck %s
// RUN: attn-run %s --check --input=random:1 --input=2x2x100x64xf32=random:2 --input=2x2x100x64xf32=random:3 --input="90 100" --input=random:4 | FileCheck %s
// RUN: attn-run %s --check --input=random:1 --input=2x2x0x64xf32=random:2 --input=2x2x0x64xf32=random:3 --input="0 0" --input=random:4 | FileCheck %s
// RUN: attn-run %s --check --input=random:1 --input=2x2x5001x64xf32=random:2 --input=2x2x5001x64xf32=random:3 --input="0 3" --input=random:4 | FileCheck %s
// CHECK: result[0]: PASS
// CHECK-NEXT: result[1]: PASS

func.func @decode(%q: tensor<2x8x1x64xf32>, %k: tensor<2x2x?x64xf32>, %v: tensor<2x2x?x64xf32>, %len: tensor<2xi64>, %sink: tensor<8xf32>) -> (tensor<2x8x1x64xf32>, tensor<2x8x1xf32>) {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<2x8x1x64xf32>, tensor<2x2x?x64xf32> -> tensor<2x8x1x?xf32>
  %m = attn.mask %s window(700, 0) : tensor<2x8x1x?xf32>
  %m2 = attn.mask %m lengths(%len : tensor<2xi64>) : tensor<2x8x1x?xf32>
  %p, %lse = attn.softmax %m2 sink(%sink : tensor<8xf32>) : tensor<2x8x1x?xf32>, tensor<2x8x1xf32>
  %o = attn.weighted_sum %p, %v : tensor<2x8x1x?xf32>, tensor<2x2x?x64xf32> -> tensor<2x8x1x64xf32>
  return %o, %lse : tensor<2x8x1x64xf32>, tensor<2x8x1xf32>
}
