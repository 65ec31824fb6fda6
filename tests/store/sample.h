// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "store/database.h"

namespace openclaw::test {

using Access = store::Database::Access;

/// One table with pairs of rows: whoever sees an odd number saw half a transaction.
inline const std::vector<store::Migration>& pairs() {
  static const std::vector<store::Migration> steps{
      {1, "pairs",
       "CREATE TABLE pairs(id INTEGER PRIMARY KEY, writer INTEGER NOT NULL, text TEXT NOT NULL)"
       " STRICT;"
       "CREATE INDEX pairs_writer ON pairs(writer);"}};
  return steps;
}

inline void insert_pair(store::Database& db, int writer, const std::string& text) {
  db.transaction([&] {
    for (int i = 0; i < 2; ++i) {
      auto& insert = db.statement("INSERT INTO pairs(writer,text) VALUES(?,?)");
      insert.bind(1, writer);
      insert.bind(2, text);
      insert.exec();
      insert.reset();
    }
  });
}

inline long count_rows(store::Database& db, const std::string& table = "pairs") {
  SQLite::Statement query(db.raw(), "SELECT count(*) FROM " + table);
  query.executeStep();
  return static_cast<long>(query.getColumn(0).getInt64());
}

inline std::string text_of(store::Database& db, const std::string& sql) {
  SQLite::Statement query(db.raw(), sql);
  return query.executeStep() ? query.getColumn(0).getString() : std::string("no row");
}

inline bool is_sound(store::Database& db) { return text_of(db, "PRAGMA integrity_check") == "ok"; }

/// The names in a folder, sorted.
inline std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

inline unsigned mode_of(const std::string& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
}

/// Becomes another user, in the groups given and in no other.
inline void become(uid_t user, gid_t group, const std::vector<gid_t>& more = {}) {
  if (::setgroups(more.size(), more.data()) != 0 || ::setgid(group) != 0 || ::setuid(user) != 0)
    throw std::runtime_error("cannot become another user");
}

/// The exit code that a command would end with after work.
inline int exit_code_of(const std::function<void()>& work, std::string* text = nullptr) {
  try {
    work();
    return 0;
  } catch (const base::ConfigError& e) {
    if (text) *text = e.what();
    return 78;
  } catch (const base::TransientError& e) {
    if (text) *text = e.what();
    return 75;
  } catch (const std::exception& e) {
    if (text) *text = e.what();
    return 1;
  }
}

}  // namespace openclaw::test
