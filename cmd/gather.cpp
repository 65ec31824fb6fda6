// SPDX-License-Identifier: MIT
#include "gather.h"

#include <future>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "paths.h"
#include "secrets.h"
#include "sources/alerts.h"
#include "sources/calendars.h"
#include "sources/feeds.h"
#include "sources/files.h"
#include "sources/host.h"
#include "sources/tickets.h"

namespace openclaw::cmd {
namespace {

using sources::Reading;

// Of all sources together; a job's own deadline may be shorter.
constexpr base::Millis deadline{40000};

/// One declared source with all that its reading needs; made in the main thread, read in its own.
struct Task {
  std::string name;
  const settings::Source* source;
  const settings::Gather* use;
  base::Time since, now;
  const zone::Zone& zone;
  base::Millis until;
  std::map<std::string, base::Secret> secrets;
  std::string cached;
  std::int64_t watermark = 0;
  std::set<std::string> delivered;

  std::string text(const char* key) const {
    const auto at = source->texts.find(key);
    return at == source->texts.end() ? std::string() : at->second;
  }
  std::string secret(const char* key) const {
    const auto at = secrets.find(key);
    return at == secrets.end() ? std::string() : std::string(at->second.reveal());
  }
  int option(const char* key, int otherwise) const {
    const auto at = use->options.find(key);
    return at == use->options.end() ? otherwise : std::atoi(at->second.c_str());
  }
};

/// The header that the kind's servers want.
void authorise(sources::Fetch& fetch, const Task& task) {
  const auto& kind = task.source->kind;
  const std::string token = task.secret("token");
  if (kind == "caldav")
    fetch.header("Authorization",
                 "Basic " + base::base64(task.text("user") + ":" + task.secret("password")));
  else if (token.empty())
    return;
  else if (kind == "miniflux")
    fetch.header("X-Auth-Token", token);
  else if (kind == "plane")
    fetch.header("X-API-Key", token);
  else
    fetch.header("Authorization", (kind == "issues" ? "token " : "Bearer ") + token);
}

sources::Severity least(const Task& task) {
  const auto at = task.use->options.find("min");
  if (at == task.use->options.end() || at->second == "info") return sources::Severity::info;
  return at->second == "critical" ? sources::Severity::critical : sources::Severity::warning;
}

Reading dispatch(const Task& task, sources::Fetch& fetch) {
  const auto& kind = task.source->kind;
  const sources::EventWindow window{task.now, task.option("days", 1), task.zone};
  const sources::Seen seen{
      task.watermark, [&task](const std::string& key) { return task.delivered.contains(key); }};
  if (kind == "commitments")
    return sources::read_commitments(task.name, task.text("path"), task.now, task.zone);
  if (kind == "ics" && !task.text("path").empty())
    return sources::read_ics_file(task.name, task.text("path"), window);
  if (kind == "ics") {
    const auto url = task.text("url").empty() ? task.secret("url") : task.text("url");
    return sources::read_ics_url(task.name, url, task.cached, fetch, window);
  }
  if (kind == "caldav")
    return sources::read_caldav(task.name, task.text("url"), task.cached, fetch, window);
  if (kind == "prometheus" || kind == "alertmanager") {
    sources::AlertServers servers{task.text("url"), task.text("alertmanager"), least(task)};
    if (kind == "alertmanager") std::swap(servers.prometheus, servers.alertmanager);
    return sources::read_alerts(task.name, servers, fetch, task.since, task.now, task.zone);
  }
  if (kind == "miniflux") return sources::read_miniflux(task.name, task.text("url"), fetch, seen);
  if (kind == "feeds")
    return sources::read_feeds(task.name, task.text("path"), task.cached, fetch, seen);
  if (kind == "plane")
    return sources::read_plane(task.name,
                               {task.text("url"), task.text("workspace"), task.source->projects},
                               fetch, task.now, task.zone);
  if (kind == "issues")
    return sources::read_issues(task.name, task.text("url"), fetch, task.now, task.zone);
  throw base::ConfigError("sources of kind " + kind + " are not read by this version");
}

int window_days(const Task& task) { return task.option("days", 1); }

/// "09:30 busy", "Tue all day busy": the time of an event, and nothing of what it is.
std::string busy(const std::string& title, int days) {
  const std::size_t day = days > 1 ? 4 : 0;  // "Tue "
  const bool whole = title.compare(std::min(day, title.size()), 7, "all day") == 0;
  return title.substr(0, day + (whole ? 7 : 5)) + " busy";
}

/// What a source's silence says nothing of.
std::set<std::string> kinds_of(const std::string& source_kind) {
  if (source_kind == "prometheus" || source_kind == "alertmanager") return {"alert"};
  if (source_kind == "plane" || source_kind == "issues") return {"ticket"};
  if (source_kind == "commitments") return {"commitment"};
  if (source_kind == "host") return {"unit", "disk", "load", "journal", "reboot", "upgrades"};
  return {"event", "entry"};
}

Reading failed(const std::string& name, const std::string& source_kind, const std::string& why) {
  Reading out;
  out.doubtful_kinds = kinds_of(source_kind);
  out.source = name;
  out.state = Reading::State::failed;
  out.reason = why;
  return out;
}

Reading read_one(const Task& task) {
  try {
    const auto http = net::make_http_client();
    sources::Fetch fetch(*http, task.until);
    authorise(fetch, task);
    auto reading = dispatch(task, fetch);
    if (reading.state != Reading::State::ok) reading.doubtful_kinds = kinds_of(task.source->kind);
    // What the model may not see, it is not given; the text shows it.
    if (task.source->to_model != "full")
      for (auto& item : reading.items)
        item.for_model =
            task.source->to_model == "times" ? busy(item.title, window_days(task)) : "";
    return reading;
  } catch (const base::Error& e) {
    return failed(task.name, task.source->kind, base::describe(e));
  } catch (const std::exception& e) {
    return failed(task.name, task.source->kind, e.what());
  }
}

/// This machine: several readings that count as one source.
void add_host(jobs::Gathered& to, const std::string& name, const std::vector<Reading>& readings) {
  const std::vector<std::string> kinds{"unit", "disk", "load", "journal", "reboot", "upgrades"};
  jobs::Gathered parts;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    if (readings[i].state != Reading::State::ok && i < kinds.size())
      to.unseen_kinds.insert(kinds[i]);
    jobs::add_reading(parts, readings[i], 0);
  }
  ++to.all;
  to.ok += parts.ok > 0 ? 1 : 0;
  to.reports.push_back({name, parts.ok > 0 ? "ok" : "failed", base::join(parts.not_seen, "; "),
                        parts.items.size(), ""});
  for (auto& item : parts.items) to.items.push_back(std::move(item));
  to.quiet.insert(to.quiet.end(), parts.quiet.begin(), parts.quiet.end());
  to.not_seen.insert(to.not_seen.end(), parts.not_seen.begin(), parts.not_seen.end());
}

void add_samples(jobs::Gathered& to, base::Time since, base::Time now, const zone::Zone& zone) {
  const std::string samples = share_folder() + "/sample/";
  add_host(to, "host", sources::read_host("host", since, now, zone));
  std::vector<Reading> readings{
      sources::read_ics_file("calendar", samples + "calendar.ics", {now, 1, zone}),
      sources::read_commitments("commitments", samples + "commitments.md", now, zone),
      sources::read_json_feed_file("feeds", samples + "feed.json")};
  for (auto& reading : readings) {
    for (auto& item : reading.items) item.example = true;
    jobs::add_reading(to, std::move(reading), 0);
  }
  to.all += 2;
  to.not_seen.insert(to.not_seen.begin(), "alerts, tasks: not declared");
}

Task make_task(const settings::Settings& settings, const settings::Gather& use, base::Time since,
               base::Time now, const zone::Zone& zone, base::Millis until,
               jobs::SourceState* known) {
  Task task{use.from, &settings.sources.at(use.from), &use, since, now, zone, until, {}, {}, 0, {}};
  for (const auto& [key, reference] : task.source->secrets)
    if (reference) task.secrets.emplace(key, resolve(reference));
  if (known) {
    task.cached = known->cached(use.from);
    task.watermark = known->watermark(use.from);
    task.delivered = known->delivered(use.from);
  }
  return task;
}

}  // namespace

