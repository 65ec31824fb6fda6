// SPDX-License-Identifier: MIT
#pragma once
#include "sources/fetch.h"
#include "sources/item.h"
#include "sources/miniflux.h"

namespace openclaw::sources {

/// Feeds read directly: path is OPML or a list of URLs, one a line. cached: what an earlier reading
/// left in Reading::cache (conditional requests, entries). Feeds that cannot be read are named.
Reading read_feeds(const std::string& source, const std::string& path, const std::string& cached,
                   Fetch& fetch, const Seen& seen);

}  // namespace openclaw::sources
