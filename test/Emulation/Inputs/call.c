// Calls a compiled function: call INPUTS OUTPUTS
//
// Both files are made of 64-bit words and the bytes of tensors. INPUTS: the
// number of arguments; for each its rank, the bytes of an element, its sizes
// and its elements; then the number of results, and the rank and bytes of each.
// OUTPUTS: for each result its sizes and its elements.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { kMaxArguments = 16, kMaxRank = 8, kDescriptor = 3 + 2 * kMaxRank };

// Named by the linker. What a function does not take, it does not look at.
void attn_entry(void *, void *, void *, void *, void *, void *, void *, void *,
                void *, void *, void *, void *, void *, void *, void *, void *,
                void *);

static void require(int holds, const char *what) {
  if (holds)
    return;
  fprintf(stderr, "call: %s\n", what);
  exit(2);
}

static int64_t readWord(FILE *file) {
  int64_t word;
  require(fread(&word, sizeof word, 1, file) == 1, "the input ends early");
  return word;
}

/// Memory that ends where a page begins that cannot be read.
static char *allocate(size_t bytes) {
  const size_t page = 1 << 16;
  size_t whole = (bytes + page - 1) / page * page;
  char *memory = mmap(NULL, whole + page, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  require(memory != MAP_FAILED, "out of memory");
  require(mprotect(memory + whole, page, PROT_NONE) == 0, "no guard page");
  return memory + whole - bytes;
}

/// Fills a descriptor: two pointers, the offset, sizes and strides.
static void readTensor(FILE *file, int64_t *descriptor) {
  int64_t rank = readWord(file), width = readWord(file), count = 1;
  require(rank <= kMaxRank, "too many axes");
  for (int64_t i = 0; i < rank; ++i)
    descriptor[3 + i] = readWord(file);
  for (int64_t i = rank; i-- > 0; count *= descriptor[3 + i])
    descriptor[3 + rank + i] = count;
  char *data = allocate(count * width);
  require(fread(data, width, count, file) == (size_t)count,
          "the input ends early");
  descriptor[0] = descriptor[1] = (intptr_t)data;
  descriptor[2] = 0;
}

static void writeElements(FILE *file, const int64_t *descriptor, int64_t rank,
                          int64_t width, int64_t axis, int64_t position) {
  if (axis == rank) {
    const char *data = (const char *)(intptr_t)descriptor[1];
    fwrite(data + position * width, width, 1, file);
    return;
  }
  for (int64_t i = 0; i < descriptor[3 + axis]; ++i)
    writeElements(file, descriptor, rank, width, axis + 1,
                  position + i * descriptor[3 + rank + axis]);
}

int main(int argc, char **argv) {
  require(argc == 3, "usage: call INPUTS OUTPUTS");
  FILE *in = fopen(argv[1], "rb"), *out = fopen(argv[2], "wb");
  require(in && out, "cannot open a file");
  static int64_t arguments[kMaxArguments][kDescriptor];
  static int64_t results[kMaxArguments * kDescriptor];
  int64_t numArguments = readWord(in);
  require(numArguments <= kMaxArguments, "too many arguments");
  for (int64_t i = 0; i < numArguments; ++i)
    readTensor(in, arguments[i]);

  int64_t (*a)[kDescriptor] = arguments;
  attn_entry(results, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8],
             a[9], a[10], a[11], a[12], a[13], a[14], a[15]);

  int64_t *result = results;
  for (int64_t i = readWord(in); i-- > 0;) {
    int64_t rank = readWord(in), width = readWord(in);
    fwrite(result + 3, sizeof *result, rank, out);
    writeElements(out, result, rank, width, 0, result[2]);
    result += 3 + 2 * rank;
  }
  require(fclose(out) == 0, "cannot write the output");
  return 0;
}
