// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "markdown/terminal.h"

/// No control character, no bidi control and no invalid byte passes; rendering adds no foreign
/// escape.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto check = [](const std::string& out, bool lines) {
    if (base::valid_utf8(out) != out || (lines ? base::printable(out) : base::one_line(out)) != out)
      std::abort();
  };
  check(base::printable(text), true);
  check(base::one_line(text), false);
  check(markdown::to_terminal(base::printable(text), {.colour = false}), true);
  for (const std::size_t columns : {1U, 7U, 80U})
    if (base::display_width(base::fit(base::one_line(text), columns)) != columns) std::abort();
  return 0;
}
