// SPDX-License-Identifier: MIT
#include "audit/walk.h"

namespace openclaw::audit {
void Walk::Reader::step() {
  done = !statement->executeStep();
  if (!done) seq = statement->getColumn(0).getInt64();
}

Walk::Walk(store::Database& db) {
  for (const Table* table : chained_tables()) {
    std::string columns = "seq";
    for (const auto& column : table->columns) columns += "," + std::string(column);
    const std::string sql =
        "SELECT " + columns + ",mac FROM " + std::string(table->name) + " ORDER BY seq";
    readers_.push_back({table, std::make_unique<SQLite::Statement>(db.raw(), sql)});
    readers_.back().step();
  }
}

Walk::Reader* Walk::lowest() {
  Reader* best = nullptr;
  for (auto& reader : readers_)
    if (!reader.done && (!best || reader.seq < best->seq)) best = &reader;
  return best;
}

bool Walk::next() {
  if (current_) current_->step();
  current_ = lowest();
  return current_ != nullptr;
}

std::string_view Walk::stored_mac() const {
  return blob(
      current_->statement->getColumn(static_cast<int>(current_->table->columns.size()) + 1));
}

crypto::Digest Walk::mac() const { return digest_from(stored_mac()); }

crypto::Digest Walk::digest(const crypto::Digest& before) {
  hasher_.begin(before, *current_->table, current_->seq);
  const int n = static_cast<int>(current_->table->columns.size());
  for (int i = 1; i <= n; ++i) {
    const auto column = current_->statement->getColumn(i);
    if (column.isNull())
      hasher_.add_null();
    else if (column.isInteger())
      hasher_.add(column.getInt64());
    else if (column.isText())
      hasher_.add(blob(column));
    else
      hasher_.add_foreign();
  }
  return hasher_.finish();
}

crypto::Digest Walk::snapshot(std::int64_t up_to, std::int64_t& rows) {
  crypto::Digest running{};
  for (current_ = lowest(); current_ && current_->seq <= up_to; current_ = lowest(), ++rows) {
    crypto::Sha256 with_mac;
    with_mac.update(crypto::view(digest(running)));
    with_mac.update(stored_mac());
    running = with_mac.finish();
    current_->step();
  }
  current_ = nullptr;  // next() takes the first row after the snapshot
  return running;
}

}  // namespace openclaw::audit
