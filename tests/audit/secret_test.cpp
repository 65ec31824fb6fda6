// SPDX-License-Identifier: MIT
#include "base/secret.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "audit/state.h"
#include "base/redact.h"
#include "base/text.h"
#include "support/temp_dir.h"

/// A vendor, a model or a tool may echo a secret into anything it sends; no column may keep it.
namespace openclaw::test {
namespace {

constexpr std::string_view canary = "sk-canary/91+d2 \"4e\"";

std::vector<std::string> forms() {
  return {std::string(canary), base::json_escape(canary), base::hex(canary),
          base::hex(canary, /*upper=*/true), base::base64(canary)};
}

/// Records a run in which everything that comes from outside holds the text.
void record(State& state, const std::string& id, const std::string& said) {
  auto run = a_run("run-" + id);
  run.input = said;
  state.recorder.start_run(run);
  auto call = a_call("call-" + id);
  call.texts = {said, "before " + said + " after"};
  call.server = said;  // an address or a model may come from a credential
  call.model = said;
  state.recorder.start_call(call, {});
  auto o = an_outcome("call-" + id);
  for (auto* field : {&o.model, &o.response_model, &o.finish, &o.finish_raw, &o.error_type,
                      &o.response_id, &o.request_id, &o.usage_raw, &o.rate_limits, &o.reply})
    *field = said;
  state.recorder.end_call(o, noon);
  auto d = a_tool("tool-" + id, "call-" + id);
  for (auto* field : {&d.vendor_id, &d.name, &d.reason, &d.args}) *field = said;
  state.recorder.decide_tools({d});
  auto t = a_tool_outcome("tool-" + id);
  t.error = said;
  t.result = said;
  state.recorder.end_tool(t);
  auto r = a_result();
  r.output = said;
  r.error = said;
  state.recorder.end_run(r, noon);
  state.recorder.note("sample", json::Value::object({{"said", said}}), noon);
}

/// The columns, and the opened texts, in which one of the forms stands.
std::vector<std::string> places_of(State& state) {
  std::vector<std::string> found;
  const auto look = [&](const std::string& where, const std::string& text) {
    for (const auto& form : forms())
      if (text.find(form) != std::string::npos) return found.push_back(where);
  };
  std::vector<std::pair<std::string, std::vector<std::string_view>>> tables;
  for (const auto* table : audit::chained_tables())
    tables.emplace_back(table->name, table->columns);
  tables.push_back({"open_calls", {"agent", "provider", "model"}});
  for (const auto& [table, columns] : tables) {
    for (const auto& column : columns) {
      const std::string name(column);
      for (const auto& text : state.rows("SELECT DISTINCT " + name + " FROM " + table))
        look(table + "." + name, text);
    }
  }
  for (const auto& ref : state.rows("SELECT ref FROM bodies"))
    look("a sealed text", state.bodies.get(ref).value_or(""));
  return found;
}

std::string list(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& one : all) out += "\n  " + one;
  return out;
}

TEST(AuditSecret, StandsInNoRowAndInNoText) {
  const TempDir dir;
  State state(dir.path().string());
  const base::Secret secret{std::string(canary)};
  int n = 0;
  for (const auto& form : forms()) record(state, std::to_string(n++), form);
  EXPECT_TRUE(places_of(state).empty()) << list(places_of(state));
  EXPECT_TRUE(audit::verify(state.db, {}).good);
  state.db.raw().exec("PRAGMA wal_checkpoint(FULL)");
  std::string files;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path()))
    files += read(entry.path().string());
  for (const auto& form : forms()) EXPECT_EQ(files.find(form), std::string::npos) << form;
}

TEST(AuditSecret, TheControlFindsItEverywhereWithoutRedaction) {
  const TempDir dir;
  State state(dir.path().string());
  const base::Secret secret{std::string(canary)};
  struct Off {
    Off() { base::set_redaction(false); }
    ~Off() { base::set_redaction(true); }
  };
  {
    const Off off;
    int n = 0;
    for (const auto& form : forms()) record(state, std::to_string(n++), form);
  }
  EXPECT_GE(places_of(state).size(), 80U) << list(places_of(state));
}

TEST(AuditSecret, TheReasonOfAnAcceptIsRedacted) {
  const TempDir dir;
  State state(dir.path().string());
  const base::Secret secret{std::string(canary)};
  audit::accept(state.db, "because of " + std::string(canary), noon);
  EXPECT_TRUE(places_of(state).empty()) << list(places_of(state));
}

}  // namespace
}  // namespace openclaw::test
