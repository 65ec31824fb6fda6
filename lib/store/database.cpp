// SPDX-License-Identifier: MIT
#include "store/database.h"

#include <algorithm>
#include <filesystem>

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
  if (code == SQLITE_FULL) throw base::disk_full();
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_IOERR)
    throw base::StorageError(text);
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_CANTOPEN ||
      code == SQLITE_READONLY)
    throw base::ConfigError(text, "is this the right state folder, and who owns it?");
  throw base::Error(text);
}

/// Makes the file with the right mode before SQLite makes it with another. One that is there is not
/// touched: to close any descriptor of it would give up this process's locks on it.
void make(const std::filesystem::path& file) {
  const base::Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (fd) ::fchmod(fd.get(), 0640);  // whatever the umask
  if (!fd && errno == ENOSPC) throw base::disk_full();
}

/// Waits for a lock in short steps, so that none is passed over for long; false after five seconds.
int wait_for_lock(void*, int before) {
  constexpr int longest_ms = 2;
  if (before * longest_ms > busy_ms) return 0;
  ::usleep(1000U * static_cast<unsigned>(std::min(1 << std::min(before, 1), longest_ms)));
  return 1;
}

/// Whether the file's header says that it is written through a log (file format, section 1.3.3).
bool header_says_wal(sqlite3* db) {
  sqlite3_file* file = nullptr;
  unsigned char versions[2] = {};
  constexpr int write_version_at = 18;
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
      !file->pMethods ||
      file->pMethods->xRead(file, versions, sizeof versions, write_version_at) != SQLITE_OK)
    return false;
  return versions[0] == 2 && versions[1] == 2;
}

/// A copy put over a database leaves the old one's log beside it, whose pages would be mixed in.
void refuse_foreign_log(const std::filesystem::path& file, sqlite3* db) {
  const std::string log = file.string() + "-wal";
  struct stat found {};
  if (::stat(log.c_str(), &found) != 0 || found.st_size == 0) return;
  if (header_says_wal(db)) return;  // another process has just switched it
  throw base::ConfigError("its -wal file belongs to another database",
                          "after restoring a copy remove the -wal and -shm files beside it");
}

/// Switching to the log needs the file alone, and SQLite does not wait for that.
void switch_to_wal(SQLite::Database& db) {
  refuse_foreign(db);
  for (int tries = 0;; ++tries) {
    const int code = db.tryExec("PRAGMA journal_mode=WAL");
    if (code == SQLITE_OK) return;
    if ((code & 0xFF) != SQLITE_BUSY || !wait_for_lock(nullptr, tries))
      throw SQLite::Exception(db.getHandle(), code);
  }
}

SQLite::Database open(const std::filesystem::path& file, Database::Access access) {
  const bool write = access == Database::Access::read_write;
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    throw base::ConfigError("this is a folder, not a database");
  if (write) make(file);
  SQLite::Database db(file.string(),
                      write ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE : SQLite::OPEN_READONLY);
  sqlite3* raw = db.getHandle();
  sqlite3_busy_handler(raw, wait_for_lock, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  const bool wal = header_says_wal(raw);
  if (!wal) refuse_foreign_log(file, raw);
  if (write) {
    int keep = 1;  // otherwise a reader of the group cannot open the file when no writer lives
    sqlite3_file_control(raw, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    // Many short processes: a checkpoint at each close would cost more than the work. The log
    // stays small instead, so that the next start reads little.
    sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    if (!wal) switch_to_wal(db);
    // A small cache: what runs for years keeps to it after an hour, not after a week.
    db.exec(
        "PRAGMA wal_autocheckpoint=200; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA cache_size=-384;");
  }
  return db;
}

/// Throws when a copy must not be written there.
void refuse_target(SQLite::Database& db, const std::filesystem::path& to) {
  std::error_code ignored;
  if (std::filesystem::equivalent(db.getFilename(), to, ignored))
    throw base::Error("a copy cannot be written over the database itself");
  if (std::filesystem::is_directory(to, ignored))
    throw base::Error("'" + to.string() + "' is a folder");
  if (std::filesystem::exists(to.string() + "-wal", ignored))
    throw base::Error("'" + to.string() + "' is a database in use: it has a -wal file beside it");
}

}  // namespace

Database::Database(const std::filesystem::path& file, Access access,
                   const std::vector<Migration>& migrations) try
    : db_(open(file, access)) {
  if (access == Access::read_write)
    migrate(*this, migrations);
  else {
    refresh();
    check_readable(*this, migrations);
  }
} catch (const SQLite::Exception& e) {
  rethrow(e, "cannot use '" + file.string() + "'");
} catch (const base::ConfigError& e) {
  throw base::ConfigError("'" + file.string() + "': " + e.what(), e.hint());
}

void Database::transaction(const std::function<void()>& work) {
  try {
    db_.exec("BEGIN IMMEDIATE");
    try {
      work();
      db_.exec("COMMIT");
    } catch (...) {
      if (in_transaction()) (void)db_.tryExec("ROLLBACK");
      throw;
    }
  } catch (const SQLite::Exception& e) {
    rethrow(e, "cannot write the database");
  }
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(db_.getHandle()) == 0; }

void Database::rest() {
  if (in_transaction()) db_.exec("ROLLBACK");
}

void Database::refresh() {
  rest();
  // A member of the group cannot write the shared memory. When it looks just as a writer is at the
  // log's index, SQLite takes the index for one to be mended, which it may not do: it looks again.
  for (int tries = 0;; ++tries) {
    db_.exec("BEGIN");
    const int code = db_.tryExec("SELECT 1 FROM sqlite_schema LIMIT 1");
    if (code == SQLITE_OK) return;
    const SQLite::Exception why(db_.getHandle(), code);
    (void)db_.tryExec("ROLLBACK");
    if (why.getExtendedErrorCode() != SQLITE_READONLY_RECOVERY || !wait_for_lock(nullptr, tries))
      throw why;
  }
}

void Database::let_log_grow() { db_.exec("PRAGMA wal_autocheckpoint=1000"); }

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
  refuse_target(db_, to);
  const auto temporary = to.string() + ".part";
  const auto remove = [&] {  // the copy and what SQLite would roll it back with
    ::unlink(temporary.c_str());
    ::unlink((temporary + "-journal").c_str());
  };
  remove();
  const bool is_snapshot = in_transaction();
  if (is_snapshot) db_.exec("ROLLBACK");  // VACUUM wants to begin its own
  try {
    SQLite::Statement copy(db_, "VACUUM INTO ?");
    copy.bind(1, temporary);
    copy.exec();
  } catch (const SQLite::Exception& e) {
    remove();
    rethrow(e, "cannot copy the database");
  }
  const base::Fd fd(::open(temporary.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd || ::fchmod(fd.get(), 0600) != 0 || ::fsync(fd.get()) != 0 ||
      ::rename(temporary.c_str(), to.c_str()) != 0) {
    ::unlink(temporary.c_str());
    throw base::Error("cannot write '" + to.string() + "'");
  }
  if (is_snapshot) refresh();
}

bool exists(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::file_size(file, ignored) > 0 && !ignored;
}

}  // namespace openclaw::store
