// attn.step on buffers: what its parts share. EmitStep.cpp tells the story.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ATTN_LIB_CODEGEN_CPU_STEPEMITTER_H
#define ATTN_LIB_CODEGEN_CPU_STEPEMITTER_H

#include "TileBuilder.h"

#include "attn/Analysis/MaskAnalysis.h"
#include "attn/Codegen/Score/LaneProgram.h"

namespace mlir::attn {

class StepEmitter {
public:
  StepEmitter(RewriterBase &rewriter, StepOp op, FloatType compute,
              const Machine &machine);

  void emit();

private:
  /// Values of a register block: [key or feature][vector of queries].
  using RegisterBlock = SmallVector<SmallVector<Value>>;

  /// What one block of queries sees of the tile.
  struct Window {
    /// The first query, counted in the tile.
    Value query0;
    /// Keys [first, last), counted in the tile.
    Value first, last;
    /// The mask keeps every pair; null if nobody can tell.
    Value full;
    /// The mask may keep a pair; null if nobody can tell.
    Value may;
  };

  // EmitStep.cpp: softmax
  Value allocateScratch(MemRefType type, bool zeroed);
  Value emitAllFinite();
  Window findWindow(Value query0);
  void emitBlock(const Window &window);
  SmallVector<Value> emitSpeculation(const Window &window,
                                     ArrayRef<Value> reference);
  SmallVector<Value> emitExact(const Window &window, ArrayRef<Value> reference,
                               Value blockIndex);
  void rescaleAcc(Value query0, ArrayRef<Value> factors);
  Value isAny(ArrayRef<Value> conditions);
  /// exceeds[v] = s[v] > reference[v] + headroom
  SmallVector<Value> exceeds(ArrayRef<Value> scores, ArrayRef<Value> reference);
  /// Calls `body(first key, number of keys, carried)` for the register blocks
  /// of a window: whole ones, then the keys that are left one by one. Nothing
  /// is read or computed for a key that is not there.
  using BlockBody =
      llvm::function_ref<SmallVector<Value>(Value, int64_t, ValueRange)>;
  SmallVector<Value> forKeys(const Window &window, ValueRange inits,
                             BlockBody body);

  // EmitScores.cpp
  RegisterBlock emitScores(const Window &window, Value key0, int64_t rows);
  RegisterBlock emitDot(Value query0, Value key0, int64_t rows);
  RegisterBlock emitPairwise(Value query0, Value key0, int64_t rows);
  void applyMod(RegisterBlock &scores, Value query0, Value key0);
  RegisterBlock applyMask(const RegisterBlock &scores, const Window &window,
                          Value key0);
  LaneValue queryIndex(Value query0, int64_t vector);
  SmallVector<LaneValue> regionIndices(Value query0, int64_t vector, Value key);

  // EmitPrefetch.cpp
  void emitPrefetch(Value tile, Value key0, int64_t rows, Value c0, Value c1);
  void emitPrefetchPart(Value tile, Value query0, Value key0, int64_t rows);
  /// Elements of a cache line.
  int64_t lineSize();
  bool isOnlyBlock() {
    return op.getNumQueries() == numVectors * b.lanes && op.isDot();
  }

  // EmitWeightedSum.cpp
  void emitWeightedSum(const Window &window);
  void emitValueRows(const Window &window, Value row0, int64_t rows,
                     bool guarded);

  // EmitRows.cpp
  bool isForRows();
  void emitRows();
  void transposeToRows(Value columns, Value rows);
  void emitRowScores(Value query, int64_t queries);
  Value emitRowOfScores(Value q, Value key0);
  void emitRowSoftmax(Value q, Value factors);
  Value emitRowSums(Value out, int64_t queries, bool guarded);

  Value at(Value query0, int64_t vector) {
    return b.addIndex(query0, vector * b.lanes);
  }
  Value column(int64_t vector) { return b.index(vector * b.lanes); }
  SmallVector<Value> loadVectors(Value buffer, Value query0);
  SmallVector<Value> loadScores(Value key);

  TileBuilder b;
  StepOp op;
  LaneProgram program;
  MaskAnalysis mask;
  /// A register block: vectors of queries, and keys or value features.
  int64_t numVectors, numRows;
  /// The weights of one block of queries, [key][query], and whether its last
  /// tile raised the reference.
  Value scores, raised;
  Value count, numQueries, allFinite;
};

} // namespace mlir::attn

#endif // ATTN_LIB_CODEGEN_CPU_STEPEMITTER_H
