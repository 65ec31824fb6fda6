// SPDX-License-Identifier: MIT
#pragma once
#include <set>
#include <string>
#include <vector>

#include "json/value.h"
#include "sources/item.h"

namespace openclaw::jobs {

/// What became of one source, for the audit.
struct SourceReport {
  std::string name;
  std::string state;  ///< ok, doubtful, failed, absent
  std::string reason;
  std::size_t items = 0;
  std::string digest;  ///< of what was read: SHA-256 over keys and titles
};

/// Where a section's budget cut.
struct Cut {
  std::string source, link;
  std::size_t items = 0;
};

/// The receipt of a source that keeps what was delivered: see share/doc/jobs.md.
struct Receipt {
  std::string source;
  std::int64_t watermark = 0;  ///< every number up to this was delivered or read; 0 = none
};

/// Everything that a job has read; kept with the slot, so that a retry reads nothing twice.
struct Gathered {
  std::vector<sources::Item> items;
  std::vector<std::string> quiet, not_seen;
  std::set<std::string> unseen_kinds;  ///< kinds of items that were not, or not surely, looked at
  std::vector<SourceReport> reports;
  std::vector<Cut> cuts;
  std::vector<Receipt> receipts;
  std::size_t ok = 0, all = 0;
  base::Millis took{0};
};

/// Adds one source's reading, at most so many items of it (0 = all): of feeds the newest, of
/// anything else the most severe, then the first.
void add_reading(Gathered& to, sources::Reading reading, std::size_t most);

json::Value to_json(const Gathered& gathered);
/// Throws base::Error when the value was not made by to_json().
Gathered gathered_from(const json::Value& value);

json::Value to_json(const std::vector<SourceReport>& reports);
json::Value to_json(const std::vector<Receipt>& receipts);
std::vector<Receipt> receipts_from(const json::Value& value);
json::Value to_json(const sources::Item& item);
sources::Item item_from(const json::Value& value);

}  // namespace openclaw::jobs
