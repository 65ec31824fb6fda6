// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "markup/html_text.h"

/// Any bytes give text whose size the input bounds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  const std::string page = base::valid_utf8({reinterpret_cast<const char*>(data), size});
  const std::string text = markup::html_to_text(page);
  if (text.size() > 16 * page.size() + 64 || base::valid_utf8(text) != text) std::abort();
  return 0;
}
