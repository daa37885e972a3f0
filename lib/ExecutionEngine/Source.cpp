// Bounds on a source file, and parsing within them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/ExecutionEngine/Source.h"
#include "attn/ExecutionEngine/Npy.h"

#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstdio>

using namespace mlir;
using namespace mlir::attn;
using llvm::createStringError;

/// What the bounds above need at most, several times over.
static constexpr unsigned kParserStackBytes = 64 << 20;

namespace {
/// One pass over the characters, past strings and comments. Brackets need not
/// match: the parser will say so.
class Scanner {
public:
  explicit Scanner(StringRef source) : rest(source) {}
  llvm::Error run();

private:
  llvm::Error open(char c);
  void close(char c);
  llvm::Error takeString();
  llvm::Error fail(const char *message) {
    return createStringError("line %u: %s", line, message);
  }

  struct Level {
    char bracket;
    size_t bytes;
  };

  StringRef rest;
  unsigned line = 1;
  size_t wordBytes = 0;
  bool inResources = false;
  SmallVector<Level> levels = {{'{', 0}};
};
} // namespace

llvm::Error Scanner::open(char c) {
  levels.push_back({c, 0});
  if (levels.size() > kMaxBracketDepth)
    return fail("brackets are nested too deeply, more than 256 levels");
  return llvm::Error::success();
}

void Scanner::close(char c) {
  char opener = c == ')' ? '(' : c == ']' ? '[' : c == '}' ? '{' : '<';
  // A `<` or `>` that is no bracket must not hide other levels.
  while (levels.size() > 1 && opener != '<' && levels.back().bracket == '<' &&
         levels.back().bracket != opener)
    levels.pop_back();
  if (levels.size() > 1 && levels.back().bracket == opener)
    levels.pop_back();
}

llvm::Error Scanner::takeString() {
  size_t end = 0;
  while (end < rest.size() && rest[end] != '"' && rest[end] != '\n')
    end += rest[end] == '\\' && end + 1 < rest.size() ? 2 : 1;
  StringRef text = rest.take_front(end);
  rest = rest.drop_front(std::min(end + 1, rest.size()));
  if (!inResources || !text.consume_front("0x"))
    return llvm::Error::success();
  // A blob starts with its alignment, four bytes in little-endian order.
  std::string bytes;
  if (!llvm::tryGetFromHex(text.take_front(8), bytes) || bytes.size() != 4 ||
      !llvm::isPowerOf2_32(llvm::support::endian::read32le(bytes.data())))
    return fail("the alignment of a resource is not a power of two");
  return llvm::Error::success();
}

llvm::Error Scanner::run() {
  while (!rest.empty()) {
    char c = rest.front();
    rest = rest.drop_front();
    Level &level = levels.back();
    // A region or the module is as long as it likes.
    if (level.bracket != '{' && ++level.bytes > kMaxExpressionBytes)
      return fail("an expression is longer than 8 KiB");
    wordBytes = llvm::isAlnum(c) || c == '_' ? wordBytes + 1 : 0;
    if (wordBytes > kMaxWordBytes)
      return fail("a word is longer than 1 KiB");
    switch (c) {
    case '\n':
      ++line;
      break;
    case ',':
      level.bytes = 0;
      break;
    case '/':
      if (rest.starts_with("/"))
        rest = rest.drop_until([](char c) { return c == '\n'; });
      break;
    case '"':
      if (llvm::Error error = takeString())
        return error;
      break;
    case '-':
      rest.consume_front(">");
      break;
    case '>':
      if (!rest.consume_front("="))
        close(c);
      break;
    case '<':
      if (rest.consume_front("="))
        break;
      if (llvm::Error error = open(c))
        return error;
      break;
    case '{':
      inResources |= rest.starts_with("-#");
      [[fallthrough]];
    case '(':
    case '[':
      if (llvm::Error error = open(c))
        return error;
      break;
    case ')':
    case ']':
    case '}':
      close(c);
      break;
    default:
      break;
    }
  }
  return llvm::Error::success();
}

llvm::Error attn::checkSource(StringRef source) {
  if (source.starts_with("ML\xefR"))
    return createStringError("bytecode is not accepted, only text");
  if (source.size() > kMaxSourceBytes)
    return createStringError("the file is larger than 64 MiB");
  // Which the lexer takes for space.
  if (size_t zero = source.find('\0'); zero != StringRef::npos)
    return createStringError("byte %zu is zero: this is no text", zero);
  return Scanner(source).run();
}

