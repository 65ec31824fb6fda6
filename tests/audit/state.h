// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "audit/bodies.h"
#include "audit/recorder.h"
#include "audit/schema.h"
#include "audit/verify.h"
#include "audit/witness.h"
#include "store/database.h"

namespace openclaw::test {

using Access = store::Database::Access;
using base::Millis;
using base::Time;
using base::Usd;

inline constexpr std::string_view body_key = "not a secret, 32 bytes for tests";
inline constexpr Time noon = Time(Millis(1'763'899'200'000));  // 2025-11-23T12:00:00Z

/// An open state folder and the recorder that writes it.
struct State {
  explicit State(std::string state_folder, bool has_key = true);
  /// The rows of one query, each with its columns joined by '|'.
  std::vector<std::string> rows(const std::string& sql);
  /// The first column of the first row, or "no row".
  std::string value(const std::string& sql);
  std::int64_t number(const std::string& sql);
  /// For building large samples: no sync to the disk.
  void be_quick() { db.raw().exec("PRAGMA synchronous=OFF"); }

  std::string folder;
  store::Database db;
  audit::Bodies bodies;
  audit::Witness witness;
  audit::Recorder recorder;
};

std::string database_in(const std::string& folder);

audit::RunInfo a_run(const std::string& id, Time at = noon);
audit::CallIntent a_call(const std::string& id, Time at = noon);
audit::CallOutcome an_outcome(const std::string& call, const std::string& outcome = "ok");
audit::ToolDecision a_tool(const std::string& id, const std::string& call, Time at = noon);
audit::ToolOutcome a_tool_outcome(const std::string& id, Time at = noon);
audit::RunResult a_result(const std::string& outcome = "ok");

/// Rows in every table, with every column set in some and empty in others. Run n starts n minutes
/// after noon.
void add_runs(State& state, int first, int count);

/// What the witness file of the folder says, if it is there.
std::vector<audit::Witnessed> witnesses_of(const std::string& folder);
/// Verifies as a reader.
audit::Verification verify_in(const std::string& folder,
                              const std::vector<audit::Witnessed>& witnesses = {});
/// The faults, for a message.
std::string told(const audit::Verification& result);

/// Everything that the audit says, with the type of every value: two equal texts, one content.
std::string dump(store::Database& db);

/// Copies the database, its log if it has one, and the witness file.
void copy_state(const std::string& from, const std::string& to);
/// Changes the file behind the program's back.
void tamper(const std::string& folder, const std::string& sql);

}  // namespace openclaw::test
