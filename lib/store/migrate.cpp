// SPDX-License-Identifier: MIT
#include "store/migrate.h"

#include <set>
#include <utility>

#include <fmt/core.h>

#include "base/error.h"

namespace openclaw::store {
namespace {

// Additive steps keep min_reader, so that the previous version still works after a rollback.
constexpr int reader_version = 1;

bool has_schema_table(Database& db) { return db.raw().tableExists("openclaw_schema"); }

using Applied = std::set<std::pair<std::string, int>>;

/// All steps that the file has, read at once; throws when it demands a newer reader.
Applied applied_steps(Database& db) {
  Applied out;
  SQLite::Statement query(db.raw(), "SELECT name, number, min_reader FROM openclaw_schema");
  while (query.executeStep()) {
    if (query.getColumn(2).getInt() > reader_version)
      throw base::ConfigError("the database was written by a newer openclaw",
                              "use that version, or restore the copy made before its first start");
    out.emplace(query.getColumn(0).getString(), query.getColumn(1).getInt());
  }
  return out;
}

}  // namespace

void refuse_foreign(SQLite::Database& db) {
  SQLite::Statement look(db,
                         "SELECT count(*), coalesce(sum(name='openclaw_schema'),0) FROM "
                         "sqlite_schema WHERE type='table'");
  look.executeStep();
  if (look.getColumn(0).getInt() > 0 && look.getColumn(1).getInt() == 0)
    throw base::ConfigError("this is not a database of openclaw");
}

void migrate(Database& db, const std::vector<Migration>& migrations) {
  if (!has_schema_table(db)) {
    refuse_foreign(db.raw());
    db.transaction([&db] {
      db.raw().exec(
          "CREATE TABLE IF NOT EXISTS openclaw_schema(name TEXT NOT NULL, number INTEGER NOT NULL,"
          " min_reader INTEGER NOT NULL, PRIMARY KEY(name, number)) STRICT");
    });
  }
  const auto before = applied_steps(db);
  for (const auto& step : migrations) {
    if (before.contains({step.name, step.number})) continue;
    db.transaction([&] {
      if (applied_steps(db).contains({step.name, step.number})) return;  // another was faster
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
  const auto present = applied_steps(db);
  for (const auto& step : migrations) {
    if (!present.contains({step.name, step.number}))
      throw base::ConfigError(fmt::format("the database lacks step {} {}", step.name, step.number),
                              "run any writing command of this version once, as its owner");
  }
}

}  // namespace openclaw::store
