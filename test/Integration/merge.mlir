// Two halves of the keys, absorbed apart and merged, are the whole: the algebra
// that split-KV decoding and cascades stand on, here in hand-written tiled IR.
//
// RUN: attn-run %s --entry=whole --input=5x8xf32=random:1 --input=128x8xf32=random:2 \
// RUN:   --input=128x6xf32=random:3 --check --output=@%t.npy
// RUN: attn-run %s --start-from=tiled --entry=split --input=5x8xf32=random:1 \
// RUN:   --input=128x8xf32=random:2 --input=128x6xf32=random:3 \
// RUN:   --expected_output=@%t.npy --expected_f32_threshold=1e-6
// The comparison can fail: without the second half the result is another one.
// RUN: not attn-run %s --start-from=tiled --entry=half --input=5x8xf32=random:1 \
// RUN:   --input=128x8xf32=random:2 --input=128x6xf32=random:3 \
// RUN:   --expected_output=@%t.npy --expected_f32_threshold=1e-6

func.func @whole(%q: tensor<5x8xf32>, %k: tensor<128x8xf32>, %v: tensor<128x6xf32>) -> tensor<5x6xf32> {
  %s = attn.score dot(%q, %k) scale(2.0) : tensor<5x8xf32>, tensor<128x8xf32> -> tensor<5x128xf32>
  %p = attn.softmax %s : tensor<5x128xf32>
  %o = attn.weighted_sum %p, %v : tensor<5x128xf32>, tensor<128x6xf32> -> tensor<5x6xf32>
  return %o : tensor<5x6xf32>
}

// The state after the 64 keys from %j0.
func.func private @absorb(%q: tensor<8x16xf32>, %k: tensor<128x8xf32>, %v: tensor<128x6xf32>, %j0: index)
    -> (tensor<16xf32>, tensor<16xf32>, tensor<6x16xf32>) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %ks = tensor.extract_slice %k[%j0, 0] [64, 8] [1, 1] : tensor<128x8xf32> to tensor<64x8xf32>
  %vs = tensor.extract_slice %v[%j0, 0] [64, 6] [1, 1] : tensor<128x6xf32> to tensor<64x6xf32>
  %ke = bufferization.alloc_tensor() : tensor<64x8xf32>
  %ve = bufferization.alloc_tensor() : tensor<64x6xf32>
  %kt = attn.pack_key ins(%ks) outs(%ke) : (tensor<64x8xf32>, tensor<64x8xf32>) -> tensor<64x8xf32>
  %vt = attn.pack_key ins(%vs) outs(%ve) : (tensor<64x6xf32>, tensor<64x6xf32>) -> tensor<64x6xf32>
  %m0 = bufferization.alloc_tensor() : tensor<16xf32>
  %l0 = bufferization.alloc_tensor() : tensor<16xf32>
  %a0 = bufferization.alloc_tensor() : tensor<6x16xf32>
  %i:3 = attn.init outs(%m0, %l0, %a0)
      : (tensor<16xf32>, tensor<16xf32>, tensor<6x16xf32>) -> (tensor<16xf32>, tensor<16xf32>, tensor<6x16xf32>)
  %s:3 = attn.step query(%q) key(%kt) value(%vt) count(%c64) at(%c0, %j0) outs(%i#0, %i#1, %i#2)
      : (tensor<8x16xf32>, tensor<64x8xf32>, tensor<64x6xf32>, index, index, index,
         tensor<16xf32>, tensor<16xf32>, tensor<6x16xf32>) -> (tensor<16xf32>, tensor<16xf32>, tensor<6x16xf32>)
  return %s#0, %s#1, %s#2 : tensor<16xf32>, tensor<16xf32>, tensor<6x16xf32>
}

func.func @split(%q: tensor<5x8xf32>, %k: tensor<128x8xf32>, %v: tensor<128x6xf32>) -> tensor<5x6xf32> {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %qe = bufferization.alloc_tensor() : tensor<8x16xf32>
  %qt = attn.pack_query ins(%q) outs(%qe) scale(2.0) : (tensor<5x8xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
  %a:3 = func.call @absorb(%qt, %k, %v, %c0)
      : (tensor<8x16xf32>, tensor<128x8xf32>, tensor<128x6xf32>, index) -> (tensor<16xf32>, tensor<16xf32>, tensor<6x16xf32>)
  %b:3 = func.call @absorb(%qt, %k, %v, %c64)
      : (tensor<8x16xf32>, tensor<128x8xf32>, tensor<128x6xf32>, index) -> (tensor<16xf32>, tensor<16xf32>, tensor<6x16xf32>)
  %m:3 = attn.merge ins(%b#0, %b#1, %b#2) outs(%a#0, %a#1, %a#2)
      : (tensor<16xf32>, tensor<16xf32>, tensor<6x16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<6x16xf32>)
     -> (tensor<16xf32>, tensor<16xf32>, tensor<6x16xf32>)
  %e = bufferization.alloc_tensor() : tensor<5x6xf32>
  %o = attn.finish ins(%m#0, %m#1, %m#2) outs(%e)
      : (tensor<16xf32>, tensor<16xf32>, tensor<6x16xf32>, tensor<5x6xf32>) -> tensor<5x6xf32>
  return %o : tensor<5x6xf32>
}

func.func @half(%q: tensor<5x8xf32>, %k: tensor<128x8xf32>, %v: tensor<128x6xf32>) -> tensor<5x6xf32> {
  %c0 = arith.constant 0 : index
  %qe = bufferization.alloc_tensor() : tensor<8x16xf32>
  %qt = attn.pack_query ins(%q) outs(%qe) scale(2.0) : (tensor<5x8xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
  %a:3 = func.call @absorb(%qt, %k, %v, %c0)
      : (tensor<8x16xf32>, tensor<128x8xf32>, tensor<128x6xf32>, index) -> (tensor<16xf32>, tensor<16xf32>, tensor<6x16xf32>)
  %e = bufferization.alloc_tensor() : tensor<5x6xf32>
  %o = attn.finish ins(%a#0, %a#1, %a#2) outs(%e)
      : (tensor<16xf32>, tensor<16xf32>, tensor<6x16xf32>, tensor<5x6xf32>) -> tensor<5x6xf32>
  return %o : tensor<5x6xf32>
}
