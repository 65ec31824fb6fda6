// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace openclaw::sources {

struct FeedEntry {
  std::string id;                 ///< guid, id, link, or a digest of title and date
  std::string title, link, text;  ///< plain text
  std::optional<base::Time> published;
};

struct Feed {
  std::string title;
  std::vector<FeedEntry> entries;  ///< in the feed's order, at most 500
};

/// RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0 (RFC 4287), JSON Feed 1.1, as they are found: errors are
/// forgiven where something can be read. address: of the feed, for relative links. charset: what
/// Content-Type said. Throws base::ProtocolError for what is no feed.
Feed parse_feed(std::string_view bytes, const std::string& address, const std::string& charset);

/// RFC 822 with its odd zones, RFC 3339, a plain date.
std::optional<base::Time> parse_feed_date(std::string_view text);

}  // namespace openclaw::sources
