// SPDX-License-Identifier: MIT
#include "audit_query.h"

#include <algorithm>

#include <fmt/core.h>

#include "audit/verify.h"
#include "audit_commands.h"
#include "base/error.h"
#include "base/text.h"
#include "exit_code.h"
#include "output.h"
#include "paths.h"
#include "when.h"
#include "wiring.h"

namespace openclaw::cmd {
namespace {

/// A mistyped word would give an empty table, which looks like an answer.
void one_of(const Args& args, const std::string& option, const std::vector<std::string>& words) {
  if (!args.has(option)) return;
  const auto given = args.get(option);
  if (std::find(words.begin(), words.end(), given) == words.end())
    throw base::UsageError("--" + option + ": there is no '" + base::one_line(given) + "'" +
                               base::did_you_mean(given, words),
                           base::join(words, ", "));
}

audit::Query read_query(const Args& args, const zone::Zone& zone, base::Time now) {
  audit::Query q;
  for (const auto& list : args.all("by"))
    for (const auto word : base::split(list, ',')) {
      const std::string name(base::trim(word));
      const auto& known = audit::dimensions();
      if (std::find(known.begin(), known.end(), name) == known.end())
        throw base::UsageError("--by: there is no '" + name + "'" + base::did_you_mean(name, known),
                               base::join(known, ", "));
      q.by.push_back(name);
    }
  if (q.by.empty()) q.by = {"agent"};
  one_of(args, "decision", {"allow", "confirm", "deny"});
  one_of(args, "trigger", {"ask", "job", "check", "matrix", "telegram"});
  one_of(args, "outcome",
         {"ok", "refused", "truncated", "error", "cancelled", "abandoned", "budget"});
  q.since = parse_when(args.get("since", "monday"), zone, now);
  if (args.has("until")) q.until = parse_when(args.get("until"), zone, now);
  if (*q.since >= q.until.value_or(now))
    throw base::UsageError("--since is not before --until, or not before now");
  q.agent = args.get("agent");
  q.model = args.get("model");
  q.provider = args.get("provider");
  q.job = args.get("job");
  q.place = args.get("place");
  q.person = args.get("person");
  q.trigger = args.get("trigger");
  q.tool = args.get("tool");
  q.decision = args.get("decision");
  q.outcome = args.get("outcome");
  q.request_id = args.get("request-id");
  q.conversation = args.get("conversation");
  if (args.has("min-cost")) {
    q.min_cost = base::parse_usd(args.get("min-cost"));
    if (!q.min_cost) throw base::UsageError("--min-cost: write it in US dollars, like 0.05");
  }
  q.latency = args.has("latency");
  return q;
}

std::string heading(const audit::Query& q, const zone::Zone& zone, base::Time now,
                    const std::string& folder, store::Database& db) {
  const auto day = [&](base::Time t) {
    const auto d = zone.local(t).date;
    return fmt::format("{} {} {}",
                       zone::day_name(std::chrono::weekday(std::chrono::sys_days(d)), true),
                       static_cast<unsigned>(d.day()), zone::month_name(d.month(), true));
  };
  std::string chain = "chain not verified yet";
  if (const auto last = audit::last_verification(db)) {
    const auto local = zone.local(last->at);
    const bool today = local.date == zone.local(now).date;
    chain = fmt::format("chain {} {}{:02}:{:02}", last->good ? "good to" : "BROKEN at",
                        today ? "" : zone::iso_date(local.date) + " ", local.hour, local.minute);
  }
  const base::Time end = q.until ? *q.until - base::Millis(1) : now;
  const std::string from = day(*q.since);
  const std::string span = from == day(end) ? from : from + " – " + day(end);
  return fmt::format("{}, {} · {} · {}", span, zone.name(), folder, chain);
}

void make_readable(const std::vector<std::string>& by, std::vector<audit::Group>& groups) {
  for (auto& g : groups)
    for (std::size_t i = 0; i < by.size() && i < g.keys.size(); ++i)
      g.keys[i] = base::one_line(audit::readable(by[i], g.keys[i]));
}

void sort_groups(const Args& args, std::vector<audit::Group>& groups) {
  const std::string by = args.get("sort", "cost");
  const auto figure = [&by](const audit::Group& g) -> std::int64_t {
    if (by == "calls") return g.calls;
    if (by == "runs") return g.runs;
    if (by == "tokens") return g.tokens_in + g.tokens_out;
    if (by == "denied") return g.denied;
    return g.cost.nano;
  };
  if (by != "key" && by != "cost" && by != "calls" && by != "runs" && by != "tokens" &&
      by != "denied")
    throw base::UsageError("--sort: one of key, cost, calls, runs, tokens, denied");
  if (by != "key")
    std::stable_sort(groups.begin(), groups.end(),
                     [&](const auto& a, const auto& b) { return figure(a) > figure(b); });
  if (args.has("reverse")) std::reverse(groups.begin(), groups.end());
  const auto most =
      static_cast<std::size_t>(std::max(0, std::atoi(args.get("limit", "0").c_str())));
  if (most > 0 && groups.size() > most) groups.resize(most);
}

bool has_time(const std::vector<std::string>& by) {
  return std::any_of(by.begin(), by.end(), [](const auto& name) {
    return name == "day" || name == "week" || name == "month" || name == "hour";
  });
}

class Builder {
 public:
  Builder(const Args& args, const settings::Settings& settings, ReadState& state)
      : args_(args),
        settings_(settings),
        state_(state),
        zone_(args.has("zone") ? args.get("zone") : zone_name(settings)),
        now_(base::wall_now()),
        query_(read_query(args, zone_, now_)) {}

