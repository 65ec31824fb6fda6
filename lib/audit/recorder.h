// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/bodies.h"
#include "audit/budget.h"
#include "audit/chain.h"
#include "audit/witness.h"
#include "json/value.h"

namespace openclaw::audit {

/// Who and what a run is for; repeated in its rows so that a query reads one table.
struct RunInfo {
  std::string run;
  base::Time at;
  std::string agent, agent_digest, policy_digest;
  std::string trigger;  ///< ask, job, matrix, telegram
  std::string place, person, job, slot, conversation, parent, host;
  std::string input;
  bool keep_bodies = true;
};

struct RunResult {
  std::string outcome;  ///< ok, refused, error, budget, limit, cancelled, denied, abandoned
  int exit_code = 0;
  int turns = 0, calls = 0, tools = 0, denied = 0;
  std::optional<base::Usd> cost;
  base::Millis duration{0};
  std::string output, error;
};

struct CallIntent {
  std::string call;
  base::Time at;
  int turn = 1, attempt = 1;
  std::string provider, api, server, model;
  bool stream = true;
  std::int64_t max_tokens = 0, input_estimate = 0;
  std::optional<base::Usd> reserved;
  std::string price_ref;
  std::vector<std::string> texts;  ///< system, tools, then each message: stored once each
  std::int64_t request_bytes = 0;
  std::string client_request_id;
};

struct CallOutcome {
  std::string call;
  std::string outcome;  ///< ok, refused, truncated, error, cancelled, abandoned
  std::string provider, model, response_model, finish, finish_raw, error_type, response_id,
      request_id, usage_source, usage_raw, cost_source, rate_limits, reply;
  int http_status = 0;
  std::int64_t input_tokens = 0, cache_read_tokens = 0, cache_creation_tokens = 0,
               cache_creation_1h_tokens = 0, output_tokens = 0, reasoning_tokens = 0;
  std::optional<base::Usd> cost;
  std::int64_t connect_ms = 0, ttfb_ms = 0, first_token_ms = 0, total_ms = 0, response_bytes = 0;
};

struct ToolDecision {
  std::string tool_call, call;
  base::Time at;
  int n = 0;
  std::string vendor_id, name, effect, decision, rule, reason, taint, args;
};

struct ToolOutcome {
  std::string tool_call;
  base::Time at;
  std::string outcome;  ///< ok, error, unknown
  std::string error, result;
  bool truncated = false;
  base::Millis duration{0};
};

/// Writes one process's rows. Outcomes wait in memory and are committed together with the next
/// intent, decision or run end, so that a turn costs two commits. Throws base::StorageError when a
/// row cannot be made durable; then nothing may run.
class Recorder {
 public:
  Recorder(store::Database& db, Bodies& bodies, Witness& witness);

  /// Closes what dead processes left open: such a call counts at its most.
  void settle_abandoned(base::Time now);

  /// Becomes durable with the first intent, decision or end, together with what `also` writes.
  void start_run(const RunInfo& info, const std::function<void()>& also = {});
  /// Durable on return. Throws base::BudgetError when the reservation does not fit.
  void start_call(const CallIntent& intent, const std::vector<Limit>& limits);
  void end_call(const CallOutcome& outcome, base::Time now);
  /// Durable on return, with everything before it and what `also` writes.
  void decide_tools(const std::vector<ToolDecision>& decisions,
                    const std::function<void()>& also = {});
  void end_tool(const ToolOutcome& outcome);
  /// Durable on return, together with what `also` writes; the head goes to the witness.
  void end_run(const RunResult& result, base::Time now, const std::function<void()>& also = {});
  /// Durable on return, with everything before it and what `also` writes.
  void note(const std::string& kind, const json::Value& data, base::Time now,
            const std::function<void()>& also = {});

 private:
  using Work = std::function<void()>;
  void commit(const Work& last);
  /// Keeps the text as the run wants it; a text not seen before gets a row.
  Cell keep(const std::string& text, base::Time at, const RunInfo& run);
  void append_outcome(const CallOutcome& outcome, const RunInfo& info, base::Time now);

  store::Database& db_;
  Bodies& bodies_;
  Witness& witness_;
  Chain chain_;
  RunInfo info_;
  std::vector<Work> waiting_;
  bool is_known_ = false;  ///< the database is the one that the witness saw
};

}  // namespace openclaw::audit
