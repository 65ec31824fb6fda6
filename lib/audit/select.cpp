// SPDX-License-Identifier: MIT
#include "audit/select.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"

namespace openclaw::audit {
namespace {

using From = Select::From;

/// Local time as an SQL expression: one offset, or a CASE over the changes in the range.
std::string local_ms(const zone::Zone& zone, base::Time begin, base::Time end) {
  const auto spans = zone.offsets(begin, end);
  if (spans.empty()) return "at";
  const auto shifted = [](const zone::OffsetSpan& span) {
    return fmt::format("{}", span.offset.count() * 1000);
  };
  bool same = true;
  for (const auto& span : spans) same &= span.offset == spans.front().offset;
  if (same) return "(at+" + shifted(spans.front()) + ")";
  std::string sql = "(at+CASE";
  for (std::size_t i = 0; i + 1 < spans.size(); ++i)
    sql += fmt::format(" WHEN at<{} THEN {}", base::to_ms(spans[i + 1].from), shifted(spans[i]));
  return sql + " ELSE " + shifted(spans.back()) + " END)";
}

bool has_column(From from, const std::string& name) {
  static const std::vector<std::string> common{"agent", "trigger", "place", "person", "job"};
  if (std::find(common.begin(), common.end(), name) != common.end()) return true;
  if (name == "conversation") return true;
  if (from == From::call_ends) return name == "model" || name == "provider" || name == "outcome";
  if (from == From::tools) return name == "name" || name == "decision";
  return false;
}

std::string column_of(const std::string& dimension) {
  if (dimension == "channel") return "place";
  if (dimension == "tool") return "name";
  return dimension;
}

/// The column, or where only runs have it, the look-up of the run's.
std::string value_of(const std::string& dimension, From from) {
  if (dimension != "conversation" || from == From::runs) return column_of(dimension);
  const std::string table = from == From::tools ? "tools" : "call_ends";
  return "(SELECT conversation FROM runs WHERE runs.run=" + table + ".run)";
}

}  // namespace

Select::Select(From from, const Query& q, const zone::Zone& zone, base::Time first)
    : table_(from == From::call_ends ? "call_ends"
             : from == From::tools   ? "tools"
                                     : "runs"),
      since_(base::to_ms(q.since.value_or(first))),
      until_(q.until ? base::to_ms(*q.until) : INT64_MAX) {
  const base::Time end = q.until.value_or(base::wall_now() + base::Millis(86400000));
  const std::string local = local_ms(zone, base::from_ms(since_), end);
  for (const auto& dimension : q.by) {
    if (dimension == "day") {
      expressions_.push_back(local + "/86400000");
    } else if (dimension == "hour") {
      expressions_.push_back(local + "/3600000");
    } else if (dimension == "week") {
      expressions_.push_back("(" + local + "/86400000+3)/7");
    } else if (dimension == "month") {
      expressions_.push_back("strftime('%Y-%m'," + local + "/1000,'unixepoch')");
    } else if (has_column(from, column_of(dimension))) {
      expressions_.push_back("coalesce(" + value_of(dimension, from) + ",'')");
    } else {
      fits_ = false;
    }
  }
  filter("agent", q.agent, true);
  filter("job", q.job, true);
  filter("place", q.place, true);
  filter("person", q.person, true);
  filter("trigger", q.trigger, true);
  filter("model", q.model, from == From::call_ends);
  filter("provider", q.provider, from == From::call_ends);
  filter("outcome", q.outcome, from == From::call_ends);
  filter("request_id", q.request_id, from == From::call_ends);
  filter("name", q.tool, from == From::tools);
  filter("decision", q.decision, from == From::tools);
  if (!q.conversation.empty()) {
    where_ += " AND run IN (SELECT run FROM runs WHERE conversation=?)";
    texts_.push_back(q.conversation);
  }
  if (q.min_cost) {
    if (from == From::call_ends)
      where_ += fmt::format(" AND cost_nusd>={}", q.min_cost->nano);
    else
      fits_ = false;
  }
}

void Select::filter(const std::string& column, const std::string& value, bool has) {
  if (value.empty()) return;
  if (!has) {
    fits_ = false;
    return;
  }
  where_ += " AND " + column + "=?";
  texts_.push_back(value);
}

std::string Select::plain(const std::string& columns) const {
  return "SELECT " + columns + " FROM " + table_ + " WHERE " + where_;
}

std::string Select::grouped(const std::string& figures) const {
  std::string columns;
  std::string numbers;
  for (std::size_t i = 0; i < expressions_.size(); ++i) {
    columns += expressions_[i] + ",";
    numbers += (i ? "," : "") + std::to_string(i + 1);
  }
  return plain(columns + figures) + (numbers.empty() ? "" : " GROUP BY " + numbers);
}

void Select::bind(SQLite::Statement& statement) const {
  int at = 1;
  statement.bind(at++, since_);
  statement.bind(at++, until_);
  for (const auto& text : texts_) statement.bind(at++, text);
}

std::string Select::written_out(const std::string& figures) const {
  std::string out;
  std::size_t n = 0;
  for (const char c : grouped(figures)) {
    if (c != '?') {
      out += c;
    } else if (n < 2) {
      out += std::to_string(n++ == 0 ? since_ : until_);
    } else {
      std::string quoted = texts_[n++ - 2];
      for (std::size_t i = 0; (i = quoted.find('\'', i)) != std::string::npos; i += 2)
        quoted.insert(i, 1, '\'');
      out += "'" + quoted + "'";
    }
  }
  return out;
}

}  // namespace openclaw::audit