  const audit::Query& query() const { return query_; }
  const zone::Zone& zone() const { return zone_; }

  QueryView build() {
    QueryView v;
    auto counted = audit::count(state_.db, query_, zone_);
    v.by = query_.by;
    v.cache = args_.has("cache");
    if (v.cache) add_savings(counted, state_.db, settings_, query_, zone_, now_);
    if (args_.has("budget")) v.budgets = budgets_now(state_.db, settings_, now_);
    v.total = counted.total;
    v.groups = std::move(counted.groups);
    make_readable(v.by, v.groups);
    const bool time_order = has_time(v.by) && !args_.has("sort");
    if (!time_order) sort_groups(args_, v.groups);
    v.heading = heading(query_, zone_, now_, state_.folder, state_.db);
    for (const char* name : {"model", "provider", "outcome", "tool"})
      v.splits_runs |= std::find(v.by.begin(), v.by.end(), name) != v.by.end();
    v.latency = query_.latency;
    v.money = !args_.has("no-cost");
    v.chart = !args_.has("no-chart");
    if (!args_.has("no-compare") && !has_time(v.by)) compare(v);
    if (v.chart) charts(v);
    month(v);
    beside(v, counted);
    return v;
  }

 private:
  void compare(QueryView& v) {
    audit::Query before = query_;
    const base::Time end = query_.until.value_or(now_);
    base::Millis shift = end - *query_.since;
    if (args_.has("compare")) {
      const auto given = base::parse_duration(args_.get("compare"));
      if (!given) throw base::UsageError("--compare: write it like 7d");
      shift = *given;
    } else if (shift <= base::Millis(7LL * 86400000)) {
      shift = base::Millis(7LL * 86400000);
    }
    before.since = *query_.since - shift;
    before.until = end - shift;
    v.before = audit::count(state_.db, before, zone_);
    make_readable(v.by, v.before->groups);
    if (v.before->total.calls == 0 && !args_.has("compare")) v.before.reset();
  }

