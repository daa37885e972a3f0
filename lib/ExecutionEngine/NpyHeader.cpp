// Parser of the header of .npy files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "NpyHeader.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"

using namespace mlir;
using namespace mlir::attn;
using llvm::createStringError;

namespace {
/// A Python dictionary literal with the three known keys, and nothing else.
class HeaderParser {
public:
  explicit HeaderParser(StringRef text) : rest(text) {}
  llvm::Expected<NpyHeader> parse();

private:
  bool take(char c) {
    rest = rest.ltrim(" \t\r\n");
    return rest.consume_front(StringRef(&c, 1));
  }
  bool takeString(StringRef &value);
  bool takeShape();
  llvm::Error parseValue(StringRef key);

  StringRef rest;
  NpyHeader header;
};
} // namespace

bool HeaderParser::takeString(StringRef &value) {
  char quote = take('\'') ? '\'' : take('"') ? '"' : 0;
  if (!quote)
    return false;
  size_t end = rest.find(quote);
  if (end == StringRef::npos || rest.take_front(end).contains('\\'))
    return false;
  value = rest.take_front(end);
  rest = rest.drop_front(end + 1);
  return true;
}

bool HeaderParser::takeShape() {
  if (!take('('))
    return false;
  while (!take(')')) {
    rest = rest.ltrim();
    bool isNegative = rest.consume_front("-");
    int64_t size;
    if (!rest.empty() && !llvm::isDigit(rest.front()))
      return false;
    // Fails if the number does not fit, too.
    if (rest.consumeInteger(10, size))
      return false;
    rest.consume_front("L"); // Python 2
    header.shape.push_back(isNegative ? -size : size);
    if (take(','))
      continue;
    // `(3)` is a number in Python, not a tuple.
    return header.shape.size() > 1 && take(')');
  }
  return true;
}

llvm::Error HeaderParser::parseValue(StringRef key) {
  if (key == "descr") {
    StringRef descr;
    if (take('['))
      return createStringError("npy: structured dtypes are not supported");
    if (!takeString(descr))
      return createStringError("npy: 'descr' in the header is not a string");
    header.descr = descr.str();
  } else if (key == "fortran_order") {
    rest = rest.ltrim();
    header.fortranOrder = rest.consume_front("True");
    if (!header.fortranOrder && !rest.consume_front("False"))
      return createStringError(
          "npy: 'fortran_order' in the header is neither True nor False");
  } else if (key == "shape") {
    if (!takeShape())
      return createStringError(
          "npy: 'shape' in the header is not a tuple of sizes");
  } else {
    return createStringError("npy: unknown key '%s' in the header",
                             key.str().c_str());
  }
  return llvm::Error::success();
}

llvm::Expected<NpyHeader> HeaderParser::parse() {
  SmallVector<StringRef> seen;
  if (!take('{'))
    return createStringError("npy: the header is not a dictionary");
  while (!take('}')) {
    StringRef key;
    if (!takeString(key) || !take(':'))
      return createStringError("npy: the header is not a dictionary");
    if (llvm::is_contained(seen, key))
      return createStringError("npy: key '%s' is twice in the header",
                               key.str().c_str());
    seen.push_back(key);
    if (llvm::Error error = parseValue(key))
      return std::move(error);
    if (take(','))
      continue;
    if (!take('}'))
      return createStringError("npy: the header is not a dictionary");
    break;
  }
  if (!rest.trim().empty())
    return createStringError("npy: text after the dictionary in the header");
  if (seen.size() != 3)
    return createStringError(
        "npy: the header needs 'descr', 'fortran_order' and 'shape'");
  return header;
}

llvm::Expected<NpyHeader> attn::takeNpyHeader(StringRef &contents) {
  if (!contents.consume_front(kNpyMagic))
    return createStringError("npy: not an .npy file");
  if (contents.size() < 2)
    return createStringError("npy: truncated in the header");
  unsigned major = static_cast<uint8_t>(contents[0]);
  unsigned minor = static_cast<uint8_t>(contents[1]);
  if (major < 1 || major > 3 || minor != 0)
    return createStringError("npy: format %u.%u is not supported", major,
                             minor);
  contents = contents.drop_front(2);
  size_t lengthBytes = major == 1 ? 2 : 4;
  if (contents.size() < lengthBytes)
    return createStringError("npy: truncated in the header");
  size_t length = major == 1 ? llvm::support::endian::read16le(contents.data())
                             : llvm::support::endian::read32le(contents.data());
  contents = contents.drop_front(lengthBytes);
  if (length > contents.size())
    return createStringError("npy: a header of %zu bytes in a file with %zu",
                             length, contents.size());
  StringRef text = contents.take_front(length);
  contents = contents.drop_front(length);
  return HeaderParser(text).parse();
}
