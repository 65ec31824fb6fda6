// SPDX-License-Identifier: MIT
#pragma once
#include <functional>

#include "sources/fetch.h"
#include "sources/item.h"

namespace openclaw::sources {

/// What earlier digests know of a source.
struct Seen {
  std::int64_t watermark = 0;  ///< every entry up to this number was delivered
  std::function<bool(const std::string& key)> delivered;  ///< one above it
};

/// Unread entries of Miniflux (API v1), in the order of their numbers, so that neither back-dated
/// entries nor those that arrive meanwhile are missed. prefix: how summaries of Miniflux-AI begin;
/// such a summary becomes the item's detail.
Reading read_miniflux(const std::string& source, const std::string& base_url, Fetch& fetch,
                      const Seen& seen, const std::string& prefix = {});

/// Marks entries as read; ids that are gone do not matter to the server.
void mark_read(const std::string& base_url, Fetch& fetch, const std::vector<std::int64_t>& entries);

}  // namespace openclaw::sources
