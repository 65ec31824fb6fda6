// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "base/text.h"
#include "sources/feed_parse.h"

/// Any bytes are a feed of bounded size, whose titles are one line of valid UTF-8, or an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  try {
    const auto feed = sources::parse_feed({reinterpret_cast<const char*>(data), size},
                                          "https://example.org/feed", "");
    if (feed.entries.size() > 500) std::abort();
    for (const auto& entry : feed.entries) {
      if (entry.id.empty() || entry.title.empty() || entry.title.size() > 2000) std::abort();
      if (base::valid_utf8(entry.title) != entry.title ||
          entry.title.find('\n') != std::string::npos)
        std::abort();
      if (!entry.link.empty() && !entry.link.starts_with("http")) std::abort();
    }
  } catch (const base::Error&) {
  }
  return 0;
}
