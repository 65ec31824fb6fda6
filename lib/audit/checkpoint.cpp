// SPDX-License-Identifier: MIT
#include "audit/checkpoint.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "json/parse.h"

namespace openclaw::audit {
namespace {

constexpr const char* kind = "checkpoint";
constexpr std::int64_t day_ms = 86'400'000;

bool has_one_since(store::Database& db, std::int64_t since) {
  SQLite::Statement query(db.raw(), "SELECT 1 FROM notes WHERE kind=? AND at>=? LIMIT 1");
  query.bind(1, kind);
  query.bind(2, since);
  return query.executeStep();
}

}  // namespace

void checkpoint_daily(store::Database& db, Recorder& recorder, const Bodies& bodies,
                      base::Time now) {
  if (!bodies.has_key() || has_one_since(db, base::to_ms(now) / day_ms * day_ms)) return;
  const std::string head = format_head(read_head(db));
  recorder.note(kind, json::Value::object({{"head", head}, {"hmac", bodies.authenticate(head)}}),
                now);
}

Checkpoints check_checkpoints(store::Database& db, const Bodies& bodies) {
  Checkpoints out;
  SQLite::Statement query(db.raw(), "SELECT seq, data FROM notes WHERE kind=? ORDER BY seq");
  query.bind(1, kind);
  while (query.executeStep()) {
    const std::int64_t seq = query.getColumn(0).getInt64();
    std::string head, hmac;
    try {
      const auto data = json::parse(query.getColumn(1).getString());
      head = data["head"].as_string();
      hmac = data["hmac"].as_string();
    } catch (const base::Error&) {
      head.clear();
    }
    const auto named = parse_head(head);
    const auto mac = named ? mac_of(db, named->seq) : std::nullopt;  // none: the row was pruned
    if (!named || hmac != bodies.authenticate(head))
      out.faults.push_back(fmt::format("the checkpoint at row {} was not made with this key", seq));
    else if (named->seq >= seq || (mac && *mac != named->mac))
      out.faults.push_back(
          fmt::format("the checkpoint at row {} saw another row {}", seq, named->seq));
    else
      ++out.good;
  }
  return out;
}

}  // namespace openclaw::audit
