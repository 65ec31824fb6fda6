// SPDX-License-Identifier: MIT
#pragma once
#include "sources/item.h"
#include "zone/zone.h"

namespace openclaw::sources {

/// A Markdown list of promises: "- [ ] text due:2026-11-24 to:jan every:monthly ^id"; done ones are
/// left out, or, where they come again, due one period after "done:DATE"; "start:DATE" hides one
/// until then, "📅 DATE" is "due:DATE". A bad line becomes an item that names file and line. A
/// missing file is a failed reading.
Reading read_commitments(const std::string& source, const std::string& path, base::Time now,
                         const zone::Zone& zone);

/// A JSON Feed (jsonfeed.org, 1.1) in a file.
Reading read_json_feed_file(const std::string& source, const std::string& path);

}  // namespace openclaw::sources
