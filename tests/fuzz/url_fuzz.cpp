// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "url/url.h"

/// What is accepted reads back to the same; what a reference resolves to does too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto base = *url::parse("https://a.example:8443/b/c/d;p?q");
  for (const auto& read : {url::parse(text), url::resolve(base, text)}) {
    if (!read) continue;
    const auto again = url::parse(read->text());
    if (!again || again->text() != read->text() || again->origin() != read->origin()) std::abort();
    if (again->host != read->host || read->path.empty() || read->path[0] != '/') std::abort();
    if (read->host.find_first_of("@/\\?# \t\r\n%") != std::string::npos) std::abort();
  }
  return 0;
}
