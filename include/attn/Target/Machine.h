// What the compiler knows of a processor: the numbers that choose tiles.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_TARGET_MACHINE_H
#define ATTN_TARGET_MACHINE_H

#include <algorithm>
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
  /// Multiplies pairs of bf16 and adds both to a float (AVX-512 BF16).
  bool hasBf16Dot = false;

  /// Vectors of queries that a register block takes if there are enough.
  int64_t getBlockVectors() const { return numVectorRegisters >= 32 ? 4 : 2; }
  /// Keys, or value features, of a register block of `vectors` vectors. Its
  /// sums, the vectors and one broadcast must fit the registers: 4 x 4 + 4 + 1
  /// of 32, or 6 x 2 + 2 + 1 of 16. Two units with a latency of 4 cycles need
  /// at least 8 sums. Four units of 16 bytes need 16, and more to be fed by
  /// fewer loads and instructions: 6 x 4 + 4 + 1. Each row has a pointer, too,
  /// for which 16 registers are enough.
  int64_t getBlockRows(int64_t vectors) const {
    return std::min<int64_t>(getBlockSums() / vectors, 16);
  }
  /// Keys of a tile: whole blocks of 4, 8 or 16 keys, or of 6, 12 or 16.
  int64_t getTileKeys() const { return getBlockSums() == 16 ? 64 : 96; }
  /// Sums in the registers of a full block.
  int64_t getBlockSums() const {
    if (numVectorRegisters < 32)
      return 12;
    return vectorBytes > 16 ? 16 : 24;
  }
  /// Loads the lanes of a vector of 32 or 64 bits that a mask selects (AVX);
  /// where it does not, LLVM makes a branch for each.
  bool hasMaskedLoads() const { return vectorBytes > 16; }
  /// Vector lanes of an element type of `bytes` bytes.
  int64_t getLanes(int64_t bytes) const { return vectorBytes / bytes; }

  static Machine avx512() { return {64, 32, 1024 * 1024, true}; }
  static Machine avx512bf16() { return {64, 32, 1024 * 1024, true, true}; }
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
