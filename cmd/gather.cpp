// SPDX-License-Identifier: MIT
#include "gather.h"

#include <algorithm>
#include <future>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "paths.h"
#include "secrets.h"
#include "sources/calendars.h"
#include "sources/files.h"
#include "sources/host.h"
#include "sources/miniflux.h"

namespace openclaw::cmd {
namespace {

using sources::Reading;

// Of all sources together; a job's own deadline may be shorter.
constexpr base::Millis deadline{40000};

/// Reads one source in a thread of its own; never throws.
Reading read_one(const sources::Declared& source, const sources::Use& use, base::Millis until) {
  try {
    const auto http = net::make_http_client();
    sources::Fetch fetch(*http, until);
    sources::authorise(fetch, source);
    return sources::read_source(source, use, fetch);
  } catch (const std::exception& e) {
    return sources::failed_reading(source.name, source.kind, base::describe(e));
  }
}

sources::Severity least(const std::map<std::string, std::string>& options) {
  const auto at = options.find("min");
  if (at == options.end() || at->second == "info") return sources::Severity::info;
  return at->second == "critical" ? sources::Severity::critical : sources::Severity::warning;
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

sources::Use use_of(const settings::Gather& gather, base::Time since, base::Time now,
                    const zone::Zone& zone, jobs::SourceState* known) {
  sources::Use use{since, now, zone, 1, least(gather.options), {}, 0, {}};
  if (const auto days = gather.options.find("days"); days != gather.options.end())
    use.days = std::stoi(days->second);
  if (known) {
    use.cached = known->cached(gather.from);
    use.watermark = known->watermark(gather.from);
    use.delivered = known->delivered(gather.from);
  }
  return use;
}

}  // namespace

sources::Declared declared_source(const settings::Settings& settings, const std::string& name) {
  const auto& source = settings.sources.at(name);
  sources::Declared out{name, source.kind, source.texts, source.projects, source.to_model, {}, {}};
  for (const auto& [key, reference] : source.secrets)
    if (reference) out.secrets.emplace(key, resolve(reference));
  return out;
}

std::vector<sources::Declared> declared_sources(const settings::Settings& settings,
                                                const std::vector<std::string>& kinds) {
  std::vector<sources::Declared> out;
  for (const auto& [name, source] : settings.sources)
    if (std::find(kinds.begin(), kinds.end(), source.kind) != kinds.end()) {
      try {
        out.push_back(declared_source(settings, name));
      } catch (const base::Error& e) {  // costs this source, not the others
        out.push_back({name,
                       source.kind,
                       source.texts,
                       source.projects,
                       source.to_model,
                       {},
                       base::describe(e)});
      }
    }
  return out;
}

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
    if (source.kind == "host") {
      readings.push_back(std::async(std::launch::async, [&use, &source, since, now, &zone, until] {
        try {
          return source.command.empty()
                     ? sources::read_host(use.from, since, now, zone)
                     : sources::read_other_host(use.from, source.command, until - base::boot_now());
        } catch (const std::exception& e) {
          return std::vector<Reading>{sources::failed_reading(use.from, "host", base::describe(e))};
        }
      }));
      continue;
    }
    try {
      readings.push_back(
          std::async(std::launch::async, [declared = declared_source(settings, use.from), until,
                                          wanted = use_of(use, since, now, zone, known)] {
            return std::vector<Reading>{read_one(declared, wanted, until)};
          }));
    } catch (const base::StorageError&) {
      throw;
    } catch (const std::exception& e) {  // a secret that is not there, or not ours to read
      std::promise<std::vector<Reading>> said;
      said.set_value({sources::failed_reading(use.from, source.kind, base::describe(e))});
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
      base::failpoint("marked at the server");
      known.marked(name, marks);
    } catch (const base::Error& e) {
      base::log::warning("job", "{}: {} entries are not marked as read yet, will be next time: {}",
                         name, marks.size(), base::describe(e));
    }
  }
}

}  // namespace openclaw::cmd
