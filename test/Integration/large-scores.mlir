// Scores far from each other's size: the largest of a query is at distance zero
// of itself, however large it is, and a scale that rounds to zero makes all
// scores equal.

// RUN: attn-run %s --check --entry=pairs --input=40x64xbf16=50000 --input=40x64xbf16=50000 --input=40x64xbf16=random:3 | FileCheck %s
// RUN: attn-run %s --check --entry=halves --input=40x64xbf16=50000 --input=40x64xbf16=50000 --input=40x64xbf16=random:3 | FileCheck %s
// RUN: attn-run %s --check --entry=halves --input=40x64xbf16=50000 --input=40x64xbf16=-50000 --input=40x64xbf16=random:3 | FileCheck %s
// RUN: attn-run %s --check --entry=one --input=1x64xbf16=50000 --input=300x64xbf16=50000 --input=300x64xbf16=random:3 | FileCheck %s
// RUN: attn-run %s --check --entry=tiny --input=40x64xbf16=random:1 --input=40x64xbf16=random:2 --input=40x64xbf16=random:3 | FileCheck %s
// CHECK: result[0]: PASS

func.func @pairs(%q: tensor<40x64xbf16>, %k: tensor<40x64xbf16>, %v: tensor<40x64xbf16>) -> tensor<40x64xbf16> {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<40x64xbf16>, tensor<40x64xbf16> -> tensor<40x40xf32>
  %p = attn.softmax %s : tensor<40x40xf32> -> tensor<40x40xbf16>
  %o = attn.weighted_sum %p, %v : tensor<40x40xbf16>, tensor<40x64xbf16> -> tensor<40x64xbf16>
  return %o : tensor<40x64xbf16>
}

func.func @halves(%q: tensor<40x64xbf16>, %k: tensor<40x64xbf16>, %v: tensor<40x64xbf16>) -> tensor<40x64xbf16> {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<40x64xbf16>, tensor<40x64xbf16> -> tensor<40x40xf32>
  %p = attn.softmax %s : tensor<40x40xf32>
  %o = attn.weighted_sum %p, %v : tensor<40x40xf32>, tensor<40x64xbf16> -> tensor<40x64xbf16>
  return %o : tensor<40x64xbf16>
}

func.func @one(%q: tensor<1x64xbf16>, %k: tensor<?x64xbf16>, %v: tensor<?x64xbf16>) -> tensor<1x64xbf16> {
  %s = attn.score dot(%q, %k) scale(0.125) : tensor<1x64xbf16>, tensor<?x64xbf16> -> tensor<1x?xf32>
  %p = attn.softmax %s : tensor<1x?xf32>
  %o = attn.weighted_sum %p, %v : tensor<1x?xf32>, tensor<?x64xbf16> -> tensor<1x64xbf16>
  return %o : tensor<1x64xbf16>
}

func.func @tiny(%q: tensor<40x64xbf16>, %k: tensor<40x64xbf16>, %v: tensor<40x64xbf16>) -> tensor<40x64xbf16> {
  %s = attn.score dot(%q, %k) scale(1.0e-46) : tensor<40x64xbf16>, tensor<40x64xbf16> -> tensor<40x40xf32>
  %m = attn.mask %s causal : tensor<40x40xf32>
  %p = attn.softmax %m : tensor<40x40xf32>
  %o = attn.weighted_sum %p, %v : tensor<40x40xf32>, tensor<40x64xbf16> -> tensor<40x64xbf16>
  return %o : tensor<40x64xbf16>
}
