// SPDX-License-Identifier: MIT
#include "audit/budget.h"

namespace openclaw::audit {
namespace {

/// An open call counts whenever it began: it is paid when it ends.
std::int64_t sum(store::Database& db, const std::string& table, const std::string& column,
                 base::Time since, const Limit& limit) {
  std::string sql = "SELECT coalesce(sum(" + column + "),0) FROM " + table + " WHERE at>=?";
  std::vector<std::string> values;
  const auto match = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    sql += std::string(" AND ") + name + "=?";
    values.push_back(value);
  };
  match("agent", limit.agent);
  match("job", limit.job);
  match("place", limit.place);
  match("person", limit.person);
  match("run", limit.run);
  if (limit.without_jobs) sql += " AND job IS NULL";
  auto& query = db.statement(sql);
  query.bind(1, base::to_ms(since));
  int at = 2;
  for (const auto& value : values) query.bind(at++, value);
  query.executeStep();
  const std::int64_t total = query.getColumn(0).getInt64();
  query.reset();
  return total;
}

}  // namespace

base::Usd spent(store::Database& db, const Limit& limit) {
  return {sum(db, "call_ends", "cost_nusd", limit.since, limit) +
          sum(db, "open_calls", "reserved_nusd", base::Time::min(), limit)};
}

std::optional<base::Usd> left(store::Database& db, const std::vector<Limit>& limits,
                              std::string* tightest) {
  std::optional<base::Usd> least;
  for (const auto& limit : limits) {
    const base::Usd rest = limit.most - limit.kept_back - spent(db, limit);
    if (least && rest >= *least) continue;
    least = rest;
    if (tightest) *tightest = limit.words;
  }
  return least;
}

}  // namespace openclaw::audit
