// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/database.h"

/// Short forms for statements whose rows are few: bound in order, read whole, reset.
namespace openclaw::store {

class Row {
 public:
  std::vector<std::string> columns;
  const std::string& text(std::size_t i) const { return columns.at(i); }
  std::int64_t integer(std::size_t i) const {
    return std::strtoll(columns.at(i).c_str(), nullptr, 10);
  }
};

/// Bytes rather than text.
struct Blob {
  const std::string& bytes;
};

namespace detail {
inline void bind(SQLite::Statement& s, int at, const std::string& v) { s.bind(at, v); }
inline void bind(SQLite::Statement& s, int at, const char* v) { s.bind(at, v); }
inline void bind(SQLite::Statement& s, int at, std::int64_t v) { s.bind(at, v); }
inline void bind(SQLite::Statement& s, int at, int v) { s.bind(at, v); }
inline void bind(SQLite::Statement& s, int at, bool v) { s.bind(at, v ? 1 : 0); }
inline void bind(SQLite::Statement& s, int at, const Blob& v) {
  s.bind(at, v.bytes.data(), static_cast<int>(v.bytes.size()));
}
}  // namespace detail

/// How many rows it changed.
template <typename... Values>
int run(Database& db, const std::string& sql, const Values&... values) {
  auto& statement = db.statement(sql);
  [[maybe_unused]] int at = 0;
  (detail::bind(statement, ++at, values), ...);
  const int changed = statement.exec();
  statement.reset();
  return changed;
}

template <typename... Values>
std::vector<Row> rows(Database& db, const std::string& sql, const Values&... values) {
  auto& statement = db.statement(sql);
  [[maybe_unused]] int at = 0;
  (detail::bind(statement, ++at, values), ...);
  std::vector<Row> out;
  while (statement.executeStep()) {
    Row row;
    for (int i = 0; i < statement.getColumnCount(); ++i) {
      const auto column = statement.getColumn(i);
      row.columns.emplace_back(static_cast<const char*>(column.getBlob()),
                               static_cast<std::size_t>(column.getBytes()));
    }
    out.push_back(std::move(row));
  }
  statement.reset();
  return out;
}

/// The first row, if there is one.
template <typename... Values>
std::optional<Row> row(Database& db, const std::string& sql, const Values&... values) {
  auto all = rows(db, sql, values...);
  if (all.empty()) return std::nullopt;
  return std::move(all.front());
}

}  // namespace openclaw::store
