// The same for one query with a score that is no dot product.
// RUN: %python %S/s3-few-queries.py %s

func.func @f(%q: tensor<2x6x1x64xf32>, %k: tensor<2x6x?x64xf32>, %v: tensor<2x6x?x32xf32>, %n: tensor<2xi64>)
    -> (tensor<2x6x1x32xf32>, tensor<2x6x1xf32>) {
  %s = attn.score pairwise(%q, %k) scale(0.125) {
  ^bb0(%x: f32, %y: f32):
    %0 = arith.subf %x, %y : f32
    %1 = math.absf %0 : f32
    %2 = arith.negf %1 : f32
    attn.yield %2 : f32
  } : tensor<2x6x1x64xf32>, tensor<2x6x?x64xf32> -> tensor<2x6x1x?xf32>
  %m = attn.mask %s lengths(%n : tensor<2xi64>) : tensor<2x6x1x?xf32>
  %p, %l = attn.softmax %m : tensor<2x6x1x?xf32>, tensor<2x6x1xf32>
  %o = attn.weighted_sum %p, %v : tensor<2x6x1x?xf32>, tensor<2x6x?x32xf32> -> tensor<2x6x1x32xf32>
  return %o, %l : tensor<2x6x1x32xf32>, tensor<2x6x1xf32>
}