/// Passes multiply sizes without a thought.
static LogicalResult checkTypes(ModuleOp module) {
  auto isTooLarge = [](Type type) {
    auto shaped = dyn_cast<ShapedType>(type);
    if (!shaped || !shaped.hasRank())
      return false;
    int64_t count = 1;
    for (int64_t size : shaped.getShape())
      if (size > 0 &&
          (llvm::MulOverflow(count, size, count) || count > kMaxTypeElements))
        return true;
    return false;
  };
  WalkResult result = module.walk([&](Operation *op) -> WalkResult {
    auto check = [&](TypeRange types) -> LogicalResult {
      for (Type type : types)
        if (isTooLarge(type))
          return op->emitError() << type << " has too many elements";
      return success();
    };
    if (failed(check(op->getResultTypes())))
      return WalkResult::interrupt();
    for (Region &region : op->getRegions())
      for (Block &block : region)
        if (failed(check(block.getArgumentTypes())))
          return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

/// There is no bound on the stack that a recursive function needs. A function
/// that is not called but mentioned counts as called.
static LogicalResult checkCalls(ModuleOp module) {
  SymbolTable symbols(module);
  llvm::DenseMap<Operation *, unsigned> numCallees;
  llvm::DenseMap<Operation *, SmallVector<Operation *>> callers;
  SmallVector<Operation *> done;
  for (Operation &op : *module.getBody()) {
    llvm::SmallPtrSet<Operation *, 4> callees;
    if (auto uses = SymbolTable::getSymbolUses(&op))
      for (SymbolTable::SymbolUse use : *uses)
        if (Operation *callee =
                symbols.lookup(use.getSymbolRef().getRootReference()))
          callees.insert(callee);
    for (Operation *callee : callees)
      callers[callee].push_back(&op);
    numCallees[&op] = callees.size();
    if (callees.empty())
      done.push_back(&op);
  }
  // What calls only what is done is done itself.
  for (size_t i = 0; i < done.size(); ++i)
    for (Operation *caller : callers.lookup(done[i]))
      if (--numCallees[caller] == 0)
        done.push_back(caller);
  for (Operation &op : *module.getBody())
    if (numCallees[&op] != 0)
      return op.emitError("recursive calls are not supported");
  return success();
}

static llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> readStdin() {
  std::string text;
  char chunk[1 << 16];
  while (size_t count = std::fread(chunk, 1, sizeof(chunk), stdin)) {
    text.append(chunk, count);
    if (text.size() > kMaxSourceBytes)
      break;
  }
  return llvm::MemoryBuffer::getMemBufferCopy(text, "<stdin>");
}

llvm::Expected<OwningOpRef<ModuleOp>>
attn::parseSource(StringRef path, llvm::SourceMgr &sources,
                  MLIRContext *context) {
  auto buffer = path == "-" ? readStdin() : readFile(path);
  if (!buffer)
    return buffer.takeError();
  if (llvm::Error error = checkSource((*buffer)->getBuffer()))
    return createStringError("'%s': %s", path.str().c_str(),
                             llvm::toString(std::move(error)).c_str());
  // The lexer reads up to a zero.
  sources.AddNewSourceBuffer(
      llvm::MemoryBuffer::getMemBufferCopy((*buffer)->getBuffer(),
                                           (*buffer)->getBufferIdentifier()),
      llvm::SMLoc());
  OwningOpRef<ModuleOp> module;
  // Some parsers of linalg ops dereference what they failed to parse.
  llvm::CrashRecoveryContext::Enable();
  bool survives = llvm::CrashRecoveryContext().RunSafelyOnThread(
      [&] { module = parseSourceFile<ModuleOp>(sources, context); },
      kParserStackBytes);
  llvm::CrashRecoveryContext::Disable();
  if (!survives)
    return createStringError("'%s' is not a valid module: the parser crashes",
                             path.str().c_str());
  if (!module || failed(checkTypes(*module)) || failed(checkCalls(*module)))
    return createStringError("'%s' is not a valid module", path.str().c_str());
  return module;
}