jobs::Gathered gather(const settings::Settings& settings, const settings::Job& job,
                      base::Time since, base::Time now, const zone::Zone& zone,
                      jobs::SourceState* known) {
  const base::Millis start = base::boot_now();
  const base::Millis until = start + std::min(deadline, job.limits.deadline.value_or(deadline));
  jobs::Gathered out;
  if (settings.sources.empty()) add_samples(out, since, now, zone);
  std::vector<std::future<std::vector<Reading>>> readings;
  for (const auto& use : job.gather) {
    const auto& source = settings.sources.at(use.from);
    if (source.kind == "host" && source.texts.at("command").empty()) {
      readings.push_back(std::async(std::launch::async, [&use, since, now, &zone] {
        try {
          return sources::read_host(use.from, since, now, zone);
        } catch (const std::exception& e) {
          return std::vector<Reading>{failed(use.from, "host", base::describe(e))};
        }
      }));
      continue;
    }
    try {
      readings.push_back(std::async(
          std::launch::async, [task = make_task(settings, use, since, now, zone, until, known)] {
            return std::vector<Reading>{read_one(task)};
          }));
    } catch (const base::StorageError&) {
      throw;
    } catch (const std::exception& e) {  // a secret that is not there, or not ours to read
      std::promise<std::vector<Reading>> said;
      said.set_value({failed(use.from, source.kind, base::describe(e))});
      readings.push_back(said.get_future());
    }
  }
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const auto& use = job.gather[i];
    auto read = readings[i].get();
    if (read.size() != 1) {  // this machine tells in parts
      add_host(out, use.from, read);
      continue;
    }
    if (known && !read[0].cache.empty()) known->keep(use.from, read[0].cache, now);
    const auto given = use.options.find("items");
    const std::size_t most =
        given == use.options.end() ? 60 : static_cast<std::size_t>(std::stoul(given->second));
    jobs::add_reading(out, std::move(read[0]), most);
  }
  out.took = base::boot_now() - start;
  return out;
}

void mark_delivered(const settings::Settings& settings, jobs::SourceState& known) {
  for (const auto& [name, source] : settings.sources) {
    if (source.kind != "miniflux") continue;
    const auto marks = known.to_mark(name);
    if (marks.empty()) continue;
    try {
      const auto http = net::make_http_client();
      sources::Fetch fetch(*http, base::boot_now() + deadline);
      fetch.header("X-Auth-Token", std::string(resolve(source.secrets.at("token")).reveal()));
      sources::mark_read(source.texts.at("url"), fetch, marks);
      known.marked(name, marks);
    } catch (const base::Error& e) {
      base::log::warning("job", "{}: {} entries are not marked as read yet, will be next time: {}",
                         name, marks.size(), base::describe(e));
    }
  }
}

}  // namespace openclaw::cmd
