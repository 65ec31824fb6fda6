// SPDX-License-Identifier: MIT
#include "audit_commands.h"

#include <fmt/core.h>

#include "audit/checkpoint.h"
#include "audit/verify.h"
#include "base/error.h"
#include "base/text.h"
#include "chat_forget.h"
#include "exit_code.h"
#include "output.h"
#include "paths.h"
#include "sources/program.h"
#include "wiring.h"

namespace openclaw::cmd {
namespace {

/// Heads that the journal holds, newest first, where it can be read.
std::optional<audit::Witnessed> journal_head() {
  const auto text = sources::ask_program(
      "journalctl", {"--quiet", "--no-pager", "--output=cat", "--reverse", "--lines=1",
                     "--grep=^(<[0-9]>)?audit: head=[0-9]+:[0-9a-f]{64}$"});
  if (!text) return std::nullopt;
  const auto at = text->find("head=");
  if (at == std::string::npos) return std::nullopt;
  const auto head = audit::parse_head(std::string_view(*text).substr(at + 5));
  if (!head) return std::nullopt;
  return audit::Witnessed{*head, "journal"};
}

std::vector<audit::Witnessed> witnesses(const Args& args, const std::string& folder) {
  std::vector<audit::Witnessed> out;
  if (auto head = audit::read_head_file(folder)) out.push_back(*head);
  if (args.has("journal"))
    if (auto head = journal_head()) out.push_back(*head);
  for (const auto& text : args.all("expect")) {
    const auto head = audit::parse_head(text);
    if (!head) throw base::UsageError("--expect: write it as SEQ:HEX");
    out.push_back({*head, "--expect"});
  }
  return out;
}

json::Value to_json(const audit::Verification& v) {
  auto faults = json::Value::array();
  for (const auto& fault : v.faults) faults.push(fault);
  return json::Value::object(
      {{"good", v.good},
       {"rows", v.rows},
       {"bodies", v.bodies},
       {"head", audit::format_head(v.head)},
       {"witness", v.witness.empty() ? json::Value() : json::Value(v.witness)},
       {"faults", faults}});
}

void remember_if_owner(const std::string& folder, const settings::Settings& settings,
                       const audit::Verification& result) {
  try {
    State state(folder, settings);
    audit::remember(state.db, result, base::wall_now());
  } catch (const base::Error&) {
    // A reader of the group may verify, but only the owner's result is kept.
  }
}

}  // namespace

int run_audit_verify(const Args& args) {
  const auto settings = load_settings(args);
  const std::string folder = state_folder(args, settings);
  if (args.has("accept")) {
    if (args.get("accept").size() < 3)
      throw base::UsageError("--accept needs the reason, in words");
    State state(folder, settings, State::Purpose::mend);
    audit::accept(state.db, args.get("accept"), base::wall_now(), witnesses(args, folder));
    state.witness.tell(audit::read_head(state.db));
    write_stderr(
        "openclaw: accepted; the present rows are the new base, and the reason is in the chain\n");
  }
  audit::Verification result;
  const auto asked = witnesses(args, folder);
  std::string names;
  int checkpoints = 0;
  for (const auto& one : asked)
    if (names.find(one.by) == std::string::npos) names += (names.empty() ? "" : ", ") + one.by;
  {
    ReadState state(folder, settings);
    result = audit::verify(state.db, asked);
    if (state.bodies.has_key()) {
      const auto checked = audit::check_checkpoints(state.db, state.bodies);
      checkpoints = checked.good;
      result.faults.insert(result.faults.end(), checked.faults.begin(), checked.faults.end());
      result.good = result.faults.empty();
    }
  }
  remember_if_owner(folder, settings, result);
  if (args.has("json")) {
    write_json(to_json(result));
  } else {
    std::string text = fmt::format("{} · {} rows, {} texts · {}\n", folder, result.rows,
                                   result.bodies, result.good ? "chain good" : "chain BROKEN");
    for (const auto& fault : result.faults) text += "  " + base::one_line(fault) + "\n";
    for (const auto& note : result.accepted)
      text += "  accepted earlier: " + base::one_line(note) + "\n";
    if (!result.witnessed) text += "  no witness: a cut tail is not excluded\n";
    if (!names.empty()) text += "  witness: " + names + "\n";
    if (checkpoints > 0)
      text += fmt::format("  {} made with this key\n", base::counted(checkpoints, "checkpoint"));
    write_stdout(text);
  }
  return result.good ? done : found;
}

int run_audit_prune(const Args& args) {
  const auto settings = load_settings(args);
  const auto age = [&](const char* name, base::Millis otherwise) {
    if (!args.has(name)) return otherwise;
    const auto given = base::parse_duration(args.get(name));
    if (!given) throw base::UsageError(fmt::format("--{}: write it like 90d or 5y", name));
    return *given;
  };
  State state(state_folder(args, settings), settings, State::Purpose::mend);
  state.db.transaction([&] { state.witness.must_know(state.db, audit::read_head(state.db)); });
  const base::Time now = base::wall_now();
  const auto said = forget_old(state, settings, now);
  const auto pruned = audit::prune(state.db, now - age("bodies", settings.audit.bodies),
                                   now - age("rows", settings.audit.rows), now);
  state.witness.tell(audit::read_head(state.db));
  write_stdout(fmt::format("{} texts and {} rows erased\n", pruned.bodies + said, pruned.rows));
  return done;
}

std::vector<Command> audit_commands() {
  std::vector<Command> out;
  out.push_back(
      {"audit query",
       "what was spent, by whom and on what",
       {},
       {{"--by", "LIST",
         "agent, model, provider, day, week, month, hour, job, place, person, tool, "
         "decision, conversation, outcome, trigger",
         true},
        {"--since", "WHEN", "default monday; 2026-11-01, 7d, yesterday, month"},
        {"--until", "WHEN", "default now"},
        {"-z,--zone", "ZONE", "days and hours of this zone"},
        {"--agent", "NAME", "only this agent"},
        {"--model", "ID", "only this model"},
        {"--provider", "NAME", "only this provider"},
        {"--job", "NAME", "only this job"},
        {"--place", "NAME", "only this place"},
        {"--person", "NAME", "only this person"},
        {"--trigger", "WORD", "only ask, job, matrix, telegram"},
        {"--tool", "NAME", "only this tool"},
        {"--decision", "WORD", "only allow, confirm, deny"},
        {"--outcome", "WORD", "only ok, error, refused, abandoned …"},
        {"--request-id", "ID", "the vendor's id of one call"},
        {"--conversation", "ID", "only this conversation"},
        {"--min-cost", "USD", "only calls of at least this"},
        {"--compare", "TIME", "with the period this much earlier; default the week before"},
        {"--no-compare", "", "no earlier period"},
        {"--latency", "", "median and 95th percentile"},
        {"--cache", "", "what the prompt cache took and what it saved"},
        {"--budget", "", "each declared budget: spent, left, at this rate"},
        {"--sort", "WORD", "cost, calls, runs, tokens, denied, key"},
        {"--reverse", "", "the other way round"},
        {"--limit", "N", "only the first N groups"},
        {"--no-cost", "", "without money"},
        {"--no-chart", "", "without bars"},
        {"--format", "WORD", "table, csv, md, json, jsonl"},
        {"--json", "", "as --format json"},
        {"--fail-over", "USD", "exit 3 when more was spent"},
        {"--sql", "", "print the counting statement instead"}},
       {{"openclaw audit query --by agent,day --since monday", "this week, by agent and day"},
        {"openclaw audit query --since month --fail-over 10", "for a timer: exit 3 beyond 10 USD"}},
       run_audit_query});
  out.push_back({"audit show",
                 "one run as a timeline, with its texts",
                 {{"RUN", "a run's id, its beginning, or a vendor's request id", true, false}},
                 {{"--json", "", "one record"}},
                 {{"openclaw audit show 01KB7", "the run whose id begins so"},
                  {"openclaw audit show req_011CV", "the run of a vendor's request"}},
                 run_audit_show});
  out.push_back({"audit tail",
                 "the latest calls and tool decisions",
                 {},
                 {{"-n,--lines", "N", "how many, default 20"},
                  {"-f,--follow", "", "go on as they come"},
                  {"--jsonl", "", "one record a line"}},
                 {{"openclaw audit tail -f", "watch"},
                  {"openclaw audit tail -n 100 --jsonl", "for a script"}},
                 run_audit_tail});
  out.push_back({"audit export",
                 "all rows, for another system",
                 {},
                 {{"--jsonl", "", "rows with their place in the chain (the default)"},
                  {"--otlp-json", "", "model and tool calls as OpenTelemetry spans"},
                  {"--since", "WHEN", "only from then on"}},
                 {{"openclaw audit export --jsonl > audit.jsonl", "everything"},
                  {"openclaw audit export --otlp-json --since 1d", "the last day as spans"}},
                 run_audit_export});
  out.push_back(
      {"audit verify",
       "walk the chain: nothing lost, changed or reordered",
       {},
       {{"--journal", "", "ask the journal for a witness too"},
        {"--expect", "SEQ:HEX", "a head that was noted elsewhere", true},
        {"--accept", "WHY", "chain the present state after a fault, with the reason"},
        {"--json", "", "one record"}},
       {{"openclaw audit verify", "exit 3 when something is wrong"},
        {"openclaw audit verify --accept \"restored the backup of Sunday\"", "after a restore"}},
       run_audit_verify});
  out.push_back({"audit prune",
                 "erase texts and rows that are older than declared",
                 {},
                 {{"--bodies", "TIME", "texts older than this; default audit.bodies"},
                  {"--rows", "TIME", "rows older than this; default audit.rows"}},
                 {{"openclaw audit prune", "as the configuration says"},
                  {"openclaw audit prune --bodies 7d", "erase texts older than a week"}},
                 run_audit_prune});
  return out;
}

}  // namespace openclaw::cmd
