// A program that does not end for an odd number, and one that needs much memory.
func.func @endless(%n: index) -> index {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %r = scf.while (%i = %c0) : (index) -> index {
    %go = arith.cmpi ne, %i, %n : index
    scf.condition(%go) %i : index
  } do {
  ^bb0(%i: index):
    %next = arith.addi %i, %c2 : index
    scf.yield %next : index
  }
  return %r : index
}

func.func @large() -> tensor<500000000xf32> {
  %x = arith.constant 1.0 : f32
  %0 = tensor.empty() : tensor<500000000xf32>
  %1 = linalg.fill ins(%x : f32) outs(%0 : tensor<500000000xf32>) -> tensor<500000000xf32>
  return %1 : tensor<500000000xf32>
}
