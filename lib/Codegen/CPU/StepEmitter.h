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

  /// Whether emit() knows how to deal with a step whose queries stand in rows.
  bool canEmitRows();
  void emit();

  // EmitPooling.cpp
  bool isForPooling();
  void emitPooling();

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

  /// The keys of a register block: `rows` from `key0`. If `end` is given, those
  /// from there on do not exist; the first one does.
  struct KeyBlock {
    Value key0;
    int64_t rows;
    Value end;
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
  /// exceeds[v] = s[v] - reference[v] > headroom
  SmallVector<Value> exceeds(ArrayRef<Value> scores, ArrayRef<Value> reference);
  Value isAboveHeadroom(Value difference);
  Value weightOf(Value difference);
  /// Calls `body(keys, carried)` for the register blocks of a window: whole
  /// ones, then the keys that are left one by one, or two by two if values
  /// stand in pairs. Nothing is read for a key that is not there.
  using BlockBody =
      llvm::function_ref<SmallVector<Value>(const KeyBlock &, ValueRange)>;
  SmallVector<Value> forKeys(const Window &window, ValueRange inits,
                             BlockBody body);
  void storeWeights(const RegisterBlock &weights, Value key0,
                    SmallVectorImpl<Value> &sums);

  // EmitScores.cpp
  Value scaled(Value score);
  RegisterBlock emitScores(const Window &window, const KeyBlock &keys);
  RegisterBlock emitDot(Value query0, const KeyBlock &keys);
  RegisterBlock emitPairwise(Value query0, const KeyBlock &keys);
  Value addTerm(Value term, Value sum);
  void applyMod(RegisterBlock &scores, Value query0, const KeyBlock &keys);
  /// score == -inf ? -inf : mod(score, indices..): S1.
  SmallVector<Value> modified(ArrayRef<Value> scores,
                              ArrayRef<LaneValue> indices);
  /// mask(indices..) ? score : -inf
  SmallVector<Value> masked(ArrayRef<Value> scores,
                            ArrayRef<LaneValue> indices);
  void applyMask(RegisterBlock &scores, const Window &window,
                 const KeyBlock &keys);
  /// The place of key `r` of a block in the tile, of the last key if there is
  /// no such key.
  Value keyAt(const KeyBlock &keys, int64_t r);
  SmallVector<LaneValue> regionIndices(Value query0, Value key);

  // EmitPairs.cpp
  Value broadcastPair(Value matrix, Value row, Value column);
  Value loadPairs(Value matrix, Value row, Value column);
  Value multiplyAddPairs(Value a, Value b, Value sum);
  void storeWeightPairs(const RegisterBlock &weights, Value key0,
                        SmallVectorImpl<Value> &sums);
  Value emitPairsFinite();
  Value withoutZeroWeights(Value value, Value weight);

  // EmitPrefetch.cpp
  /// Prefetches the line of an element of a row of keys or values, `ahead` rows
  /// after row `key` of the tile, into the cache of that level.
  void emitPrefetchLine(Value tile, Value key, Value ahead, Value column,
                        int64_t level);
  /// All lines of such a row, whose size is known.
  void emitPrefetchRow(Value tile, Value key, Value ahead, int64_t level);
  void emitPrefetchPart(Value tile, Value query0, const KeyBlock &keys);
  /// Elements of a cache line.
  int64_t lineSize(Value tile);
  bool isOnlyBlock() {
    return op.getNumQueries() == numVectors * b.lanes && op.isDot();
  }

  // EmitWeightedSum.cpp
  void emitWeightedSum(const Window &window);
  void emitValueRows(const Window &window, Value row0, int64_t rows,
                     bool guarded);
  SmallVector<Value> addValues(Value key, Value row0, int64_t rows,
                               bool guarded, ValueRange sums);
  SmallVector<Value> addValuePairs(Value pair, Value row0, int64_t rows,
                                   bool guarded, ValueRange sums);

  // EmitRows.cpp
  void emitRows();
  Value loadRow(Value tile, Value row, Value column);
  void emitRowScores();
  SmallVector<Value> emitRowProducts(ArrayRef<Value> keys, int64_t features);
  Value emitRowOfScores(Value q, Value key0);
  void emitRowSoftmax(Value q);
  int64_t getSumWidth();
  void emitRowSums(Value key0, Value end);
  Value rowsAhead(Value tile);
  void prefetchValues(Value key0, Value key, Value e0);
  SmallVector<Value> emitRowSumsOf(Value key0, Value end, Value e0,
                                   int64_t width, bool guarded);

  // EmitPooling.cpp
  int64_t getBlockKeys();
  Value readRow(Value buffer, ValueRange at, bool whole);
  Value emitPooledTerm(Value query, Value key, Value d, bool whole);
  void emitPooledTerms(Value query, Value key, Value terms, Value row);
  SmallVector<Value> emitPooledWeights(Value out, Value terms, Value key0,
                                       Value end, ValueRange carried);
  void emitPooledValues(Value query, Value out, Value terms, Value key0,
                        Value end);

  Value at(Value query0, int64_t vector) {
    return b.addIndex(query0, vector * b.lanes);
  }
  Value column(int64_t vector) { return b.index(vector * b.lanes); }
  SmallVector<Value> loadVectors(Value buffer, Value query0);
  SmallVector<Value> loadScores(Value key);

  TileBuilder b;
  StepOp op;
  MaskAnalysis mask;
  /// A register block: vectors of queries, and keys or value features.
  int64_t numVectors, numRows;
  /// For all vectors of a register block, or one of keys or features.
  LaneProgram program;
  /// The scores, then weights, of one block of queries, [key][query], and
  /// whether its last tile raised the reference.
  Value scores, raised;
  /// Where they stand in pairs: queries [D / 2][2 T], the weights of one block
  /// of queries [key / 2][2 query], values [key / 2][2 E].
  Value queryPairs, weightPairs, valuePairs;
  Value count, numQueries, allFinite;
};

} // namespace mlir::attn

#endif // ATTN_LIB_CODEGEN_CPU_STEPEMITTER_H
