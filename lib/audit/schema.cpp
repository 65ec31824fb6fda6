// SPDX-License-Identifier: MIT
#include "audit/schema.h"

namespace openclaw::audit {

const Table runs{
    "runs",
    {"run", "at", "agent", "agent_digest", "policy_digest", "trigger", "place", "person", "job",
     "slot", "conversation", "parent", "host", "version", "input_ref"}};
const Table run_ends{"run_ends",
                     {"run", "at", "outcome", "exit_code", "turns", "calls", "tools", "denied",
                      "cost_nusd", "duration_ms", "output_ref", "error"}};
const Table calls{"calls",
                  {"call", "run", "at", "turn", "attempt", "provider", "api", "server", "model",
                   "stream", "max_tokens", "input_estimate", "reserved_nusd", "price_ref",
                   "request_ref", "request_bytes", "client_request_id"}};
const Table call_ends{"call_ends",
                      {"call",
                       "run",
                       "at",
                       "agent",
                       "trigger",
                       "place",
                       "person",
                       "job",
                       "provider",
                       "model",
                       "response_model",
                       "outcome",
                       "finish",
                       "finish_raw",
                       "http_status",
                       "error_type",
                       "response_id",
                       "request_id",
                       "input_tokens",
                       "cache_read_tokens",
                       "cache_creation_tokens",
                       "cache_creation_1h_tokens",
                       "output_tokens",
                       "reasoning_tokens",
                       "usage_source",
                       "usage_raw",
                       "cost_nusd",
                       "cost_source",
                       "connect_ms",
                       "ttfb_ms",
                       "first_token_ms",
                       "total_ms",
                       "response_bytes",
                       "rate_limits",
                       "reply_ref"}};
const Table tools{"tools",
                  {"tool_call", "run", "call", "at", "agent", "trigger", "place", "person", "job",
                   "n", "vendor_id", "name", "effect", "decision", "rule", "reason", "taint",
                   "args_ref", "args_sha256"}};
const Table tool_ends{"tool_ends",
                      {"tool_call", "run", "at", "outcome", "error", "result_ref", "result_sha256",
                       "result_bytes", "truncated", "duration_ms"}};
// A text that was sealed for the first time: so that one taken away is missed.
const Table texts{"texts", {"at", "ref"}};
const Table notes{"notes", {"at", "kind", "data"}};

const std::vector<const Table*>& chained_tables() {
  static const std::vector<const Table*> all{&runs,  &run_ends,  &calls, &call_ends,
                                             &tools, &tool_ends, &texts, &notes};
  return all;
}

const std::vector<store::Migration>& migrations() {
  static const std::vector<store::Migration> steps{{1, "audit", R"sql(
CREATE TABLE runs(seq INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
  agent TEXT NOT NULL, agent_digest TEXT, policy_digest TEXT, trigger TEXT NOT NULL, place TEXT,
  person TEXT, job TEXT, slot TEXT, conversation TEXT, parent TEXT, host TEXT, version TEXT,
  input_ref TEXT, mac BLOB NOT NULL) STRICT;
CREATE INDEX runs_at ON runs(at);
CREATE TABLE run_ends(seq INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
  outcome TEXT NOT NULL, exit_code INTEGER, turns INTEGER, calls INTEGER, tools INTEGER,
  denied INTEGER, cost_nusd INTEGER, duration_ms INTEGER, output_ref TEXT, error TEXT,
  mac BLOB NOT NULL) STRICT;
CREATE TABLE calls(seq INTEGER PRIMARY KEY, call TEXT NOT NULL, run TEXT NOT NULL,
  at INTEGER NOT NULL, turn INTEGER, attempt INTEGER, provider TEXT, api TEXT, server TEXT,
  model TEXT, stream INTEGER, max_tokens INTEGER, input_estimate INTEGER, reserved_nusd INTEGER,
  price_ref TEXT, request_ref TEXT, request_bytes INTEGER, client_request_id TEXT,
  mac BLOB NOT NULL) STRICT;
CREATE TABLE call_ends(seq INTEGER PRIMARY KEY, call TEXT NOT NULL, run TEXT NOT NULL,
  at INTEGER NOT NULL, agent TEXT, trigger TEXT, place TEXT, person TEXT, job TEXT, provider TEXT,
  model TEXT, response_model TEXT, outcome TEXT NOT NULL, finish TEXT, finish_raw TEXT,
  http_status INTEGER, error_type TEXT, response_id TEXT, request_id TEXT, input_tokens INTEGER,
  cache_read_tokens INTEGER, cache_creation_tokens INTEGER, cache_creation_1h_tokens INTEGER,
  output_tokens INTEGER, reasoning_tokens INTEGER, usage_source TEXT, usage_raw TEXT,
  cost_nusd INTEGER, cost_source TEXT, connect_ms INTEGER, ttfb_ms INTEGER, first_token_ms INTEGER,
  total_ms INTEGER, response_bytes INTEGER, rate_limits TEXT, reply_ref TEXT,
  mac BLOB NOT NULL) STRICT;
CREATE INDEX call_ends_spend ON call_ends(at, agent, job, place, person, cost_nusd);
CREATE INDEX call_ends_request ON call_ends(request_id) WHERE request_id IS NOT NULL;
CREATE INDEX call_ends_run ON call_ends(run);
CREATE INDEX calls_run ON calls(run);
CREATE TABLE tools(seq INTEGER PRIMARY KEY, tool_call TEXT NOT NULL, run TEXT NOT NULL,
  call TEXT, at INTEGER NOT NULL, agent TEXT, trigger TEXT, place TEXT, person TEXT, job TEXT,
  n INTEGER, vendor_id TEXT, name TEXT NOT NULL, effect TEXT, decision TEXT NOT NULL, rule TEXT,
  reason TEXT, taint TEXT, args_ref TEXT, args_sha256 TEXT, mac BLOB NOT NULL) STRICT;
CREATE INDEX tools_run ON tools(run);
CREATE INDEX tools_at ON tools(at);
CREATE TABLE tool_ends(seq INTEGER PRIMARY KEY, tool_call TEXT NOT NULL, run TEXT NOT NULL,
  at INTEGER NOT NULL, outcome TEXT NOT NULL, error TEXT, result_ref TEXT, result_sha256 TEXT,
  result_bytes INTEGER, truncated INTEGER, duration_ms INTEGER, mac BLOB NOT NULL) STRICT;
CREATE INDEX tool_ends_run ON tool_ends(run);
CREATE TABLE texts(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, ref TEXT NOT NULL,
  mac BLOB NOT NULL) STRICT;
CREATE TABLE notes(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL,
  data TEXT NOT NULL, mac BLOB NOT NULL) STRICT;
CREATE TABLE chain(id INTEGER PRIMARY KEY CHECK(id=1), seq INTEGER NOT NULL, mac BLOB NOT NULL,
  base_seq INTEGER NOT NULL, base_mac BLOB NOT NULL, base_kind TEXT NOT NULL) STRICT;
INSERT INTO chain VALUES(1, 0, zeroblob(32), 0, zeroblob(32), '');
CREATE TABLE bodies(ref TEXT PRIMARY KEY, at INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE INDEX bodies_at ON bodies(at);
-- Calls whose outcome is not known yet, with what they may cost; not chained, emptied by outcomes.
-- verify compares them with the rows of calls and call_ends.
CREATE TABLE open_calls(call TEXT PRIMARY KEY, run TEXT NOT NULL, at INTEGER NOT NULL, agent TEXT,
  trigger TEXT, place TEXT, person TEXT, job TEXT, provider TEXT, model TEXT,
  reserved_nusd INTEGER, process TEXT NOT NULL) STRICT;
CREATE TABLE open_runs(run TEXT PRIMARY KEY, process TEXT NOT NULL) STRICT;
CREATE TABLE verifications(at INTEGER PRIMARY KEY, good INTEGER NOT NULL, seq INTEGER NOT NULL,
  text TEXT NOT NULL) STRICT;
)sql"}};
  return steps;
}

}  // namespace openclaw::audit
