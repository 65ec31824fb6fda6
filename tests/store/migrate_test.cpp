// SPDX-License-Identifier: MIT
#include "store/migrate.h"

#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "store/database.h"
#include "store/sample.h"
#include "support/child.h"
#include "support/temp_dir.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

using store::Database;
using store::Migration;

constexpr int steps = 12;

/// Steps that a kill could halve: each makes two tables, fills them and an index, and changes the
/// tables of the step before.
std::vector<Migration> long_way() {
  std::vector<Migration> all;
  for (int i = 1; i <= steps; ++i) {
    const std::string n = std::to_string(i);
    const std::string before = std::to_string(i - 1);
    std::string sql;
    for (const char* half : {"a", "b"}) {
      const std::string table = "t" + n + half;
      sql += "CREATE TABLE " + table + "(id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;";
      sql +=
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<40) INSERT INTO " +
          table + " SELECT i, hex(zeroblob(100)) FROM n;";
      sql += "CREATE INDEX i" + n + half + " ON " + table + "(text);";
    }
    if (i > 1)
      sql += "ALTER TABLE t" + before + "a ADD COLUMN added TEXT; UPDATE t" + before +
             "a SET added='by " + n + "';";
    all.push_back({i, i % 2 ? "odd" : "even", sql});
  }
  return all;
}

/// How many steps are done. Expects that each is done wholly or not at all, and that none is
/// skipped.
int done_steps(const std::string& file) {
  SQLite::Database raw(file, SQLite::OPEN_READWRITE);
  const auto number = [&raw](const std::string& sql) { return raw.execAndGet(sql).getInt(); };
  EXPECT_EQ(raw.execAndGet("PRAGMA integrity_check").getString(), "ok");
  if (!raw.tableExists("openclaw_schema")) {
    EXPECT_EQ(number("SELECT count(*) FROM sqlite_schema"), 0);
    return 0;
  }
  const int noted = number("SELECT count(*) FROM openclaw_schema");
  for (int i = 1; i <= steps; ++i) {
    const std::string n = std::to_string(i);
    const bool done = i <= noted;
    EXPECT_EQ(number("SELECT count(*) FROM openclaw_schema WHERE number=" + n), done) << i;
    for (const std::string half : {"a", "b"}) {
      EXPECT_EQ(raw.tableExists("t" + n + half), done) << n << half;
      if (done) {
        EXPECT_EQ(number("SELECT count(*) FROM t" + n + half), 40);
      }
    }
    if (i < noted) {
      EXPECT_EQ(number("SELECT count(*) FROM t" + n + "a WHERE added IS NOT NULL"), 40);
    }
  }
  return noted;
}

int migrate_once(const std::string& file, int out) {
  tell(out, 'b');
  Database db(file, Access::read_write, long_way());
  return 0;
}

TEST(StoreMigrate, DoesEachStepOnceInOrder) {
  const TempDir dir;
  const std::string file = dir.file("openclaw.db");
  for (int i = 0; i < 3; ++i) {
    Database db(file, Access::read_write, long_way());
    EXPECT_EQ(count_rows(db, "openclaw_schema"), steps);
  }
  EXPECT_EQ(done_steps(file), steps);
}

TEST(StoreMigrate, TakesABadStepBackWhole) {
  const TempDir dir;
  const std::string file = dir.file("openclaw.db");
  auto bad = long_way();
  bad.resize(3);
  bad[2].sql = "CREATE TABLE half(id INTEGER PRIMARY KEY) STRICT; INSERT INTO nowhere VALUES(1);";
  EXPECT_THROW(Database(file, Access::read_write, bad), base::Error);
  EXPECT_EQ(done_steps(file), 2);
  {
    SQLite::Database raw(file);
    EXPECT_FALSE(raw.tableExists("half"));
  }
  Database db(file, Access::read_write, long_way());
  EXPECT_EQ(count_rows(db, "openclaw_schema"), steps);
}

TEST(StoreMigrate, AddsAnotherLibrarysStepsToTheSameFile) {
  const TempDir dir;
  const std::string file = dir.file("openclaw.db");
  { Database db(file, Access::read_write, pairs()); }
  std::vector<Migration> both = pairs();
  both.push_back({1, "other", "CREATE TABLE other(id INTEGER PRIMARY KEY) STRICT;"});
  {
    Database db(file, Access::read_write, both);
    EXPECT_EQ(count_rows(db, "other"), 0);
  }
  Database db(file, Access::read_only, {both.back()});
  EXPECT_EQ(count_rows(db), 0);
}

/// Microseconds that a whole migration takes here, from its first byte to its end.
long usual_micros() {
  long longest = 0;
  for (int i = 0; i < 3; ++i) {
    const TempDir dir;
    Child child([&](int out) { return migrate_once(dir.file("openclaw.db"), out); });
    EXPECT_TRUE(child.hear(1));
    const auto begin = Clock::now();
    EXPECT_EQ(child.wait(), 0);
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin).count();
    longest = std::max(longest, static_cast<long>(took));
  }
  return longest;
}

/// Kills a migration somewhere between its begin and its usual end.
void kill_somewhere(const std::string& file, long micros, std::mt19937_64& random) {
  Child child([&](int out) { return migrate_once(file, out); });
  ASSERT_TRUE(child.hear(1));
  std::string nothing;
  const long wait = std::uniform_int_distribution<long>(0, micros)(random);
  child.read(nothing, Clock::now() + std::chrono::microseconds(wait));
  child.kill();
}

TEST(StoreMigrate, LeavesNoHalfStepWhenKilledAnywhere) {
  std::mt19937_64 random(seed());
  const long micros = usual_micros();
  const int kills = times(20, 200);
  std::map<int, int> found;
  for (int i = 0; i < kills; ++i) {
    const TempDir dir;
    const std::string file = dir.file("openclaw.db");
    kill_somewhere(file, micros, random);
    int done = std::filesystem::exists(file) ? done_steps(file) : 0;
    ++found[done];
    if (i % 2) {  // killed again on the way to recovery
      kill_somewhere(file, micros, random);
      const int later = done_steps(file);
      EXPECT_GE(later, done);
    }
    Database db(file, Access::read_write, long_way());
    EXPECT_TRUE(is_sound(db));
    EXPECT_EQ(count_rows(db, "openclaw_schema"), steps);
    if (HasFailure()) {
      ADD_FAILURE() << "kill " << i << ", seed " << seed();
      return;
    }
  }
  int between = 0;
  std::cout << "kills by steps done:";
  for (const auto& [done, n] : found) {
    std::cout << ' ' << done << ':' << n;
    if (done > 0 && done < steps) between += n;
  }
  std::cout << '\n';
  EXPECT_GE(between, kills / 10) << "too few kills fell into the middle";
}

TEST(StoreMigrate, ManyProcessesMayMakeTheSameFileAtOnce) {
  const int rounds = times(15, 150);
  int bad = 0;
  for (int round = 0; round < rounds; ++round) {
    const TempDir dir;
    const std::string file = dir.file("openclaw.db");
    Gate gate;
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < 6; ++i) {
      children.push_back(std::make_unique<Child>([&](int) {
        gate.pass(6);
        std::string said;
        const int code =
            exit_code_of([&] { Database db(file, Access::read_write, long_way()); }, &said);
        if (code) std::cerr << "round " << round << ": " << said << std::endl;
        return code;
      }));
    }
    for (auto& child : children) bad += child->wait() != 0;
    EXPECT_EQ(done_steps(file), steps);
  }
  EXPECT_EQ(bad, 0) << "of " << rounds * 6 << " processes";
}

}  // namespace
}  // namespace openclaw::test
