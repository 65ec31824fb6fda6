// SPDX-License-Identifier: MIT
#include "audit/tally.h"

#include <ctime>

#include <stdlib.h>
#include <time.h>

namespace openclaw::test {
namespace {

using Kind = Remembered::Kind;

const std::map<std::string, std::vector<std::string>>& names() {
  static const std::map<std::string, std::vector<std::string>> all{
      {"agent", {"ops", "coder", "o'ps?", "Ops"}},
      {"trigger", {"ask", "job", "matrix"}},
      {"place", {"", "ops-room", "home"}},
      {"person", {"", "me", "eva"}},
      {"job", {"", "briefing", "digest"}},
      {"conversation", {"", "c1", "c2", "c3"}},
      {"provider", {"main", "local"}},
      {"model", {"m1", "m2:free", "m3/x"}},
      {"outcome", {"ok", "ok", "ok", "error", "truncated", "refused", "cancelled"}},
      {"tool", {"http_get", "file_read", "clock"}},
      {"decision", {"allow", "deny", "confirm"}}};
  return all;
}

void fill_fields(Remembered& row, const audit::RunInfo& run) {
  row.fields = {{"agent", run.agent},
                {"trigger", run.trigger},
                {"place", run.place},
                {"channel", run.place},
                {"person", run.person},
                {"job", run.job},
                {"conversation", run.conversation}};
}

bool is_time(const std::string& dimension) {
  return dimension == "day" || dimension == "week" || dimension == "month" || dimension == "hour";
}

/// Whether the row has all that the query groups and filters by, and fits.
bool counts(const Remembered& row, const audit::Query& q) {
  if ((q.since && row.at < *q.since) || (q.until && row.at >= *q.until)) return false;
  for (const auto& dimension : q.by)
    if (!is_time(dimension) && !row.fields.contains(dimension)) return false;
  const auto fits = [&row](const char* field, const std::string& value) {
    if (value.empty()) return true;
    const auto at = row.fields.find(field);
    return at != row.fields.end() && at->second == value;
  };
  if (q.min_cost &&
      (row.kind != Kind::call || row.figures.unpriced > 0 || row.figures.cost < *q.min_cost))
    return false;
  return fits("agent", q.agent) && fits("model", q.model) && fits("provider", q.provider) &&
         fits("job", q.job) && fits("place", q.place) && fits("person", q.person) &&
         fits("trigger", q.trigger) && fits("tool", q.tool) && fits("decision", q.decision) &&
         fits("outcome", q.outcome) && fits("request_id", q.request_id) &&
         fits("conversation", q.conversation);
}

}  // namespace

const std::vector<std::string>& values_of(const std::string& field) { return names().at(field); }

Time Diary::moment() {
  // Two changes of the clocks in Amsterdam, and the turn of a year whose week belongs to the next.
  static const std::vector<std::int64_t> marks{1'761'440'400'000, 1'774'746'000'000,
                                               1'767'222'000'000};
  const auto within = [this](std::int64_t range) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(range));
  };
  constexpr std::int64_t hour = 3'600'000;
  if (random_() % 2) return base::from_ms(pick(marks) - 30 * hour + within(60 * hour));
  return base::from_ms(marks[0] - 240 * hour + within(200 * 24 * hour));
}

void Diary::write_runs(int count) {
  for (int i = 0; i < count; ++i) {
    const std::string id = std::to_string(i);
    const Time at = moment();
    auto run = a_run("run-" + id, at);
    run.agent = pick(names().at("agent"));
    run.trigger = pick(names().at("trigger"));
    run.place = pick(names().at("place"));
    run.person = pick(names().at("person"));
    run.job = pick(names().at("job"));
    run.conversation = pick(names().at("conversation"));
    run.keep_bodies = false;
    state_.recorder.start_run(run);
    Remembered row;
    row.kind = Kind::run;
    row.at = at;
    row.figures.runs = 1;
    fill_fields(row, run);
    all_.push_back(row);
    const int calls = static_cast<int>(random_() % 4);
    for (int c = 0; c < calls; ++c) {
      const std::string part = id + "-" + std::to_string(c);
      write_call(run, part, at + Millis(random_() % 7'200'000));
      if (random_() % 2) write_tool(run, part, at + Millis(random_() % 7'200'000));
    }
    state_.recorder.end_run(a_result(), at + Millis(7'200'000));
  }
}

