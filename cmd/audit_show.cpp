// SPDX-License-Identifier: MIT
#include <fmt/core.h>
#include <poll.h>

#include "audit_commands.h"
#include "base/error.h"
#include "base/text.h"
#include "exit_code.h"
#include "interrupt.h"
#include "json/parse.h"
#include "output.h"
#include "paths.h"
#include "rows.h"
#include "wiring.h"

namespace openclaw::cmd {
namespace {

using json::Value;

std::string find_run(store::Database& db, const std::string& wanted) {
  SQLite::Statement by_run(db.raw(),
                           "SELECT run FROM runs WHERE substr(run,1,?)=? ORDER BY seq LIMIT 2");
  by_run.bind(1, static_cast<int>(wanted.size()));
  by_run.bind(2, wanted);
  std::string run;
  while (by_run.executeStep()) {
    if (!run.empty()) throw base::UsageError("more than one run begins with '" + wanted + "'");
    run = by_run.getColumn(0).getString();
  }
  if (!run.empty()) return run;
  SQLite::Statement by_id(db.raw(),
                          "SELECT run FROM call_ends WHERE request_id=? OR response_id=? LIMIT 1");
  by_id.bind(1, wanted);
  by_id.bind(2, wanted);
  if (by_id.executeStep()) return by_id.getColumn(0).getString();
  throw base::UsageError("there is no run '" + base::one_line(wanted) + "'");
}

std::string money(const Value& nano) {
  return nano.is_null() ? "unpriced" : base::human_usd(base::Usd{nano.as_int()}) + " USD";
}

class Timeline {
 public:
  Timeline(ReadState& state, const std::string& run) : state_(state), run_(run) {}

  Value record() const {
    auto out = Value::object({{"run", first(rows_of(state_.db, audit::runs, "run", run_))},
                              {"end", first(rows_of(state_.db, audit::run_ends, "run", run_))}});
    for (const auto* table : {&audit::calls, &audit::call_ends, &audit::tools, &audit::tool_ends}) {
      auto list = Value::array();
      for (const auto& row : rows_of(state_.db, *table, "run", run_)) list.push(row);
      out.set(table->name, list);
    }
    out.set("notes", notes());
    return out;
  }

  /// The record as it is printed.
  Value printed() const {
    auto all = record();
    for (auto& [name, part] : all.members_mutable()) {
      if (part.is_object()) part = shown(part);
      if (part.is_array())
        for (auto& row : part.items_mutable()) row = shown(row);
    }
    return all;
  }

  std::string text(const zone::Zone& zone) const {
    const Value all = record();
    const Value& run = all["run"];
    const Value& end = all["end"];
    const auto local = zone.local(base::from_ms(run["at"].as_int()));
    std::string out = fmt::format(
        "run {} · {} {:02}:{:02}:{:02} · agent {} · {} {}{}\n", run_, zone::iso_date(local.date),
        local.hour, local.minute, local.second, run["agent"].as_string(),
        run["trigger"].as_string(),
        run["place"].as_string() +
            (run["person"].as_string().empty() ? "" : "/" + run["person"].as_string()),
        run["job"].as_string().empty() ? ""
                                       : run["job"].as_string() + " " + run["slot"].as_string());
    out += body("asked", run["input_ref"], 2);
    for (const auto& note : all["notes"].items())
      if (note["kind"].as_string() == "job") out += note_text(note);
    for (const auto& call : all["calls"].items()) out += call_text(call, all);
    if (end.is_null())
      out += "  not ended: running, or abandoned\n";
    else
      out += fmt::format("  {} · {}, {}, {}, {} denied · {} · {}{}\n", end["outcome"].as_string(),
                         base::counted(end["turns"].as_int(), "turn"),
                         base::counted(end["calls"].as_int(), "call"),
                         base::counted(end["tools"].as_int(), "tool"), end["denied"].as_int(),
                         money(end["cost_nusd"]),
                         base::human_duration(base::Millis(end["duration_ms"].as_int())),
                         end["error"].as_string().empty() ? "" : " · " + end["error"].as_string());
    for (const auto& note : all["notes"].items())
      if (note["kind"].as_string() == "delivery") out += note_text(note);
    out += body("answered", end["output_ref"], 2);
    return out;
  }

 private:
  /// What a job said of this run: its sources, and where its text went.
  Value notes() const {
    auto out = Value::array();
    SQLite::Statement query(state_.db.raw(),
                            "SELECT kind, data FROM notes WHERE kind IN ('job','delivery')"
                            " AND json_extract(data,'$.run')=? ORDER BY seq");
    query.bind(1, run_);
    while (query.executeStep())
      out.push(Value::object({{"kind", query.getColumn(0).getString()},
                              {"data", json::parse(query.getColumn(1).getString())}}));
    return out;
  }

  static std::string note_text(const Value& note) {
    const auto& data = note["data"];
    if (note["kind"].as_string() == "delivery")
      return fmt::format("  delivered to {} · sha256 {}…\n", data["to"].as_string(),
                         data["sha256"].as_string().substr(0, 12));
    std::string out;
    for (const auto& s : data["sources"].items())
      out += fmt::format("  read {} · {} · {}{}{}\n", s["name"].as_string(), s["state"].as_string(),
                         base::counted(s["items"].as_int(), "item"),
                         s["digest"].as_string().empty()
                             ? ""
                             : " · sha256 " + s["digest"].as_string().substr(0, 12) + "…",
                         s["reason"].as_string().empty() ? "" : " · " + s["reason"].as_string());
    return out;
  }

