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

/// Adds a line to such a file, durable on return; the line. A promise with the same text, day and
/// person that is there already stays the only one (then `existed` is set). Throws base::Error:
/// text and person are one line each, and nothing in them may read as a key.
std::string add_commitment(const std::string& path, const std::string& text,
                           const std::optional<std::chrono::year_month_day>& due,
                           const std::string& to, bool& existed);

/// A JSON Feed (jsonfeed.org, 1.1) in a file.
Reading read_json_feed_file(const std::string& source, const std::string& path);

/// A text from outside, like a hook's: its first line and, for the model, all of it.
Reading read_notice(const std::string& source, const std::string& text);

}  // namespace openclaw::sources
