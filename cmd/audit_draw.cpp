// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/core.h>

#include "audit_query.h"
#include "base/text.h"
#include "json/value.h"

namespace openclaw::cmd {
namespace {

using audit::Group;
using json::Value;

std::string label_of(const Group& g) { return g.keys.empty() ? "all" : base::join(g.keys, " · "); }

std::string right(const std::string& text, std::size_t width) {
  const std::size_t have = base::display_width(text);
  return std::string(width > have ? width - have : 0, ' ') + text;
}

/// Eighths of a block, or '#'.
std::string bar(double share, std::size_t cells, bool unicode) {
  if (!unicode) {
    const auto full = static_cast<std::size_t>(share * static_cast<double>(cells) + 0.5);
    return std::string(full, '#') + std::string(cells - full, '.');
  }
  constexpr const char* parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(share * static_cast<double>(cells) * 8 + 0.5);
  std::string out;
  for (std::size_t i = 0; i < eighths / 8; ++i) out += "█";
  out += parts[eighths % 8];
  for (std::size_t i = (eighths + 7) / 8; i < cells; ++i) out += "░";
  return out;
}

std::string spark(double share, bool unicode) {
  constexpr const char* steps[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (!unicode) return "";
  return steps[std::min<std::size_t>(7, static_cast<std::size_t>(share * 7.0 + 0.5))];
}

std::string percent(std::int64_t part, std::int64_t whole) {
  return whole <= 0 || part <= 0 ? "–" : fmt::format("{} %", (part * 100 + whole / 2) / whole);
}

std::string change(base::Usd now, base::Usd before) {
  if (before.nano == 0) return now.nano == 0 ? "–" : "new";
  const auto delta = (now.nano - before.nano) * 100 / before.nano;
  return fmt::format("{} {:>3} %", delta >= 0 ? "▲" : "▼", std::abs(delta));
}

const Group* same_before(const QueryView& view, const Group& g) {
  if (!view.before) return nullptr;
  for (const auto& old : view.before->groups)
    if (old.keys == g.keys) return &old;
  return nullptr;
}

std::string row(const QueryView& v, const Group& g, std::size_t width, const Group* before,
                bool is_total, bool unicode) {
  std::string out = base::fit(is_total ? "total" : label_of(g), width);
  const auto count = [](std::int64_t n, std::size_t w) { return right(base::human_count(n), w); };
  const bool has_runs = !v.splits_runs;
  out += (has_runs ? count(g.runs, 7) : right("–", 7)) + count(g.calls, 7) + count(g.tools, 7) +
         count(g.denied, 8) + count(g.tokens_in, 11) + right(percent(g.cached, g.tokens_in), 8) +
         count(g.tokens_out, 8);
  const bool unpriced = g.calls > 0 && g.unpriced == g.calls;
  if (v.money) out += right(unpriced ? "unpriced" : base::human_usd(g.cost), 9);
  if (v.money && v.before)
    out += right(before ? change(g.cost, before->cost) : (g.cost.nano ? "new" : "–"), 12);
  if (v.cache)
    out +=
        count(g.cache_writes, 9) + right(g.cache_saved ? base::human_usd(*g.cache_saved) : "–", 9);
  if (v.latency)
    out += right(fmt::format("{}/{}", g.first_token_p50, g.first_token_p95), 14) +
           right(fmt::format("{}/{}", g.total_p50, g.total_p95), 14);
  if (v.money && v.chart && !is_total && v.total.cost.nano > 0) {
    const double share = static_cast<double>(g.cost.nano) / static_cast<double>(v.total.cost.nano);
    out += "   " + bar(share, 10, unicode) + fmt::format(" {:.0f} %", share * 100);
  }
  if (v.money && is_total && v.month_end)
    out += "   month ends ≈ " + base::human_usd(*v.month_end) +
           (v.month_limit ? " of " + base::human_usd(*v.month_limit) : "");
  return out + "\n";
}

base::Usd left_of(const QueryView::Budget& b) {
  return {std::max<std::int64_t>(0, b.most.nano - b.spent.nano)};
}

std::string footer(const QueryView& v, bool unicode) {
  std::string out;
  if (v.chart && v.money && v.days.size() > 1 && v.days.size() <= 31) {
    base::Usd most{1};
    for (const auto& [day, usd] : v.days) most = std::max(most, usd);
    for (const auto& [day, usd] : v.days)
      out += fmt::format(
          "{}{} {}{}", out.empty() ? "" : "  ", day,
          spark(static_cast<double>(usd.nano) / static_cast<double>(most.nano), unicode),
          base::human_usd(usd));
  }
  if (v.money && !v.triggers.empty()) {
    out += out.empty() ? "by: " : "         by: ";
    for (std::size_t i = 0; i < v.triggers.size(); ++i)
      out += fmt::format("{}{} {}", i ? " · " : "", v.triggers[i].first,
                         base::human_usd(v.triggers[i].second));
  }
  if (!out.empty()) out += "\n";
  if (!v.budgets.empty()) {
    std::size_t width = 7;
    for (const auto& b : v.budgets) width = std::max(width, base::display_width(b.words) + 1);
    out += base::fit("budgets", width) + right("spent", 10) + right("of", 10) + right("left", 10) +
           right("at this rate", 14) + "\n";
    for (const auto& b : v.budgets)
      out += base::fit(b.words, width) + right(base::human_usd(b.spent), 10) +
             right(base::human_usd(b.most), 10) + right(base::human_usd(left_of(b)), 10) +
             right(base::human_usd(b.at_this_rate), 14) + "\n";
  }
  if (!v.beside.empty()) out += "beside the sum: " + base::join(v.beside, " · ") + "\n";
  return out;
}

Value record(const QueryView& v, const Group& g) {
  Value out = Value::object();
  for (std::size_t i = 0; i < v.by.size() && i < g.keys.size(); ++i) out.set(v.by[i], g.keys[i]);
  out.set("runs", v.splits_runs ? Value() : Value(g.runs))
      .set("calls", g.calls)
      .set("tools", g.tools)
      .set("denied", g.denied);
  out.set("errors", g.errors).set("refused", g.refused);
  out.set("input_tokens", g.tokens_in).set("cache_read_tokens", g.cached);
  out.set("cache_creation_tokens", g.cache_writes).set("output_tokens", g.tokens_out);
  out.set("reasoning_tokens", g.reasoning);
  const bool unpriced = g.calls > 0 && g.unpriced == g.calls;
  if (v.money)
    out.set("cost_usd", unpriced ? Value() : Value(base::to_string(g.cost)))
        .set("unpriced_calls", g.unpriced);
  out.set("abandoned_calls", g.abandoned);
  if (v.cache)
    out.set("cache_saved_usd", g.cache_saved ? Value(base::to_string(*g.cache_saved)) : Value());
  if (v.latency)
    out.set("first_token_p50_ms", g.first_token_p50)
        .set("first_token_p95_ms", g.first_token_p95)
        .set("total_p50_ms", g.total_p50)
        .set("total_p95_ms", g.total_p95);
  return out;
}

const std::vector<std::string> plain_columns{"runs",          "calls",        "tools",
                                             "denied",        "input_tokens", "cache_read_tokens",
                                             "output_tokens", "cost_usd",     "unpriced_calls"};

std::string cell_text(const Value& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.as_string() : json::dump(value);
}

/// A cell of CSV: quoted where needed; what a spreadsheet would run as a formula is defused.
std::string csv_cell(std::string text, bool foreign) {
  if (foreign && !text.empty() &&
      std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos)
    text.insert(0, 1, '\'');
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::string draw_table(const QueryView& v, bool unicode) {
  std::size_t width = 8;
  for (const auto& g : v.groups)
    width = std::max(width, std::min<std::size_t>(40, base::display_width(label_of(g)) + 1));
  std::string out = v.heading + "\n";
  out += base::fit(base::join(v.by, " · "), width) + right("runs", 7) + right("calls", 7) +
         right("tools", 7) + right("denied", 8) + right("tokens in", 11) + right("cached", 8) +
         right("out", 8);
  if (v.money) out += right("USD", 9);
  if (v.money && v.before) out += right("before", 12);
  if (v.cache) out += right("written", 9) + right("saved", 9);
  if (v.latency) out += right("ttft p50/95", 14) + right("ms p50/95", 14);
  if (v.money && v.chart && v.total.cost.nano > 0) out += "   share";
  out += "\n";
  for (const auto& g : v.groups) out += row(v, g, width, same_before(v, g), false, unicode);
  if (v.groups.size() != 1 || v.by.empty() || v.month_end)
    out += row(v, v.total, width, v.before ? &v.before->total : nullptr, true, unicode);
  std::string text = out + footer(v, unicode);
  if (unicode) return text;
  for (const auto& [from, to] :
       {std::pair{"–", "-"}, {"·", "|"}, {"≈", "~"}, {"▲", "+"}, {"▼", "-"}})
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos;)
      text.replace(at, std::string_view(from).size(), to);
  return text;
}

std::string draw_csv(const QueryView& v) {
  std::string out;
  std::vector<std::string> names = v.by;
  names.insert(names.end(), plain_columns.begin(), plain_columns.end());
  for (std::size_t i = 0; i < names.size(); ++i) out += (i ? "," : "") + names[i];
  out += "\n";
  for (const auto& g : v.groups) {
    const Value r = record(v, g);
    for (std::size_t i = 0; i < names.size(); ++i)
      out += (i ? "," : "") + csv_cell(base::one_line(cell_text(r[names[i]])), i < v.by.size());
    out += "\n";
  }
  return out;
}

std::string draw_markdown(const QueryView& v) {
  std::vector<std::string> names = v.by;
  names.insert(names.end(), plain_columns.begin(), plain_columns.end());
  std::string out = "|";
  std::string line = "|";
  for (const auto& name : names) out += " " + name + " |", line += " --- |";
  out += "\n" + line + "\n";
  for (const auto& g : v.groups) {
    const Value r = record(v, g);
    out += "|";
    for (const auto& name : names) {
      std::string text = base::one_line(cell_text(r[name]));
      for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
        text.insert(at, 1, '\\');
      out += " " + text + " |";
    }
    out += "\n";
  }
  return out;
}

std::string draw_json(const QueryView& v, bool lines) {
  if (lines) {
    std::string out;
    for (const auto& g : v.groups) out += json::dump(record(v, g)) + "\n";
    return out;
  }
  auto groups = Value::array();
  for (const auto& g : v.groups) groups.push(record(v, g));
  auto out =
      Value::object({{"heading", v.heading}, {"groups", groups}, {"total", record(v, v.total)}});
  if (v.month_end) out.set("month_end_usd", base::to_string(*v.month_end));
  if (v.month_limit) out.set("month_limit_usd", base::to_string(*v.month_limit));
  if (!v.budgets.empty()) {
    auto budgets = Value::array();
    for (const auto& b : v.budgets)
      budgets.push(Value::object({{"budget", b.words},
                                  {"spent_usd", base::to_string(b.spent)},
                                  {"limit_usd", base::to_string(b.most)},
                                  {"left_usd", base::to_string(left_of(b))},
                                  {"at_this_rate_usd", base::to_string(b.at_this_rate)}}));
    out.set("budgets", budgets);
  }
  return json::dump(out) + "\n";
}

}  // namespace openclaw::cmd
