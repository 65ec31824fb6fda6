// SPDX-License-Identifier: MIT
#include "store/migrate.h"

#include <fmt/core.h>

#include "base/error.h"

namespace openclaw::store {
namespace {

// Additive steps keep min_reader, so that the previous version still works after a rollback.
constexpr int reader_version = 1;

bool has_schema_table(Database& db) { return db.raw().tableExists("openclaw_schema"); }

bool applied(Database& db, const Migration& step) {
  auto& query = db.statement("SELECT 1 FROM openclaw_schema WHERE name=? AND number=?");
  query.bind(1, step.name);
  query.bind(2, step.number);
  const bool found = query.executeStep();
  query.reset();
  return found;
}

void check_reader(Database& db) {
  SQLite::Statement query(db.raw(), "SELECT max(min_reader) FROM openclaw_schema");
  if (query.executeStep() && query.getColumn(0).getInt() > reader_version)
    throw base::ConfigError("the database was written by a newer openclaw",
                            "use that version, or restore the copy made before its first start");
}

}  // namespace

void migrate(Database& db, const std::vector<Migration>& migrations) {
  if (!has_schema_table(db)) {
    db.transaction([&db] {
      db.raw().exec(
          "CREATE TABLE IF NOT EXISTS openclaw_schema(name TEXT NOT NULL, number INTEGER NOT NULL,"
          " min_reader INTEGER NOT NULL, PRIMARY KEY(name, number)) STRICT");
    });
  }
  check_reader(db);
  for (const auto& step : migrations) {
    if (applied(db, step)) continue;
    db.transaction([&] {
      if (applied(db, step)) return;  // another process was faster
      db.raw().exec(step.sql);
      SQLite::Statement note(db.raw(), "INSERT INTO openclaw_schema VALUES(?,?,1)");
      note.bind(1, step.name);
      note.bind(2, step.number);
      note.exec();
    });
  }
}

void check_readable(Database& db, const std::vector<Migration>& migrations) {
  if (!has_schema_table(db)) throw base::ConfigError("this is not a database of openclaw");
  check_reader(db);
  for (const auto& step : migrations) {
    if (!applied(db, step))
      throw base::ConfigError(fmt::format("the database lacks step {} {}", step.name, step.number),
                              "run any writing command of this version once, as its owner");
  }
}

}  // namespace openclaw::store
