// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>
#include <vector>

#include "store/database.h"

/// audit may use store, crypto, json and base. It keeps the append-only record of every run, model
/// call and tool call, the money that they cost, and the texts, sealed. If it cannot be written,
/// nothing runs.
namespace openclaw::audit {

/// A chained table: seq and mac are added to these columns. The digest of a row covers the table's
/// name, seq and every column in this order.
struct Table {
  std::string_view name;
  std::vector<std::string_view> columns;
};

extern const Table runs, run_ends, calls, call_ends, tools, tool_ends, texts, notes;
/// All of them.
const std::vector<const Table*>& chained_tables();

const std::vector<store::Migration>& migrations();

/// The file name of the shared database in the state folder.
inline constexpr std::string_view database_name = "openclaw.db";

}  // namespace openclaw::audit
