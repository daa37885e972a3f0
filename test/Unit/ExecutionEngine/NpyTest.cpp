// .npy files: all dtypes there and back, and every way to be malformed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support.h"

#include "attn/ExecutionEngine/Npy.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace mlir::attn;

/// A file with this header, padded as NumPy pads, and this data.
static std::string makeFile(StringRef header, StringRef data, int version = 1) {
  std::string text = header.str();
  text += std::string(63 - (10 + text.size()) % 64, ' ') + "\n";
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    file += static_cast<char>(text.size() >> (8 * i));
  return file + text + data.str();
}

static std::string makeHeader(StringRef descr, StringRef shape,
                              StringRef order = "False") {
  return ("{'descr': '" + descr + "', 'fortran_order': " + order +
          ", 'shape': " + shape + ", }")
      .str();
}

static std::string bytes(size_t count, char first = 0) {
  std::string data;
  for (size_t i = 0; i < count; ++i)
    data += static_cast<char>(first + i);
  return data;
}

static std::string errorOfFile(StringRef contents,
                               std::optional<ElementType> wanted = {}) {
  // In a buffer of its own size, so that a sanitizer sees a read beyond.
  std::unique_ptr<char[]> copy(new char[contents.size()]);
  std::copy(contents.begin(), contents.end(), copy.get());
  return errorOf(parseNpy(StringRef(copy.get(), contents.size()), wanted));
}

//===----------------------------------------------------------------------===//
// Well-formed
//===----------------------------------------------------------------------===//

TEST(Npy, RoundTripOfAllTypes) {
  for (ElementType type : kAllTypes)
    for (Shape shape : {Shape{}, {3}, {2, 5}, {0}, {4, 0, 3}, {1, 2, 3, 4}}) {
      HostTensor tensor = makeTensor(type, shape);
      fillRandom(tensor, 1);
      std::string file;
      llvm::raw_string_ostream stream(file);
      writeNpy(stream, tensor);
      size_t header = file.size() - tensor.getNumBytes();
      EXPECT_EQ(header % 64, 0u);
      EXPECT_EQ(file[header - 1], '\n');
      HostTensor read = llvm::cantFail(parseNpy(file, type));
      EXPECT_EQ(read.getElementType(), type);
      EXPECT_EQ(read.getShape(), shape);
      EXPECT_EQ(floatsOf(read), floatsOf(tensor));
    }
}

TEST(Npy, WritesWhatNumPyWrites) {
  HostTensor tensor = makeTensor(ElementType::F32, {2, 3});
  fillZero(tensor);
  std::string file;
  llvm::raw_string_ostream stream(file);
  writeNpy(stream, tensor);
  EXPECT_EQ(file.substr(0, 10), std::string("\x93NUMPY\x01\0\x76\0", 10));
  EXPECT_EQ(file.substr(10, 59), "{'descr': '<f4', 'fortran_order': False, "
                                 "'shape': (2, 3), }");
}

TEST(Npy, WritesOneDtypeForEachType) {
  const char *dtypes[] = {"<f2", "<V2", "<f4", "<f8", "|b1",
                          "|i1", "<i4", "<i8", "<i8"};
  for (auto [type, dtype] : llvm::zip_equal(kAllTypes, dtypes)) {
    HostTensor tensor = makeTensor(type, {0});
    std::string file;
    llvm::raw_string_ostream stream(file);
    writeNpy(stream, tensor);
    EXPECT_EQ(file.substr(21, 3), dtype) << toString(type).str();
  }
}

TEST(Npy, VersionsTwoAndThree) {
  for (int version : {2, 3}) {
    HostTensor tensor = llvm::cantFail(
        parseNpy(makeFile(makeHeader("<i4", "(1,)"), bytes(4, 1), version)));
    EXPECT_EQ(intsOf(tensor), std::vector<int64_t>{0x04030201});
  }
}

TEST(Npy, SpellingsOfTheHeader) {
  for (const char *header :
       {"{'descr':'|i1','fortran_order':False,'shape':(2,)}",
        "{\"shape\": ( 2L, ), \"fortran_order\": False, \"descr\": \"|i1\", }",
        "  {'shape': (1, 2), 'descr': '|i1', 'fortran_order': False }  "})
    EXPECT_EQ(errorOfFile(makeFile(header, bytes(2))), "no error") << header;
}

