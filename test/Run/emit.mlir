// Files of all kinds; a shared library works from C with its header.
// RUN: attn-run %s --emit=llvm | FileCheck %s --check-prefix=LLVM
// LLVM: define {{.*}} @_mlir_ciface_half(
// RUN: attn-run %s --emit=asm | FileCheck %s --check-prefix=ASM
// ASM: _mlir_ciface_half:
// RUN: attn-run %s --emit=obj -o %t.o && llvm-nm %t.o | FileCheck %s --check-prefix=OBJ
// OBJ: T _mlir_ciface_half
// RUN: not attn-run %s --emit=shared 2>&1 | FileCheck %s --check-prefix=STDOUT
// STDOUT: a shared library cannot be written to stdout
// RUN: not attn-run %s --emit=asm -o %t.no/such/folder 2>&1 | FileCheck %s --check-prefix=FOLDER
// FOLDER: cannot write '{{.*}}folder': No such file or directory

// RUN: rm -rf %t && mkdir %t
// RUN: attn-run %s --emit=shared -o %t/half.so
// RUN: FileCheck %s --check-prefix=HEADER < %t/half.h
// HEADER:      float *allocated;
// HEADER:      * arg0: tensor<?xf32>
// HEADER:      * result 0: tensor<?xf32>
// HEADER-NEXT: * result 1: index
// HEADER:      void _mlir_ciface_half(half_results *results, attn_memref_1d_f32 *arg0, attn_memref_1d_f32 *arg1);
// RUN: clang -Wall -Werror -I%t %S/Inputs/half.c %t/half.so -o %t/half
// RUN: %t/half 2 | FileCheck %s --check-prefix=VALUES
// VALUES: 0.5 1 2
// RUN: not --crash %t/half 3 2>&1 | FileCheck %s --check-prefix=ASSERT
// ASSERT: error: the sizes differ

func.func @half(%a: tensor<?xf32>, %b: tensor<?xf32>) -> (tensor<?xf32>, index) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf32>
  %m = tensor.dim %b, %c0 : tensor<?xf32>
  %same = arith.cmpi eq, %n, %m : index
  cf.assert %same, "the sizes differ"
  %empty = tensor.empty(%n) : tensor<?xf32>
  %half = arith.constant 0.5 : f32
  %fill = linalg.fill ins(%half : f32) outs(%empty : tensor<?xf32>) -> tensor<?xf32>
  %r = linalg.mul ins(%a, %fill : tensor<?xf32>, tensor<?xf32>) outs(%empty : tensor<?xf32>) -> tensor<?xf32>
  return %r, %n : tensor<?xf32>, index
}
