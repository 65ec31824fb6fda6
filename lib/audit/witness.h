// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>

#include "audit/chain.h"

namespace openclaw::audit {

/// Where the head of the chain is noted outside the database, so that a cut tail is noticed: one
/// line in the journal when JOURNAL_STREAM is set, else the file audit.head beside the database.
class Witness {
 public:
  explicit Witness(std::string state_folder) : folder_(std::move(state_folder)) {}
  void tell(const Head& head);
  /// Throws ConfigError when audit.head saw a row that the database does not have: an older copy
  /// was put back, and going on would hide it. Inside a transaction of a writer; head: where the
  /// chain stands.
  void must_know(store::Database& db, const Head& head) const;

 private:
  std::string folder_;
};

/// A head as a witness wrote it.
struct Witnessed {
  Head head;
  std::string by;  ///< "journal", "audit.head", "--expect"
};

/// Reads "SEQ:HEX"; nullopt when it is none.
std::optional<Head> parse_head(std::string_view text);
std::string format_head(const Head& head);
std::optional<Witnessed> read_head_file(const std::string& state_folder);

}  // namespace openclaw::audit
