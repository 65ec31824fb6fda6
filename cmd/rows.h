// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "audit/schema.h"
#include "json/value.h"
#include "store/database.h"

namespace openclaw::cmd {

/// Rows of a chained table as records: column to value, with seq.
std::vector<json::Value> rows_of(store::Database& db, const audit::Table& table,
                                 const std::string& column, const std::string& value);
/// The row as it is printed: units in the names, money as a decimal text, times as RFC 3339, ids
/// as in `ask --json`.
json::Value shown(const json::Value& row);
/// Outcomes of model calls and tool decisions after a place in the chain, in order.
std::vector<json::Value> rows_after(store::Database& db, std::int64_t seq);
/// The place after which `lines` such rows follow.
std::int64_t seq_before_last(store::Database& db, int lines);

}  // namespace openclaw::cmd
