// SPDX-License-Identifier: MIT
#include "rows.h"

#include <algorithm>

#include "base/money.h"
#include "base/time.h"

namespace openclaw::cmd {
namespace {

std::string columns_of(const audit::Table& table) {
  std::string out = "seq";
  for (const auto& column : table.columns) out += "," + std::string(column);
  return out;
}

json::Value record(const audit::Table& table, SQLite::Statement& q) {
  auto out = json::Value::object({{"table", table.name}, {"seq", q.getColumn(0).getInt64()}});
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto column = q.getColumn(static_cast<int>(i) + 1);
    if (column.isNull())
      out.set(table.columns[i], json::Value());
    else if (column.isInteger())
      out.set(table.columns[i], column.getInt64());
    else
      out.set(table.columns[i], column.getString());
  }
  return out;
}

}  // namespace

std::vector<json::Value> rows_of(store::Database& db, const audit::Table& table,
                                 const std::string& column, const std::string& value) {
  SQLite::Statement query(db.raw(), "SELECT " + columns_of(table) + " FROM " +
                                        std::string(table.name) + " WHERE " + column +
                                        "=? ORDER BY seq");
  query.bind(1, value);
  std::vector<json::Value> out;
  while (query.executeStep()) out.push_back(record(table, query));
  return out;
}

json::Value shown(const json::Value& row) {
  auto out = json::Value::object();
  for (const auto& [name, value] : row.members()) {
    if (name.ends_with("_nusd"))
      out.set(name.substr(0, name.size() - 4) + "usd",
              value.is_null() ? json::Value() : json::Value(base::to_string({value.as_int()})));
    else if (name == "at")
      out.set(name, base::rfc3339(base::from_ms(value.as_int())));
    else if (name == "run" || name == "call" || name == "tool_call")
      out.set(name + "_id", value);
    else
      out.set(name, value);
  }
  return out;
}

std::vector<json::Value> rows_after(store::Database& db, std::int64_t seq) {
  std::vector<json::Value> out;
  for (const auto* table : {&audit::call_ends, &audit::tools}) {
    SQLite::Statement query(db.raw(), "SELECT " + columns_of(*table) + " FROM " +
                                          std::string(table->name) + " WHERE seq>? ORDER BY seq");
    query.bind(1, seq);
    while (query.executeStep()) out.push_back(record(*table, query));
  }
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return a["seq"].as_int() < b["seq"].as_int(); });
  return out;
}

std::int64_t seq_before_last(store::Database& db, int lines) {
  SQLite::Statement query(db.raw(),
                          "SELECT coalesce(min(seq),1)-1 FROM (SELECT seq FROM (SELECT seq FROM"
                          " call_ends UNION ALL SELECT seq FROM tools) ORDER BY seq DESC LIMIT ?)");
  query.bind(1, lines);
  query.executeStep();
  if (lines == 0) {
    SQLite::Statement head(db.raw(), "SELECT seq FROM chain WHERE id=1");
    return head.executeStep() ? head.getColumn(0).getInt64() : 0;
  }
  return query.getColumn(0).getInt64();
}

}  // namespace openclaw::cmd