TEST(Npy, ColumnMajorIsTransposed) {
  HostTensor tensor = llvm::cantFail(
      parseNpy(makeFile(makeHeader("|i1", "(2, 3)", "True"), bytes(6))));
  EXPECT_EQ(intsOf(tensor), (std::vector<int64_t>{0, 2, 4, 1, 3, 5}));
  EXPECT_EQ(tensor.getShape(), (Shape{2, 3}));
  HostTensor empty = llvm::cantFail(
      parseNpy(makeFile(makeHeader("|i1", "(2, 0)", "True"), "")));
  EXPECT_EQ(empty.getNumElements(), 0);
}

TEST(Npy, WantedTypeDecides) {
  std::string shorts = makeFile(makeHeader("<V2", "(1,)"), "\x80\x3f");
  EXPECT_EQ(llvm::cantFail(parseNpy(shorts)).getFloat(0), 1.0);
  std::string words = makeFile(makeHeader("<u2", "(1,)"), "\x80\x3f");
  EXPECT_EQ(llvm::cantFail(parseNpy(words, ElementType::BF16)).getFloat(0),
            1.0);
  std::string longs = makeFile(makeHeader("<i8", "(1,)"), bytes(8));
  EXPECT_EQ(
      llvm::cantFail(parseNpy(longs, ElementType::Index)).getElementType(),
      ElementType::Index);
  std::string bools = makeFile(makeHeader("|u1", "(2,)"), bytes(2));
  EXPECT_EQ(intsOf(llvm::cantFail(parseNpy(bools, ElementType::I1))),
            (std::vector<int64_t>{0, 1}));
}

//===----------------------------------------------------------------------===//
// Malformed
//===----------------------------------------------------------------------===//

TEST(Npy, WrongMagic) {
  EXPECT_EQ(errorOfFile(""), "npy: not an .npy file");
  EXPECT_EQ(errorOfFile("\x93NUMP"), "npy: not an .npy file");
  EXPECT_EQ(errorOfFile("PK\x03\x04 a zip file"), "npy: not an .npy file");
}

TEST(Npy, EveryPrefixIsAnError) {
  std::string file = makeFile(makeHeader("<f4", "(2, 3)"), bytes(24));
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_EQ(StringRef(errorOfFile(file.substr(0, size))).take_front(5),
              "npy: ");
}

TEST(Npy, EveryByteMayBeWrong) {
  std::string file = makeFile(makeHeader("<f4", "(2, 3)"), bytes(24));
  for (size_t i = 0; i < file.size(); ++i)
    for (int value = 0; value < 256; ++value) {
      std::string changed = file;
      changed[i] = static_cast<char>(value);
      errorOfFile(changed); // no crash, no read out of bounds
    }
}

TEST(Npy, WrongVersion) {
  EXPECT_EQ(errorOfFile(makeFile(makeHeader("<f4", "()"), bytes(4), 4)),
            "npy: format 4.0 is not supported");
  EXPECT_EQ(errorOfFile(std::string("\x93NUMPY\x01\x01", 8)),
            "npy: format 1.1 is not supported");
}

TEST(Npy, HeaderBeyondTheFile) {
  EXPECT_EQ(errorOfFile(std::string("\x93NUMPY\x01\0\xff\xff{}", 12)),
            "npy: a header of 65535 bytes in a file with 2");
  EXPECT_EQ(errorOfFile(std::string("\x93NUMPY\x02\0\xff\xff\xff\xff", 12)),
            "npy: a header of 4294967295 bytes in a file with 0");
}

TEST(Npy, MalformedHeader) {
  auto error = [](StringRef header) {
    return errorOfFile(makeFile(header, ""));
  };
  EXPECT_EQ(error(""), "npy: the header is not a dictionary");
  EXPECT_EQ(error("{'descr'"), "npy: the header is not a dictionary");
  EXPECT_EQ(error("{'descr': '<f4' 'x'"),
            "npy: the header is not a dictionary");
  EXPECT_EQ(error("{}"),
            "npy: the header needs 'descr', 'fortran_order' and 'shape'");
  EXPECT_EQ(error("{'descr': '<f4', 'descr': '<f4'}"),
            "npy: key 'descr' is twice in the header");
  EXPECT_EQ(error("{'colour': 1}"), "npy: unknown key 'colour' in the header");
  EXPECT_EQ(error("{'descr': 4}"),
            "npy: 'descr' in the header is not a string");
  EXPECT_EQ(error("{'fortran_order': 0}"),
            "npy: 'fortran_order' in the header is neither True nor False");
  EXPECT_EQ(error(makeHeader("<f4", "()") + " {}"),
            "npy: text after the dictionary in the header");
}