  static Value first(const std::vector<Value>& rows) {
    return rows.empty() ? Value() : rows.front();
  }

  std::string body(const char* what, const Value& ref, std::size_t indent) const {
    if (ref.as_string().empty()) return {};
    const std::string pad(indent, ' ');
    const auto text = state_.bodies.get(ref.as_string());
    if (!text)
      return fmt::format("{}{}: ({}…, {})\n", pad, what, ref.as_string().substr(0, 12),
                         state_.bodies.has_key() ? "erased or never kept" : "sealed: no key here");
    std::string out = fmt::format("{}{}:\n", pad, what);
    for (const auto line : base::split(base::trim(*text), '\n'))
      out += pad + "  │ " + std::string(line) + "\n";
    return out;
  }

  std::string call_text(const Value& call, const Value& all) const {
    const auto& id = call["call"].as_string();
    std::string out =
        fmt::format("  turn {} attempt {} · {}:{} · at most {} tokens", call["turn"].as_int(),
                    call["attempt"].as_int(), call["provider"].as_string(),
                    call["model"].as_string(), call["max_tokens"].as_int());
    bool ended = false;
    for (const auto& e : all["call_ends"].items()) {
      if (e["call"] != call["call"]) continue;
      ended = true;
      out += fmt::format(
          "\n    {} {} · {} in ({} cached), {} out · {} · {} ms · request {}\n",
          e["outcome"].as_string(),
          e["finish"].as_string().empty() ? e["error_type"].as_string() : e["finish"].as_string(),
          e["input_tokens"].as_int(), e["cache_read_tokens"].as_int(), e["output_tokens"].as_int(),
          money(e["cost_nusd"]), e["total_ms"].as_int(),
          e["request_id"].as_string().empty() ? "-" : e["request_id"].as_string());
    }
    if (!ended) out += "\n    no outcome: running, or abandoned\n";
    for (const auto& tool : all["tools"].items())
      if (tool["call"].as_string() == id) out += tool_text(tool, all);
    return out;
  }

  std::string tool_text(const Value& tool, const Value& all) const {
    std::string out = fmt::format(
        "    tool {} · {}{}{}\n", tool["name"].as_string(), tool["decision"].as_string(),
        tool["rule"].as_string().empty() ? "" : " by " + tool["rule"].as_string(),
        tool["decision"] == Value("deny") ? ": " + tool["reason"].as_string() : "");
    out += body("arguments", tool["args_ref"], 6);
    for (const auto& e : all["tool_ends"].items())
      if (e["tool_call"] == tool["tool_call"])
        out += fmt::format("      {} · {} bytes · {} ms\n", e["outcome"].as_string(),
                           e["result_bytes"].as_int(), e["duration_ms"].as_int());
    return out;
  }

  ReadState& state_;
  std::string run_;
};

std::string tail_line(const Value& row, const zone::Zone& zone) {
  const auto local = zone.local(base::from_ms(row["at"].as_int()));
  std::string out = fmt::format("{:02}:{:02}:{:02} {:10} ", local.hour, local.minute, local.second,
                                base::one_line(row["agent"].as_string()));
  if (row["table"] == Value("tools"))
    out += fmt::format("tool {} {} {}", row["name"].as_string(), row["decision"].as_string(),
                       row["reason"].as_string());
  else
    out += fmt::format("{}:{} {} {} in {} out {} {} ms", row["provider"].as_string(),
                       row["model"].as_string(), row["outcome"].as_string(),
                       row["input_tokens"].as_int(), row["output_tokens"].as_int(),
                       money(row["cost_nusd"]), row["total_ms"].as_int());
  return base::one_line(out) + "  " + row["run"].as_string() + "\n";
}

}  // namespace

int run_audit_show(const Args& args) {
  const auto settings = load_settings(args);
  ReadState state(state_folder(args, settings), settings);
  const Timeline timeline(state, find_run(state.db, args.get("RUN")));
  write_stderr("openclaw: state of " + state.folder + "\n");
  if (args.has("json"))
    write_json(timeline.printed());
  else
    write_stdout(base::printable(timeline.text(zone::Zone(zone_name(settings)))));
  return done;
}

int run_audit_tail(const Args& args) {
  const auto settings = load_settings(args);
  ReadState state(state_folder(args, settings), settings);
  const zone::Zone zone(zone_name(settings));
  write_stderr("openclaw: state of " + state.folder + "\n");
  const int lines = std::max(0, std::atoi(args.get("lines", "20").c_str()));
  Interrupt interrupt;
  std::int64_t after = seq_before_last(state.db, lines);
  while (true) {
    for (const auto& row : rows_after(state.db, after)) {
      after = row["seq"].as_int();
      if (args.has("jsonl"))
        write_json(shown(row));
      else
        write_stdout(tail_line(row, zone));
    }
    if (!args.has("follow")) return done;
    state.db.rest();
    pollfd fd{interrupt.stop().fd(), POLLIN, 0};
    ::poll(&fd, 1, 500);
    if (interrupt.stop().requested()) return interrupted;
    state.db.refresh();
  }
}

}  // namespace openclaw::cmd
