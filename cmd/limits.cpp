// SPDX-License-Identifier: MIT
// The limits of wiring.h.
#include <fmt/core.h>

#include "paths.h"
#include "wiring.h"
#include "zone/schedule.h"

namespace openclaw::cmd {
namespace {

struct Periods {
  base::Time day, day_end, month, month_end;
};

Periods periods(const settings::Settings& settings, base::Time now) {
  const zone::Zone zone(zone_name(settings));
  const auto today = zone.local(now).date;
  const auto first = today.year() / today.month() / std::chrono::day(1);
  const std::chrono::year_month_day tomorrow(std::chrono::sys_days(today) + std::chrono::days(1));
  return {zone.day_start(today), zone.day_start(tomorrow), zone.day_start(first),
          zone.day_start(first + std::chrono::months(1))};
}

/// What the scheduled runs left in this month may cost: kept back from everything that is no job.
base::Usd kept_for_jobs(const settings::Settings& settings, base::Time now, base::Time month_end) {
  base::Usd sum;
  const zone::Zone zone(zone_name(settings));
  for (const auto& [name, job] : settings.jobs) {
    if (job.agent.empty() || job.schedule.empty() || !job.limits.usd_per_run) continue;
    const auto left = zone::Schedule(job.schedule).between(zone, now, month_end, 1000).size();
    sum += base::Usd{job.limits.usd_per_run->nano * static_cast<std::int64_t>(left)};
  }
  return sum;
}

bool any_period(const settings::Limits& limits) {
  return limits.usd_per_day || limits.usd_per_month;
}

}  // namespace

std::vector<audit::Limit> money_limits(const settings::Settings& settings, const std::string& agent,
                                       const policy::Caller& caller, const settings::Limits* rule,
                                       const std::string& run, base::Time now) {
  std::vector<audit::Limit> out;
  const bool is_job = !caller.job.empty();
  static const settings::Limits none;
  const auto declared = settings.agents.find(agent);
  const settings::Limits& own = declared == settings.agents.end() ? none : declared->second.limits;
  const settings::Limits& of_job = is_job ? settings.jobs.at(caller.job).limits : none;
  const settings::Limits& of_rule = rule ? *rule : none;
  for (const auto* limits : {&own, &of_job, &of_rule})
    if (limits->usd_per_run)
      out.push_back({.words = "per run",
                     .most = *limits->usd_per_run,
                     .since = base::from_ms(0),
                     .run = run});
  // Zones cost a look into tzdata: only where a day or a month counts.
  if (!any_period(own) && !any_period(of_job) && !any_period(of_rule) &&
      !any_period(settings.limits))
    return out;
  const Periods p = periods(settings, now);
  const auto add = [&](const char* words, const std::optional<base::Usd>& most, base::Time since,
                       audit::Limit limit) {
    if (!most) return;
    limit.words = words;
    limit.most = *most;
    limit.since = since;
    out.push_back(std::move(limit));
  };
  if (!is_job) {  // a job's spend counts against the job and the month only
    add("all, per day", settings.limits.usd_per_day, p.day, {.without_jobs = true});
    add("the agent, per day", own.usd_per_day, p.day, {.agent = agent, .without_jobs = true});
    add("the agent, per month", own.usd_per_month, p.month, {.agent = agent, .without_jobs = true});
    const audit::Limit here{.place = caller.place, .person = caller.person};
    add("you here, per day", of_rule.usd_per_day, p.day, here);
    add("you here, per month", of_rule.usd_per_month, p.month, here);
  } else {
    add("the job, per month", of_job.usd_per_month, p.month, {.job = caller.job});
  }
  const base::Usd kept = is_job ? base::Usd{} : kept_for_jobs(settings, now, p.month_end);
  add("all, per month", settings.limits.usd_per_month, p.month, {.kept_back = kept});
  return out;
}

std::vector<Budget> declared_budgets(const settings::Settings& settings, base::Time now) {
  std::vector<Budget> out;
  const Periods p = periods(settings, now);
  const auto add = [&](const std::string& who, const settings::Limits& limits, bool without_jobs,
                       const audit::Limit& whose) {
    audit::Limit limit = whose;
    if (limits.usd_per_day) {
      limit.words = who + ", per day";
      limit.most = *limits.usd_per_day;
      limit.since = p.day;
      limit.without_jobs = without_jobs;
      out.push_back({limit, p.day_end});
    }
    if (limits.usd_per_month) {
      limit.words = who + ", per month";
      limit.most = *limits.usd_per_month;
      limit.since = p.month;
      // The month over everything counts jobs too.
      limit.without_jobs = without_jobs && !limit.agent.empty();
      out.push_back({limit, p.month_end});
    }
  };
  add("all", settings.limits, true, {});
  for (const auto& [name, agent] : settings.agents)
    add("agent " + name, agent.limits, true, {.agent = name});
  for (const auto& [name, job] : settings.jobs)
    add("job " + name, job.limits, false, {.job = name});
  return out;
}

agent::Limits run_limits(const settings::Settings& settings, const settings::Limits& own,
                         const settings::Limits* narrower) {
  agent::Limits out;
  for (const auto* limits : {&settings.limits, &own, narrower}) {
    if (!limits) continue;
    if (limits->turns) out.turns = static_cast<int>(*limits->turns);
    if (limits->tool_calls) out.tool_calls = static_cast<int>(*limits->tool_calls);
    if (limits->tokens) out.tokens = *limits->tokens;
    if (limits->result_bytes) out.result_bytes = static_cast<std::size_t>(*limits->result_bytes);
    if (limits->deadline) out.deadline = *limits->deadline;
    if (limits->usd_per_request) out.calls.per_request = limits->usd_per_request;
  }
  return out;
}

}  // namespace openclaw::cmd