  void charts(QueryView& v) {
    audit::Query by_day = query_;
    by_day.by = {"day"};
    for (const auto& g : audit::count(state_.db, by_day, zone_).groups) {
      const auto day = zone::parse_date(audit::readable("day", g.keys[0]));
      if (!day) continue;
      const auto weekday = std::chrono::weekday(std::chrono::sys_days(*day));
      v.days.emplace_back(std::string(zone::day_name(weekday, true)), g.cost);
    }
    audit::Query by_trigger = query_;
    by_trigger.by = {"trigger"};
    auto triggers = audit::count(state_.db, by_trigger, zone_).groups;
    std::stable_sort(triggers.begin(), triggers.end(),
                     [](const auto& a, const auto& b) { return a.cost > b.cost; });
    for (const auto& g : triggers)
      if (g.calls > 0) v.triggers.emplace_back(base::one_line(g.keys[0]), g.cost);
  }

  /// Where the month ends at this rate: what is spent, and the same rate for the days left.
  void month(QueryView& v) {
    const auto today = zone_.local(now_).date;
    const auto first = today.year() / today.month() / std::chrono::day(1);
    audit::Query whole;
    whole.by = {"agent"};
    whole.since = zone_.day_start(first);
    const auto spent = audit::count(state_.db, whole, zone_).total.cost;
    const auto begun = (now_ - *whole.since).count();
    const auto length = (zone_.day_start(first + std::chrono::months(1)) - *whole.since).count();
    if (spent.nano > 0 && begun > 0) {
      const double rate = static_cast<double>(spent.nano) / static_cast<double>(begun);
      v.month_end = base::Usd{static_cast<std::int64_t>(rate * static_cast<double>(length))};
    }
    v.month_limit = settings_.limits.usd_per_month;
  }

  void beside(QueryView& v, const audit::Counted& counted) {
    if (v.total.unpriced > 0) {
      audit::Query by_model = query_;
      by_model.by = {"model"};
      std::string names;
      for (const auto& g : audit::count(state_.db, by_model, zone_).groups)
        if (g.unpriced > 0) names += (names.empty() ? "" : ", ") + base::one_line(g.keys[0]);
      v.beside.push_back(fmt::format("{} call{} unpriced ({}: add a price)", v.total.unpriced,
                                     v.total.unpriced == 1 ? "" : "s", names));
    }
    if (v.total.abandoned > 0)
      v.beside.push_back(fmt::format("{} abandoned, at most {}", v.total.abandoned,
                                     base::human_usd(v.total.abandoned_cost)));
    if (counted.open_calls > 0)
      v.beside.push_back(fmt::format("{} open, at most {}", counted.open_calls,
                                     base::human_usd(counted.open_most)));
  }

  const Args& args_;
  const settings::Settings& settings_;
  ReadState& state_;
  zone::Zone zone_;
  base::Time now_;
  audit::Query query_;
};

}  // namespace

int run_audit_query(const Args& args) {
  const auto settings = load_settings(args);
  ReadState state(state_folder(args, settings), settings);
  Builder builder(args, settings, state);
  if (args.has("sql")) {
    write_stdout(audit::call_sql(state.db, builder.query(), builder.zone()) + "\n");
    return done;
  }
  const auto view = builder.build();
  const std::string format = args.has("json") ? "json" : args.get("format", "table");
  if (format == "table")
    write_stdout(draw_table(view, use_unicode()));
  else if (format == "csv")
    write_stdout(draw_csv(view));
  else if (format == "md")
    write_stdout(draw_markdown(view));
  else if (format == "json" || format == "jsonl")
    write_stdout(draw_json(view, format == "jsonl"));
  else
    throw base::UsageError("--format: one of table, csv, md, json, jsonl");
  if (format != "table") write_stderr("openclaw: state of " + state.folder + "\n");
  if (args.has("fail-over")) {
    const auto most = base::parse_usd(args.get("fail-over"));
    if (!most) throw base::UsageError("--fail-over: write it in US dollars, like 5.00");
    if (view.total.cost > *most) {
      write_stderr(fmt::format("openclaw: {} USD spent, more than {}\n",
                               base::human_usd(view.total.cost), base::human_usd(*most)));
      return found;
    }
  }
  return done;
}

}  // namespace openclaw::cmd
