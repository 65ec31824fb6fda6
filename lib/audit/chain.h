// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "audit/schema.h"
#include "crypto/digest.h"

namespace openclaw::audit {

/// A column's value; NULL is the monostate.
using Cell = std::variant<std::monostate, std::int64_t, std::string>;

/// Empty text becomes NULL: rows say "nothing" in one way.
inline Cell cell(const std::string& text) { return text.empty() ? Cell() : Cell(text); }
template <typename T>
Cell cell(const std::optional<T>& value) {
  return value ? Cell(static_cast<std::int64_t>(*value)) : Cell();
}

/// The digest of a row after the digest of the row before it:
/// SHA-256(before ‖ "openclaw audit 1" ‖ table ‖ seq ‖ cells), each part with its length.
class RowHasher {
 public:
  void begin(const crypto::Digest& before, const Table& table, std::int64_t seq);
  void add_null();
  void add(std::int64_t n);
  void add(std::string_view text);
  /// A cell of a type that no row has: never equal to what was written.
  void add_foreign() { buffer_ += 'x'; }
  crypto::Digest finish();

 private:
  void number(std::uint64_t n);
  crypto::Sha256 hash_;
  std::string buffer_;
};

/// Where the chain stands.
struct Head {
  std::int64_t seq = 0;
  crypto::Digest mac{};
};

/// Appends rows. Must be called inside a transaction of the database.
class Chain {
 public:
  explicit Chain(store::Database& db) : db_(db) {}
  /// Reads the head; to be called first in each transaction.
  void begin();
  void append(const Table& table, const std::vector<Cell>& cells);
  /// Stores the new head; to be called last in each transaction.
  void end();
  const Head& head() const { return head_; }

 private:
  store::Database& db_;
  Head head_;
};

Head read_head(store::Database& db);
/// The mac of a row, in whichever table it stands; nullopt when there is no such row.
std::optional<crypto::Digest> mac_of(store::Database& db, std::int64_t seq);
crypto::Digest digest_from(std::string_view bytes);
/// The bytes of a column, until its statement moves on.
inline std::string_view blob(const SQLite::Column& column) {
  return {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

}  // namespace openclaw::audit
