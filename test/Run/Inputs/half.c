// Calls the library of emit.mlir; the argument is the size of the second input.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "half.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  float data[4] = {1, 2, 3, 4};
  attn_memref_1d_f32 a = {data, data, 0, {2}, {1}};
  attn_memref_1d_f32 b = {data, data, 0, {argc > 1 ? atoi(argv[1]) : 2}, {1}};
  half_results r;
  _mlir_ciface_half(&r, &a, &b);
  printf("%g %g %d\n", r.result0.aligned[0], r.result0.aligned[1],
         (int)r.result1);
  free(r.result0.allocated);
  return 0;
}
