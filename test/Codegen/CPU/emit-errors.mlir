// Tiles that the emitter cannot lower are an error with the reason.
// RUN: attn-opt %s --split-input-file --attn-emit-cpu --verify-diagnostics

func.func @keys(%q: memref<8x16xf32>, %k: memref<?x8xf32>, %n: index, %m: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @below {{'attn.step' cannot be lowered: expected buffers, queries that fill whole vectors of 64 bytes, and a bound on the number of keys}}
  attn.step query(%q) key(%k) value(%k) count(%n) at(%n, %n) outs(%m, %m, %a)
      : (memref<8x16xf32>, memref<?x8xf32>, memref<?x8xf32>, index, index, index,
         memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @queries(%m: memref<5xf32>, %a: memref<8x5xf32>) {
  // expected-error @below {{'attn.init' cannot be lowered}}
  attn.init outs(%m, %m, %a) : (memref<5xf32>, memref<5xf32>, memref<8x5xf32>) -> ()
  return
}
