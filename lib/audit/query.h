// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/time.h"
#include "store/database.h"
#include "zone/zone.h"

namespace openclaw::audit {

/// What to count and how to group it.
struct Query {
  std::vector<std::string> by;  ///< names of dimensions(), in order
  std::optional<base::Time> since, until;
  std::string agent, model, provider, job, place, person, trigger, tool, decision, outcome,
      request_id, conversation;
  std::optional<base::Usd> min_cost;
  bool latency = false;
};

/// The names that --by takes.
const std::vector<std::string>& dimensions();

struct Group {
  std::vector<std::string> keys;
  std::int64_t runs = 0, calls = 0, tools = 0, denied = 0, errors = 0, refused = 0;
  std::int64_t tokens_in = 0, cached = 0, cache_writes = 0, tokens_out = 0, reasoning = 0;
  base::Usd cost;
  std::int64_t unpriced = 0, abandoned = 0;
  base::Usd abandoned_cost;
  std::optional<base::Usd> cache_saved;  ///< left to whoever knows prices
  std::int64_t first_token_p50 = 0, first_token_p95 = 0, total_p50 = 0, total_p95 = 0;
};

struct Counted {
  std::vector<Group> groups;  ///< sorted by their keys
  Group total;
  std::int64_t open_calls = 0;  ///< begun, outcome not known yet
  base::Usd open_most;
};

Counted count(store::Database& db, const Query& query, const zone::Zone& zone);

/// The statement that counts the model calls, with its values written out.
std::string call_sql(store::Database& db, const Query& query, const zone::Zone& zone);

/// What a day number, week number, hour number or month text of a group means: "2026-11-23" and so
/// on.
std::string readable(const std::string& dimension, const std::string& key);

}  // namespace openclaw::audit
