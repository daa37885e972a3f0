// Machine descriptions by instruction set.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "attn/Target/Machine.h"

#include <sstream>

using namespace mlir::attn;

static bool has(const std::string &features, const std::string &name) {
  std::stringstream list(features);
  for (std::string item; std::getline(list, item, ',');)
    if (item == "+" + name)
      return true;
  return false;
}

Machine Machine::fromFeatures(const std::string &arch,
                              const std::string &features) {
  if (arch == "aarch64" || arch == "arm64")
    return neon();
  if (has(features, "avx512f") && has(features, "avx512dq") &&
      has(features, "avx512vl") && has(features, "avx512bw"))
    return has(features, "avx512bf16") ? avx512bf16() : avx512();
  if (has(features, "avx2") && has(features, "fma"))
    return avx2();
  return sse();
}
