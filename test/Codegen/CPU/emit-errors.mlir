// Tiles that the emitter cannot lower are an error with the reason.
// RUN: attn-opt %s --split-input-file --attn-emit-cpu --verify-diagnostics

func.func @keys(%q: memref<8x16xf32>, %k: memref<?x8xf32>, %n: index, %m: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @below {{'attn.step' cannot be lowered: the number of keys has no known bound: add 'at_most'}}
  attn.step query(%q) key(%k) value(%k) count(%n) at(%n, %n) outs(%m, %m, %a)
      : (memref<8x16xf32>, memref<?x8xf32>, memref<?x8xf32>, index, index, index,
         memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @queries(%m: memref<5xf32>, %a: memref<8x5xf32>) {
  // expected-error @below {{'attn.init' cannot be lowered: the queries of the tile do not fill whole vectors}}
  attn.init outs(%m, %m, %a) : (memref<5xf32>, memref<5xf32>, memref<8x5xf32>) -> ()
  return
}

// -----

func.func @rows(%q: memref<1x24xf32>, %k: memref<16x24xf32>, %v: memref<16x16xf32>, %n: index,
                %m: memref<1xf32>, %a: memref<1x16xf32>) {
  // expected-error @below {{'attn.step' cannot be lowered: with rows, expected a dot product and features and values that fill whole vectors, one after the other}}
  attn.step query(%q) key(%k) value(%v) count(%n) at(%n, %n) outs(%m, %m, %a) rows
      : (memref<1x24xf32>, memref<16x24xf32>, memref<16x16xf32>, index, index, index,
         memref<1xf32>, memref<1xf32>, memref<1x16xf32>) -> ()
  return
}

// -----

func.func @rows_apart(%q: memref<1x16xf32>, %k: memref<16x16xf32, strided<[1, 16]>>, %v: memref<16x16xf32>, %n: index,
                      %m: memref<1xf32>, %a: memref<1x16xf32>) {
  // expected-error @below {{'attn.step' cannot be lowered: with rows, expected a dot product and features and values that fill whole vectors, one after the other}}
  attn.step query(%q) key(%k) value(%v) count(%n) at(%n, %n) outs(%m, %m, %a) rows
      : (memref<1x16xf32>, memref<16x16xf32, strided<[1, 16]>>, memref<16x16xf32>, index, index, index,
         memref<1xf32>, memref<1xf32>, memref<1x16xf32>) -> ()
  return
}

// -----

func.func @pairs_of_words(%q: memref<4x8xf32>, %out: memref<4x16x2xf32>) {
  // expected-error @below {{'attn.pack_query' cannot be lowered: pairs are of 16 bits each}}
  attn.pack_query ins(%q) outs(%out) : (memref<4x8xf32>, memref<4x16x2xf32>) -> ()
  return
}

// -----

func.func @tensors(%m: tensor<16xf32>, %a: tensor<8x16xf32>) {
  // expected-error @below {{'attn.init' cannot be lowered: not bufferized yet}}
  %0:3 = attn.init outs(%m, %m, %a) : (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
      -> (tensor<16xf32>, tensor<16xf32>, tensor<8x16xf32>)
  return
}
