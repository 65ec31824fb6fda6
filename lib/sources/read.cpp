// SPDX-License-Identifier: MIT
#include "sources/read.h"

#include "base/error.h"
#include "base/text.h"
#include "sources/alerts.h"
#include "sources/calendars.h"
#include "sources/feeds.h"
#include "sources/files.h"
#include "sources/tickets.h"

namespace openclaw::sources {
namespace {

Reading dispatch(const Declared& source, const Use& use, Fetch& fetch) {
  const auto& kind = source.kind;
  std::string own = source.text("address");
  if (own.empty() && source.text("user").find('@') != std::string::npos) own = source.text("user");
  const EventWindow window{use.now, use.days, use.zone, own};
  const Seen seen{use.watermark,
                  [&use](const std::string& key) { return use.delivered.contains(key); }};
  if (kind == "commitments")
    return read_commitments(source.name, source.text("path"), use.now, use.zone);
  if (kind == "ics" && !source.text("path").empty())
    return read_ics_file(source.name, source.text("path"), window);
  if (kind == "ics") {
    const auto url = source.text("url").empty() ? source.secret("url") : source.text("url");
    return read_ics_url(source.name, url, use.cached, fetch, window);
  }
  if (kind == "caldav")
    return read_caldav(source.name, source.text("url"), use.cached, fetch, window);
  if (kind == "caldav-tasks")
    return read_caldav_tasks(source.name, source.text("url"), use.cached, fetch, use.now, use.zone);
  if (kind == "prometheus" || kind == "alertmanager") {
    AlertServers servers{source.text("url"), source.text("alertmanager"), use.least};
    if (kind == "alertmanager") std::swap(servers.prometheus, servers.alertmanager);
    return read_alerts(source.name, servers, fetch, use.since, use.now, use.zone);
  }
  if (kind == "miniflux") return read_miniflux(source.name, source.text("url"), fetch, seen);
  if (kind == "feeds") return read_feeds(source.name, source.text("path"), use.cached, fetch, seen);
  if (kind == "plane")
    return read_plane(source.name, {source.text("url"), source.text("workspace"), source.projects},
                      fetch, use.now, use.zone);
  if (kind == "issues")
    return read_issues(source.name, source.text("url"), fetch, use.now, use.zone);
  throw base::ConfigError("sources of kind " + kind + " are not read by this version");
}

/// What a source's silence says nothing of.
std::set<std::string> kinds_of(const std::string& source_kind) {
  if (source_kind == "prometheus" || source_kind == "alertmanager") return {"alert"};
  if (source_kind == "plane" || source_kind == "issues" || source_kind == "caldav-tasks")
    return {"ticket"};
  if (source_kind == "commitments") return {"commitment"};
  if (source_kind == "host") return {"unit", "disk", "load", "journal", "reboot", "upgrades"};
  return {"event", "entry"};
}

/// "09:30 busy", "Tue all day busy": the time of an event, and nothing of what it is.
std::string busy(const std::string& title, int days) {
  const std::size_t day = days > 1 ? 4 : 0;  // "Tue "
  const bool whole = title.compare(std::min(day, title.size()), 7, "all day") == 0;
  return title.substr(0, day + (whole ? 7 : 5)) + " busy";
}

}  // namespace

std::string Declared::text(const std::string& key) const {
  const auto at = texts.find(key);
  return at == texts.end() ? std::string() : at->second;
}

std::string Declared::secret(const std::string& key) const {
  const auto at = secrets.find(key);
  return at == secrets.end() ? std::string() : std::string(at->second.reveal());
}

void authorise(Fetch& fetch, const Declared& source) {
  const auto& kind = source.kind;
  const std::string token = source.secret("token");
  if (kind == "caldav" || kind == "caldav-tasks")
    fetch.header("Authorization",
                 "Basic " + base::base64(source.text("user") + ":" + source.secret("password")));
  else if (token.empty())
    return;
  else if (kind == "miniflux")
    fetch.header("X-Auth-Token", token);
  else if (kind == "plane")
    fetch.header("X-API-Key", token);
  else
    fetch.header("Authorization", (kind == "issues" ? "token " : "Bearer ") + token);
}

Reading read_source(const Declared& source, const Use& use, Fetch& fetch) {
  auto reading = dispatch(source, use, fetch);
  if (reading.state != Reading::State::ok) reading.doubtful_kinds = kinds_of(source.kind);
  // What the model may not see, it is not given; the text shows it.
  if (source.to_model != "full")
    for (auto& item : reading.items)
      item.for_model = source.to_model == "times" ? busy(item.title, use.days) : "";
  return reading;
}

Reading failed_reading(const std::string& name, const std::string& kind, const std::string& why) {
  Reading out;
  out.doubtful_kinds = kinds_of(kind);
  out.source = name;
  out.state = Reading::State::failed;
  out.reason = why;
  return out;
}

}  // namespace openclaw::sources