TEST(Npy, MalformedShape) {
  auto error = [](StringRef shape) {
    return errorOfFile(makeFile(makeHeader("<f4", shape), bytes(4)));
  };
  const char *notTuple = "npy: 'shape' in the header is not a tuple of sizes";
  for (const char *shape :
       {"1", "(1)", "(1", "(,)", "(1,,)", "(a,)", "(0x1,)", "(1.0,)", "(+1,)",
        "(99999999999999999999,)", "[1]", "(- 1,)", "(--1,)"})
    EXPECT_EQ(error(shape), notTuple) << shape;
  EXPECT_EQ(error("(-1,)"), "npy: a size is negative");
  EXPECT_EQ(error("(0, -1)"), "npy: a size is negative");
  EXPECT_EQ(error("(4294967296, 4294967296)"),
            "npy: the shape overflows 64 bits");
  EXPECT_EQ(error("(0, 4294967296, 4294967296)"),
            "npy: the shape overflows 64 bits");
  // Nothing is allocated for data that is not there.
  EXPECT_EQ(error("(1000000000000,)"),
            "npy: truncated: the shape needs 4000000000000 bytes of data, the "
            "file has 4");
  std::string many = "(";
  for (int i = 0; i < 33; ++i)
    many += "1, ";
  EXPECT_EQ(error(many + ")"), "npy: rank 33 is more than 32");
}

TEST(Npy, WrongAmountOfData) {
  EXPECT_EQ(errorOfFile(makeFile(makeHeader("<f4", "(2,)"), bytes(7))),
            "npy: truncated: the shape needs 8 bytes of data, the file has 7");
  EXPECT_EQ(errorOfFile(makeFile(makeHeader("<f4", "(2,)"), bytes(11))),
            "npy: 3 bytes after the data");
  EXPECT_EQ(errorOfFile(makeFile(makeHeader("<f4", "(0,)"), bytes(1))),
            "npy: 1 bytes after the data");
}

TEST(Npy, WrongDtype) {
  auto error = [](StringRef descr, std::optional<ElementType> wanted = {}) {
    return errorOfFile(makeFile(makeHeader(descr, "(1,)"), bytes(4)), wanted);
  };
  EXPECT_EQ(error("|O"), "npy: arrays of objects are not supported");
  EXPECT_EQ(error(">f4"), "npy: big-endian dtype '>f4' is not supported");
  EXPECT_EQ(error("<c8"), "npy: dtype '<c8' is not supported");
  EXPECT_EQ(error(""), "npy: dtype '' is not supported");
  EXPECT_EQ(error("<f4", ElementType::F16),
            "npy: dtype '<f4' does not hold f16");
  EXPECT_EQ(error("<i4", ElementType::Index),
            "npy: dtype '<i4' does not hold index");
  EXPECT_EQ(errorOfFile(makeFile("{'descr': [('a', '<f4')], 'fortran_order': "
                                 "False, 'shape': (1,)}",
                                 bytes(4))),
            "npy: structured dtypes are not supported");
}

TEST(Npy, BooleansAreZeroOrOne) {
  EXPECT_EQ(errorOfFile(makeFile(makeHeader("|b1", "(3,)"), bytes(3))),
            "npy: an element of an i1 array is 2");
  EXPECT_EQ(errorOfFile(makeFile(makeHeader("|u1", "(3,)"), bytes(3)),
                        ElementType::I1),
            "npy: an element of an i1 array is 2");
}

TEST(Npy, Files) {
  SmallString<128> path;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("attn", "npy", path));
  HostTensor tensor = makeTensor(ElementType::BF16, {3});
  fillRandom(tensor, 3);
  EXPECT_EQ(errorOf(writeNpy(path, tensor)), "no error");
  HostTensor read = llvm::cantFail(readNpy(path, ElementType::BF16));
  EXPECT_EQ(floatsOf(read), floatsOf(tensor));
  EXPECT_NE(errorOf(readNpy(path, ElementType::F32)).find("does not hold f32"),
            std::string::npos);
  llvm::sys::fs::remove(path);
  EXPECT_EQ(errorOf(readNpy(path)), "cannot read '" + path.str().str() +
                                        "': No such file or directory");
  EXPECT_EQ(errorOf(readNpy("/dev/zero")),
            "cannot read '/dev/zero': not a regular file");
  EXPECT_NE(errorOf(writeNpy("/dev/full", tensor)), "no error");
}
