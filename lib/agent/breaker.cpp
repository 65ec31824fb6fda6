// SPDX-License-Identifier: MIT
#include "agent/breaker.h"

#include <algorithm>

namespace openclaw::agent {
namespace {

constexpr std::int64_t failures_to_open = 5;
constexpr std::int64_t first_pause = 30000;
constexpr std::int64_t longest_pause = 600000;

}  // namespace

const std::vector<store::Migration>& migrations() {
  static const std::vector<store::Migration> steps{
      {1, "breaker",
       "CREATE TABLE breaker(host TEXT PRIMARY KEY, failures INTEGER NOT NULL,"
       " open_until INTEGER NOT NULL) STRICT"},
      {1, "conversations",
       "CREATE TABLE conversations(conversation TEXT PRIMARY KEY, agent TEXT NOT NULL,"
       " place TEXT NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL,"
       " transcript_ref TEXT NOT NULL) STRICT;"
       "CREATE INDEX conversations_latest ON conversations(place, person, agent, at)"}};
  return steps;
}

std::optional<base::Millis> Breaker::closed_for(const std::string& host, base::Time now) {
  auto& query = db_.statement("SELECT open_until FROM breaker WHERE host=?");
  query.bind(1, host);
  std::int64_t until = 0;
  if (query.executeStep()) until = query.getColumn(0).getInt64();
  query.reset();
  const std::int64_t left = until - base::to_ms(now);
  // A clock set back must not close a host for longer than the longest pause.
  if (left <= 0 || left > longest_pause) return std::nullopt;
  return base::Millis(left);
}

void Breaker::failed(const std::string& host, base::Time now) {
  db_.transaction([&] {
    auto& upsert = db_.statement(
        "INSERT INTO breaker VALUES(?,1,0) ON CONFLICT(host) DO UPDATE SET failures=failures+1");
    upsert.bind(1, host);
    upsert.exec();
    upsert.reset();
    auto& query = db_.statement("SELECT failures FROM breaker WHERE host=?");
    query.bind(1, host);
    query.executeStep();
    const std::int64_t failures = query.getColumn(0).getInt64();
    query.reset();
    if (failures < failures_to_open) return;
    const auto doublings = std::min<std::int64_t>(failures - failures_to_open, 5);
    const std::int64_t pause = std::min(longest_pause, first_pause << doublings);
    auto& open = db_.statement("UPDATE breaker SET open_until=? WHERE host=?");
    open.bind(1, base::to_ms(now) + pause);
    open.bind(2, host);
    open.exec();
    open.reset();
  });
}

void Breaker::worked(const std::string& host) {
  auto& query = db_.statement("SELECT 1 FROM breaker WHERE host=?");
  query.bind(1, host);
  const bool known = query.executeStep();
  query.reset();
  if (!known) return;
  db_.transaction([&] {
    auto& forget = db_.statement("DELETE FROM breaker WHERE host=?");
    forget.bind(1, host);
    forget.exec();
    forget.reset();
  });
}

}  // namespace openclaw::agent
