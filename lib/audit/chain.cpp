// SPDX-License-Identifier: MIT
#include "audit/chain.h"

#include <algorithm>

#include "base/error.h"
#include "base/redact.h"

namespace openclaw::audit {

void RowHasher::number(std::uint64_t n) {
  for (int i = 0; i < 8; ++i) buffer_ += static_cast<char>((n >> (8 * i)) & 0xFF);
}

void RowHasher::begin(const crypto::Digest& before, const Table& table, std::int64_t seq) {
  buffer_.assign(crypto::view(before));
  buffer_ += "openclaw audit 1";
  buffer_ += static_cast<char>(table.name.size());
  buffer_ += table.name;
  number(static_cast<std::uint64_t>(seq));
}

void RowHasher::add_null() { buffer_ += 'n'; }

void RowHasher::add(std::int64_t n) {
  buffer_ += 'i';
  number(static_cast<std::uint64_t>(n));
}

void RowHasher::add(std::string_view text) {
  buffer_ += 't';
  number(text.size());
  buffer_ += text;
}

crypto::Digest RowHasher::finish() {
  hash_.update(buffer_);
  return hash_.finish();
}

crypto::Digest digest_from(std::string_view bytes) {
  crypto::Digest out{};
  if (bytes.size() == out.size()) std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

namespace {

void bind(SQLite::Statement& statement, int at, const Cell& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value))
    statement.bind(at, *n);
  else if (const auto* text = std::get_if<std::string>(&value))
    statement.bind(at, *text);
  else
    statement.bind(at);
}

/// No column may hold a secret, whoever filled it.
Cell clean(const Cell& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? Cell(base::redact(*text)) : value;
}

std::string insert_sql(const Table& table) {
  std::string names = "seq";
  std::string marks = "?";
  for (const auto& column : table.columns) {
    names += "," + std::string(column);
    marks += ",?";
  }
  return "INSERT INTO " + std::string(table.name) + "(" + names + ",mac) VALUES(" + marks + ",?)";
}

}  // namespace

Head read_head(store::Database& db) {
  auto& query = db.statement("SELECT seq, mac FROM chain WHERE id=1");
  if (!query.executeStep())
    throw base::ConfigError("the audit has no head: the database is damaged");
  Head head{query.getColumn(0).getInt64(), digest_from(blob(query.getColumn(1)))};
  query.reset();
  return head;
}

std::optional<crypto::Digest> mac_of(store::Database& db, std::int64_t seq) {
  for (const Table* table : chained_tables()) {
    SQLite::Statement query(db.raw(),
                            "SELECT mac FROM " + std::string(table->name) + " WHERE seq=?");
    query.bind(1, seq);
    if (!query.executeStep()) continue;
    return digest_from(blob(query.getColumn(0)));
  }
  return std::nullopt;
}

void Chain::begin() { head_ = read_head(db_); }

void Chain::append(const Table& table, const std::vector<Cell>& cells) {
  if (cells.size() != table.columns.size()) throw base::Error("an audit row has the wrong width");
  RowHasher hasher;
  hasher.begin(head_.mac, table, head_.seq + 1);
  auto& insert = db_.statement(insert_sql(table));
  insert.bind(1, head_.seq + 1);
  int at = 2;
  for (const auto& given : cells) {
    const Cell value = clean(given);
    if (const auto* n = std::get_if<std::int64_t>(&value))
      hasher.add(*n);
    else if (const auto* text = std::get_if<std::string>(&value))
      hasher.add(*text);
    else
      hasher.add_null();
    bind(insert, at++, value);
  }
  head_.mac = hasher.finish();
  head_.seq += 1;
  insert.bind(at, head_.mac.data(), static_cast<int>(head_.mac.size()));
  insert.exec();
  insert.reset();
}

void Chain::end() {
  auto& update = db_.statement("UPDATE chain SET seq=?, mac=? WHERE id=1");
  update.bind(1, head_.seq);
  update.bind(2, head_.mac.data(), static_cast<int>(head_.mac.size()));
  update.exec();
  update.reset();
}

}  // namespace openclaw::audit
