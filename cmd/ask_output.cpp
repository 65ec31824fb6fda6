// SPDX-License-Identifier: MIT
#include "ask_output.h"

#include <fmt/core.h>

#include "base/text.h"
#include "markdown/terminal.h"
#include "output.h"

namespace openclaw::cmd {
namespace {

using json::Value;

/// Whether so far an odd number of code fences began.
bool inside_fence(std::string_view text) {
  bool inside = false;
  for (const auto line : base::split(text, '\n'))
    if (base::trim(line).starts_with("```")) inside = !inside;
  return inside;
}

}  // namespace

AnswerWriter::AnswerWriter() : terminal_(stdout_is_terminal()), colour_(use_colour()) {}

void AnswerWriter::take(std::string_view piece) {
  if (piece.empty()) return;
  wrote_ = true;
  if (!terminal_ && !colour_) {
    ended_with_newline_ = piece.back() == '\n';
    write_stdout(base::printable(piece));  // Markdown stays raw; what moves a cursor does not
    return;
  }
  held_ += piece;
  std::size_t end = std::string::npos;
  for (std::size_t at = held_.rfind("\n\n"); at != std::string::npos && at > 0;
       at = held_.rfind("\n\n", at - 1))
    if (!inside_fence(std::string_view(held_).substr(0, at))) {
      end = at + 2;
      break;
    }
  if (end == std::string::npos) return;
  render(std::string_view(held_).substr(0, end));
  write_stdout("\n");
  held_.erase(0, end);
}

void AnswerWriter::render(std::string_view block) {
  const auto text = markdown::to_terminal(base::printable(block), {colour_, columns()});
  write_stdout(text);
  ended_with_newline_ = text.empty() || text.back() == '\n';
}

void AnswerWriter::finish() {
  if (!held_.empty()) render(held_);
  held_.clear();
  if (wrote_ && !ended_with_newline_) write_stdout("\n");
}

Value ask_record(const agent::Output& o, const std::string& agent, const std::string& run,
                 const std::string& conversation) {
  auto ids = Value::array();
  for (const auto& id : o.request_ids) ids.push(id);
  auto tools = Value::array();
  for (const auto& t : o.tools) {
    auto tool = Value::object({{"name", t.name},
                               {"arguments", t.arguments},
                               {"decision", t.decision},
                               {"ms", t.duration.count()}});
    if (!t.error.empty()) tool.set("error", t.error);
    tools.push(tool);
  }
  auto record = Value::object(
      {{"result", o.text},
       {"agent", agent},
       {"provider", o.provider},
       {"model", o.model},
       {"run_id", run},
       {"conversation_id", conversation},
       {"request_ids", ids},
       {"finish", o.finish},
       {"outcome", o.outcome},
       {"usage", Value::object({{"input_tokens", o.usage.input_tokens},
                                {"cache_read_tokens", o.usage.cache_read_tokens},
                                {"cache_creation_tokens", o.usage.cache_creation_tokens},
                                {"output_tokens", o.usage.output_tokens},
                                {"reasoning_tokens", o.usage.reasoning_tokens}})},
       {"cost_usd", o.priced ? Value(base::to_string(o.cost)) : Value()},
       {"ttft_ms", o.first_token.count()},
       {"duration_ms", o.duration.count()},
       {"turns", o.turns},
       {"tools", tools}});
  if (!o.error.empty()) record.set("error", o.error);
  return record;
}

std::string usage_line(const agent::Output& o, const std::string& run) {
  std::string cached;
  if (o.usage.cache_read_tokens > 0 && o.usage.input_tokens > 0)
    cached = fmt::format(" ({} % cached)", o.usage.cache_read_tokens * 100 / o.usage.input_tokens);
  return fmt::format("{}:{} · {} in{}, {} out · {} · {} · run {}\n", o.provider,
                     base::one_line(o.model), base::human_count(o.usage.input_tokens), cached,
                     base::human_count(o.usage.output_tokens),
                     o.priced ? base::human_usd(o.cost) + " USD" : std::string("unpriced"),
                     base::human_duration(o.duration), run);
}

std::optional<std::string> extract_fence(const std::string& text, bool last) {
  std::optional<std::string> found;
  std::string block;
  bool inside = false;
  for (const auto line : base::split(text, '\n')) {
    if (base::trim(line).starts_with("```")) {
      if (inside) {
        found = block;
        if (!last) return found;
      }
      inside = !inside;
      block.clear();
    } else if (inside) {
      block += std::string(line) + "\n";
    }
  }
  return found;
}

}  // namespace openclaw::cmd
