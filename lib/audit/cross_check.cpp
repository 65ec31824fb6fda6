// SPDX-License-Identifier: MIT
#include "audit/cross_check.h"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "json/parse.h"

namespace openclaw::audit {
namespace {

/// What the notes say about texts: those older than `before` may be erased, and those a person
/// accepted as they were, or had erased.
struct Excuses {
  std::int64_t before = INT64_MIN;
  std::set<std::string> accepted;
};

Excuses excuses_of(store::Database& db) {
  Excuses out;
  SQLite::Statement query(db.raw(),
                          "SELECT kind, data FROM notes WHERE kind IN ('accept','prune','erase')");
  while (query.executeStep()) {
    try {
      const auto data = json::parse(query.getColumn(1).getString());
      for (const auto& ref : data["texts"].items()) out.accepted.insert(ref.as_string());
      if (query.getColumn(0).getString() != "accept")
        out.before = std::max(out.before, data["texts_before"].as_int(INT64_MIN));
    } catch (const base::Error&) {
      continue;  // a changed note excuses nothing, and is a fault of its own
    }
  }
  return out;
}

void each_unended(store::Database& db, const std::string& sql, std::int64_t since,
                  const std::string& what, const Fault& fault) {
  SQLite::Statement query(db.raw(), sql);
  query.bind(1, since);
  while (query.executeStep())
    fault(fmt::format("{} {} has no end and is not among the open ones", what,
                      query.getColumn(0).getString()));
}

}  // namespace

std::int64_t each_bad_text(store::Database& db, const std::function<void(const BadText&)>& bad) {
  const Excuses excuses = excuses_of(db);
  std::int64_t count = 0;
  SQLite::Statement all(db.raw(), "SELECT ref, sealed FROM bodies");
  for (; all.executeStep(); ++count) {
    const std::string ref = all.getColumn(0).getString();
    if (base::hex(crypto::view(crypto::sha256(blob(all.getColumn(1))))) != ref &&
        !excuses.accepted.contains(ref))
      bad({ref});
  }
  SQLite::Statement missing(db.raw(),
                            "SELECT ref FROM texts WHERE at>=? AND NOT EXISTS(SELECT 1 FROM bodies "
                            "WHERE bodies.ref=texts.ref)");
  missing.bind(1, excuses.before);
  while (missing.executeStep()) {
    const std::string ref = missing.getColumn(0).getString();
    if (!excuses.accepted.contains(ref)) bad({ref, true});
  }
  return count;
}

void check_open(store::Database& db, std::int64_t since, const Fault& fault) {
  each_unended(db,
               "SELECT call FROM calls WHERE seq>? EXCEPT SELECT call FROM call_ends EXCEPT "
               "SELECT call FROM open_calls",
               since, "call", fault);
  each_unended(db,
               "SELECT run FROM runs WHERE seq>? AND NOT EXISTS(SELECT 1 FROM run_ends e WHERE "
               "e.run=runs.run) AND NOT EXISTS(SELECT 1 FROM open_runs o WHERE o.run=runs.run)",
               since, "run", fault);
}

}  // namespace openclaw::audit
