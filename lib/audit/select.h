// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "audit/query.h"

namespace openclaw::audit {

/// A SELECT over one of the tables, built from a Query: which dimensions the table has, the WHERE
/// clause and its values.
class Select {
 public:
  enum class From { call_ends, tools, runs };
  Select(From from, const Query& query, const zone::Zone& zone, base::Time first);

  /// False when a dimension or a filter of the query means nothing for this table.
  bool fits() const { return fits_; }
  /// SELECT <dimensions>, <figures> FROM … WHERE … GROUP BY …
  std::string grouped(const std::string& figures) const;
  std::string plain(const std::string& columns) const;
  void bind(SQLite::Statement& statement) const;
  /// The grouped statement with its values in place of the marks.
  std::string written_out(const std::string& figures) const;
  std::size_t width() const { return expressions_.size(); }

 private:
  void filter(const std::string& column, const std::string& value, bool has);
  std::string table_;
  std::vector<std::string> expressions_;
  std::string where_ = "at>=? AND at<?";
  std::vector<std::string> texts_;
  std::int64_t since_, until_;
  bool fits_ = true;
};

}  // namespace openclaw::audit
