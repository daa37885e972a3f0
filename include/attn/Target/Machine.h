// What the compiler knows of a processor: the numbers that choose tiles.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TARGET_MACHINE_H
#define ATTN_TARGET_MACHINE_H

#include <cstdint>
#include <string>

namespace mlir::attn {

/// A processor as code generation sees it. Plain numbers, so that one machine
/// can compile for another.
struct Machine {
  /// Width of a vector register, in bytes.
  int64_t vectorBytes = 16;
  /// Number of vector registers.
  int64_t numVectorRegisters = 16;
  /// Size of the private second-level cache, in bytes.
  int64_t l2Bytes = 512 * 1024;
  /// Has vscalef and vreduce (AVX-512F and DQ), the cheap way to exp2.
  bool hasAvx512 = false;

  /// Vectors of queries that a register block takes if there are enough.
  int64_t getBlockVectors() const { return numVectorRegisters >= 32 ? 4 : 2; }
  /// Keys, or value features, of a register block of `vectors` vectors. Its
  /// sums, the vectors and one broadcast must fit the registers: 4 x 4 + 4 + 1
  /// of 32, or 6 x 2 + 2 + 1 of 16. Two units with a latency of 4 cycles need
  /// at least 8 sums.
  int64_t getBlockRows(int64_t vectors) const {
    return (numVectorRegisters >= 32 ? 16 : 12) / vectors;
  }
  /// Vector lanes of an element type of `bytes` bytes.
  int64_t getLanes(int64_t bytes) const { return vectorBytes / bytes; }

  static Machine avx512() { return {64, 32, 1024 * 1024, true}; }
  static Machine avx2() { return {32, 16, 512 * 1024, false}; }
  static Machine neon() { return {16, 32, 512 * 1024, false}; }
  static Machine sse() { return {16, 16, 512 * 1024, false}; }

  /// The machine with the LLVM target features `features` (a comma-separated
  /// list as in "+avx2,+fma") and architecture `arch` (as in a triple).
  static Machine fromFeatures(const std::string &arch,
                              const std::string &features);
};

} // namespace mlir::attn

#endif // ATTN_TARGET_MACHINE_H
