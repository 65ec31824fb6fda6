// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "store/database.h"

namespace openclaw::store {

/// Throws ConfigError when the file has tables but none of ours: it is another program's. Changes
/// nothing.
void refuse_foreign(SQLite::Database& db);

/// Applies what is missing, each step in its own transaction together with its row in
/// openclaw_schema, so that a kill leaves a step done or not begun. A file written by a newer major
/// version is refused (ConfigError).
void migrate(Database& db, const std::vector<Migration>& migrations);

/// Throws when the file lacks a step that the reader needs or demands a newer reader.
void check_readable(Database& db, const std::vector<Migration>& migrations);

}  // namespace openclaw::store
