// Scores that are no dot product, and the loop of tanh alone beside which they
// are measured.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Bahdanau's score after its projections: w . tanh(q + k).
func.func @additive(%q: tensor<1x1x1024x128xf32>,
                    %k: tensor<1x1x1024x128xf32>,
                    %v: tensor<1x1x1024x128xf32>,
                    %w: tensor<128xf32>)
    -> tensor<1x1x1024x128xf32> {
  %s = attn.score pairwise(%q, %k) params(%w) {
  ^bb0(%x: f32, %y: f32, %wd: f32):
    %sum = arith.addf %x, %y : f32
    %t = math.tanh %sum : f32
    %r = arith.mulf %wd, %t : f32
    attn.yield %r : f32
  } : tensor<1x1x1024x128xf32>, tensor<1x1x1024x128xf32>, tensor<128xf32> -> tensor<1x1x1024x1024xf32>
  %p = attn.softmax %s : tensor<1x1x1024x1024xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x1024x1024xf32>, tensor<1x1x1024x128xf32> -> tensor<1x1x1024x128xf32>
  return %o : tensor<1x1x1024x128xf32>
}

// The same for one query: what a recurrent decoder asks at each token.
func.func @additive_one(%q: tensor<1x1x1x128xf32>,
                        %k: tensor<1x1x4096x128xf32>,
                        %v: tensor<1x1x4096x128xf32>,
                        %w: tensor<128xf32>)
    -> tensor<1x1x1x128xf32> {
  %s = attn.score pairwise(%q, %k) params(%w) {
  ^bb0(%x: f32, %y: f32, %wd: f32):
    %sum = arith.addf %x, %y : f32
    %t = math.tanh %sum : f32
    %r = arith.mulf %wd, %t : f32
    attn.yield %r : f32
  } : tensor<1x1x1x128xf32>, tensor<1x1x4096x128xf32>, tensor<128xf32> -> tensor<1x1x1x4096xf32>
  %p = attn.softmax %s : tensor<1x1x1x4096xf32>
  %o = attn.weighted_sum %p, %v
      : tensor<1x1x1x4096xf32>, tensor<1x1x4096x128xf32> -> tensor<1x1x1x128xf32>
  return %o : tensor<1x1x1x128xf32>
}

// A sequence pooled to one vector: the score needs no query, and the values are
// the rows that it is taken of.
func.func @pool_relu(%x: tensor<1x?x?x128xf32>, %w: tensor<128xf32>)
    -> tensor<1x?x1x128xf32> {
  %s = attn.score pairwise(%x) params(%w) {
  ^bb0(%y: f32, %wd: f32):
    %zero = arith.constant 0.0 : f32
    %t = arith.maximumf %y, %zero : f32
    %r = arith.mulf %wd, %t : f32
    attn.yield %r : f32
  } : tensor<1x?x?x128xf32>, tensor<128xf32> -> tensor<1x?x1x?xf32>
  %p = attn.softmax %s : tensor<1x?x1x?xf32>
  %o = attn.weighted_sum %p, %x
      : tensor<1x?x1x?xf32>, tensor<1x?x?x128xf32> -> tensor<1x?x1x128xf32>
  return %o : tensor<1x?x1x128xf32>
}

func.func @pool_tanh(%x: tensor<1x?x?x128xf32>, %w: tensor<128xf32>)
    -> tensor<1x?x1x128xf32> {
  %s = attn.score pairwise(%x) params(%w) {
  ^bb0(%y: f32, %wd: f32):
    %t = math.tanh %y : f32
    %r = arith.mulf %wd, %t : f32
    attn.yield %r : f32
  } : tensor<1x?x?x128xf32>, tensor<128xf32> -> tensor<1x?x1x?xf32>
  %p = attn.softmax %s : tensor<1x?x1x?xf32>
  %o = attn.weighted_sum %p, %x
      : tensor<1x?x1x?xf32>, tensor<1x?x?x128xf32> -> tensor<1x?x1x128xf32>
  return %o : tensor<1x?x1x128xf32>
}

// tanh alone: 16 KiB, 256 times over. Nothing waits for anything: a vector
// comes again after all others.
func.func @tanh(%x: tensor<4096xf32>) -> tensor<4096xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %times = arith.constant 256 : index
  %size = arith.constant 4096 : index
  %zero = arith.constant 0.0 : f32
  %result = scf.for %n = %c0 to %times step %c1 iter_args(%all = %x) -> tensor<4096xf32> {
    %next = scf.for %i = %c0 to %size step %c16 iter_args(%y = %all) -> tensor<4096xf32> {
      %a = vector.transfer_read %y[%i], %zero {in_bounds = [true]} : tensor<4096xf32>, vector<16xf32>
      %t = math.tanh %a : vector<16xf32>
      %z = vector.transfer_write %t, %y[%i] {in_bounds = [true]} : vector<16xf32>, tensor<4096xf32>
      scf.yield %z : tensor<4096xf32>
    }
    scf.yield %next : tensor<4096xf32>
  }
  return %result : tensor<4096xf32>
}
