// SPDX-License-Identifier: MIT
#include "audit/query.h"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "audit/select.h"

namespace openclaw::audit {
namespace {

using Groups = std::map<std::vector<std::string>, Group>;

constexpr const char* call_figures =
    "count(*),sum(input_tokens),sum(cache_read_tokens),sum(cache_creation_tokens),"
    "sum(output_tokens),sum(reasoning_tokens),coalesce(sum(cost_nusd),0),"
    "sum(cost_nusd IS NULL),sum(outcome='abandoned'),"
    "coalesce(sum(CASE WHEN outcome='abandoned' THEN cost_nusd END),0),"
    "sum(outcome='error' OR outcome='truncated'),sum(outcome='refused')";

base::Time first_row(store::Database& db) {
  // Of a run that began before a cut of old rows, only the later rows are left.
  SQLite::Statement query(db.raw(),
                          "SELECT min(first) FROM (SELECT min(at) AS first FROM runs UNION ALL "
                          "SELECT min(at) FROM call_ends UNION ALL SELECT min(at) FROM tools)");
  if (query.executeStep() && !query.getColumn(0).isNull())
    return base::from_ms(query.getColumn(0).getInt64());
  return base::from_ms(0);
}

std::vector<std::string> keys_of(SQLite::Statement& row, std::size_t width) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < width; ++i)
    keys.push_back(row.getColumn(static_cast<int>(i)).getString());
  return keys;
}

void add_calls(store::Database& db, const Select& select, Groups& groups) {
  if (!select.fits()) return;
  SQLite::Statement query(db.raw(), select.grouped(call_figures));
  select.bind(query);
  while (query.executeStep()) {
    const int w = static_cast<int>(select.width());
    const auto n = [&](int at) { return query.getColumn(w + at).getInt64(); };
    if (n(0) == 0) continue;
    Group& g = groups[keys_of(query, select.width())];
    g.calls += n(0);
    g.tokens_in += n(1);
    g.cached += n(2);
    g.cache_writes += n(3);
    g.tokens_out += n(4);
    g.reasoning += n(5);
    g.cost += base::Usd{n(6)};
    g.unpriced += n(7);
    g.abandoned += n(8);
    g.abandoned_cost += base::Usd{n(9)};
    g.errors += n(10);
    g.refused += n(11);
  }
}

void add_tools(store::Database& db, const Select& select, Groups& groups) {
  if (!select.fits()) return;
  SQLite::Statement query(db.raw(), select.grouped("count(*),sum(decision='deny')"));
  select.bind(query);
  while (query.executeStep()) {
    const int w = static_cast<int>(select.width());
    if (query.getColumn(w).getInt64() == 0) continue;
    Group& g = groups[keys_of(query, select.width())];
    g.tools += query.getColumn(w).getInt64();
    g.denied += query.getColumn(w + 1).getInt64();
  }
}

void add_runs(store::Database& db, const Select& select, Groups& groups) {
  if (!select.fits()) return;
  SQLite::Statement query(db.raw(), select.grouped("count(*)"));
  select.bind(query);
  while (query.executeStep()) {
    const std::int64_t n = query.getColumn(static_cast<int>(select.width())).getInt64();
    if (n > 0) groups[keys_of(query, select.width())].runs += n;
  }
}

std::int64_t percentile(std::vector<std::int64_t>& values, std::size_t percent) {
  if (values.empty()) return 0;
  const std::size_t at = std::min(values.size() - 1, values.size() * percent / 100);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

void add_latency(store::Database& db, const Select& select, Groups& groups) {
  if (!select.fits()) return;
  struct Times {
    std::vector<std::int64_t> first, total;
  };
  std::map<std::vector<std::string>, Times> times;
  std::string sql = select.grouped("first_token_ms,total_ms");
  if (const auto at = sql.find(" GROUP BY "); at != std::string::npos) sql.resize(at);
  SQLite::Statement query(db.raw(), sql + " AND outcome='ok'");
  select.bind(query);
  while (query.executeStep()) {
    const int w = static_cast<int>(select.width());
    Times& t = times[keys_of(query, select.width())];
    if (!query.getColumn(w).isNull()) t.first.push_back(query.getColumn(w).getInt64());
    t.total.push_back(query.getColumn(w + 1).getInt64());
  }
  for (auto& [keys, t] : times) {
    Group& g = groups[keys];
    g.first_token_p50 = percentile(t.first, 50);
    g.first_token_p95 = percentile(t.first, 95);
    g.total_p50 = percentile(t.total, 50);
    g.total_p95 = percentile(t.total, 95);
  }
}

void sum_up(Group& total, const Group& g) {
  total.runs += g.runs;
  total.calls += g.calls;
  total.tools += g.tools;
  total.denied += g.denied;
  total.errors += g.errors;
  total.refused += g.refused;
  total.tokens_in += g.tokens_in;
  total.cached += g.cached;
  total.cache_writes += g.cache_writes;
  total.tokens_out += g.tokens_out;
  total.reasoning += g.reasoning;
  total.cost += g.cost;
  total.unpriced += g.unpriced;
  total.abandoned += g.abandoned;
  total.abandoned_cost += g.abandoned_cost;
}

void add_open(store::Database& db, Counted& out) {
  SQLite::Statement query(db.raw(),
                          "SELECT count(*), coalesce(sum(reserved_nusd),0) FROM open_calls");
  if (!query.executeStep()) return;
  out.open_calls = query.getColumn(0).getInt64();
  out.open_most = base::Usd{query.getColumn(1).getInt64()};
}

}  // namespace

const std::vector<std::string>& dimensions() {
  static const std::vector<std::string> names{
      "agent", "model",   "provider", "day",  "week",     "month",        "hour",    "job",
      "place", "channel", "person",   "tool", "decision", "conversation", "outcome", "trigger"};
  return names;
}

Counted count(store::Database& db, const Query& query, const zone::Zone& zone) {
  Counted out;
  Groups groups;
  const base::Time first = first_row(db);
  const Select calls(Select::From::call_ends, query, zone, first);
  add_calls(db, calls, groups);
  add_tools(db, Select(Select::From::tools, query, zone, first), groups);
  add_runs(db, Select(Select::From::runs, query, zone, first), groups);
  if (query.latency) add_latency(db, calls, groups);
  for (auto& [keys, group] : groups) {
    group.keys = keys;
    sum_up(out.total, group);
    out.groups.push_back(group);
  }
  add_open(db, out);
  return out;
}

std::string call_sql(store::Database& db, const Query& query, const zone::Zone& zone) {
  return Select(Select::From::call_ends, query, zone, first_row(db)).written_out(call_figures);
}

std::string readable(const std::string& dimension, const std::string& key) {
  using namespace std::chrono;
  const auto number = [&key] { return std::atoll(key.c_str()); };
  if (dimension == "day") return zone::iso_date(year_month_day(sys_days(days(number()))));
  if (dimension == "week") return zone::iso_week(year_month_day(sys_days(days(number() * 7 - 3))));
  if (dimension == "hour") {
    const auto hours_total = number();
    return fmt::format("{} {:02}:00",
                       zone::iso_date(year_month_day(sys_days(days(hours_total / 24)))),
                       hours_total % 24);
  }
  return key.empty() ? "-" : key;
}

}  // namespace openclaw::audit
