// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "markdown/rich.h"

/// Any Markdown gives text and spans that a server takes: valid UTF-8, spans within the text, code
/// alone, parts no longer than asked for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  using Kind = markdown::Span::Kind;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto check = [](const markdown::Rich& rich) {
    const std::size_t length = markdown::utf16_length(rich.text);
    if (base::valid_utf8(rich.text) != rich.text) std::abort();
    std::size_t code_until = 0;
    for (const auto& span : rich.spans) {
      if (span.length == 0 || span.offset + span.length > length) std::abort();
      if (span.kind == Kind::quote) continue;
      if (span.offset < code_until) std::abort();
      if (span.kind == Kind::code || span.kind == Kind::pre) code_until = span.offset + span.length;
    }
  };
  for (const auto links : {markdown::Links::live, markdown::Links::inert}) {
    const auto rich = markdown::to_rich(text, links);
    check(rich);
    for (const auto& part : markdown::split(rich, 64)) {
      check(part);
      if (part.text.empty() || markdown::utf16_length(part.text) > 64) std::abort();
    }
    check(markdown::first_line(rich, 20));
    if (links == markdown::Links::inert)
      for (const auto& span : rich.spans)
        if (span.kind == Kind::link) std::abort();
  }
  return 0;
}
