// SPDX-License-Identifier: MIT
#include "audit/recorder.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "audit/state.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "support/small_disk.h"
#include "support/temp_dir.h"
#include "support/tier.h"

namespace openclaw::test {
namespace {

/// What another process sees now.
std::int64_t seen(const State& state, const std::string& table) {
  SQLite::Database other(database_in(state.folder), SQLite::OPEN_READONLY);
  return other.execAndGet("SELECT count(*) FROM " + table).getInt64();
}

TEST(AuditRecorder, AnIntentIsDurableOnReturn) {
  const TempDir dir;
  State state(dir.path().string());
  state.recorder.start_run(a_run("run-1"));
  state.recorder.start_call(a_call("call-1"), {});
  EXPECT_EQ(seen(state, "runs"), 1);
  EXPECT_EQ(seen(state, "calls"), 1);
  EXPECT_EQ(seen(state, "open_calls WHERE call='call-1' AND reserved_nusd=50000000"), 1);
  state.recorder.end_call(an_outcome("call-1"), noon);
  state.recorder.decide_tools({a_tool("tool-1", "call-1"), a_tool("tool-2", "call-1")});
  EXPECT_EQ(seen(state, "call_ends"), 1) << "the outcome goes with the next intent";
  EXPECT_EQ(seen(state, "tools"), 2);
  EXPECT_EQ(seen(state, "open_calls"), 0);
  state.recorder.end_tool(a_tool_outcome("tool-1"));
  state.recorder.start_call(a_call("call-2"), {});
  EXPECT_EQ(seen(state, "tool_ends"), 1);
  EXPECT_EQ(seen(state, "calls"), 2);
  state.recorder.end_call(an_outcome("call-2"), noon);
  state.recorder.end_run(a_result(), noon);
  EXPECT_EQ(seen(state, "call_ends"), 2);
  EXPECT_EQ(seen(state, "run_ends"), 1);
  EXPECT_EQ(seen(state, "open_runs"), 0);
  EXPECT_EQ(audit::verify(state.db, witnesses_of(state.folder)).witness, "audit.head");
}

TEST(AuditRecorder, RowsStandInTheOrderInWhichThingsHappened) {
  const TempDir dir;
  State state(dir.path().string());
  add_runs(state, 2, 1);
  std::map<std::int64_t, std::string> order;
  for (const auto* table : audit::chained_tables()) {
    SQLite::Statement query(state.db.raw(), "SELECT seq FROM " + std::string(table->name));
    while (query.executeStep()) order[query.getColumn(0).getInt64()] = table->name;
  }
  std::string all;
  for (const auto& [seq, table] : order)
    if (table != "texts") all += table + ' ';
  EXPECT_EQ(all, "runs calls call_ends tools tools tool_ends run_ends ");
}

// Every field in its own column: each value is given once.
TEST(AuditRecorder, EveryFieldStandsInItsColumn) {
  const TempDir dir;
  State state(dir.path().string());
  add_runs(state, 2, 1);  // all fields are set
  const std::string at = std::to_string(base::to_ms(noon + std::chrono::minutes(2)));
  const auto later = [&](int ms) { return std::to_string(std::stoll(at) + ms); };
  EXPECT_EQ(
      state.rows("SELECT run,at,agent,agent_digest,policy_digest,trigger,place,person,job,slot,"
                 "conversation,parent,host,version FROM runs")[0],
      "run-2|" + at +
          "|ops|ad2|pd2|job|ops-room|me|morning-briefing|2025-11-23|"
          "conversation-2|parent-2|vps1|" OPENCLAW_VERSION);
  EXPECT_EQ(
      state.rows("SELECT call,run,at,turn,attempt,provider,api,server,model,stream,max_tokens,"
                 "input_estimate,reserved_nusd,price_ref,request_bytes,client_request_id"
                 " FROM calls")[0],
      "call-2|run-2|" + later(10) +
          "|1|1|main|anthropic|api.example.org|m1|1|1000|250|"
          "50000000|table:2025-11-01|2345|client-2");
  EXPECT_EQ(
      state.rows("SELECT call,run,at,agent,trigger,place,person,job,provider,model,"
                 "response_model,outcome,finish,finish_raw,http_status,error_type,"
                 "response_id,request_id,input_tokens,cache_read_tokens,"
                 "cache_creation_tokens,cache_creation_1h_tokens,output_tokens,"
                 "reasoning_tokens,usage_source,usage_raw,cost_nusd,cost_source,connect_ms,"
                 "ttfb_ms,first_token_ms,total_ms,response_bytes,rate_limits FROM call_ends")[0],
      "call-2|run-2|" + later(900) +
          "|ops|job|ops-room|me|morning-briefing|main|m1|m1-2025|ok|"
          "stop|end_turn|200|none|msg_2|req_2|100|40|30|20|10|5|vendor|"
          "{\"input_tokens\":100}|1000000|table|11|111|222|900|3456|{\"left\":7}");
  const auto args = a_tool("tool-2a", "").args;
  EXPECT_EQ(
      state.rows("SELECT tool_call,run,call,at,agent,trigger,place,person,job,n,vendor_id,name,"
                 "effect,decision,rule,reason,taint,args_sha256 FROM tools ORDER BY seq")[0],
      "tool-2a|run-2|call-2|" + later(950) +
          "|ops|job|ops-room|me|morning-briefing|0|toolu_2|"
          "http_get|none|allow|groups/status/0|granted by status|untrusted|" +
          base::hex(crypto::view(crypto::sha256(args))));
  const auto result = a_tool_outcome("tool-2a").result;
  EXPECT_EQ(state.rows("SELECT tool_call,run,at,outcome,error,result_sha256,result_bytes,truncated,"
                       "duration_ms FROM tool_ends")[0],
            "tool-2a|run-2|" + later(1000) + "|ok|half of it|" +
                base::hex(crypto::view(crypto::sha256(result))) + "|" +
                std::to_string(result.size()) + "|1|50");
  EXPECT_EQ(state.rows("SELECT run,at,outcome,exit_code,turns,calls,tools,denied,cost_nusd,"
                       "duration_ms,error FROM run_ends")[0],
            "run-2|" + later(1200) + "|ok|0|1|1|1|1|1000000|1200|said twice");
  const auto text = [&](const std::string& column) {
    return state.bodies.get(state.value(column));
  };
  EXPECT_EQ(text("SELECT input_ref FROM runs"), "the question of run-2");
  EXPECT_EQ(text("SELECT reply_ref FROM call_ends"), "the reply to call-2");
  EXPECT_EQ(text("SELECT args_ref FROM tools ORDER BY seq"), args);
  EXPECT_EQ(text("SELECT result_ref FROM tool_ends"), result);
  EXPECT_EQ(text("SELECT output_ref FROM run_ends"), "the answer");
  const auto manifest = text("SELECT request_ref FROM calls").value_or("");
  for (const auto& sent : a_call("call-2").texts) {
    bool found = false;
    for (const auto& ref : state.rows("SELECT ref FROM bodies"))
      found |= state.bodies.get(ref) == sent && manifest.find(ref) != std::string::npos;
    EXPECT_TRUE(found) << sent;
  }
}

TEST(AuditRecorder, WhatIsUnknownIsNullAndNeverZero) {
  const TempDir dir;
  State state(dir.path().string());
  state.recorder.start_run(a_run("run-1"));
  auto call = a_call("call-1");
  call.reserved.reset();
  state.recorder.start_call(call, {});
  auto outcome = an_outcome("call-1");
  outcome.cost.reset();
  state.recorder.end_call(outcome, noon);
  auto result = a_result();
  result.cost.reset();
  state.recorder.end_run(result, noon);
  EXPECT_EQ(state.number("SELECT reserved_nusd IS NULL FROM calls"), 1);
  EXPECT_EQ(state.number("SELECT cost_nusd IS NULL FROM call_ends"), 1);
  EXPECT_EQ(state.number("SELECT cost_nusd IS NULL FROM run_ends"), 1);
  EXPECT_EQ(state.number("SELECT place IS NULL AND job IS NULL FROM runs"), 1);
}

TEST(AuditRecorder, ADeniedToolIsARowWithItsRule) {
  const TempDir dir;
  State state(dir.path().string());
  state.recorder.start_run(a_run("run-1"));
  auto denied = a_tool("tool-1", "call-1");
  denied.decision = "deny";
  denied.rule = "deny/0";
  denied.reason = "not granted to me in phone";
  state.recorder.decide_tools({denied});
  EXPECT_EQ(seen(state, "tools WHERE decision='deny' AND rule='deny/0'"), 1);
  EXPECT_EQ(seen(state, "runs"), 1) << "with the run that it belongs to";
}

// An outcome waits for the next intent; by then the recorder may already serve another run.
TEST(AuditRecorder, AnOutcomeBelongsToItsOwnRun) {
  const TempDir dir;
  State state(dir.path().string());
  auto first = a_run("run-1");
  first.agent = "coder";
  first.person = "eva";
  state.recorder.start_run(first);
  state.recorder.start_call(a_call("call-1"), {});
  state.recorder.end_call(an_outcome("call-1"), noon);
  state.recorder.end_tool(a_tool_outcome("tool-1"));
  auto second = a_run("run-2");
  second.keep_bodies = false;
  state.recorder.start_run(second);
  state.recorder.start_call(a_call("call-2"), {});
  EXPECT_EQ(state.rows("SELECT run,agent,coalesce(person,'-') FROM call_ends"),
            std::vector<std::string>{"run-1|coder|eva"});
  EXPECT_EQ(state.value("SELECT run FROM tool_ends"), "run-1");
  EXPECT_TRUE(state.bodies.get(state.value("SELECT reply_ref FROM call_ends")));
}

TEST(AuditRecorder, NotesAreChained) {
  const TempDir dir;
  State state(dir.path().string());
  state.recorder.note("config", json::Value::object({{"b", 1}, {"a", "x"}}), noon);
  EXPECT_EQ(state.rows("SELECT seq,kind,data FROM notes")[0], "1|config|{\"a\":\"x\",\"b\":1}");
  EXPECT_EQ(audit::verify(state.db, witnesses_of(state.folder)).witness, "audit.head");
}

// Without a row nothing may run, and nothing that already happened is forgotten.
TEST(AuditRecorder, AFullDiskStopsTheCallAndLosesNoOutcome) {
  SmallDisk disk(1024);
  if (!disk.is_mounted()) OPENCLAW_NOT_RUN("mounting a small tmpfs needs root");
  State state(disk.folder());
  state.recorder.start_run(a_run("run-1"));
  state.recorder.start_call(a_call("call-1"), {});
  state.recorder.end_call(an_outcome("call-1"), noon);
  disk.fill(0);
  int sent = 0;
  auto call = a_call("call-2");
  call.texts = {std::string(200'000, 'x')};
  const auto send = [&] {
    state.recorder.start_call(call, {});
    ++sent;
  };
  EXPECT_THROW(send(), base::StorageError);
  EXPECT_THROW(send(), base::StorageError);
  EXPECT_THROW(state.recorder.decide_tools({a_tool("tool-1", "call-1")}), base::StorageError);
  EXPECT_EQ(sent, 0);
  EXPECT_EQ(state.number("SELECT count(*) FROM calls"), 1);
  EXPECT_EQ(state.number("SELECT count(*) FROM tools"), 0);
  disk.free();
  send();
  EXPECT_EQ(sent, 1);
  EXPECT_EQ(state.number("SELECT count(*) FROM call_ends WHERE call='call-1'"), 1);
  state.recorder.end_call(an_outcome("call-2"), noon);
  state.recorder.end_run(a_result(), noon);
  const auto result = audit::verify(state.db, witnesses_of(state.folder));
  EXPECT_TRUE(result.good) << told(result);
}

TEST(AuditRecorder, AFullDiskAtAnyPointLeavesAGoodChain) {
  SmallDisk disk(700);
  if (!disk.is_mounted()) OPENCLAW_NOT_RUN("mounting a small tmpfs needs root");
  State state(disk.folder());
  int stopped = 0;
  for (int i = 1; i <= times(60, 600); ++i) {
    const std::string id = std::to_string(i);
    disk.fill(i * 7 % 120);
    try {
      state.recorder.start_run(a_run("run-" + id));
      state.recorder.start_call(a_call("call-" + id), {});
      state.recorder.end_call(an_outcome("call-" + id), noon);
      state.recorder.end_run(a_result(), noon);
    } catch (const base::StorageError&) {
      ++stopped;
    }
    disk.free();
    state.db.raw().exec("PRAGMA wal_checkpoint(TRUNCATE)");
    const auto result = audit::verify(state.db, witnesses_of(state.folder));
    ASSERT_TRUE(result.good) << i << '\n' << told(result);
  }
  EXPECT_GT(stopped, 5);
  EXPECT_EQ(state.number("SELECT count(*) FROM calls LEFT JOIN runs USING(run)"
                         " WHERE runs.run IS NULL"),
            0);
}

}  // namespace
}  // namespace openclaw::test