void Diary::write_call(const audit::RunInfo& run, const std::string& id, Time at) {
  state_.recorder.start_call(a_call("call-" + id, at), {});
  auto o = an_outcome("call-" + id, pick(names().at("outcome")));
  o.provider = pick(names().at("provider"));
  o.model = pick(names().at("model"));
  o.request_id = random_() % 3 ? "req-" + id : "";
  const auto some = [this](std::uint64_t most) {
    return static_cast<std::int64_t>(random_() % most);
  };
  o.input_tokens = some(100'000);
  o.cache_read_tokens = some(5000);
  o.cache_creation_tokens = some(500);
  o.output_tokens = some(3000);
  o.reasoning_tokens = some(700);
  o.first_token_ms = some(5) ? 1 + some(3000) : 0;
  o.total_ms = 3000 + some(9000);
  o.cost = some(6) ? std::optional<Usd>(Usd{some(900'000'000)}) : std::nullopt;
  state_.recorder.end_call(o, at);
  Remembered row;
  row.kind = Kind::call;
  row.at = at;
  fill_fields(row, run);
  row.fields["provider"] = o.provider;
  row.fields["model"] = o.model;
  row.fields["outcome"] = o.outcome;
  row.fields["request_id"] = o.request_id;
  audit::Group& g = row.figures;
  g.calls = 1;
  g.tokens_in = o.input_tokens;
  g.cached = o.cache_read_tokens;
  g.cache_writes = o.cache_creation_tokens;
  g.tokens_out = o.output_tokens;
  g.reasoning = o.reasoning_tokens;
  g.cost = o.cost.value_or(Usd{});
  g.unpriced = o.cost ? 0 : 1;
  g.errors = o.outcome == "error" || o.outcome == "truncated";
  g.refused = o.outcome == "refused";
  row.is_ok = o.outcome == "ok";
  row.first_token_ms = o.first_token_ms;
  row.total_ms = o.total_ms;
  all_.push_back(row);
}

void Diary::write_tool(const audit::RunInfo& run, const std::string& id, Time at) {
  auto d = a_tool("tool-" + id, "call-" + id, at);
  d.name = pick(names().at("tool"));
  d.decision = pick(names().at("decision"));
  state_.recorder.decide_tools({d});
  Remembered row;
  row.kind = Kind::tool;
  row.at = at;
  fill_fields(row, run);
  row.fields["tool"] = d.name;
  row.fields["decision"] = d.decision;
  row.figures.tools = 1;
  row.figures.denied = d.decision == "deny";
  all_.push_back(row);
}

std::string local_label(const std::string& dimension, Time at, const std::string& zone) {
  ::setenv("TZ", zone.c_str(), 1);
  ::tzset();
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  std::tm local{};
  ::localtime_r(&seconds, &local);
  char text[40];
  std::size_t size = 0;
  if (dimension == "day")
    size = std::strftime(text, sizeof text, "%Y-%m-%d", &local);
  else if (dimension == "week")
    size = std::strftime(text, sizeof text, "%G-W%V", &local);
  else if (dimension == "month")
    size = std::strftime(text, sizeof text, "%Y-%m", &local);
  else
    size = std::strftime(text, sizeof text, "%Y-%m-%d %H:00", &local);
  return {text, size};
}

Groups count_slowly(const std::vector<Remembered>& all, const audit::Query& query,
                    const std::string& zone) {
  Groups groups;
  for (const auto& row : all) {
    if (!counts(row, query)) continue;
    std::vector<std::string> keys;
    for (const auto& dimension : query.by)
      keys.push_back(is_time(dimension) ? local_label(dimension, row.at, zone)
                                        : row.fields.at(dimension));
    add_to(groups[keys], row.figures);
  }
  return groups;
}

void add_to(audit::Group& sum, const audit::Group& one) {
  sum.runs += one.runs;
  sum.calls += one.calls;
  sum.tools += one.tools;
  sum.denied += one.denied;
  sum.errors += one.errors;
  sum.refused += one.refused;
  sum.tokens_in += one.tokens_in;
  sum.cached += one.cached;
  sum.cache_writes += one.cache_writes;
  sum.tokens_out += one.tokens_out;
  sum.reasoning += one.reasoning;
  sum.cost += one.cost;
  sum.unpriced += one.unpriced;
}

std::string sums_of(const audit::Group& g) {
  std::string out =
      "runs calls tools denied errors refused in cached writes out reasoning cost "
      "unpriced:";
  for (const auto n :
       {g.runs, g.calls, g.tools, g.denied, g.errors, g.refused, g.tokens_in, g.cached,
        g.cache_writes, g.tokens_out, g.reasoning, g.cost.nano, g.unpriced})
    out += ' ' + std::to_string(n);
  return out;
}

}  // namespace openclaw::test
