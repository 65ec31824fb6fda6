// SPDX-License-Identifier: MIT
#pragma once
#include <set>
#include <string>
#include <vector>

#include "base/secret.h"
#include "jobs/plan.h"
#include "store/database.h"

namespace openclaw::jobs {

/// What is known of the sources between runs: their copies (sealed), and which entries were
/// delivered.
class SourceState {
 public:
  /// key: the 32 bytes that seal texts at rest.
  SourceState(store::Database& db, const base::Secret& key) : db_(db), key_(key) {}

  /// The copy that the last reading left; empty when there is none, or it was sealed otherwise.
  std::string cached(const std::string& source);
  void keep(const std::string& source, const std::string& copy, base::Time now);

  std::int64_t watermark(const std::string& source);
  std::set<std::string> delivered(const std::string& source);
  /// Entries that were delivered, and that their server has not been told of yet.
  std::vector<std::int64_t> to_mark(const std::string& source);

  /// Inside the transaction that closes a slot: these items were delivered.
  void settle(const Plan& plan, base::Time now);
  void marked(const std::string& source, const std::vector<std::int64_t>& marks);

 private:
  store::Database& db_;
  const base::Secret& key_;
};

}  // namespace openclaw::jobs
