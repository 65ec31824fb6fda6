// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

/// store may use base. It opens SQLite files in the one way that this project allows (WAL, FULL,
/// BEGIN IMMEDIATE, busy timeout, no extensions) and runs numbered migrations; it has no tables of
/// its own but the schema's version.
namespace openclaw::store {

/// One numbered step of a schema. Steps of several libraries share one file; each has its own name.
struct Migration {
  int number;
  std::string name;
  std::string sql;
};

/// An open database. Errors are base::StorageError (disk full, locked) or base::Error.
class Database {
 public:
  enum class Access { read_only, read_write };

  /// Opens the file (0640, WAL kept for group readers). read_write makes it when it is not there
  /// and applies the migrations; read_only never makes or changes anything and throws when it is
  /// absent: it is a snapshot of the moment it was opened.
  Database(const std::filesystem::path& file, Access access,
           const std::vector<Migration>& migrations);

  SQLite::Database& raw() { return db_; }

  /// For a process that stays and writes much: fewer checkpoints, a longer log.
  void let_log_grow();

  /// Whether a transaction is open; always, for a read_only one.
  bool in_transaction() const;

  /// Runs work inside BEGIN IMMEDIATE … COMMIT; rolls back when it throws.
  void transaction(const std::function<void()>& work);

  /// Makes a read_only database the snapshot of now. No statement of it may be at a row.
  void refresh();

  /// Gives a read_only database's snapshot up until the next refresh(): whoever waits while holding
  /// one keeps the writers' log from ever starting anew.
  void rest();

  /// A prepared statement kept for the life of the database.
  SQLite::Statement& statement(const std::string& sql);

  /// A consistent copy into a new file (VACUUM INTO, fsync, rename).
  void backup(const std::filesystem::path& to);

 private:
  SQLite::Database db_;
  std::vector<std::pair<std::string, std::unique_ptr<SQLite::Statement>>> statements_;
};

/// True when the file exists and holds a database of ours.
bool exists(const std::filesystem::path& file);

}  // namespace openclaw::store
