// Pairs are multiplied in vectors of 64 bytes only.
// RUN: attn-opt %s --split-input-file --attn-emit-cpu="vector-bytes=32 vector-registers=16" --verify-diagnostics

func.func @queries(%q: memref<4x16x2xbf16>, %k: memref<16x8xbf16>, %v: memref<16x8xf32>, %n: index,
                   %m: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @below {{'attn.step' cannot be lowered: pairs of bf16 are multiplied in vectors of 64 bytes}}
  attn.step query(%q) key(%k) value(%v) count(%n) at(%n, %n) outs(%m, %m, %a)
      : (memref<4x16x2xbf16>, memref<16x8xbf16>, memref<16x8xf32>, index, index, index,
         memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}

// -----

func.func @values(%q: memref<8x16xf32>, %k: memref<16x8xf32>, %v: memref<8x8x2xbf16>, %n: index,
                  %m: memref<16xf32>, %a: memref<8x16xf32>) {
  // expected-error @below {{'attn.step' cannot be lowered: pairs of bf16 are multiplied in vectors of 64 bytes}}
  attn.step query(%q) key(%k) value(%v) count(%n) at(%n, %n) outs(%m, %m, %a)
      : (memref<8x16xf32>, memref<16x8xf32>, memref<8x8x2xbf16>, index, index, index,
         memref<16xf32>, memref<16xf32>, memref<8x16xf32>) -> ()
  return
}
