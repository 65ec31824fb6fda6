// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <vector>

#include "audit/chain.h"

namespace openclaw::audit {

/// Reads the chained tables as one sequence in the order of seq.
class Walk {
 public:
  explicit Walk(store::Database& db);
  /// Moves to the next row; false at the end.
  bool next();
  std::int64_t seq() const { return current_->seq; }
  const Table& table() const { return *current_->table; }
  /// The mac stored in the row.
  crypto::Digest mac() const;
  /// The mac that the row should have after `before`.
  crypto::Digest digest(const crypto::Digest& before);
  /// Walks the rows up to and including seq and gives one digest over all of them and their macs.
  crypto::Digest snapshot(std::int64_t up_to, std::int64_t& rows);

 private:
  struct Reader {
    const Table* table;
    std::unique_ptr<SQLite::Statement> statement;
    std::int64_t seq = 0;
    bool done = false;
    void step();
  };
  std::string_view stored_mac() const;
  Reader* lowest();
  std::vector<Reader> readers_;
  Reader* current_ = nullptr;
  RowHasher hasher_;
};

}  // namespace openclaw::audit
