// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include "base/error.h"
#include "base/text.h"
#include "sources/calendars.h"
#include "sources/dav.h"

namespace openclaw::sources {
namespace {

constexpr std::size_t most_objects = 20000;

/// Objects of all calendars as they were at the last good reading.
struct Store {
  std::map<std::string, DavCollection> collections;  // by URL
  std::optional<base::Time> at;

  static Store read(const std::string& cached) {
    Store out;
    const auto value = parse_copy(cached);
    out.at = base::parse_rfc3339(value["at"].as_string());
    for (const auto& [url, entry] : value["collections"].members()) {
      auto& c = out.collections[url];
      c.sync_token = entry["token"].as_string();
      for (const auto& [href, object] : entry["objects"].members())
        c.objects[href] = {object["etag"].as_string(), object["data"].as_string()};
    }
    return out;
  }

  std::string write() const {
    auto all = json::Value::object();
    for (const auto& [url, c] : collections) {
      auto objects = json::Value::object();
      for (const auto& [href, object] : c.objects)
        objects.members_mutable().emplace_back(
            href, json::Value::object({{"etag", object.etag}, {"data", object.data}}));
      all.set(url, json::Value::object({{"token", c.sync_token}, {"objects", objects}}));
    }
    return write_copy(
        json::Value::object({{"at", at ? base::rfc3339(*at) : ""}, {"collections", all}}));
  }

  std::size_t size() const {
    std::size_t n = 0;
    for (const auto& [url, c] : collections) n += c.objects.size();
    return n;
  }
};

/// Each object by itself, so that one that is broken costs only itself.
void add_all(Reading& out, const Store& store, const EventWindow& window) {
  std::string joined;
  int broken = 0;
  for (const auto& [url, c] : store.collections)
    for (const auto& [href, object] : c.objects) {
      if (object.data.find("BEGIN:VCALENDAR") == std::string::npos) {
        ++broken;
        continue;
      }
      joined += object.data;
      if (!joined.ends_with('\n')) joined += "\r\n";
    }
  if (!joined.empty()) add_events(out, joined, window);
  if (broken > 0) out.doubts.push_back(base::counted(broken, "object") + " could not be read");
}

}  // namespace

Reading read_caldav(const std::string& source, const std::string& url, const std::string& cached,
                    Fetch& fetch, const EventWindow& window) {
  Store old = Store::read(cached);
  Reading out;
  out.source = source;
  try {
    Dav dav(fetch);
    Store fresh;
    fresh.at = window.now;
    for (const auto& collection : dav.calendars(url)) {
      const auto known = old.collections.find(collection);
      auto& c = fresh.collections[collection];
      if (known != old.collections.end()) c = known->second;
      if (!dav.update(collection, c)) {
        out.doubts.push_back("some entries could not be read now, and are as they were before");
        out.doubtful_kinds.insert("event");
      }
      if (fresh.size() > most_objects)
        throw base::LimitError(fmt::format("more than {} objects in the calendars", most_objects));
    }
    out.cache = fresh.write();
    old = std::move(fresh);
  } catch (const base::Error& e) {
    out.reason = base::describe(e);
    if (!old.at) {
      out.state = Reading::State::failed;
      return out;
    }
    out.doubts.push_back(copy_note(old.at, window) + out.reason);
    out.doubtful_kinds.insert("event");
  }
  add_all(out, old, window);
  return out;
}

}  // namespace openclaw::sources
