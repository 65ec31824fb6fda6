// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include "audit/walk.h"
#include "audit_commands.h"
#include "base/error.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "exit_code.h"
#include "output.h"
#include "paths.h"
#include "rows.h"
#include "when.h"
#include "wiring.h"

namespace openclaw::cmd {
namespace {

using json::Value;

void export_rows(store::Database& db, base::Time since) {
  for (const auto* table : audit::chained_tables()) {
    std::string columns = "seq, hex(mac)";
    for (const auto& column : table->columns) columns += "," + std::string(column);
    SQLite::Statement query(db.raw(), "SELECT " + columns + " FROM " + std::string(table->name) +
                                          " WHERE at>=? ORDER BY seq");
    query.bind(1, base::to_ms(since));
    while (query.executeStep()) {
      auto row = Value::object({{"table", table->name}, {"seq", query.getColumn(0).getInt64()}});
      for (std::size_t i = 0; i < table->columns.size(); ++i) {
        const auto column = query.getColumn(static_cast<int>(i) + 2);
        row.set(table->columns[i], column.isNull()      ? Value()
                                   : column.isInteger() ? Value(column.getInt64())
                                                        : Value(column.getString()));
      }
      row.set("mac", base::lower(query.getColumn(1).getString()));
      write_json(shown(row));
    }
  }
}

Value attribute(const char* key, const Value& value) {
  const char* type = value.is_int() ? "intValue" : "stringValue";
  return Value::object(
      {{"key", key},
       {"value",
        Value::object({{type, value.is_int() ? Value(std::to_string(value.as_int())) : value}})}});
}

/// Names of the OpenTelemetry GenAI conventions (status: development) for our columns.
constexpr std::pair<const char*, const char*> span_names[] = {
    {"gen_ai.agent.name", "agent"},
    {"gen_ai.provider.name", "provider"},
    {"gen_ai.request.model", "model"},
    {"gen_ai.response.model", "response_model"},
    {"gen_ai.response.id", "response_id"},
    {"gen_ai.usage.input_tokens", "input_tokens"},
    {"gen_ai.usage.output_tokens", "output_tokens"},
    {"gen_ai.usage.cache_read.input_tokens", "cache_read_tokens"},
    {"error.type", "error_type"},
    {"openclaw.request_id", "request_id"},
    {"openclaw.cost_usd", "cost_usd"},
    {"openclaw.outcome", "outcome"},
    {"openclaw.job", "job"},
    {"openclaw.place", "place"},
    {"gen_ai.tool.name", "name"},
    {"openclaw.decision", "decision"}};

std::string id_hex(const std::string& id, std::size_t bytes) {
  return base::hex(crypto::view(crypto::sha256(id))).substr(0, bytes * 2);
}

Value span(const Value& row) {
  const bool tool = row["table"] == Value("tools");
  const auto end = row["at"].as_int() * 1000000;
  auto attributes = Value::array();
  attributes.push(attribute("gen_ai.operation.name", tool ? "execute_tool" : "chat"));
  const Value printed = shown(row);
  for (const auto& [name, column] : span_names)
    if (printed.contains(column) && !printed[column].is_null())
      attributes.push(attribute(name, printed[column]));
  const auto& id = tool ? row["tool_call"].as_string() : row["call"].as_string();
  return Value::object(
      {{"traceId", id_hex(row["run"].as_string(), 16)},
       {"spanId", id_hex(id, 8)},
       {"name",
        tool ? "execute_tool " + row["name"].as_string() : "chat " + row["model"].as_string()},
       {"kind", 3},
       {"startTimeUnixNano", std::to_string(end - row["total_ms"].as_int() * 1000000)},
       {"endTimeUnixNano", std::to_string(end)},
       {"attributes", attributes}});
}

void export_spans(store::Database& db, base::Time since) {
  auto spans = Value::array();
  for (const auto& row : rows_after(db, 0))
    if (row["at"].as_int() >= base::to_ms(since)) spans.push(span(row));
  const auto scope = Value::object({{"name", "openclaw"}, {"version", OPENCLAW_VERSION}});
  const auto resource =
      Value::object({{"attributes", Value::array({attribute("service.name", "openclaw")})}});
  write_stdout(
      json::dump(Value::object(
          {{"resourceSpans",
            Value::array({Value::object(
                {{"resource", resource},
                 {"scopeSpans",
                  Value::array({Value::object({{"scope", scope}, {"spans", spans}})})}})})}})) +
      "\n");
}

}  // namespace

int run_audit_export(const Args& args) {
  if (args.has("jsonl") && args.has("otlp-json"))
    throw base::UsageError("--jsonl and --otlp-json do not go together");
  const auto settings = load_settings(args);
  ReadState state(state_folder(args, settings), settings);
  const base::Time since =
      args.has("since")
          ? parse_when(args.get("since"), zone::Zone(zone_name(settings)), base::wall_now())
          : base::from_ms(0);
  write_stderr("openclaw: state of " + state.folder + "\n");
  if (args.has("otlp-json"))
    export_spans(state.db, since);
  else
    export_rows(state.db, since);
  return done;
}

}  // namespace openclaw::cmd
