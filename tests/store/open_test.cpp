// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "store/database.h"
#include "store/migrate.h"
#include "store/sample.h"
#include "support/child.h"
#include "support/temp_dir.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

using store::Database;

TEST(StoreOpen, MakesTheFileDurableAndForTheGroup) {
  const TempDir dir;
  const std::string file = dir.file("openclaw.db");
  Database db(file, Access::read_write, pairs());
  insert_pair(db, 1, "text");
  EXPECT_EQ(text_of(db, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(text_of(db, "PRAGMA synchronous"), "2");  // FULL
  EXPECT_EQ(text_of(db, "PRAGMA foreign_keys"), "1");
  for (const auto& name : {"", "-wal", "-shm"}) EXPECT_EQ(mode_of(file + name), 0640U) << name;
}

TEST(StoreOpen, GivesTheSameModesUnderEveryUmask) {
  for (const mode_t mask : {0U, 022U, 027U, 077U}) {
    const TempDir dir;
    const std::string file = dir.file("openclaw.db");
    const mode_t before = ::umask(mask);
    {
      Database db(file, Access::read_write, pairs());
      insert_pair(db, 1, "text");
      for (const auto& name : {"", "-wal", "-shm"})
        EXPECT_EQ(mode_of(file + name), 0640U) << name << " under umask " << mask;
    }
    ::umask(before);
  }
}

TEST(StoreOpen, KeepsTheLogFilesForReadersOfTheGroup) {
  const TempDir dir;
  const std::string file = dir.file("openclaw.db");
  { Database db(file, Access::read_write, pairs()); }
  const auto all = names_in(dir.path());
  for (const auto* name : {"openclaw.db", "openclaw.db-shm", "openclaw.db-wal"})
    EXPECT_EQ(std::count(all.begin(), all.end(), name), 1) << name;
  { Database db(file, Access::read_only, pairs()); }
  EXPECT_EQ(names_in(dir.path()), all) << "a reader took them away";
}

TEST(StoreOpen, RefusesExtensionsAndWritesToTheSchema) {
  const TempDir dir;
  Database db(dir.file("openclaw.db"), Access::read_write, pairs());
  EXPECT_THROW(db.raw().exec("SELECT load_extension('nothing')"), SQLite::Exception);
  try {
    db.raw().exec("PRAGMA writable_schema=1; DELETE FROM sqlite_schema;");
  } catch (const SQLite::Exception&) {
  }
  EXPECT_EQ(count_rows(db, "sqlite_schema WHERE name='pairs'"), 1);
  int trusted = 1;
  sqlite3_db_config(db.raw().getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, -1, &trusted);
  EXPECT_EQ(trusted, 0);
}

TEST(StoreOpen, AReaderNeverMakesAnything) {
  const TempDir dir;
  std::string said;
  const auto open = [&](const std::string& file) {
    return exit_code_of([&] { Database(file, Access::read_only, pairs()); }, &said);
  };
  EXPECT_EQ(open(dir.file("absent.db")), 78);
  EXPECT_NE(said.find("absent.db"), std::string::npos) << said;
  EXPECT_EQ(open(dir.file("no-folder/absent.db")), 78);
  EXPECT_TRUE(names_in(dir.path()).empty());
  EXPECT_FALSE(store::exists(dir.file("absent.db")));
}

TEST(StoreOpen, AReaderCannotWrite) {
  const TempDir dir;
  const std::string file = dir.file("openclaw.db");
  { Database db(file, Access::read_write, pairs()); }
  const std::string before = read(file);
  Database db(file, Access::read_only, pairs());
  EXPECT_THROW(insert_pair(db, 1, "text"), base::Error);
  EXPECT_EQ(count_rows(db), 0);
  EXPECT_EQ(read(file), before);
}

TEST(StoreOpen, AReaderRefusesAnEmptyFileAndAWriterFillsIt) {
  const TempDir dir;
  const std::string file = dir.file("openclaw.db");
  write(file, "");
  EXPECT_FALSE(store::exists(file));
  EXPECT_EQ(exit_code_of([&] { Database(file, Access::read_only, pairs()); }), 78);
  EXPECT_EQ(read(file), "");
  // A kill between making the file and its first page leaves it so.
  Database db(file, Access::read_write, pairs());
  EXPECT_TRUE(store::exists(file));
}

/// The files of a folder but for logs.
std::vector<std::string> databases_in(const TempDir& dir) {
  auto names = names_in(dir.path());
  std::erase_if(names, [](const auto& n) { return n.ends_with("-wal") || n.ends_with("-shm"); });
  return names;
}

/// Expects that neither a reader nor a writer opens the file, and that both leave it as it is.
void expect_refused(const TempDir& dir, const std::string& file) {
  const std::string before = read(file);
  const auto names = databases_in(dir);
  for (const auto access : {Access::read_only, Access::read_write}) {
    const char* const who = access == Access::read_only ? "reader" : "writer";
    std::string said;
    EXPECT_EQ(exit_code_of([&] { Database(file, access, pairs()); }, &said), 78) << who;
    EXPECT_NE(said.find(file), std::string::npos) << who << " said: " << said;
    EXPECT_EQ(said.find('\n'), std::string::npos) << said;
    EXPECT_TRUE(read(file) == before) << "the " << who << " changed it";
    EXPECT_EQ(databases_in(dir), names) << who;
  }
}

TEST(StoreOpen, RefusesWhatIsNoDatabase) {
  const TempDir source;
  { Database db(source.file("a.db"), Access::read_write, pairs()); }
  const std::string good = read(source.file("a.db"));
  std::string garbage = good;
  for (std::size_t i = 0; i < 100; ++i) garbage[i] = static_cast<char>(i * 37 + 11);
  for (const auto& content : {garbage, std::string("# a text\n"), good.substr(0, 50),
                              std::string(8192, '\0'), std::string(1 << 16, '\xff')}) {
    const TempDir dir;
    write(dir.file("openclaw.db"), content);
    expect_refused(dir, dir.file("openclaw.db"));
  }
}

TEST(StoreOpen, RefusesAFolder) {
  const TempDir dir;
  std::filesystem::create_directory(dir.path() / "openclaw.db");
  for (const auto access : {Access::read_only, Access::read_write})
    EXPECT_EQ(exit_code_of([&] { Database(dir.file("openclaw.db"), access, pairs()); }), 78);
  EXPECT_EQ(names_in(dir.path()).size(), 1U);
}

TEST(StoreOpen, RefusesTheDatabaseOfAnotherProgram) {
  const TempDir dir;
  const std::string file = dir.file("places.sqlite");
  {
    SQLite::Database foreign(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    foreign.exec("CREATE TABLE bookmarks(url TEXT); INSERT INTO bookmarks VALUES('u')");
  }
  expect_refused(dir, file);
}

TEST(StoreOpen, RefusesAFileThatANewerVersionWrote) {
  const TempDir dir;
  const std::string file = dir.file("openclaw.db");
  {
    Database db(file, Access::read_write, pairs());
    db.raw().exec("INSERT INTO openclaw_schema VALUES('later', 7, 2)");
  }
  for (const auto access : {Access::read_only, Access::read_write}) {
    try {
      Database db(file, access, pairs());
      ADD_FAILURE() << "opened";
    } catch (const base::ConfigError& e) {
      EXPECT_NE(std::string(e.what()).find("newer"), std::string::npos) << e.what();
      EXPECT_FALSE(e.hint().empty());
    }
  }
  SQLite::Database raw(file);
  EXPECT_EQ(raw.execAndGet("SELECT count(*) FROM pairs").getInt(), 0);
}

TEST(StoreOpen, ReadsAFileWithAdditionsOfANewerVersion) {
  const TempDir dir;
  const std::string file = dir.file("openclaw.db");
  auto newer = pairs();
  newer.push_back({2, "pairs", "ALTER TABLE pairs ADD COLUMN more TEXT;"});
  newer.push_back({1, "other", "CREATE TABLE other(id INTEGER PRIMARY KEY) STRICT;"});
  { Database db(file, Access::read_write, newer); }
  {
    Database db(file, Access::read_write, pairs());
    insert_pair(db, 1, "after going back");
  }
  Database db(file, Access::read_only, pairs());
  EXPECT_EQ(count_rows(db), 2);
}

TEST(StoreOpen, AReaderSaysWhichStepIsMissing) {
  const TempDir dir;
  const std::string file = dir.file("openclaw.db");
  { Database db(file, Access::read_write, pairs()); }
  auto newer = pairs();
  newer.push_back({2, "pairs", "ALTER TABLE pairs ADD COLUMN more TEXT;"});
  try {
    Database db(file, Access::read_only, newer);
    ADD_FAILURE() << "opened";
  } catch (const base::ConfigError& e) {
    EXPECT_NE(std::string(e.what()).find("pairs 2"), std::string::npos) << e.what();
    EXPECT_FALSE(e.hint().empty());
  }
}

/// What a user without rights gets, as an exit code, from opening and writing.
int as_user(uid_t user, const std::string& file, Access access) {
  Child child([&](int) {
    become(user, user);
    return exit_code_of([&] {
      Database db(file, access, pairs());
      if (access == Access::read_write) insert_pair(db, 1, "text");
    });
  });
  return child.wait();
}

TEST(StoreOpen, SaysSoWhenTheFileOrItsFolderCannotBeWritten) {
  if (::geteuid() != 0) OPENCLAW_NOT_RUN("becoming another user needs root");
  const TempDir dir;
  const std::string file = dir.file("openclaw.db");
  ::chmod(dir.path().c_str(), 0555);
  EXPECT_EQ(as_user(65534, file, Access::read_write), 78) << "a folder without rights";
  EXPECT_EQ(as_user(65534, file, Access::read_only), 78);
  EXPECT_TRUE(names_in(dir.path()).empty());
  { Database db(file, Access::read_write, pairs()); }
  EXPECT_EQ(as_user(65534, file, Access::read_write), 78) << "a file of another owner";
  ::chmod(dir.path().c_str(), 0755);
  EXPECT_EQ(::chown(file.c_str(), 65534, 65534), 0);
  for (const auto& name : {"", "-wal", "-shm"}) ::chmod((file + name).c_str(), 0444);
  EXPECT_EQ(as_user(65534, file, Access::read_write), 78) << "a file that is read-only";
  Database db(file, Access::read_only, pairs());
  EXPECT_EQ(count_rows(db), 0);
}

TEST(StoreTransaction, TakesBackEverythingWhenTheWorkThrows) {
  const TempDir dir;
  Database db(dir.file("openclaw.db"), Access::read_write, pairs());
  struct Mine {};
  EXPECT_THROW(db.transaction([&] {
    db.raw().exec("INSERT INTO pairs VALUES(1,1,'a')");
    throw Mine();
  }),
               Mine);
  EXPECT_EQ(count_rows(db), 0);
  const auto clash = [&] {
    db.transaction([&] {
      for (int i = 0; i < 2; ++i) db.raw().exec("INSERT INTO pairs VALUES(1,1,'a')");
    });
  };
  EXPECT_THROW(clash(), base::Error);
  EXPECT_EQ(count_rows(db), 0);
  insert_pair(db, 1, "still works");
  EXPECT_EQ(count_rows(db), 2);
}

TEST(StoreTransaction, AKeptStatementWorksAgainAfterAFault) {
  const TempDir dir;
  Database db(dir.file("openclaw.db"), Access::read_write, pairs());
  const auto insert = [&](int id) {
    db.transaction([&] {
      auto& statement = db.statement("INSERT INTO pairs VALUES(?,1,'a')");
      statement.bind(1, id);
      statement.exec();
    });
  };
  insert(1);
  EXPECT_THROW(insert(1), base::Error);
  insert(2);
  EXPECT_EQ(count_rows(db), 2);
}

TEST(StoreTransaction, TwoCannotBeNestedAndTheOuterOneIsTakenBack) {
  const TempDir dir;
  Database db(dir.file("openclaw.db"), Access::read_write, pairs());
  EXPECT_THROW(db.transaction([&] {
    db.raw().exec("INSERT INTO pairs VALUES(1,1,'a')");
    insert_pair(db, 1, "inner");
  }),
               base::Error);
  EXPECT_EQ(count_rows(db), 0);
  EXPECT_NE(sqlite3_get_autocommit(db.raw().getHandle()), 0);
}

}  // namespace
}  // namespace openclaw::test
