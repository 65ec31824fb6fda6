// SPDX-License-Identifier: MIT
#include "store/database.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "store/migrate.h"

namespace openclaw::store {
namespace {

constexpr int busy_ms = 5000;

[[noreturn]] void rethrow(const SQLite::Exception& e, const std::string& what) {
  const int code = e.getErrorCode() & 0xFF;
  const std::string text = what + ": " + e.what();
  if (code == SQLITE_FULL || code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_IOERR)
    throw base::StorageError(text);
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_CANTOPEN ||
      code == SQLITE_READONLY)
    throw base::ConfigError(text, "is this the right state folder, and who owns it?");
  throw base::Error(text);
}

SQLite::Database open(const std::filesystem::path& file, Database::Access access) {
  const bool write = access == Database::Access::read_write;
  try {
    if (write) {  // the file is ours to make: with the right mode, before SQLite makes it with
                  // another
      const base::Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
      if (!fd && errno == ENOSPC) throw base::StorageError("cannot make '" + file.string() + "'");
    }
    SQLite::Database db(
        file.string(), write ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE : SQLite::OPEN_READONLY,
        busy_ms);
    sqlite3* raw = db.getHandle();
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    if (write) {
      int keep = 1;  // otherwise a reader of the group cannot open the file when no writer lives
      sqlite3_file_control(raw, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
      // Many short processes: a checkpoint at each close would cost more than the work. The log
      // stays small instead, so that the next start reads little.
      sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
      db.exec(
          "PRAGMA wal_autocheckpoint=200; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA "
          "foreign_keys=ON;");
    }
    return db;
  } catch (const SQLite::Exception& e) {
    rethrow(e, "cannot open '" + file.string() + "'");
  }
}

}  // namespace

Database::Database(const std::filesystem::path& file, Access access,
                   const std::vector<Migration>& migrations)
    : db_(open(file, access)) {
  try {
    if (access == Access::read_write)
      migrate(*this, migrations);
    else
      check_readable(*this, migrations);
  } catch (const SQLite::Exception& e) {
    rethrow(e, "cannot use '" + file.string() + "'");
  }
}

void Database::transaction(const std::function<void()>& work) {
  try {
    db_.exec("BEGIN IMMEDIATE");
    try {
      work();
      db_.exec("COMMIT");
    } catch (...) {
      if (sqlite3_get_autocommit(db_.getHandle()) == 0) (void)db_.tryExec("ROLLBACK");
      throw;
    }
  } catch (const SQLite::Exception& e) {
    rethrow(e, "cannot write the database");
  }
}

SQLite::Statement& Database::statement(const std::string& sql) {
  for (auto& [text, prepared] : statements_) {
    if (text != sql) continue;
    prepared->tryReset();
    prepared->clearBindings();
    return *prepared;
  }
  statements_.emplace_back(sql, std::make_unique<SQLite::Statement>(db_, sql));
  return *statements_.back().second;
}

void Database::backup(const std::filesystem::path& to) {
  const auto temporary = to.string() + ".part";
  ::unlink(temporary.c_str());
  try {
    SQLite::Statement copy(db_, "VACUUM INTO ?");
    copy.bind(1, temporary);
    copy.exec();
  } catch (const SQLite::Exception& e) {
    ::unlink(temporary.c_str());
    rethrow(e, "cannot copy the database");
  }
  const base::Fd fd(::open(temporary.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd || ::fchmod(fd.get(), 0600) != 0 || ::fsync(fd.get()) != 0 ||
      ::rename(temporary.c_str(), to.c_str()) != 0)
    throw base::Error("cannot write '" + to.string() + "'");
}

bool exists(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::file_size(file, ignored) > 0 && !ignored;
}

}  // namespace openclaw::store
