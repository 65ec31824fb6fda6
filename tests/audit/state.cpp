// SPDX-License-Identifier: MIT
#include "audit/state.h"

#include <filesystem>

namespace openclaw::test {

State::State(std::string state_folder, bool has_key)
    : folder(std::move(state_folder)),
      db(database_in(folder), Access::read_write, audit::migrations()),
      bodies(db, has_key ? base::Secret(std::string(body_key)) : base::Secret()),
      witness(folder),
      recorder(db, bodies, witness) {}

std::vector<std::string> State::rows(const std::string& sql) {
  SQLite::Statement query(db.raw(), sql);
  std::vector<std::string> out;
  while (query.executeStep()) {
    std::string row;
    for (int i = 0; i < query.getColumnCount(); ++i)
      row += (i ? "|" : "") + query.getColumn(i).getString();
    out.push_back(row);
  }
  return out;
}

std::string State::value(const std::string& sql) {
  SQLite::Statement query(db.raw(), sql);
  return query.executeStep() ? query.getColumn(0).getString() : std::string("no row");
}

std::int64_t State::number(const std::string& sql) {
  SQLite::Statement query(db.raw(), sql);
  return query.executeStep() ? query.getColumn(0).getInt64() : -1;
}

std::string database_in(const std::string& folder) {
  return folder + "/" + std::string(audit::database_name);
}

audit::RunInfo a_run(const std::string& id, Time at) {
  audit::RunInfo info;
  info.run = id;
  info.at = at;
  info.agent = "ops";
  info.trigger = "ask";
  info.input = "the question of " + id;
  return info;
}

audit::CallIntent a_call(const std::string& id, Time at) {
  audit::CallIntent intent;
  intent.call = id;
  intent.at = at;
  intent.provider = "main";
  intent.api = "anthropic";
  intent.model = "m1";
  intent.max_tokens = 1000;
  intent.reserved = Usd{50'000'000};
  intent.texts = {"the system's text", "the message of " + id};
  return intent;
}

audit::CallOutcome an_outcome(const std::string& call, const std::string& outcome) {
  audit::CallOutcome o;
  o.call = call;
  o.outcome = outcome;
  o.provider = "main";
  o.model = "m1";
  o.usage_source = "vendor";
  o.input_tokens = 100;
  o.output_tokens = 10;
  o.cost = Usd{1'000'000};
  o.cost_source = "table";
  o.total_ms = 900;
  o.reply = "the reply to " + call;
  return o;
}

audit::ToolDecision a_tool(const std::string& id, const std::string& call, Time at) {
  audit::ToolDecision d;
  d.tool_call = id;
  d.call = call;
  d.at = at;
  d.name = "http_get";
  d.decision = "allow";
  d.args = "{\"url\":\"https://status.lan/" + id + "\"}";
  return d;
}

audit::ToolOutcome a_tool_outcome(const std::string& id, Time at) {
  audit::ToolOutcome o;
  o.tool_call = id;
  o.at = at;
  o.outcome = "ok";
  o.result = "the result of " + id;
  return o;
}

audit::RunResult a_result(const std::string& outcome) {
  audit::RunResult r;
  r.outcome = outcome;
  r.turns = 1;
  r.calls = 1;
  r.cost = Usd{1'000'000};
  r.duration = Millis(1200);
  r.output = "the answer";
  return r;
}

namespace {

void fill(audit::RunInfo& r, const std::string& n) {
  r.agent_digest = "ad" + n;
  r.policy_digest = "pd" + n;
  r.trigger = "job";
  r.place = "ops-room";
  r.person = "me";
  r.job = "morning-briefing";
  r.slot = "2025-11-23";
  r.conversation = "conversation-" + n;
  r.parent = "parent-" + n;
  r.host = "vps1";
}

void fill(audit::CallIntent& c, const std::string& n) {
  c.server = "api.example.org";
  c.input_estimate = 250;
  c.price_ref = "table:2025-11-01";
  c.request_bytes = 2345;
  c.client_request_id = "client-" + n;
}

void fill(audit::CallOutcome& o, const std::string& n) {
  o.response_model = "m1-2025";
  o.finish = "stop";
  o.finish_raw = "end_turn";
  o.error_type = "none";
  o.response_id = "msg_" + n;
  o.request_id = "req_" + n;
  o.usage_raw = "{\"input_tokens\":100}";
  o.rate_limits = "{\"left\":7}";
  o.http_status = 200;
  o.cache_read_tokens = 40;
  o.cache_creation_tokens = 30;
  o.cache_creation_1h_tokens = 20;
  o.reasoning_tokens = 5;
  o.connect_ms = 11;
  o.ttfb_ms = 111;
  o.first_token_ms = 222;
  o.response_bytes = 3456;
}

void fill(audit::ToolDecision& d, const std::string& n) {
  d.vendor_id = "toolu_" + n;
  d.effect = "none";
  d.rule = "groups/status/0";
  d.reason = "granted by status";
  d.taint = "untrusted";
}

}  // namespace

void add_runs(State& state, int first, int count) {
  for (int i = first; i < first + count; ++i) {
    const std::string n = std::to_string(i);
    const bool full = i % 2 == 0;
    const Time at = noon + std::chrono::minutes(i);
    auto run = a_run("run-" + n, at);
    if (full) fill(run, n);
    if (i % 3 == 0) run.agent = "coder";
    state.recorder.start_run(run);
    auto call = a_call("call-" + n, at + Millis(10));
    if (full) fill(call, n);
    state.recorder.start_call(call, {});
    auto outcome = an_outcome("call-" + n, i % 5 ? "ok" : "error");
    if (full) fill(outcome, n);
    if (i % 4 == 3) outcome.cost.reset();
    state.recorder.end_call(outcome, at + Millis(900));
    auto allowed = a_tool("tool-" + n + "a", "call-" + n, at + Millis(950));
    auto denied = a_tool("tool-" + n + "b", "call-" + n, at + Millis(950));
    denied.decision = "deny";
    denied.n = 1;
    if (full) fill(allowed, n), fill(denied, n);
    state.recorder.decide_tools({allowed, denied});
    auto done = a_tool_outcome("tool-" + n + "a", at + Millis(1000));
    if (full) done.error = "half of it", done.truncated = true, done.duration = Millis(50);
    state.recorder.end_tool(done);
    auto result = a_result();
    if (full) result.error = "said twice", result.tools = 1, result.denied = 1;
    state.recorder.end_run(result, at + Millis(1200));
    if (i % 2) state.recorder.note("sample", json::Value::object({{"n", i}}), at + Millis(1300));
  }
}

std::vector<audit::Witnessed> witnesses_of(const std::string& folder) {
  const auto witnessed = audit::read_head_file(folder);
  return witnessed ? std::vector<audit::Witnessed>{*witnessed} : std::vector<audit::Witnessed>{};
}

audit::Verification verify_in(const std::string& folder,
                              const std::vector<audit::Witnessed>& witnesses) {
  store::Database db(database_in(folder), Access::read_only, audit::migrations());
  return audit::verify(db, witnesses);
}

std::string told(const audit::Verification& result) {
  std::string out = result.good ? "good" : "bad";
  for (const auto& fault : result.faults) out += "\n  " + fault;
  return out;
}

std::string dump(store::Database& db) {
  std::string out;
  const auto add = [&](const std::string& table, const std::vector<std::string>& columns) {
    std::string list;
    for (const auto& column : columns)
      list += (list.empty() ? "" : ",") + ("typeof(" + column + "),quote(" + column + ")");
    SQLite::Statement query(db.raw(), "SELECT " + list + " FROM " + table + " ORDER BY 2");
    out += table + '\n';
    while (query.executeStep()) {
      for (int i = 0; i < query.getColumnCount(); ++i) out += query.getColumn(i).getString() + ' ';
      out += '\n';
    }
  };
  for (const auto* table : audit::chained_tables()) {
    std::vector<std::string> columns{"seq"};
    columns.insert(columns.end(), table->columns.begin(), table->columns.end());
    columns.emplace_back("mac");
    add(std::string(table->name), columns);
  }
  add("chain", {"id", "seq", "mac", "base_seq", "base_mac", "base_kind"});
  add("bodies", {"ref", "sealed"});  // their age is no evidence: it may grow with a later use
  return out;
}

void copy_state(const std::string& from, const std::string& to) {
  for (const std::string name : {"/openclaw.db", "/openclaw.db-wal", "/audit.head"}) {
    std::filesystem::remove(to + name);
    if (std::filesystem::exists(from + name)) std::filesystem::copy_file(from + name, to + name);
  }
  std::filesystem::remove(to + "/openclaw.db-shm");
}

void tamper(const std::string& folder, const std::string& sql) {
  SQLite::Database raw(database_in(folder), SQLite::OPEN_READWRITE);
  raw.exec("PRAGMA synchronous=OFF");
  raw.exec(sql);
}

}  // namespace openclaw::test
